"""Robots are kept and never answered (F19); what a person sends is answered within bounds; B16."""

from datetime import timedelta

import pytest

from chalicelib import wiring
from chalicelib.mail.domain.outgoing import MailState
from chalicelib.tickets.domain import Status, Ticket
from tests.conftest import StillClock
from tests.mail.mailroom import SAMPLES, Mailroom, mail, text_of

ALICE, MALLORY = "Alice Archer <alice@acme.example>", "Mallory <mallory@stranger.example>"

ROBOTS = {
    "auto-reply": {"Auto_Submitted": "auto-replied"},
    "notification": {"Auto_Submitted": "auto-generated; owner=x"},
    "bounce": {"Return_Path": "<>"},
    "list": {"List_Id": "<users.acme.example>"},
    "bulk": {"Precedence": "bulk"},
    "our own mail": {"X_Pledge": "M-1"},
}


@pytest.mark.parametrize("kind", ROBOTS)
def test_a_robot_gets_no_answer_and_changes_nothing(room: Mailroom, kind: str) -> None:
    """F19: without a ticket it is kept beside the queue; in one it changes no state and restarts no clock."""
    alone = room.receive(mail(ALICE, "beep", id_="r1@acme.example", **ROBOTS[kind]))
    room.tell(alone)
    assert room.letters() == []
    assert wiring.ticket_store().queue(cursor=None, limit=5)[0] == []
    ticket = room.receive(mail(ALICE, id_="a1@acme.example"))
    solved = wiring.tickets().solve(ticket.id, room.by("bob"), resolution="Done.")
    answer = mail(ALICE, "boop", id_="r2@acme.example", References="<a1@acme.example>", **ROBOTS[kind])
    kept = room.receive(answer)
    assert (kept.id, kept.status, kept.timeline) == (ticket.id, Status.SOLVED, solved.timeline)
    assert room.events(ticket)[-1] == "AutomaticMailAttached"


def test_a_list_unsubscribe_header_alone_makes_no_robot(room: Mailroom) -> None:
    """Edge case Mail."""
    ticket = room.receive(mail(ALICE, id_="u@acme.example", List_Unsubscribe="<mailto:x@acme.example>"))
    room.tell(ticket)
    assert len(room.letters()) == 1


def answered(room: Mailroom, who: str, count: int, start: int = 0) -> int:
    """How many of `count` new reports by `who` get an acknowledgement."""
    before = len(room.letters())
    for n in range(start, start + count):
        room.tell(room.receive(mail(who, f"Report {n}", id_=f"{n}@{who[:5]}.example")), times=2)
    return len(room.letters()) - before


@pytest.mark.parametrize(("who", "most"), [(ALICE, 5), (MALLORY, 1)])
def test_an_address_gets_a_few_automatic_answers_in_any_hour(
    room: Mailroom, still: StillClock, who: str, most: int
) -> None:
    """F19: counted over sixty minutes, not by the clock on the wall; a redelivery counts once."""
    still.at += timedelta(minutes=50)
    assert answered(room, who, most + 2) == most
    still.at += timedelta(minutes=20)  # another hour on the clock, the same on the watch
    assert answered(room, who, 2, start=20) == 0
    still.at += timedelta(minutes=41)
    assert answered(room, who, most + 1, start=40) == most


def test_two_robots_that_do_not_say_so_come_to_an_end(room: Mailroom) -> None:
    """F19: each answers each mail of ours, under a new id and subject, without references."""
    rounds = 0
    robots = {who: mail(who, "hello", id_=f"0@{who[:3]}.example") for who in (MALLORY, "eve@other.example")}
    seen = 0
    inbox = list(robots.values())
    while inbox and rounds < 50:
        rounds += 1
        for raw in inbox:
            room.tell(room.receive(raw))
        fresh, seen = room.letters()[seen:], len(room.letters())
        inbox = [
            mail(str(letter["To"]), f"robot {rounds}", id_=f"{rounds}.{n}@robot.example")
            for n, letter in enumerate(fresh)
        ]
    assert rounds == 2
    assert len(room.letters()) == 2


def dsn(original: str, address: str = "alice@acme.example", status: str = "5.1.1") -> bytes:
    return (
        "From: MAILER-DAEMON@mx.acme.example\r\nTo: support@desk.example\r\nSubject: Undelivered\r\n"
        "Message-ID: <dsn@mx.acme.example>\r\nMIME-Version: 1.0\r\n"
        "Content-Type: multipart/report; report-type=delivery-status; boundary=x\r\n\r\n"
        "--x\r\nContent-Type: text/plain\r\n\r\nNo such user.\r\n"
        "--x\r\nContent-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; mx\r\n\r\n"
        f"Final-Recipient: rfc822; {address}\r\nAction: failed\r\nStatus: {status}\r\n\r\n"
        f"--x\r\nContent-Type: text/rfc822-headers\r\n\r\nMessage-ID: {original}\r\n\r\n--x--\r\n"
    ).encode()


@pytest.fixture
def acknowledged(room: Mailroom) -> Ticket:
    """Alice's report, acknowledged by mail."""
    ticket = room.receive(mail(ALICE, id_="a1@acme.example"))
    room.tell(ticket)
    return ticket


@pytest.mark.parametrize("by", ["our id", "the id of SES"])
def test_a_report_that_our_mail_came_back_marks_it_and_stops_writing_there(
    room: Mailroom, acknowledged: Ticket, by: str
) -> None:
    """B1, F19, F41: twice is once; attached to the ticket; the list of undelivered mail has it."""
    (sent,), _ = wiring.mail_store().of_ticket(acknowledged.id, cursor=None, limit=9)
    original = f"<{sent.draft.message_id}>" if by == "our id" else f"<{sent.ses_id}@email.amazonses.com>"
    for _ in range(2):
        back = room.receive(dsn(original), spf="GRAY", dkim="GRAY", dmarc="GRAY", source="")
        assert (back.id, back.status) == (acknowledged.id, Status.NEW)
    (lost,), _ = wiring.mail_store().undelivered(cursor=None, limit=9)
    assert (lost.id, lost.state, lost.reason) == (sent.id, MailState.BOUNCED, "came back: 5.1.1")
    assert wiring.mail_store().suppressed("alice@acme.example") == "came back: 5.1.1"
    assert room.events(acknowledged) == ["TicketRegistered", "AutomaticMailAttached"]


@pytest.mark.parametrize(
    ("address", "status"), [("alice@acme.example", "4.4.7"), ("olga@acme.example", "5.1.1")]
)
def test_a_delay_or_somebody_elses_address_stops_nothing(
    room: Mailroom, acknowledged: Ticket, address: str, status: str
) -> None:
    (sent,), _ = wiring.mail_store().of_ticket(acknowledged.id, cursor=None, limit=9)
    room.receive(dsn(f"<{sent.draft.message_id}>", address, status), spf="GRAY", dkim="GRAY", source="")
    assert wiring.mail_store().get(sent.id).state is MailState.SENT


def test_a_bounce_of_a_mail_that_is_not_ours_is_kept_alone(room: Mailroom, acknowledged: Ticket) -> None:
    """F19, F20."""
    ours = f"<{acknowledged.id}.ABCDEFGHJKMN.{'0' * 24}@desk.example>"
    for original in ("<guess@desk.example>", ours):
        kept = room.receive(dsn(original) + original.encode(), source="", spf="GRAY", dkim="GRAY")
        assert kept.id != acknowledged.id
        assert kept.is_automatic_mail
    assert wiring.mail_store().undelivered(cursor=None, limit=5)[0] == []


def test_a_known_partners_end_user_is_sent_to_the_partner_and_both_are_told(room: Mailroom) -> None:
    """B16: the ticket is the partner's; the end user hears no more, the partner does."""
    user = "Ulla User <ulla@users.partnerly.example>"
    ticket = room.receive(mail(user, "My mail is slow.\n> really", id_="u1@users.example"))
    assert (ticket.customer_id, ticket.referred_to) == ("partnerly", "partnerly")
    room.tell(ticket, times=2)
    to_user, to_partner = room.letters()
    assert "Partnerly GmbH" in text_of(to_user)
    assert ticket.id not in text_of(to_user)
    assert to_user["Auto-Submitted"] == "auto-replied"
    assert "ulla@users.partnerly.example" in text_of(to_partner)
    assert "> My mail is slow." in text_of(to_partner)
    answer = mail(
        "paul@partnerly.example", "Please help.", id_="p@x.example", In_Reply_To=str(to_partner["Message-ID"])
    )
    assert room.receive(answer).id == ticket.id
    wiring.tickets().solve(ticket.id, room.by("bob"), resolution="Faster now.")
    room.tell(ticket)
    assert [str(one["To"]) for one in room.letters()[2:]] == ["Paul Partner <paul@partnerly.example>"]


def test_an_unknown_person_at_a_customers_own_domain_reports_for_the_customer(room: Mailroom) -> None:
    ticket = room.receive(mail("New Hire <new@acme.example>", id_="n@acme.example"))
    assert (ticket.customer_id, ticket.requester.contact_id, ticket.verified) == ("acme", None, True)


def test_a_stranger_is_told_of_the_provider_and_a_partner_of_its_own_help_desk(room: Mailroom) -> None:
    """B2: the end-user note fits whoever reads it."""
    for who, words in (
        (MALLORY, "your provider's help desk"),
        (ALICE, "your own provider's help desk"),
        ("paul@partnerly.example", "the help desk of Partnerly GmbH"),
    ):
        room.tell(room.receive(mail(who, id_=f"1@{who[:4]}.example")))
        assert words in text_of(room.letters()[-1])


def test_the_answers_of_other_desks_to_our_answer_are_never_answered(room: Mailroom) -> None:
    """F19: out-of-office notes of real clients, sent to a ticket of ours."""
    ticket = room.receive(mail(ALICE, id_="a1@acme.example"))
    room.tell(ticket)
    for name in ("out_of_office_exchange", "vacation_unix", "read_receipt"):
        room.tell(room.receive(SAMPLES[name]))
    assert len(room.letters()) == 1
