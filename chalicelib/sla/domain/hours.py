"""Counting time: how much of it counts between two moments, and when so much of it will have passed."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Protocol
from zoneinfo import ZoneInfo

from chalicelib.core.errors import Invalid
from chalicelib.sla.domain.calendar import Calendar, Days, HolidaysOf, no_holidays
from chalicelib.sla.domain.intervals import Interval, intervals_of, merged
from chalicelib.sla.domain.table import Table

ZERO = timedelta()
_LONGEST = timedelta(days=36_500)
_FIRST_YEARS = (2026, 2027)  # tabulated at once, which tries the calendar out; others when asked for
_YEARS = range(1900, 2401)  # what is asked for beyond these is a slip, not a promise


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """A stretch of time, half-open, that counts or does not, and why."""

    start: datetime
    end: datetime
    counted: bool
    reason: str


class Hours(Protocol):
    """The hours that count. Moments go in aware, in any zone, and come out in UTC."""

    def add(self, start: datetime, target: timedelta) -> datetime:
        """The first moment at which `target` has been counted since `start`; `start` itself for nothing."""

    def between(self, start: datetime, end: datetime) -> timedelta:
        """Counted time, exact; negative when `end` is the earlier."""

    def spans(self, start: datetime, end: datetime) -> tuple[Span, ...]:
        """The whole stretch in pieces without gaps; the counted ones sum to `between`."""

    def opening(self, at: datetime) -> datetime:
        """`at` itself when its next moment counts, else the next opening."""


class AlwaysOpen:
    """24x7: real time, never a table, so every day has its true 23, 24 or 25 hours (B17)."""

    def add(self, start: datetime, target: timedelta) -> datetime:
        return utc(start) + checked(target)

    def between(self, start: datetime, end: datetime) -> timedelta:
        return utc(end) - utc(start)

    def spans(self, start: datetime, end: datetime) -> tuple[Span, ...]:
        start, end = utc(start), utc(end)
        return (Span(start=start, end=end, counted=True, reason="24x7"),) if start < end else ()

    def opening(self, at: datetime) -> datetime:
        return utc(at)


class WorkingTime:
    """Business hours of one calendar, from a table that grows by itself to the years asked for.

    Refuses a calendar with a year without working time (F16): no question can then run for ever.
    """

    def __init__(self, calendar: Calendar, holidays: HolidaysOf = no_holidays) -> None:
        self.calendar = calendar
        self._zone = ZoneInfo(calendar.zone)
        self._days = Days(calendar, holidays)
        self._years: dict[int, list[Interval]] = {}
        for year in {own.day.year for own in calendar.own_days if own.on}:
            self._year(year)
        self._table = self._tabulate(*_FIRST_YEARS)

    def add(self, start: datetime, target: timedelta) -> datetime:
        start = utc(start)
        if checked(target) == ZERO:
            return start
        table = self._covering(start, start)
        goal = table.worked_before(start) + target
        while goal > table.reach:
            table = self._extended(table)
        return table.moment(goal)

    def between(self, start: datetime, end: datetime) -> timedelta:
        # The busiest question of the desk, mostly asked within working hours: no call, four comparisons.
        if start.tzinfo is UTC is end.tzinfo:
            days = self._table.days
            try:
                opens, closes, lag = days[start.toordinal()]
                if opens <= start <= closes:
                    opens, closes, later = days[end.toordinal()]
                    if opens <= end <= closes:
                        return end - start + (lag - later)
            except KeyError:
                pass
        return self._between(utc(start), utc(end))

    def _between(self, start: datetime, end: datetime) -> timedelta:
        table = self._table
        if not table.since <= start <= end < table.until:
            if end < start:
                return -self._between(end, start)
            table = self._covering(start, end)
        return table.worked_before(end) - table.worked_before(start)

    def spans(self, start: datetime, end: datetime) -> tuple[Span, ...]:
        start, end = utc(start), utc(end)
        return joined(self._pieces(start, end)) if start < end else ()

    def opening(self, at: datetime) -> datetime:
        # A microsecond counted from here ends a microsecond after the opening.
        tick = timedelta(microseconds=1)
        return self.add(at, tick) - tick

    def _pieces(self, start: datetime, end: datetime) -> Iterator[Span]:
        at = start
        for opens, closes in self._covering(start, end).intervals(start, end):
            yield from self._closed(at, opens)
            yield Span(start=opens, end=closes, counted=True, reason="business hours")
            at = closes
        yield from self._closed(at, end)

    def _closed(self, start: datetime, end: datetime) -> Iterator[Span]:
        while start < end:
            day = start.astimezone(self._zone).date()
            stop = min(end, self._midnight_after(day))
            yield Span(start=start, end=stop, counted=False, reason=self._days.reason(day))
            start = stop

    def _midnight_after(self, day: date) -> datetime:
        # The later reading where midnight is skipped or comes twice, so that we always move on.
        midnight = datetime.combine(day + timedelta(days=1), time(), self._zone)
        return max(midnight.astimezone(UTC), midnight.replace(fold=1).astimezone(UTC))

    def _covering(self, start: datetime, end: datetime) -> Table:
        table = self._table
        if table.since <= start and end < table.until:
            return table
        return self._tabulate(min(start.year - 1, table.first), max(end.year + 1, table.last))

    def _extended(self, table: Table) -> Table:
        """Twice as many years, up to the limit: only what lies beyond it is refused."""
        if table.last >= _YEARS[-1]:
            raise Invalid(f"calendar {self.calendar.id}: this target ends after the year {_YEARS[-1]}")
        return self._tabulate(table.first, min(table.last + table.last - table.first + 1, _YEARS[-1]))

    def _tabulate(self, first: int, last: int) -> Table:
        if first not in _YEARS or last not in _YEARS:
            raise Invalid(f"times must lie between the years {_YEARS[0]} and {_YEARS[-1]}")
        raw = merged(interval for year in range(first, last + 1) for interval in self._year(year))
        table = Table(raw, first=first, last=last)
        self._table = table  # in one assignment: another thread sees the old one or the new one
        return table

    def _year(self, year: int) -> list[Interval]:
        if year not in self._years:
            intervals = intervals_of(year, self._days, self._zone)
            if not intervals:
                raise Invalid(f"calendar {self.calendar.id} has no working time in {year}: open a day of it")
            self._years[year] = intervals
        return self._years[year]


def utc(at: datetime) -> datetime:
    """In UTC, because subtracting two times of one zone gives wall time, an hour off at clock changes."""
    if at.tzinfo is UTC:
        return at
    if at.tzinfo is None:
        raise Invalid(f"{at.isoformat()} has no time zone: add one")
    return at.astimezone(UTC)


def checked(target: timedelta) -> timedelta:
    if not ZERO <= target <= _LONGEST:
        raise Invalid(f"a target of {target} is out of range: give zero up to {_LONGEST.days} days")
    return target


def joined(spans: Iterable[Span]) -> tuple[Span, ...]:
    """Neighbours with the same reason made one."""
    result: list[Span] = []
    for span in spans:
        last = result[-1] if result else None
        if last and (last.counted, last.reason, last.end) == (span.counted, span.reason, span.start):
            result[-1] = replace(last, end=span.end)
        else:
            result.append(span)
    return tuple(result)
