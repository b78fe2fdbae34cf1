"""A letter that a ladder asks for: to whom, about what. Its words are in `messages/`."""

from dataclasses import dataclass
from datetime import datetime

from chalicelib.escalation.domain.ladder import Occasion
from chalicelib.tickets.domain import Ticket


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    """`key` is the same however often the same letter is asked for: it leaves once (F9)."""

    key: str
    template: str
    to: str
    name: str
    zone: str  # in which times are told
    ticket: Ticket
    occasion: Occasion
    at: datetime
    due_at: datetime | None = None  # of the promise in question
    task: str = ""  # what is to be done, when it is a task
