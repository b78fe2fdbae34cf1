"""Where one cloud lives: its folder, its ports, and the project whose functions it runs."""

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from infra.local.ports import claim
from infra.template import ROOT


class DataInUse(RuntimeError):
    """Two clouds cannot share a folder."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where one cloud lives."""

    data: Path
    port: int
    control_port: int
    project: Path = ROOT

    @property
    def clock(self) -> Path:
        """The file that holds the clock's offset."""
        return self.data / "clock"

    @contextmanager
    def held(self) -> Iterator[None]:
        """Both ports are free, and the folder is ours alone until the end."""
        claim(self.port, variable="PORT")
        claim(self.control_port, variable="CONTROL_PORT")
        with (folder(self.data) / "in-use").open("w") as held:
            try:
                fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except OSError:
                raise DataInUse(
                    f"{self.data} is in use by another `make run`: stop it, or set DATA."
                ) from None
            yield


def folder(path: Path) -> Path:
    """The folder, made when it is not there."""
    path.mkdir(parents=True, exist_ok=True)
    return path
