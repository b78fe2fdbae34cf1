"""Ladders as they lie in the package."""

import tomllib
from functools import cache
from pathlib import Path

from chalicelib.core.errors import NotFound
from chalicelib.escalation.domain import Ladder, ladder_of

_FOLDER = Path(__file__).parent / "ladders"


@cache
def ladder(name: str = "standard") -> Ladder:
    """A built-in ladder, checked in full when first read."""
    files = {path.stem: path for path in _FOLDER.glob("*.toml")}
    if name not in files:
        raise NotFound(f"there is no ladder {name!r}; there is {', '.join(sorted(files))}")
    return ladder_of(tomllib.loads(files[name].read_text(encoding="utf-8")))
