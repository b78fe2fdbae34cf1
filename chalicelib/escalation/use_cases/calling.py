"""Round after round until somebody takes it, or nobody is needed any more."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Protocol

from chalicelib.core.errors import Conflict, PreconditionFailed
from chalicelib.customers.domain import DESK, Actor
from chalicelib.escalation.domain import AlreadyTaken, Callee, Mobilisation, State, Target, taker, why_over
from chalicelib.escalation.domain.mobilisation import Change
from chalicelib.escalation.events import MobilisationEvent
from chalicelib.tickets.domain import Ticket
from chalicelib.tickets.domain.keeping import Ask

TRIES = 6  # a step that lost a race is decided anew on the new state
MOST_OPEN = 100
OPEN = frozenset({State.CALLING, State.UNANSWERED})
Step = Callable[[Mobilisation], Change]
# From when people may be paged for a ticket: now, or its contract's next opening (Clocks 9).
OpensAt = Callable[[Ticket, datetime], datetime]


class Store(Protocol):
    """Where mobilisations are kept; see `store.MobilisationStore`."""

    def begin(self, mobilisation: Mobilisation) -> bool: ...
    def load(self, mobilisation_id: str) -> Mobilisation: ...
    def save(self, mobilisation: Mobilisation, before: int, events: Sequence[MobilisationEvent]) -> None: ...
    def of_ticket(
        self, ticket_id: str, *, cursor: str | None = None, limit: int = 50
    ) -> tuple[list[Mobilisation], str | None]: ...


class Tickets(Protocol):
    """The verbs of a ticket that a taker uses."""

    def get(self, ticket_id: str, *, by: Actor) -> Ticket: ...
    def start_work(self, ticket_id: str, ask: Ask) -> Ticket: ...
    def assign(self, ticket_id: str, ask: Ask, *, to: str, before: str | None = None) -> Ticket: ...


class Crews(Protocol):
    """Whom a target names now."""

    def callees(self, target: Target, ticket: Ticket, at: datetime) -> tuple[Callee, ...]: ...


class Mobilisations:
    """Calls people for tickets. Every step is one conditional write, which tells the world whom to page."""

    def __init__(
        self, store: Store, tickets: Tickets, crews: Crews, opens_at: OpensAt, now: Callable[[], datetime]
    ) -> None:
        self.store = store
        self.tickets = tickets
        self.crews = crews
        self.opens_at = opens_at
        self.now = now

    def begin(self, mobilisation: Mobilisation) -> None:
        """Kept once, then its first round at once; told again, it goes on where it stands (F5, F9)."""
        self.store.begin(mobilisation)
        self.fall_due(mobilisation.id)

    def fall_due(self, mobilisation_id: str) -> Mobilisation:
        """The next round, if it is due and anybody is still needed: the ticket is asked anew (F14)."""
        return self._change(mobilisation_id, self._round)

    def review(self, ticket_id: str) -> None:
        """Ends what a change of the ticket has made needless, whichever event said so (F10)."""
        for mobilisation in self._open(ticket_id):
            self._change(mobilisation.id, lambda found: self._ended(found, self._ticket(found)))

    def take(self, ticket_id: str, ask: Ask) -> Ticket:
        """Somebody is on it: rounds end, work has begun, and whoever owns nothing yet owns the ticket (B6).

        Taking twice is taking once; the second taker is told who was first (F8).
        """
        ask.by.need_staff()
        ticket = self.tickets.get(ticket_id, by=ask.by)
        if not ticket.is_unsolved:
            raise Conflict(f"{ticket.label} is {ticket.status.value}: there is nothing to take")
        for mobilisation in self._open(ticket.id):
            self._change(mobilisation.id, lambda found: found.take(ask.by.id, self.now()))
        self._not_anothers(ticket, ask.by)
        by = Ask(by=ask.by)
        ticket = self.tickets.start_work(ticket.id, by)
        return ticket if ticket.assignee else self.tickets.assign(ticket.id, by, to=ask.by.id)

    def _not_anothers(self, ticket: Ticket, by: Actor) -> None:
        """Somebody may have taken what was open a moment ago, or long before."""
        taken = next((m.taken_by for m in self._of(ticket.id) if m.must_be_taken and m.taken_by), None)
        if taken is None and ticket.work_started_at:
            taken = ticket.assignee  # before any call went out
        if taken not in (None, by.id):
            said = f"{taken} has {ticket.label}; talk to them, and assign it to yourself to take it over"
            raise AlreadyTaken(said, taken_by=taken)

    def _round(self, mobilisation: Mobilisation) -> Change:
        now, events = self.now(), list[MobilisationEvent]()
        ticket = self._ticket(mobilisation)
        mobilisation, told = self._ended(mobilisation, ticket)
        events += told
        # A level with nobody passes on at once, so one waking may go through several.
        while mobilisation.wake_at and mobilisation.wake_at <= now:
            level = mobilisation.calls_next
            crew = self.crews.callees(level.target, ticket, now) if level else ()
            opens_at = self.opens_at(ticket, now)
            mobilisation, told = mobilisation.fall_due(now, crew=crew, opens_at=opens_at)
            events += told
        return mobilisation, tuple(events)

    def _ended(self, mobilisation: Mobilisation, ticket: Ticket) -> Change:
        if mobilisation.state not in OPEN:
            return mobilisation, ()
        if because := why_over(mobilisation, ticket):
            return mobilisation.withdraw(self.now(), because)
        if person := taker(mobilisation, ticket):
            return mobilisation.take(person, self.now())
        return mobilisation, ()

    def _change(self, mobilisation_id: str, step: Step) -> Mobilisation:
        for tries_left in reversed(range(TRIES)):
            before = self.store.load(mobilisation_id)
            after, events = step(before)
            if after == before:
                return before
            after = replace(after, version=before.version + 1)
            try:
                self.store.save(after, before.version, events)
            except PreconditionFailed:
                if not tries_left:
                    raise
            else:
                return after
        raise AssertionError("unreachable")

    def _open(self, ticket_id: str) -> list[Mobilisation]:
        return [found for found in self._of(ticket_id) if found.state in OPEN]

    def _of(self, ticket_id: str) -> list[Mobilisation]:
        return self.store.of_ticket(ticket_id, limit=MOST_OPEN)[0]

    def _ticket(self, mobilisation: Mobilisation) -> Ticket:
        return self.tickets.get(mobilisation.ticket_id, by=DESK)
