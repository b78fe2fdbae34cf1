"""What one attempt to deliver came to."""

from dataclasses import dataclass
from datetime import UTC, datetime

GONE = 410


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """A status, or why there was none."""

    at: datetime
    status: int | None = None
    cause: str = ""

    @property
    def is_success(self) -> bool:
        return self.status is not None and 200 <= self.status < 300

    @property
    def is_gone(self) -> bool:
        return self.status == GONE


def stamp(at: datetime) -> str:
    """Seconds are enough for a receiver, in UTC."""
    return at.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
