"""A plan: how fast the desk promises to act, by severity, as versioned data."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Optional

from chalicelib.core.errors import Invalid
from chalicelib.sla.domain.hours import Hours


class Kind(StrEnum):
    FIRST_RESPONSE = "first_response"
    UPDATE = "update"
    WORK_START = "work_start"
    RESOLUTION = "resolution"

    @property
    def words(self) -> str:
        return self.value.replace("_", " ")


class HoursKind(StrEnum):
    """Whose hours count: the customer's business hours, or real time (24x7)."""

    BUSINESS = "business"
    ALWAYS = "always"


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """So much counted time for this, at this severity. `clause` names the contract that changed it (D1)."""

    kind: Kind
    severity: int
    duration: timedelta
    hours: HoursKind
    by_phone: bool = False  # holds only once the support phone was called (D12)
    clause: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Override:
    """What a contract or a customer changes in a plan, and the clause that says so (D1).

    An empty field leaves the plan's value. No kind or no severity means all of them; a new target
    needs kind, severity, duration and hours. `calendar` replaces the customer's business hours.
    """

    clause: str
    kind: Kind | None = None
    severity: int | None = None
    duration: timedelta | None = None
    hours: HoursKind | None = None
    by_phone: bool | None = None
    calendar: str | None = None

    def names(self, target: Target) -> bool:
        return self.kind in {None, target.kind} and self.severity in {None, target.severity}

    def applied(self, target: Target) -> Target:
        """This override on one target; a calendar alone touches only targets in business hours."""
        changed = replace(
            target,
            duration=target.duration if self.duration is None else self.duration,
            hours=self.hours or target.hours,
            by_phone=target.by_phone if self.by_phone is None else self.by_phone,
        )
        by_calendar = self.calendar is not None and changed.hours is HoursKind.BUSINESS
        return replace(changed, clause=self.clause) if changed != target or by_calendar else target

    def added(self) -> Target | None:
        """The target that the plan does not have yet, when this override says all of it."""
        if self.kind is None or self.severity is None or self.duration is None or self.hours is None:
            return None
        return Target(
            kind=self.kind,
            severity=self.severity,
            duration=self.duration,
            hours=self.hours,
            by_phone=bool(self.by_phone),
            clause=self.clause,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """One version of a service plan (B10, B11, D5, D12, D13). A ticket pins id and version.

    `paging` says for each severity when people may be woken; `fallback` is the plan whose first
    response counts until the support phone is called; `calendar` is None for the customer's own.
    """

    id: str
    version: int
    name: str
    severities: int
    targets: tuple[Target, ...]
    warnings: tuple[float, ...]  # parts of the target after which we warn
    grace: timedelta
    paging: tuple[HoursKind, ...]
    fallback: Optional["Plan"] = None
    own_channels: tuple[str, ...] = ()  # no response clock there (D13)
    calendar: str | None = None

    def __post_init__(self) -> None:
        if faults := tuple(self._faults()):
            raise Invalid(f"plan {self.id} v{self.version}: {'; '.join(faults)}", errors=faults)

    @property
    def title(self) -> str:
        return f"{self.name} plan v{self.version}"

    def severity(self, proposed: int) -> int:
        """The plan's severity for a proposed one: lower than its lowest counts as its lowest."""
        if proposed < 1:
            raise Invalid(f"severity {proposed} is unknown: 1 is the most urgent")
        return min(proposed, self.severities)

    def target(self, kind: Kind, severity: int) -> Target | None:
        wanted = (kind, self.severity(severity))
        return next((t for t in self.targets if (t.kind, t.severity) == wanted), None)

    def may_page(self, severity: int, business: Hours, at: datetime) -> bool:
        """A 09-17 contract does not page at night; a 24x7 one does (Clocks 9)."""
        return self.paging_from(severity, business, at) == at

    def paging_from(self, severity: int, business: Hours, at: datetime) -> datetime:
        """From when people may be paged: at once, or from the next opening of the business hours."""
        always = self.paging[self.severity(severity) - 1] is HoursKind.ALWAYS
        return at if always else business.opening(at)

    def overridden(self, *overrides: Override) -> "Plan":
        """This plan as a contract changes it, in the order given (D1)."""
        plan = self
        for override in overrides:
            plan = plan._overridden(override)
        return plan

    def _overridden(self, override: Override) -> "Plan":
        targets = tuple(override.applied(t) if override.names(t) else t for t in self.targets)
        if not any(override.names(t) for t in self.targets):
            added = override.added()
            if added is None:
                raise Invalid(f"{override.clause}: there is no such target; give its duration and hours")
            targets = (*targets, added)
        return replace(self, targets=targets, calendar=override.calendar or self.calendar)

    def _faults(self) -> Iterator[str]:
        known = range(1, self.severities + 1)
        places = [(t.kind, t.severity) for t in self.targets]
        if len(places) != len(set(places)):
            yield "a target is there twice"
        if any(severity not in known for _, severity in places):
            yield f"a target names a severity other than 1 to {self.severities}"
        if any((Kind.FIRST_RESPONSE, severity) not in places for severity in known):
            yield "each severity needs a first_response target"
        if any(t.duration <= timedelta() for t in self.targets) or self.grace < timedelta():
            yield "durations must be longer than nothing"
        if not all(0 < part < 1 for part in self.warnings):
            yield "warnings are parts of the target, between 0 and 1"
        if len(self.paging) != self.severities:
            yield "each severity needs its paging hours"
        if self.fallback is None and any(t.by_phone for t in self.targets):
            yield "a target holds by phone only, but no fallback plan is named"
