"""A ticket, the moves it may make, and what it owes."""

from chalicelib.tickets.domain.moves import MOVES, Status
from chalicelib.tickets.domain.severity import SIGNALS, DeclineReason, RequestKind, propose
from chalicelib.tickets.domain.ticket import Decision, Link, Terms, Ticket

__all__ = [
    "MOVES",
    "SIGNALS",
    "Decision",
    "DeclineReason",
    "Link",
    "RequestKind",
    "Status",
    "Terms",
    "Ticket",
    "propose",
]
