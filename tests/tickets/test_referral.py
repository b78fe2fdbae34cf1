"""A partner's end user's report is the partner's until the partner asks us (B16)."""

from dataclasses import replace
from datetime import timedelta

import pytest

from chalicelib.promises.domain import State
from chalicelib.tickets import events as e
from chalicelib.tickets.domain.evolve import evolve, registered
from chalicelib.tickets.domain.owed import settle
from chalicelib.tickets.domain.ticket import Ticket
from chalicelib.tickets.terms import terms_of
from tests.conftest import MONDAY

TERMS = terms_of(None)
LATER = MONDAY + timedelta(days=30)


def referred() -> Ticket:
    event = e.TicketRegistered(
        at=MONDAY,
        by="X-ENDUSER",
        ticket_id="T-1",
        channel="mail",
        subject="my mail is broken",
        customer_id="partnerly",
        referred_to="partnerly",
        severity=2,
    )
    return settle(registered(event), event, TERMS)[0]


def after(ticket: Ticket, event: e.Event) -> Ticket:
    return settle(evolve(ticket, event), event, TERMS)[0]


def reply(by: str) -> e.ReplyReceived:
    return e.ReplyReceived(at=LATER, by=by, message=e.Message(text="please help"))


def test_while_it_is_with_the_partner_we_owe_nothing_and_nothing_wakes():
    assert (referred().promises, referred().wake_at, referred().is_referred) == ((), None, True)


@pytest.mark.parametrize("event", [reply("paul"), e.TicketAcknowledged(at=LATER, by="bob", severity=2)])
def test_when_the_partner_asks_or_triage_takes_it_on_clocks_run_from_then(event):
    ticket = after(referred(), event)
    assert not ticket.is_referred
    assert ticket.timeline.reported_at == LATER
    assert all(p.state is State.OPEN and p.started_at == LATER for p in ticket.promises)


def test_asked_by_the_partner_we_owe_a_first_response_within_the_plan():
    (promise,) = (p for p in after(referred(), reply("paul")).promises if p.kind == "first_response")
    assert promise.due_at == LATER + timedelta(hours=24)


def test_the_end_user_writing_again_does_not_make_it_ours():
    assert after(referred(), reply("X-ENDUSER")).is_referred


def test_any_other_ticket_is_not_touched_by_a_reply():
    ticket = replace(referred(), referred_to=None)
    assert after(ticket, reply("paul")).timeline.reported_at == MONDAY
