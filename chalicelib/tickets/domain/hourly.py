"""The hourly status of severity 1: people write it, the desk itself at the latest (B10, decision 7)."""

from dataclasses import replace
from datetime import datetime, timedelta

from chalicelib.sla.domain import Kind
from chalicelib.tickets.domain.ticket import Terms, Ticket

# Later than this, even the desk's own status came too late to count as kept.
HOLDING_GRACE = timedelta(minutes=5)
MOST_MISSED = 48  # recorded one by one after a standstill: a change is one transaction of at most 100 items


def is_hourly(ticket: Ticket, kind: str) -> bool:
    """Whether this promise is the status that the desk sends itself when nobody writes."""
    return kind == Kind.UPDATE and ticket.severity == 1


def due_times(ticket: Ticket, first: datetime, until: datetime, terms: Terms) -> list[datetime]:
    """`first` and every later time up to `until` at which a status was due while nobody wrote."""
    dues = [first]
    while (following := due_after(ticket, dues[-1], terms)) and following <= until:
        dues.append(following)
    return dues


def due_after(ticket: Ticket, at: datetime, terms: Terms) -> datetime | None:
    """When the next status is due after one at `at`."""
    seen = replace(ticket.timeline.until(at), updates=(at,))
    clock = terms.clock(replace(ticket, timeline=seen), Kind.UPDATE, at)
    return clock.due_at if clock else None
