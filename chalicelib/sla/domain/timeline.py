"""What clocks look at in a ticket's history, and nothing else."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from chalicelib.core.errors import Invalid
from chalicelib.sla.domain.hours import Hours, Span, joined, utc
from chalicelib.sla.domain.plan import Plan


@dataclass(frozen=True, slots=True, kw_only=True)
class SeverityAt:
    at: datetime
    severity: int

    def __post_init__(self) -> None:
        object.__setattr__(self, "at", utc(self.at))


@dataclass(frozen=True, slots=True, kw_only=True)
class Pause:
    """Time that does not count for update and resolution (decision 6), half-open; no end = still paused."""

    from_: datetime
    to: datetime | None = None
    reason: str = "waiting for the customer"

    def __post_init__(self) -> None:
        object.__setattr__(self, "from_", utc(self.from_))
        object.__setattr__(self, "to", self.to and utc(self.to))


@dataclass(frozen=True, slots=True, kw_only=True)
class Timeline:
    """A ticket's history as clocks see it, in UTC. Order within each list does not matter (F10)."""

    reported_at: datetime
    severities: tuple[SeverityAt, ...]  # the first at the report: the customer's proposal
    called_at: datetime | None = None  # the support phone (D12)
    own_channel: bool = False  # came in by a product line's own channel (D13)
    updates: tuple[datetime, ...] = ()  # public replies by people of the desk
    pauses: tuple[Pause, ...] = ()
    reopened_at: datetime | None = None  # work has to start anew from then on

    def __post_init__(self) -> None:
        # In UTC once, because comparing two times of one zone compares wall times.
        object.__setattr__(self, "reported_at", utc(self.reported_at))
        object.__setattr__(self, "called_at", self.called_at and utc(self.called_at))
        object.__setattr__(self, "reopened_at", self.reopened_at and utc(self.reopened_at))
        object.__setattr__(self, "updates", tuple(map(utc, self.updates)))
        if not self.severities:
            raise Invalid("a clock needs a severity: give the proposed one, at the time of the report")

    def marks(self, plan: Plan) -> tuple[SeverityAt, ...]:
        """When each severity of this plan began to hold; marking the same one again begins nothing."""
        marks: list[SeverityAt] = []
        for mark in sorted(self.severities, key=lambda mark: mark.at):
            severity = plan.severity(mark.severity)
            if not marks or marks[-1].severity != severity:
                marks.append(SeverityAt(at=mark.at, severity=severity))
        return tuple(marks)

    def until(self, at: datetime) -> "Timeline":
        """The history as it was at this moment, to settle or to explain a clock as of then."""
        return replace(
            self,
            severities=tuple(s for s in self.severities if s.at <= at) or self.severities[:1],
            called_at=self.called_at if self.called_at and self.called_at <= at else None,
            reopened_at=self.reopened_at if self.reopened_at and self.reopened_at <= at else None,
            updates=tuple(update for update in self.updates if update <= at),
            pauses=tuple(_open_at(p, at) for p in self.pauses if p.from_ <= at),
        )


@dataclass(frozen=True, slots=True)
class Course:
    """Hours that count, less the pauses: the way on which a clock advances."""

    hours: Hours
    pauses: tuple[Pause, ...]  # in order and apart

    def reach(self, start: datetime, target: timedelta) -> datetime | None:
        """The first moment at which `target` is used up; None when a pause holds it back without end."""
        at, left = start, target
        for pause in self._pauses_after(start):
            counted = self.hours.between(at, max(at, pause.from_))
            if counted >= left:
                break
            if pause.to is None:
                return None
            at, left = pause.to, left - counted
        return self.hours.add(at, left)

    def counted(self, start: datetime, until: datetime) -> timedelta:
        total, at = timedelta(), start
        for pause in self._pauses_after(start):
            if pause.from_ >= until:
                break
            total += self.hours.between(at, max(at, pause.from_))
            at = until if pause.to is None else min(pause.to, until)
        return total + self.hours.between(at, max(at, until))

    def spans(self, start: datetime, until: datetime) -> tuple[Span, ...]:
        """The stretch in pieces without gaps; the counted ones sum to `counted`."""
        spans: list[Span] = []
        at = start
        for pause in self._pauses_after(start):
            if pause.from_ >= until:
                break
            begin, end = max(at, pause.from_), until if pause.to is None else min(pause.to, until)
            spans += self.hours.spans(at, begin)
            spans.append(Span(start=begin, end=end, counted=False, reason=pause.reason))
            at = end
        return joined([*spans, *self.hours.spans(at, until)])

    def _pauses_after(self, start: datetime) -> list[Pause]:
        return [pause for pause in self.pauses if pause.to is None or pause.to > start]


def in_order(pauses: Iterable[Pause]) -> tuple[Pause, ...]:
    """In order and apart, however they overlap: paused straight into another pause is one long wait."""
    result: list[Pause] = []
    for pause in sorted(pauses, key=lambda pause: pause.from_):
        since = pause.from_
        if result:
            held = result[-1].to
            if held is None:
                break
            since = max(since, held)
        if pause.to is None or pause.to > since:
            result.append(replace(pause, from_=since))
    return tuple(result)


def _open_at(pause: Pause, at: datetime) -> Pause:
    return pause if pause.to and pause.to <= at else replace(pause, to=None)
