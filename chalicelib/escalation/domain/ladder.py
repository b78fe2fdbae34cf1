"""A ladder: what is done on which occasion, as data that a person can read and change."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum


class Occasion(StrEnum):
    """What happened to a ticket. The promises' occasions are `<kind of promise>_<warned or broken>`."""

    SEVERITY_1_MARKED = "severity_1_marked"
    ESCALATED = "escalated"
    FIRST_RESPONSE_WARNED = "first_response_warned"
    FIRST_RESPONSE_BROKEN = "first_response_broken"
    WORK_START_WARNED = "work_start_warned"
    WORK_START_BROKEN = "work_start_broken"
    UPDATE_WARNED = "update_warned"
    UPDATE_BROKEN = "update_broken"
    RESOLUTION_WARNED = "resolution_warned"
    RESOLUTION_BROKEN = "resolution_broken"
    CUSTOMER_CALL_BROKEN = "customer_call_broken"

    @property
    def words(self) -> str:
        return self.value.replace("_", " ")


class Action(StrEnum):
    """Page: now, by the short way. Write: by mail. Task: something for a person to do."""

    PAGE = "page"
    WRITE = "write"
    TASK = "task"


class Hours(StrEnum):
    """Whether a step waits for the contract's hours: a 09-17 contract does not page at night (Clocks 9)."""

    ALWAYS = "always"
    CONTRACT = "contract"


class TargetKind(StrEnum):
    """The assignee is, where there is none, whoever is on call."""

    ROLE = "role"
    ON_CALL = "on_call"
    ESCALATION_CONTACTS = "escalation_contacts"
    ASSIGNEE = "assignee"


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """Who is meant: `name` is the role, or the team on call."""

    kind: TargetKind
    name: str = ""

    def __str__(self) -> str:
        return f"{self.kind.value}:{self.name}" if self.name else self.kind.value


@dataclass(frozen=True, slots=True, kw_only=True)
class Level:
    """Whom a mobilisation calls, how often, and how long each round waits for somebody to take it."""

    target: Target
    rounds: int = 1
    every: timedelta = timedelta(0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One thing that is done. Empty `severities` or `plans` mean all; `then` are a page's next levels."""

    id: str
    occasion: Occasion
    action: Action
    target: Target
    hours: Hours = Hours.ALWAYS
    severities: frozenset[int] = frozenset()
    plans: frozenset[str] = frozenset()
    only_if_involved: bool = False  # B10: when a system of the customer is involved
    must_be_taken: bool = False
    then: tuple[Target, ...] = ()
    text: str = ""  # of a task

    def due_at(self, at: datetime, *, opens_at: datetime) -> datetime:
        """When it is done: at once, or at the contract's next opening, which is `at` itself in open hours."""
        return at if self.hours is Hours.ALWAYS else max(at, opens_at)

    def fits(self, *, severity: int, plan: str, involved: bool) -> bool:
        return (
            severity in (self.severities or {severity})
            and plan in (self.plans or {plan})
            and (involved or not self.only_if_involved)
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Ladder:
    """The steps of all occasions, in the order in which they are done."""

    name: str
    version: int
    rounds: int
    every: timedelta
    steps: tuple[Step, ...]

    def steps_for(
        self, occasion: Occasion, *, severity: int, plan: str, involved: bool = False
    ) -> tuple[Step, ...]:
        """What to do now. `involved`: a system of the customer's is part of what happened (B10)."""
        fitting = (step for step in self.steps if step.fits(severity=severity, plan=plan, involved=involved))
        return tuple(step for step in fitting if step.occasion is occasion)

    def levels(self, step: Step) -> tuple[Level, ...]:
        """Whom a page calls: once when it only tells, else round after round and level after level."""
        if not step.must_be_taken:
            return (Level(target=step.target),)
        targets = (step.target, *step.then)
        return tuple(Level(target=target, rounds=self.rounds, every=self.every) for target in targets)
