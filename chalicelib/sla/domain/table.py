"""Working intervals of some years as a table that answers by bisection, at any span alike."""

from bisect import bisect_left, bisect_right
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import accumulate

from chalicelib.sla.domain.intervals import Interval

_ZERO = timedelta()
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class Table:
    """What was worked before each interval; complete from `since` up to `until`, never changed."""

    __slots__ = ("_before", "_closes", "_opens", "first", "last", "reach", "since", "until")

    def __init__(self, intervals: list[Interval], *, first: int, last: int) -> None:
        self.first, self.last = first, last
        self._opens = [_EPOCH + timedelta(seconds=start) for start, _ in intervals]
        self._closes = [_EPOCH + timedelta(seconds=end) for _, end in intervals]
        worked = (timedelta(seconds=end - start) for start, end in intervals)
        self._before = list(accumulate(worked, initial=_ZERO))
        # Windows of the years next to these reach at most a day in, and zones differ by a day.
        self.since = datetime(first, 1, 3, tzinfo=UTC)
        self.until = datetime(last, 12, 30, tzinfo=UTC)
        self.reach = self.worked_before(self.until)

    def worked_before(self, at: datetime) -> timedelta:
        index = bisect_right(self._opens, at) - 1
        if index < 0:
            return _ZERO
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
