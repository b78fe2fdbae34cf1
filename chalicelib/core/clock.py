"""The desk's one clock: aware, UTC. A laptop or a test gives it another source; nothing else reads the time."""

from collections.abc import Callable
from datetime import UTC, datetime


def now() -> datetime:
    """The desk's time, in UTC. Never the client's: F15."""
    return _source()


def use(source: Callable[[], datetime]) -> None:
    """Take the time from `source` from now on."""
    global _source  # noqa: PLW0603 - the one clock of this process
    _source = source


def _wall() -> datetime:
    return datetime.now(UTC)


_source: Callable[[], datetime] = _wall


def iso(moment: datetime) -> str:
    """`2026-11-21T18:00:00Z`; microseconds only where there are some, so equal moments are equal texts."""
    return moment.astimezone(UTC).isoformat().replace("+00:00", "Z")


def sortable(moment: datetime) -> str:
    """ISO text of fixed width: texts sort as the moments do (index keys)."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
