"""A slow, independent judge of business time: what the wall clock showed in every single minute.

It shares no code with the desk: it asks zoneinfo for each UTC minute, and looks the wall time up in
a drawing of the day. Windows are ("09:00", "17:00") by weekday, closed dates are a set.
"""

from array import array
from bisect import bisect_left
from datetime import UTC, date, datetime, timedelta
from itertools import accumulate
from zoneinfo import ZoneInfo

DAY = 1440


class MinuteOracle:
    """Every minute from `first` to `last` (UTC days), and how many of them were working minutes."""

    def __init__(self, zone, week, first, last, *, closed=frozenset(), own=None):
        self.start = int(datetime(first.year, first.month, first.day, tzinfo=UTC).timestamp())
        self.minutes = (last - first).days * DAY
        self.week, self.closed, self.own = week, closed, own or {}
        drawn = self._draw(first - timedelta(days=3), last + timedelta(days=3))
        self.open = self._look_up(drawn, ZoneInfo(zone), first - timedelta(days=3))
        self.before = array("q", accumulate(self.open, initial=0))

    def _draw(self, first, last):
        """Working minutes on an endless wall calendar that knows no clock changes."""
        drawn = bytearray(((last - first).days + 2) * DAY)
        for index in range((last - first).days):
            for opens, closes in self._windows(first + timedelta(days=index)):
                start, end = _minute(opens), _minute(closes)
                length = end - start if end > start else end - start + DAY
                at = index * DAY + start
                drawn[at : at + length] = b"\1" * length
        return drawn

    def _windows(self, day: date):
        if day in self.own:
            return self.own[day]
        return () if day in self.closed else self.week[day.weekday()]

    def _look_up(self, drawn, zone, first):
        result, origin = bytearray(self.minutes), first.toordinal()
        for minute in range(self.minutes):
            wall = datetime.fromtimestamp(self.start + minute * 60, zone)
            result[minute] = drawn[(wall.toordinal() - origin) * DAY + wall.hour * 60 + wall.minute]
        return result

    def worked(self, second: int) -> int:
        """Working seconds from the beginning up to this second (counted from the beginning, too)."""
        minute, rest = divmod(second, 60)
        return self.before[minute] * 60 + (self.open[minute] * rest if rest else 0)

    def between(self, start: int, end: int) -> int:
        return self.worked(end) - self.worked(start)

    def add(self, start: int, target: int) -> int:
        """The first second at which `target` seconds have been worked since `start`."""
        goal = self.worked(start) + target
        minute = bisect_left(self.before, -(-goal // 60)) - 1
        return minute * 60 + goal - self.before[minute] * 60

    def moment(self, second: int) -> datetime:
        return datetime.fromtimestamp(self.start + second, UTC)

    def second(self, at: datetime) -> int:
        return int(at.timestamp()) - self.start


def _minute(wall: str) -> int:
    hours, minutes = wall.split(":")
    return int(hours) * 60 + int(minutes)
