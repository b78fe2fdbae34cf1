"""While a ticket waits or is done it stands still, and some of its clocks with it."""

from dataclasses import replace
from datetime import datetime

from chalicelib.sla.domain import Pause
from chalicelib.tickets import events as e
from chalicelib.tickets.domain.moves import CLOSED, DECLINED, PENDING, SOLVED, Status
from chalicelib.tickets.domain.ticket import Ticket

# While a ticket stands still, its update and resolution clocks do; the explanation says why.
_STANDS_STILL = {
    PENDING: "waiting for the customer",
    SOLVED: "solved",
    CLOSED: "closed",
    DECLINED: "declined",
}


_DONE = (SOLVED, CLOSED, DECLINED)


def paused(ticket: Ticket, before: Status, event: e.Event) -> Ticket:
    """Update and resolution clocks stand still while the ticket waits or is done (decision 6)."""
    silent = ticket.status is PENDING
    solved = ticket.status is SOLVED
    reopened = before in _DONE and ticket.is_unsolved and not isinstance(event, e.TicketUnmerged)
    timeline = replace(ticket.timeline, pauses=_pauses(ticket, before, event.at))
    return replace(
        ticket,
        timeline=replace(timeline, reopened_at=event.at) if reopened else timeline,
        # Whoever worked on it then is perhaps not even there now: work starts anew (B10).
        work_started_at=None if reopened else ticket.work_started_at,
        announces_closing_at=ticket.announces_closing_at if silent else None,
        closes_at=ticket.closes_at if silent or solved else None,
        solved_at=ticket.solved_at if ticket.status in (SOLVED, CLOSED) else None,
        closed_at=ticket.closed_at if ticket.status is CLOSED else None,
        declined_for=ticket.declined_for if ticket.status in (DECLINED, CLOSED) else None,
    )


def _pauses(ticket: Ticket, before: Status, at: datetime) -> tuple[Pause, ...]:
    """Closing out of a pause ends the pause first (decision 6)."""
    pauses = ticket.timeline.pauses
    if ticket.status is before:
        return pauses
    if before in _STANDS_STILL:
        pauses = (*pauses[:-1], replace(pauses[-1], to=at))
    if reason := _STANDS_STILL.get(ticket.status):
        pauses = (*pauses, Pause(from_=at, reason=reason))
    return pauses
