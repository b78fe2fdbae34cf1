"""The moves of a ticket: from which status each event is possible, and where it leads. All else is refused."""

from collections.abc import Iterable, Mapping
from enum import StrEnum

from chalicelib.tickets import events as e


class Status(StrEnum):
    """Where a ticket stands."""

    NEW = "new"
    OPEN = "open"
    PENDING = "pending"  # waits for the customer
    ON_HOLD = "on_hold"  # waits for somebody else
    SOLVED = "solved"
    CLOSED = "closed"
    DECLINED = "declined"


NEW, OPEN, PENDING, ON_HOLD, SOLVED, CLOSED, DECLINED = Status
UNSOLVED = (NEW, OPEN, PENDING, ON_HOLD)
Moves = Mapping[Status, Status]


def _stay(statuses: Iterable[Status] = Status) -> dict[Status, Status]:
    return {status: status for status in statuses}


def _go(statuses: Iterable[Status], to: Status) -> dict[Status, Status]:
    return dict.fromkeys(statuses, to)


_opens = _stay(UNSOLVED) | {NEW: OPEN}

MOVES: Mapping[type, Moves] = {
    e.TicketRegistered: {},  # once, before there is a ticket
    e.TicketNumbered: _stay(),
    e.TicketAcknowledged: _opens,
    e.SeverityProposed: _stay(UNSOLVED),
    e.SeverityChanged: _stay(UNSOLVED),
    e.CustomerAttributed: _stay(UNSOLVED),
    e.TicketAssigned: _stay(UNSOLVED),
    e.WorkStarted: _go(UNSOLVED, OPEN),
    # Answering is not following up: a solved or closed ticket stays so until the customer writes.
    e.ReplySent: _stay() | {NEW: OPEN},
    e.ReplyReceived: {
        NEW: NEW,
        OPEN: OPEN,
        PENDING: OPEN,
        ON_HOLD: OPEN,
        SOLVED: OPEN,
        CLOSED: OPEN,  # D14: reopened at any time
        DECLINED: DECLINED,
    },
    e.AutomaticMailAttached: _stay(),
    e.NoteAdded: _stay(),
    e.CallLogged: _stay(),
    e.TicketPutOnHold: _go((NEW, OPEN, PENDING), ON_HOLD),
    e.CustomerAwaited: _go((NEW, OPEN, ON_HOLD), PENDING),
    e.TicketResumed: _go((PENDING, ON_HOLD), OPEN),
    e.EtaGiven: _opens,
    e.WorkaroundGiven: _opens,
    e.TicketSolved: _go(UNSOLVED, SOLVED),
    e.ClosingAnnounced: _stay((PENDING,)),
    e.TicketClosed: _go((*UNSOLVED, SOLVED, DECLINED), CLOSED),
    e.TicketReopened: _go((SOLVED, CLOSED, DECLINED), OPEN),
    e.TicketEscalated: _stay(UNSOLVED),
    e.TicketDeclined: _go(UNSOLVED, DECLINED),
    e.ConsultancyAccepted: {DECLINED: OPEN},
    e.TicketMerged: _go((*UNSOLVED, SOLVED), CLOSED),
    e.TicketUnmerged: _go((CLOSED,), OPEN),
    e.TicketLinked: _stay(),
    e.TicketUnlinked: _stay(),
    e.CallTaskRaised: _stay(UNSOLVED),
    e.HoldingStatusSent: _stay(UNSOLVED),
    e.DeadlinesMoved: _stay(UNSOLVED),
    e.PromiseWarned: _stay(),
    e.PromiseKept: _stay(),
    e.PromiseBroken: _stay(),
    e.PromiseFulfilledLate: _stay(),
    e.PromiseWithdrawn: _stay(),
}

# A ticket that was merged away is closed for all but these.
WHEN_MERGED = (
    e.TicketUnmerged,
    e.NoteAdded,
    e.TicketNumbered,
    e.AutomaticMailAttached,
    e.PromiseBroken,  # of merging itself: what was owed until then
    e.PromiseWithdrawn,
)

# Public words of people to the customer: they fulfil an update and restart its clock (edge case Clocks 7).
UPDATES = (
    e.TicketAcknowledged,
    e.ReplySent,
    e.EtaGiven,
    e.WorkaroundGiven,
    e.CustomerAwaited,
    e.TicketSolved,
    e.CallLogged,
)
