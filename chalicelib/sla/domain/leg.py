"""Which rule decides a deadline: the report, the support phone, the last update, or a change of severity."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import TypeAlias

from chalicelib.sla.domain.plan import HoursKind, Kind, Plan, Target
from chalicelib.sla.domain.timeline import Course, SeverityAt, Timeline

CourseOf: TypeAlias = Callable[[HoursKind], Course]

_NEVER = datetime.max.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class Leg:
    """A stretch to run: from a start, for a duration, in somebody's hours, by a clause."""

    severity: int
    started_at: datetime
    duration: timedelta
    hours: HoursKind
    course: Course
    clause: str
    cycle: int = 1
    notes: tuple[str, ...] = ()
    due_at: datetime | None = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "due_at", self.course.reach(self.started_at, self.duration))


def deciding_leg(kind: Kind, timeline: Timeline, plan: Plan, courses: CourseOf) -> Leg | None:
    """The leg that falls due first; with a grace when a change of severity came too late for it."""
    legs = list(_legs(kind, timeline, plan, courses))
    if not legs:
        return None
    first = min(legs, key=lambda leg: leg.due_at or _NEVER)
    return _with_grace(first, timeline.marks(plan), plan)


def _legs(kind: Kind, timeline: Timeline, plan: Plan, courses: CourseOf) -> Iterator[Leg]:
    severity = timeline.marks(plan)[-1].severity
    target = plan.target(kind, severity)
    if target is None or (kind is Kind.FIRST_RESPONSE and timeline.own_channel):
        return
    if kind is Kind.UPDATE:
        yield _update_leg(target, timeline, plan, courses)
    elif kind is Kind.WORK_START:
        marked_at = timeline.marks(plan)[-1].at
        if timeline.reopened_at and timeline.reopened_at > marked_at:
            yield _leg(
                target, plan, courses, started_at=timeline.reopened_at, why="counted from the reopening"
            )
        else:
            yield _leg(target, plan, courses, started_at=marked_at, why="counted from when it was marked")
    elif target.by_phone and plan.fallback is not None:
        yield from _phone_legs(target, timeline, plan, courses)
    else:
        yield _leg(target, plan, courses, started_at=timeline.reported_at, why="D11: counted from the report")


def _phone_legs(target: Target, timeline: Timeline, plan: Plan, courses: CourseOf) -> Iterator[Leg]:
    """Decision 4: the fallback's target from the report, the plan's own from the call."""
    fallback, called_at = plan.fallback, timeline.called_at
    if called_at is not None:
        started_at = max(called_at, timeline.reported_at)
        yield _leg(
            target, plan, courses, started_at=started_at, why="D12: counted from the support phone call"
        )
    if fallback is not None and (slower := fallback.target(target.kind, target.severity)):
        why = (
            f"D12: until the support phone is called the {fallback.name} target counts"
            if called_at is None
            else f"D12: the {fallback.name} target from the report ends before the {plan.name} target"
        )
        yield replace(
            _leg(replace(slower, clause=""), plan, courses, started_at=timeline.reported_at, why=why),
            severity=target.severity,
        )


def _update_leg(target: Target, timeline: Timeline, plan: Plan, courses: CourseOf) -> Leg:
    """Starts again at every public reply by people, and when a severity is marked."""
    starts = sorted({mark.at for mark in timeline.marks(plan)} | set(timeline.updates))
    leg = _leg(
        target, plan, courses, started_at=starts[-1], why="counted from the last public update or mark"
    )
    return replace(leg, cycle=len(starts))


def _leg(target: Target, plan: Plan, courses: CourseOf, *, started_at: datetime, why: str) -> Leg:
    source = f"{target.clause} (changing {plan.title})" if target.clause else plan.title
    return Leg(
        severity=target.severity,
        started_at=started_at,
        duration=target.duration,
        hours=target.hours,
        course=courses(target.hours),
        clause=f"{source}, severity {target.severity}, {target.kind.words}, {why}",
    )


def _with_grace(leg: Leg, marks: tuple[SeverityAt, ...], plan: Plan) -> Leg:
    """Decision 5: a target already past when the severity changed is due after the grace, not in the past.

    Counted in the clock's own hours, so that nobody's office hours are due at night (Clocks 9).
    """
    changed_at = marks[-1].at
    if len(marks) == 1 or leg.due_at is None or leg.due_at > changed_at:
        return leg
    note = (
        f"when the severity changed from {marks[-2].severity} to {marks[-1].severity}"
        f" at {changed_at:%Y-%m-%d %H:%M} UTC, its target of {leg.duration} was already past:"
        f" due {plan.grace} after the change (decision 5)"
    )
    return replace(leg, started_at=changed_at, duration=plan.grace, notes=(*leg.notes, note))
