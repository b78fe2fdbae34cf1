"""Mail that does not arrive is noted on its ticket, once an address, and watched by an alarm (A8, section 5)."""

import pytest

from chalicelib import wiring
from chalicelib.audit import relay
from chalicelib.customers.domain import DESK
from chalicelib.mail.domain.outgoing import Draft
from chalicelib.tickets.domain.keeping import Ask
from chalicelib.tickets.domain.report import Report
from chalicelib.tickets.events import Message, NoteAdded, Requester

ALICE = "alice@acme.example"


@pytest.fixture
def ticket(cloud, still):
    report = Report(
        channel="api",
        subject="Down",
        message=Message(text="."),
        requester=Requester(name="A"),
        customer_id=None,
    )
    return wiring.tickets().register(report, by=DESK)


def suppressed(ticket, key):
    wiring.mail_store().suppress(ALICE, "Permanent General")
    return wiring.outbox().post(Draft(key=key, to=ALICE, subject="x", text="y", ticket_id=ticket.id))


def notes(ticket):
    changes, _ = wiring.ticket_store().history(ticket.id)
    return [
        event.message.text for change in changes for event in change.events if isinstance(event, NoteAdded)
    ]


def test_an_undelivered_mail_is_told_to_the_bus_once_without_the_address(ticket):
    mail = suppressed(ticket, "one")
    (entry,) = relay.entries_of(image(mail.id))
    assert (entry["Source"], entry["DetailType"]) == ("pledge.mail", "MailUndelivered")
    assert mail.id in entry["Detail"] and ALICE not in entry["Detail"]


def test_the_ticket_gets_one_note_for_an_address_however_many_mails_fail(ticket):
    for key in ("one", "two"):
        wiring.noting().note(suppressed(ticket, key).id)
    (said,) = notes(ticket)
    assert ALICE in said and "Permanent General" in said


def test_a_mail_that_was_sent_again_meanwhile_is_not_noted(ticket):
    mail = suppressed(ticket, "one")
    wiring.outbox().resend(mail.id)
    wiring.noting().note(mail.id)
    assert notes(ticket) == []


def test_the_note_reaches_no_clock(ticket):
    before = wiring.tickets().get(ticket.id, by=DESK).promises
    wiring.noting().note(suppressed(ticket, "one").id)
    assert wiring.tickets().get(ticket.id, by=Ask(by=DESK).by).promises == before


def image(mail_id):
    from chalicelib.aws import desk

    record = desk.get(mail_id, "FAILURE")
    return record.serialize()
