"""Wall-clock windows to UTC intervals: the one place where clocks are changed.

A year is cut at its clock changes. Inside each piece the offset is constant, so wall time is plain
arithmetic and an instant counts exactly when the wall clock shows a working minute: a window in
the skipped hour is shorter, one in the repeated hour counts twice, as the people on shift do.
"""

from collections.abc import Iterable, Iterator
from datetime import UTC, date, datetime
from itertools import pairwise
from typing import TypeAlias
from zoneinfo import ZoneInfo

from chalicelib.sla.domain.calendar import Days, days_of

Interval: TypeAlias = tuple[int, int]  # UTC seconds since 1970, half-open
Piece: TypeAlias = tuple[int, int, int]  # from, to, offset from UTC

_DAY = 86_400
_EPOCH = date(1970, 1, 1).toordinal()


def intervals_of(year: int, days: Days, zone: ZoneInfo) -> list[Interval]:
    """The working intervals of all windows that open in this local year, in no particular order."""
    pieces = _pieces(year, zone)
    return [
        interval
        for day in days_of(year)
        for window in days.windows(day)
        for interval in _in_utc((day.toordinal() - _EPOCH) * _DAY, window.seconds(), pieces)
    ]


def merged(intervals: Iterable[Interval]) -> list[Interval]:
    """In order, with overlapping and touching ones made one."""
    result: list[Interval] = []
    for start, end in sorted(intervals):
        if result and start <= result[-1][1]:
            result[-1] = (result[-1][0], max(end, result[-1][1]))
        else:
            result.append((start, end))
    return result


def _in_utc(midnight: int, window: tuple[int, int], pieces: list[Piece]) -> Iterator[Interval]:
    for since, until, offset in pieces:
        start = max(since, midnight + window[0] - offset)
        end = min(until, midnight + window[1] - offset)
        if start < end:
            yield start, end


def _pieces(year: int, zone: ZoneInfo) -> list[Piece]:
    """Stretches of constant offset, with room on both sides for every zone and for a night shift."""
    since = (date(year, 1, 1).toordinal() - _EPOCH - 3) * _DAY
    until = (date(year, 12, 31).toordinal() - _EPOCH + 4) * _DAY
    cuts = [since, *_changes(since, until, zone), until]
    return [(a, b, _offset(a, zone)) for a, b in pairwise(cuts)]


def _changes(since: int, until: int, zone: ZoneInfo) -> Iterator[int]:
    # Day by day is enough: no zone has ever changed its clocks forth and back within a day.
    before = _offset(since, zone)
    for midnight in range(since, until, _DAY):
        after = _offset(midnight + _DAY, zone)
        if after != before:
            yield _change_between(midnight, midnight + _DAY, zone)
        before = after


def _change_between(low: int, high: int, zone: ZoneInfo) -> int:
    before = _offset(low, zone)
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (middle, high) if _offset(middle, zone) == before else (low, middle)
    return high


def _offset(at: int, zone: ZoneInfo) -> int:
    local = datetime.fromtimestamp(at, zone)
    return int(local.replace(tzinfo=UTC).timestamp()) - at
