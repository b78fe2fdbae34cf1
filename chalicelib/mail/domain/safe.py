"""Text from strangers, made safe for one header line, one log line, one file name (F23, F25)."""

import re
import unicodedata
from collections.abc import Iterable

HEADER_LIMIT = 500
NAME_LIMIT = 120

_BREAKS = re.compile(r"[\s\x00-\x1f\x7f-\x9f\u2028\u2029]+")
# Characters that turn the direction of writing can make `gpj.exe` look like `exe.jpg`.
_INVISIBLE = re.compile("[\u061c\u200b\u200e\u200f\u202a-\u202e\u2060-\u2069\ufeff\ufff9-\ufffb]")
_SURROGATES = re.compile("[\ud800-\udfff]")
_FORBIDDEN = re.compile(r'[<>:"|?*%]')
_DEVICES = re.compile(r"(?:con|prn|aux|nul|com\d|lpt\d)(?:\.|$)", re.IGNORECASE)


def header_safe(text: str, limit: int = HEADER_LIMIT) -> str:
    """One line without control or direction characters, at most `limit` long (F23)."""
    # Four times the limit is looked at, so that the work is bounded as well as the result.
    line = _INVISIBLE.sub("", _BREAKS.sub(" ", _SURROGATES.sub("\ufffd", text[: 4 * limit])))
    line = line.strip()
    return line if len(line) <= limit else line[: limit - 1] + "…"


def safe_name(name: str, *, default: str = "attachment") -> str:
    """A file name without path, control, direction or reserved characters; keeps its last ending (F25)."""
    line = unicodedata.normalize("NFC", header_safe(name, 4 * HEADER_LIMIT))
    last = re.split(r"[/\\]", line)[-1]
    cleaned = _FORBIDDEN.sub("_", last).strip(" .")
    if not cleaned:
        return default
    return _shorten(f"_{cleaned}" if _DEVICES.match(cleaned) else cleaned)


def unique_names(names: Iterable[str]) -> list[str]:
    """The same names in the same order, repeated ones numbered, whatever their case (F25)."""
    taken: set[str] = set()
    counts: dict[str, int] = {}
    return [_free(name, taken, counts) for name in names]


def _free(name: str, taken: set[str], counts: dict[str, int]) -> str:
    candidate = name
    while candidate.casefold() in taken:
        counts[name.casefold()] = counts.get(name.casefold(), 1) + 1
        candidate = _numbered(name, counts[name.casefold()])
    taken.add(candidate.casefold())
    return candidate


def _numbered(name: str, number: int) -> str:
    stem, dot, ending = name.rpartition(".")
    return f"{stem} ({number}){dot}{ending}" if stem else f"{name} ({number})"


def _shorten(name: str) -> str:
    if len(name) <= NAME_LIMIT:
        return name
    stem, dot, ending = name.rpartition(".")
    if not stem or len(ending) > 16:
        return name[:NAME_LIMIT]
    return stem[: NAME_LIMIT - len(ending) - 1] + dot + ending
