"""A promise and its states."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

SHARDS = tuple(f"DUE#{n}" for n in range(4))
LOOKAHEAD = timedelta(seconds=60)


class State(StrEnum):
    """What became of a promise."""

    OPEN = "open"
    KEPT = "kept"
    BROKEN = "broken"
    WITHDRAWN = "withdrawn"


@dataclass(frozen=True, slots=True, kw_only=True)
class Promise:
    """Something owed. `due_at` is None while its clock is paused; `warn_at` are warnings not yet given."""

    id: str  # unique within its record, e.g. first_response, update.3
    kind: str
    started_at: datetime
    due_at: datetime | None
    clause: str  # what set the clock, in words: D1
    owner: str = "support"
    warn_at: tuple[datetime, ...] = ()
    warned_at: datetime | None = None
    earliest: datetime | None = None  # begun again after its time: not due before this (decision 5)
    state: State = State.OPEN
    settled_at: datetime | None = None
    fulfilled_at: datetime | None = None  # later than `settled_at` when broken first
    automatic: bool = False  # kept by the desk itself: a holding status

    @property
    def wake_at(self) -> datetime | None:
        """The next moment at which this promise wants attention."""
        if self.state is not State.OPEN or self.due_at is None:
            return None
        return min((*self.warn_at, self.due_at))

    @property
    def is_late(self) -> bool:
        """Broken first, fulfilled afterwards."""
        return self.state is State.BROKEN and self.fulfilled_at is not None

    def warn(self, at: datetime) -> "Promise":
        """The warnings due by `at` are given."""
        return replace(self, warned_at=at, warn_at=tuple(w for w in self.warn_at if w > at))

    def breach(self) -> "Promise":
        """Broken, at its due time however late that was noticed (F14)."""
        return replace(self, state=State.BROKEN, settled_at=self.due_at, warn_at=())

    def fulfil(self, at: datetime, *, automatic: bool = False) -> "Promise":
        """Kept when in time or paused, late when broken before."""
        if self.state is State.BROKEN:
            return replace(self, fulfilled_at=at)
        if self.due_at is not None and at > self.due_at:
            return replace(self.breach(), fulfilled_at=at)
        return replace(
            self, state=State.KEPT, settled_at=at, fulfilled_at=at, warn_at=(), automatic=automatic
        )

    def withdraw(self, at: datetime) -> "Promise":
        """No longer owed: the ticket was declined, merged or its severity changed."""
        return replace(self, state=State.WITHDRAWN, settled_at=at, warn_at=())


def shard_of(record_id: str) -> str:
    """The due shard of a record: even, and the same for ever."""
    return SHARDS[sum(record_id.encode()) % len(SHARDS)]
