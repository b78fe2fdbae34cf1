"""Working intervals of some years as a table that answers by bisection, at any span alike."""

from bisect import bisect_left, bisect_right
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import accumulate

from chalicelib.sla.domain.intervals import Interval

_ZERO = timedelta()
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_NEVER = datetime.max.replace(tzinfo=UTC)


class Table:
    """What was worked before each interval; complete from `since` up to `until`, never changed."""

    __slots__ = ("_before", "_closes", "_first", "_opens", "days", "first", "last", "reach", "since", "until")

    def __init__(self, intervals: list[Interval], *, first: int, last: int) -> None:
        self.first, self.last = first, last
        # Windows of the years next to these reach at most a day in, and zones differ by a day.
        self.since = datetime(first, 1, 3, tzinfo=UTC)
        self.until = datetime(last, 12, 30, tzinfo=UTC)
        # An empty interval at the end of time, so that every moment has one that closes after it.
        self._opens = [*(_EPOCH + timedelta(seconds=start) for start, _ in intervals), _NEVER]
        self._closes = [*(_EPOCH + timedelta(seconds=end) for _, end in intervals), _NEVER]
        worked = (timedelta(seconds=end - start) for start, end in intervals)
        self._before = list(accumulate(worked, initial=_ZERO))
        days = range((self.until - self.since).days + 1)
        self._first = [bisect_left(self._closes, self.since + timedelta(days=day)) for day in days]
        self.reach = self.worked_before(self.until)
        self.days = self._simple_days()

    def _simple_days(self) -> dict[int, tuple[datetime, datetime, timedelta]]:
        """UTC days with one interval, by ordinal: when it opens and closes, and how much real time since 1970
        had gone by unworked when it opened; while it is open that stays the same.
        """
        known = range(self.since.toordinal(), self.until.toordinal())
        found: dict[int, tuple[datetime, datetime, timedelta]] = {}
        shared = set[int]()
        for opens, closes, before in zip(self._opens[:-1], self._closes, self._before, strict=False):
            day, last = opens.toordinal(), closes.toordinal()
            if day in found or day != last:
                shared |= {day, last}
            found[day] = (opens, closes, opens - _EPOCH - before)
        return {day: row for day, row in found.items() if day in known and day not in shared}

    def worked_before(self, at: datetime) -> timedelta:
        """Time worked from the beginning of the table up to `at`, which lies within it."""
        # By the day rather than by bisection: half the time of the busiest question of the desk.
        index = self._first[(at - self.since).days]
        while self._closes[index] < at:
            index += 1
        opens = self._opens[index]
        return self._before[index] + (at - opens) if opens < at else self._before[index]

    def moment(self, worked: timedelta) -> datetime:
        """When so much will have been worked: at the end of an interval, not at the start of the next."""
        index = bisect_left(self._before, worked) - 1
        return self._opens[index] + (worked - self._before[index])

    def intervals(self, start: datetime, end: datetime) -> Iterator[tuple[datetime, datetime]]:
        index = bisect_right(self._closes, start)
        while self._opens[index] < end:
            yield max(start, self._opens[index]), min(end, self._closes[index])
            index += 1
