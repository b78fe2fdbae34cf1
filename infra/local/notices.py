"""Notices of mail that was answered 202 and is perhaps not dealt with yet: on disk, so that no crash loses a mail."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

from infra.local.runner import Job


@dataclass(slots=True, kw_only=True)
class Notices:
    """`add()` before it is published; gone once all was quiet twice since: then it is dealt with."""

    folder: Path
    _seen: set[str] = field(default_factory=set)

    def add(self, message_id: str, notice: str) -> None:
        """On disk from now on."""
        self.folder.mkdir(parents=True, exist_ok=True)
        (self.folder / message_id).write_text(notice)

    def left(self) -> list[str]:
        """Those that a crash may have lost; told again they find what they made (F18)."""
        return [file.read_text() for file in sorted(self.folder.glob("*"))]

    @property
    def queue_name(self) -> None:
        """It wakes nothing."""
        return

    def jobs(self) -> Iterable[Job]:
        """It wakes nothing."""
        return ()

    def keep(self) -> None:
        """All is quiet. One that came in during this look has not been taken yet: it goes at the next."""
        for name in self._seen:
            (self.folder / name).unlink(missing_ok=True)
        self._seen = {file.name for file in self.folder.glob("*")}
