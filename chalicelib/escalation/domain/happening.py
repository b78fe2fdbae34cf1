"""What happened to a ticket, as the bus tells it, and whether it still calls for anybody.

The bus may be late or tell twice (F9, F10), so every rule here asks the ticket as it is now.
"""

from dataclasses import dataclass
from datetime import datetime

from chalicelib.escalation.domain.ladder import Occasion
from chalicelib.escalation.domain.mobilisation import Mobilisation
from chalicelib.tickets.domain import Ticket

# A severity 1 that comes back calls everybody anew.
REOPENINGS = ("TicketReopened", "ReplyReceived")
# Whose system it is may be found out later: then that customer's managers are still to be told (B10).
SEVERITY_EVENTS = (
    "TicketRegistered",
    "SeverityProposed",
    "SeverityChanged",
    "CustomerAttributed",
    *REOPENINGS,
)
PROMISE_EVENTS = {"PromiseWarned": "warned", "PromiseBroken": "broken"}
_OCCASIONS = frozenset(Occasion)


@dataclass(frozen=True, slots=True, kw_only=True)
class Happening:
    """One event of a ticket. `promise`, `kind` and `due_at` are of the promise that it is about, if any."""

    id: str
    type: str
    ticket_id: str
    at: datetime
    promise: str = ""
    kind: str = ""
    due_at: datetime | None = None

    @property
    def occasion(self) -> Occasion | None:
        """The ladder's word for it; None when no ladder has one."""
        if self.type in SEVERITY_EVENTS:
            return Occasion.SEVERITY_1_MARKED
        if self.type == "TicketEscalated":
            return Occasion.ESCALATED
        word = f"{self.kind}_{PROMISE_EVENTS.get(self.type, '')}"
        return Occasion(word) if word in _OCCASIONS else None

    @property
    def is_breach(self) -> bool:
        return self.type == "PromiseBroken"

    def cause(self, ticket: Ticket) -> str | None:
        """What is acted on once, however often and by whichever event it is told; None: nothing, now.

        Severity 1 is one cause from its marking on, so naming it again does nothing anew. A breach is always
        one: somebody must read of it, even when it is over.
        """
        if self.occasion is not Occasion.SEVERITY_1_MARKED:
            return self.id if self.is_breach or self.calls(ticket) else None
        last = ticket.timeline.severities[-1]
        marked = last.severity == 1 and ticket.is_unsolved
        since = max(last.at, ticket.timeline.reopened_at or last.at)
        return f"{ticket.id}@{since.isoformat()}" if marked else None

    def calls(self, ticket: Ticket) -> bool:
        """Whether somebody has to do something about it, still."""
        return ticket.is_unsolved and (not self.promise or owes(ticket, self.promise))


def owes(ticket: Ticket, promise: str) -> bool:
    """Whether this promise is still to be fulfilled, late or not."""
    return any(owed.id == promise for owed in ticket.promises)


def why_over(mobilisation: Mobilisation, ticket: Ticket) -> str | None:
    """Why nobody is needed any more, or None."""
    if not ticket.is_unsolved:
        return f"the ticket is {ticket.status.value}"
    if mobilisation.occasion is Occasion.SEVERITY_1_MARKED and ticket.severity != 1:
        return f"its severity is {ticket.severity} now"
    if mobilisation.promise and not owes(ticket, mobilisation.promise):
        return "what was owed has been done"
    return None


def taker(mobilisation: Mobilisation, ticket: Ticket) -> str | None:
    """Who began to work after the call went out, and so has taken it without a word."""
    started = ticket.work_started_at
    began_since = started is not None and started >= mobilisation.began_at
    return ticket.assignee if mobilisation.must_be_taken and began_since else None
