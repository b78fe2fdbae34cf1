"""Clocks: when a promise falls due, as a pure function of history, plan and calendar.

`due_at` never depends on `now`, so two sweeps, a late sweep and a reader years later all find the
same minute. Always `consumed + remaining == target`: a clock in its grace (decision 5) starts at the
change of severity and has the grace as its target, and its notes say so.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TypeAlias

from chalicelib.sla.domain.hours import Hours, Span, utc
from chalicelib.sla.domain.leg import Leg, deciding_leg
from chalicelib.sla.domain.plan import HoursKind, Kind, Plan
from chalicelib.sla.domain.timeline import Course, Timeline, in_order

HoursOf: TypeAlias = Callable[[HoursKind], Hours]

PAUSABLE = frozenset({Kind.UPDATE, Kind.RESOLUTION})  # decision 6


@dataclass(frozen=True, slots=True, kw_only=True)
class Clock:
    """Where one promise stands. `due_at` is None while a pause holds it back before its time."""

    kind: Kind
    cycle: int  # of update clocks: how often it has started; 1 for the others
    severity: int
    started_at: datetime
    due_at: datetime | None
    target: timedelta
    consumed: timedelta
    remaining: timedelta  # negative once overdue
    warn_at: tuple[datetime, ...]
    hours: HoursKind
    clause: str
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Explanation:
    """The same clock with every interval, counted and not: the counted ones sum to `counted` (D1)."""

    kind: Kind
    started_at: datetime
    until: datetime
    spans: tuple[Span, ...]
    counted: timedelta
    target: timedelta
    due_at: datetime | None
    clause: str
    notes: tuple[str, ...] = ()


def clock(kind: Kind, timeline: Timeline, plan: Plan, hours: HoursOf, now: datetime) -> Clock | None:
    """This promise as of `now`, or None when the plan does not promise it for this ticket.

    For a settled promise give `timeline.until(settled_at)` and `settled_at` as `now`.
    """
    leg = deciding_leg(kind, timeline, plan, _courses(kind, timeline, hours))
    if leg is None:
        return None
    consumed = leg.course.counted(leg.started_at, utc(now))
    reached = (leg.course.reach(leg.started_at, leg.duration * part) for part in plan.warnings)
    return Clock(
        kind=kind,
        cycle=leg.cycle,
        severity=leg.severity,
        started_at=leg.started_at,
        due_at=leg.due_at,
        target=leg.duration,
        consumed=consumed,
        remaining=leg.duration - consumed,
        warn_at=tuple(sorted(at for at in reached if at is not None)),
        hours=leg.hours,
        clause=leg.clause,
        notes=leg.notes,
    )


def explain(
    kind: Kind, timeline: Timeline, plan: Plan, hours: HoursOf, until: datetime
) -> Explanation | None:
    """Why the clock stands where it stands at `until`: every interval since its start, with the reason."""
    leg: Leg | None = deciding_leg(kind, timeline, plan, _courses(kind, timeline, hours))
    if leg is None:
        return None
    until = max(leg.started_at, utc(until))
    return Explanation(
        kind=kind,
        started_at=leg.started_at,
        until=until,
        spans=leg.course.spans(leg.started_at, until),
        counted=leg.course.counted(leg.started_at, until),
        target=leg.duration,
        due_at=leg.due_at,
        clause=leg.clause,
        notes=leg.notes,
    )


def _courses(kind: Kind, timeline: Timeline, hours: HoursOf) -> Callable[[HoursKind], Course]:
    pauses = in_order(timeline.pauses) if kind in PAUSABLE else ()
    return lambda whose: Course(hours(whose), pauses)
