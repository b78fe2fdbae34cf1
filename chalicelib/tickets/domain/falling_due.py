"""What happens when something falls due: a warning, a breach, the desk's own status, closing."""

from datetime import datetime
from typing import Any

from chalicelib.tickets import events as e
from chalicelib.tickets.domain import hourly
from chalicelib.tickets.domain.evolve import WARNING_BEFORE_CLOSING, evolve
from chalicelib.tickets.domain.moves import PENDING
from chalicelib.tickets.domain.owed import settle
from chalicelib.tickets.domain.ticket import Terms, Ticket


def fall_due(ticket: Ticket, now: datetime, terms: Terms, *, by: str) -> tuple[Ticket, tuple[e.Event, ...]]:
    """All that is due by `now`, in order, each once and with its true due time (F14)."""
    told: list[e.Event] = []
    while (wake := ticket.wake_at) and wake <= now:
        event = _due_event(ticket, wake, now, terms, by)
        ticket = evolve(ticket, event)
        told.append(event)
        if isinstance(event, e.PromiseWarned | e.PromiseBroken):
            ticket = ticket.with_promise(event.promise)
        else:
            ticket, settled = settle(ticket, event, terms)
            told.extend(settled)
    return ticket, tuple(told)


def _due_event(ticket: Ticket, wake: datetime, now: datetime, terms: Terms, by: str) -> e.Event:
    who: dict[str, Any] = {"at": now, "by": by, "automatic": True}
    promise = next((p for p in ticket.promises if p.wake_at == wake), None)
    if promise is None:
        return _closing_event(ticket, now, who)
    if promise.due_at is None or wake < promise.due_at:
        return e.PromiseWarned(promise=promise.warn(wake), customer_id=ticket.customer_id, **who)
    if hourly.is_hourly(ticket, promise.kind):
        # After a standstill one status tells the state; those that were missed are not sent one by one.
        due = hourly.due_times(ticket, promise.due_at, now, terms)[-1]
        return e.HoldingStatusSent(due_at=due, next_at=hourly.due_after(ticket, due, terms), **who)
    return e.PromiseBroken(promise=promise.breach(), customer_id=ticket.customer_id, **who)


def _closing_event(ticket: Ticket, now: datetime, who: dict[str, Any]) -> e.Event:
    if ticket.announces_closing_at:
        return e.ClosingAnnounced(closes_at=now + WARNING_BEFORE_CLOSING, **who)
    waited = ticket.status is PENDING
    reason = "nobody answered our question" if waited else "solved, and nobody wrote since"
    return e.TicketClosed(reason=reason, **who)
