"""Counting time: how much of it counts between two moments, and when so much of it will have passed."""

from bisect import bisect_left, bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from itertools import accumulate
from typing import Protocol
from zoneinfo import ZoneInfo

from chalicelib.core.errors import Invalid
from chalicelib.sla.domain.calendar import Calendar, Days, HolidaysOf, no_holidays
from chalicelib.sla.domain.intervals import Interval, intervals_of, merged

ZERO = timedelta()
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_LONGEST = timedelta(days=36_500)
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
        self._table = _NOTHING
        for year in {own.day.year for own in calendar.own_days if own.on}:
            self._year(year)

    def add(self, start: datetime, target: timedelta) -> datetime:
        start = utc(start)
        if checked(target) == ZERO:
            return start
        table = self._covering(start, start)
        goal = table.worked_before(start) + target
        while goal > table.reach:
            table = self._extended(table.last + table.last - table.first + 1)
        return table.moment(goal)

    def between(self, start: datetime, end: datetime) -> timedelta:
        start, end = utc(start), utc(end)
        table = self._covering(start, end) if start <= end else self._covering(end, start)
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

    def _covering(self, start: datetime, end: datetime) -> "_Table":
        table = self._table
        if table.since <= start and end < table.until:
            return table
        first, last = start.year - 1, end.year + 1
        if table is not _NOTHING:
            first, last = min(first, table.first), max(last, table.last)
        return self._tabulate(first, last)

    def _extended(self, last: int) -> "_Table":
        # To the limit first: only what lies beyond it is refused.
        if self._table.last >= _YEARS[-1]:
            raise Invalid(f"calendar {self.calendar.id}: this target ends after the year {_YEARS[-1]}")
        return self._tabulate(self._table.first, min(last, _YEARS[-1]))

    def _tabulate(self, first: int, last: int) -> "_Table":
        if first not in _YEARS or last not in _YEARS:
            raise Invalid(f"times must lie between the years {_YEARS[0]} and {_YEARS[-1]}")
        raw = merged(interval for year in range(first, last + 1) for interval in self._year(year))
        self._table = _Table(raw, first=first, last=last)  # in one assignment: threads see old or new
        return self._table

    def _year(self, year: int) -> list[Interval]:
        if year not in self._years:
            intervals = intervals_of(year, self._days, self._zone)
            if not intervals:
                raise Invalid(f"calendar {self.calendar.id} has no working time in {year}: open a day of it")
            self._years[year] = intervals
        return self._years[year]


class _Table:
    """Working intervals of some years with the time worked before each: both questions are one bisection."""

    __slots__ = ("_before", "_closes", "_opens", "first", "last", "reach", "since", "until")

    def __init__(self, intervals: list[Interval], *, first: int, last: int) -> None:
        self.first, self.last = first, last
        self._opens = [_EPOCH + timedelta(seconds=start) for start, _ in intervals]
        self._closes = [_EPOCH + timedelta(seconds=end) for _, end in intervals]
        worked = (timedelta(seconds=end - start) for start, end in intervals)
        self._before = list(accumulate(worked, initial=ZERO))
        # Windows of the years next to these reach at most a day in, and zones differ by a day.
        self.since = datetime(first, 1, 3, tzinfo=UTC)
        self.until = datetime(last, 12, 30, tzinfo=UTC)
        self.reach = self.worked_before(self.until)

    def worked_before(self, at: datetime) -> timedelta:
        index = bisect_right(self._opens, at) - 1
        if index < 0:
            return ZERO
        return min(self._before[index] + (at - self._opens[index]), self._before[index + 1])

    def moment(self, worked: timedelta) -> datetime:
        # To the left: eight hours from Monday 09:00 end on Monday 17:00, not on Tuesday 09:00.
        index = bisect_left(self._before, worked) - 1
        return self._opens[index] + (worked - self._before[index])

    def intervals(self, start: datetime, end: datetime) -> Iterator[tuple[datetime, datetime]]:
        index = bisect_right(self._closes, start)
        while index < len(self._opens) and self._opens[index] < end:
            yield max(start, self._opens[index]), min(end, self._closes[index])
            index += 1


_NOTHING = _Table([], first=2000, last=1999)


def utc(at: datetime) -> datetime:
    """In UTC, because subtracting two times of one zone gives wall time, an hour off at clock changes."""
    if at.tzinfo is None:
        raise Invalid(f"{at.isoformat()} has no time zone: add one")
    return at.astimezone(UTC)


def checked(target: timedelta) -> timedelta:
    if not ZERO <= target <= _LONGEST:
        raise Invalid(f"a target of {target} is out of range: give zero up to {_LONGEST.days} days")
    return target


def joined(spans: Iterator[Span]) -> tuple[Span, ...]:
    """Neighbours with the same reason made one."""
    result: list[Span] = []
    for span in spans:
        last = result[-1] if result else None
        if last and (last.counted, last.reason, last.end) == (span.counted, span.reason, span.start):
            span = Span(start=result.pop().start, end=span.end, counted=span.counted, reason=span.reason)
        result.append(span)
    return tuple(result)
