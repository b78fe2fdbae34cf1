"""The movable clock: one offset in a small file that every process maps, so that all move at once."""

import mmap
import struct
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

SIZE = 8
FORMAT = "<d"


class BackwardsRefused(ValueError):
    """Time only moves forward."""


class MovableClock:
    """The wall clock plus an offset that survives restarts."""

    def __init__(self, file: Path) -> None:
        if not file.exists():
            file.write_bytes(struct.pack(FORMAT, 0.0))
        with file.open("r+b") as opened:
            self._shared = mmap.mmap(opened.fileno(), SIZE)

    @property
    def offset(self) -> float:
        """Seconds ahead of the wall clock."""
        seconds: float = struct.unpack(FORMAT, self._shared[:SIZE])[0]
        return seconds

    def now(self) -> datetime:
        """The desk's time."""
        return datetime.now(UTC) + timedelta(seconds=self.offset)

    def unix_time(self, moment: datetime | None = None) -> float:
        """The same as seconds since 1970; what moto's queues are given for their clock."""
        return time.time() + self.offset if moment is None else moment.timestamp()

    def unix_time_millis(self, moment: datetime | None = None) -> float:
        """The same in milliseconds."""
        return self.unix_time(moment) * 1000

    def jump_to(self, moment: datetime) -> None:
        """Makes it `moment` now; a moment that has passed is left alone."""
        ahead = (moment - datetime.now(UTC)).total_seconds()
        if ahead > self.offset:
            self._shared[:SIZE] = struct.pack(FORMAT, ahead)


def read_only(file: Path) -> Callable[[], datetime]:
    """The clock as a function's container sees it."""
    return MovableClock(file).now
