"""What a change of a ticket is asked with, and what keeping it gives back."""

from dataclasses import dataclass

from chalicelib.customers.domain import Actor
from chalicelib.tickets.domain.ticket import Ticket
from chalicelib.tickets.events import Event


@dataclass(frozen=True, slots=True, kw_only=True)
class Once:
    """A request that acts once: its key, and the fingerprint of what it asks (F1, F2)."""

    key: str
    asks: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Ask:
    """Who asks for a change, whether it must act once, and which version was seen (If-Match, F8)."""

    by: Actor
    once: Once | None = None
    seen: int | None = None


@dataclass(frozen=True, slots=True)
class Kept:
    """A ticket as kept. `first` is its first change while that still lies inside the ticket's item."""

    ticket: Ticket
    first: str | None
    answer: Ticket | None = None  # what the same request was answered before


@dataclass(frozen=True, slots=True)
class Change:
    """One step of the history."""

    version: int
    events: tuple[Event, ...]
    ticket: Ticket | None = None  # as its registration was answered, beside the first change alone
