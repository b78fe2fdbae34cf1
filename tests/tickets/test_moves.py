"""The whole table of states and events: where each leads, and that all else is refused with its reason."""

from dataclasses import replace
from typing import get_args

import pytest

from chalicelib.core.errors import Conflict
from chalicelib.tickets import events as e
from chalicelib.tickets.domain import Status
from tests.tickets.desk import Desk

# One letter a status, in the order of the columns; "." is refused. Written from the requirements, not from the code:
# n new, o open, p pending, h on hold, s solved, c closed, d declined.
COLUMNS = "nophscd"
TABLE = {
    #                         n o p h s c d
    "TicketRegistered":      ". . . . . . .",
    "TicketNumbered":        "n o p h s c d",
    "TicketAcknowledged":    "o o p h . . .",
    "SeverityProposed":      "n o p h . . .",
    "SeverityChanged":       "n o p h . . .",
    "CustomerAttributed":    "n o p h . . .",
    "TicketAssigned":        "n o p h . . .",
    "WorkStarted":           "o o o o . . .",
    "ReplySent":             "o o p h s c d",
    "ReplyReceived":         "n o o o o o d",
    "AutomaticMailAttached": "n o p h s c d",
    "NoteAdded":             "n o p h s c d",
    "CallLogged":            "n o p h s c d",
    "TicketPutOnHold":       "h h h . . . .",
    "CustomerAwaited":       "p p . p . . .",
    "TicketResumed":         ". . o o . . .",
    "EtaGiven":              "o o p h . . .",
    "WorkaroundGiven":       "o o p h . . .",
    "TicketSolved":          "s s s s . . .",
    "ClosingAnnounced":      ". . p . . . .",
    "TicketClosed":          "c c c c c . c",
    "TicketReopened":        ". . . . o o o",
    "TicketEscalated":       "n o p h . . .",
    "TicketDeclined":        "d d d d . . .",
    "ConsultancyAccepted":   ". . . . . . o",
    "TicketMerged":          "c c c c c . .",
    "TicketUnmerged":        ". . . . . o .",
    "TicketLinked":          "n o p h s c d",
    "TicketUnlinked":        "n o p h s c d",
    "CallTaskRaised":        "n o p h . . .",
    "HoldingStatusSent":     "n o p h . . .",
    "DeadlinesMoved":        "n o p h . . .",
    "PromiseWarned":         "n o p h s c d",
    "PromiseKept":           "n o p h s c d",
    "PromiseBroken":         "n o p h s c d",
    "PromiseFulfilledLate":  "n o p h s c d",
    "PromiseWithdrawn":      "n o p h s c d",
}  # fmt: skip
STATUSES = dict(zip(COLUMNS, (Status(name) for name in (
    "new", "open", "pending", "on_hold", "solved", "closed", "declined")), strict=True))  # fmt: skip
EVENTS = {event.__name__: event for event in get_args(e.Event)}
CASES = [
    pytest.param(EVENTS[name], STATUSES[column], STATUSES.get(to), id=f"{STATUSES[column].value}-{name}")
    for name, row in TABLE.items()
    for column, to in zip(COLUMNS, row.split(), strict=True)
]
POSSIBLE_WHEN_MERGED = {
    "TicketUnmerged", "NoteAdded", "TicketNumbered", "AutomaticMailAttached", "PromiseBroken", "PromiseWithdrawn",
}  # fmt: skip


def test_the_table_names_every_status_and_every_event():
    assert set(TABLE) == set(EVENTS)
    assert set(STATUSES.values()) == set(Status)


@pytest.mark.parametrize(("event", "status", "to"), CASES)
def test_each_event_leads_where_the_table_says_or_is_refused(event, status, to):
    ticket = replace(Desk().register().ticket, status=status, number=1042)
    if to is not None:
        assert ticket.may(event) is to
        return
    with pytest.raises(Conflict) as refused:
        ticket.may(event)
    assert f"#1042 is {status.value}" in refused.value.message


@pytest.mark.parametrize("name", TABLE)
def test_a_refusal_names_the_statuses_in_which_it_would_be_possible(name):
    possible = {
        STATUSES[to].value for to, there in zip(COLUMNS, TABLE[name].split(), strict=True) if there != "."
    }
    for status in set(Status) - {Status(value) for value in possible}:
        with pytest.raises(Conflict) as refused:
            replace(Desk().register().ticket, status=status).may(EVENTS[name])
        said = refused.value.message.partition("possible when it is ")[2]
        assert set(said.split(", ")) == (possible or {"not registered yet"})


@pytest.mark.parametrize("name", TABLE)
def test_a_ticket_that_was_merged_away_takes_part_in_nothing_more(name):
    ticket = replace(Desk().register().ticket, status=Status.CLOSED, merged_into="T-OTHER")
    if name in POSSIBLE_WHEN_MERGED:
        assert ticket.may(EVENTS[name])
        return
    with pytest.raises(Conflict, match="merged into T-OTHER: do it there, or unmerge"):
        ticket.may(EVENTS[name])
