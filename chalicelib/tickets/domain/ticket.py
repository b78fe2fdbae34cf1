"""The ticket: what its events add up to, with the promises that it owes."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime

from chalicelib.core.errors import Conflict
from chalicelib.promises.domain import Promise
from chalicelib.sla.domain import Clock, HoursOf, Kind, Plan, Timeline, clock
from chalicelib.tickets import events as e
from chalicelib.tickets.domain.moves import CLOSED, MOVES, NEW, UNSOLVED, WHEN_MERGED, Status

FAR = "9999-12-31T00:00:00.000000Z"


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """A severity with who chose it and why: the customer's proposal, or the desk's decision (D9)."""

    severity: int
    by: str
    at: datetime
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """Another ticket that this one has to do with."""

    to: str
    relation: str


@dataclass(frozen=True, slots=True)
class Terms:
    """The customer's plan, as the contract changes it, and the hours that count for this customer."""

    plan: Plan
    hours: HoursOf

    def clock(self, ticket: "Ticket", kind: Kind, now: datetime) -> Clock | None:
        """The clock of this kind, or None where the plan sets no such target."""
        return clock(kind, ticket.timeline, self.plan, self.hours, now)


@dataclass(frozen=True, slots=True, kw_only=True)
class Ticket:
    """One report, one issue. `version` counts its changes; nothing is changed without knowing it."""

    id: str
    version: int = 1
    number: int | None = None
    status: Status = NEW
    kind: str
    subject: str
    channel: str
    requester: e.Requester
    customer_id: str | None
    participants: tuple[str, ...] = ()  # further addresses that take part
    registered_at: datetime
    changed_at: datetime
    signals: tuple[str, ...] = ()
    proposal: Decision
    decision: Decision | None = None
    plan: e.PlanRef
    product_line: str | None = None
    verified: bool = True
    is_automatic_mail: bool = False
    referred_to: str | None = None  # the partner whose end user wrote: B16
    taken_up_at: datetime | None = None  # when that partner, or our triage, made it ours after all
    faults: tuple[str, ...] = ()
    timeline: Timeline
    acknowledged_at: datetime | None = None  # the incident and its severity (D11)
    answered_at: datetime | None = None
    work_started_at: datetime | None = None
    last_update_at: datetime | None = None  # the last public word of a person of the desk
    assignee: str | None = None
    escalated_at: datetime | None = None
    eta: datetime | None = None
    workaround: str | None = None
    solved_at: datetime | None = None
    closed_at: datetime | None = None
    announces_closing_at: datetime | None = None
    closes_at: datetime | None = None
    declined_for: str | None = None
    consultancy: bool = False
    merged_into: str | None = None
    links: tuple[Link, ...] = ()
    references: tuple[str, ...] = ()  # Message-IDs of its mails, newest last
    promises: tuple[Promise, ...] = ()  # open, or broken and not yet fulfilled
    cycles: Mapping[str, int] = field(default_factory=dict)  # promises made so far, by kind

    @property
    def severity(self) -> int:
        """The severity in force: the desk's decision, before it the customer's proposal."""
        return (self.decision or self.proposal).severity

    @property
    def is_referred(self) -> bool:
        """With the partner whose end user wrote: we owe nothing until they ask us (B16)."""
        return self.referred_to is not None and self.taken_up_at is None

    @property
    def is_unsolved(self) -> bool:
        """Somebody still owes the customer something."""
        return self.status in UNSOLVED

    @property
    def label(self) -> str:
        """How people call it: `#1042`, before it has a number its id."""
        return f"#{self.number}" if self.number else self.id

    @property
    def nearest_due(self) -> datetime | None:
        """The nearest deadline that is not met yet; one that has passed is the most urgent of all."""
        return min((p.due_at for p in self.promises if p.due_at), default=None)

    @property
    def wake_at(self) -> datetime | None:
        """The next moment at which the desk must look at this ticket."""
        wakes = (*(p.wake_at for p in self.promises), self.announces_closing_at, self.closes_at)
        return min((wake for wake in wakes if wake), default=None)

    def promise(self, kind: str) -> Promise | None:
        """The current promise of this kind."""
        return next((p for p in self.promises if p.kind == kind), None)

    def may(self, event: type) -> Status:
        """Where `event` leads; Conflict with the reason when it is not possible now."""
        if self.merged_into and event not in WHEN_MERGED:
            raise Conflict(f"{self.label} was merged into {self.merged_into}: do it there, or unmerge first")
        if self.status not in MOVES[event]:
            possible = ", ".join(status.value for status in MOVES[event]) or "not registered yet"
            raise Conflict(
                f"{self.label} is {self.status.value}; {_words(event)} is possible when it is {possible}"
            )
        return MOVES[event][self.status]

    def with_promise(self, promise: Promise) -> "Ticket":
        """The same ticket with this promise in place of its earlier self."""
        others = tuple(p for p in self.promises if p.id != promise.id)
        return replace(self, promises=(*others, promise))

    def without_promise(self, promise: Promise) -> "Ticket":
        """The same ticket after this promise is settled for good."""
        return replace(self, promises=tuple(p for p in self.promises if p.id != promise.id))

    @property
    def queue_order(self) -> str:
        """Sorts the queue: escalated first, then severity, then nearest deadline (B9, D15)."""
        due = self.nearest_due
        nearest = due.strftime("%Y-%m-%dT%H:%M:%S.%fZ") if due else FAR
        return f"{0 if self.escalated_at else 1}#{self.severity}#{nearest}#{self.id}"

    @property
    def is_closed(self) -> bool:
        """Closed for good, unless somebody writes."""
        return self.status is CLOSED


def _words(event: type) -> str:
    name = event.__name__
    return "".join(f" {letter.lower()}" if letter.isupper() else letter for letter in name).strip()
