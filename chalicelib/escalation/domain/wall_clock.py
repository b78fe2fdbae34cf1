"""Between moments and what the clock on the wall shows, where clocks change too (F16)."""

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

_DAY = timedelta(days=1)
_SECOND = timedelta(seconds=1)


def shown(at: datetime, zone: ZoneInfo) -> datetime:
    return at.astimezone(zone).replace(tzinfo=None)


def moments(times: Iterable[time], start: datetime, end: datetime, zone: ZoneInfo) -> Iterator[datetime]:
    """Every moment at which the clock shows one of these times, and twice in a repeated hour.

    For a time in a skipped hour it gives moments at which nothing happens; `changes` has the true one.
    """
    kept = tuple(times)
    day = shown(start, zone).date() - _DAY
    while day <= shown(end, zone).date() + _DAY:
        for at in kept:
            for fold in (0, 1):
                yield datetime.combine(day, at, zone).replace(fold=fold).astimezone(UTC)
        day += _DAY


def changes(start: datetime, end: datetime, zone: ZoneInfo) -> Iterator[datetime]:
    """The moments at which clocks are changed. No zone has changed its clocks forth and back within a day."""
    low = start.astimezone(UTC).replace(microsecond=0)
    while low < end:
        high = low + _DAY
        if low.astimezone(zone).utcoffset() != high.astimezone(zone).utcoffset():
            yield _change_between(low, high, zone)
        low = high


def is_zone(name: str) -> bool:
    try:
        ZoneInfo(name)
    except (KeyError, ValueError, OSError):  # unknown, malformed, and the name of a folder
        return False
    return True


def _change_between(low: datetime, high: datetime, zone: ZoneInfo) -> datetime:
    before = low.astimezone(zone).utcoffset()
    while high - low > _SECOND:
        middle = low + timedelta(seconds=(high - low) // _SECOND // 2)
        low, high = (middle, high) if middle.astimezone(zone).utcoffset() == before else (low, middle)
    return high
