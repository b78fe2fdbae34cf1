"""From what happened to what the ladder says: page, write, raise a task. Each step once for each cause."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Protocol

from chalicelib.core import ids
from chalicelib.customers.domain import DESK, Actor, Contact, Staff
from chalicelib.escalation.domain import (
    Action,
    Happening,
    Ladder,
    Mobilisation,
    Step,
    Target,
    TargetKind,
    page_text,
)
from chalicelib.escalation.domain.letter import Letter
from chalicelib.tickets.domain import Ticket
from chalicelib.tickets.domain.keeping import Ask, Once

CUSTOMERS, STAFFS = "escalation_contacts", "staff"  # templates


class Tickets(Protocol):
    """What a ladder does with a ticket itself."""

    def get(self, ticket_id: str, *, by: Actor) -> Ticket: ...
    def raise_call(self, ticket_id: str, ask: Ask, *, reason: str) -> Ticket: ...


class Mobilisations(Protocol):
    """Calls people."""

    def begin(self, mobilisation: Mobilisation) -> None: ...


class Crews(Protocol):
    """Whom a target names."""

    def staff(self, target: Target, ticket: Ticket, at: datetime) -> tuple[Staff, ...]: ...
    def escalation_contacts(self, ticket: Ticket) -> tuple[Contact, ...]: ...


class Letters(Protocol):
    """Mail out; a letter with a key that was seen before does not leave again."""

    def write(self, letter: Letter) -> None: ...


class Escalations:
    """Does what the ladder says about what happened to a ticket (B10, D15, A8 tier 3)."""

    def __init__(  # noqa: PLR0913 - the ways to reach people, and what to say
        self,
        *,
        ladder: Ladder,
        tickets: Tickets,
        mobilisations: Mobilisations,
        crews: Crews,
        letters: Letters,
        plan_name: Callable[[Ticket], str],
        link: Callable[[Ticket], str],
        now: Callable[[], datetime],
    ) -> None:
        self.ladder = ladder
        self.tickets = tickets
        self.mobilisations = mobilisations
        self.crews = crews
        self.letters = letters
        self.plan_name = plan_name
        self.link = link
        self.now = now

    def react(self, happening: Happening) -> None:
        """Every step of the occasion, once however often it is told. Pages come first in every ladder."""
        occasion = happening.occasion
        if occasion is None:
            return
        ticket = self.tickets.get(happening.ticket_id, by=DESK)
        cause = happening.cause(ticket)
        if cause is None:
            return
        steps = self.ladder.steps_for(
            occasion,
            severity=ticket.severity,
            plan=self.plan_name(ticket),
            involved=ticket.customer_id is not None,
        )
        for step in steps:
            # Nobody is woken for what is over; that it was late is written all the same.
            if step.action is Action.WRITE or happening.calls(ticket):
                self._do(step, happening, ticket, cause)

    def _do(self, step: Step, happening: Happening, ticket: Ticket, cause: str) -> None:
        match step.action:
            case Action.PAGE:
                self._page(step, happening, ticket, cause)
            case Action.WRITE:
                self._write(step, happening, ticket, cause)
            case Action.TASK:
                key = ids.derived("X", cause, step.id)
                ask = Ask(by=DESK, once=Once(key=key, asks=key))
                self.tickets.raise_call(ticket.id, ask, reason=step.text)
                self._write(step, happening, ticket, cause)

    def _page(self, step: Step, happening: Happening, ticket: Ticket, cause: str) -> None:
        # Another function's clock may be ahead of ours: nobody waits for that (F15).
        at = min(happening.at, self.now())
        text = page_text(
            ticket=ticket.label,
            severity=ticket.severity,
            plan=self.plan_name(ticket),
            occasion=step.occasion,
            at=happening.due_at or happening.at,
            link=self.link(ticket) if step.must_be_taken else "",
        )
        mobilisation = Mobilisation.of(
            step,
            self.ladder,
            id_=ids.derived("C", ticket.id, cause, step.id),
            ticket_id=ticket.id,
            text=text,
            at=at,
        )
        self.mobilisations.begin(replace(mobilisation, promise=happening.promise))

    def _write(self, step: Step, happening: Happening, ticket: Ticket, cause: str) -> None:
        for reader in self._readers(step, ticket):
            letter = Letter(
                key=f"{cause}#{step.id}#{reader.email.lower()}",
                template=CUSTOMERS if step.target.kind is TargetKind.ESCALATION_CONTACTS else STAFFS,
                to=reader.email,
                name=reader.name,
                zone=reader.zone or "UTC",
                ticket=ticket,
                occasion=step.occasion,
                at=happening.at,
                due_at=happening.due_at,
                task=step.text,
            )
            self.letters.write(letter)

    def _readers(self, step: Step, ticket: Ticket) -> Sequence[Contact | Staff]:
        if step.target.kind is TargetKind.ESCALATION_CONTACTS:
            return self.crews.escalation_contacts(ticket)
        return self.crews.staff(step.target, ticket, self.now())
