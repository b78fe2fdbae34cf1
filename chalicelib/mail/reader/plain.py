"""Plain text as people see it: one kind of line break, no control characters, flowed lines joined."""

import re

from chalicelib.mail.reader import notes as limits
from chalicelib.mail.reader.notes import Notes

PGP_SIGNED = "-----BEGIN PGP SIGNED MESSAGE-----"
PGP_ENCRYPTED = "-----BEGIN PGP MESSAGE-----"

_BREAK = re.compile(r"\r\n?|\u2028|\u2029|\x0b|\x0c|\x85")
_CONTROL = re.compile("[\x00-\x08\x0e-\x1f\x7f-\x9f\ufff9-\ufffb\ufeff]")
_SURROGATE = re.compile("[\ud800-\udfff]")
_EMPTY_LINES = re.compile(r"\n{4,}")


def tidy(text: str) -> str:
    """Line feeds only; no NUL, escape or half character (F22)."""
    return _EMPTY_LINES.sub("\n\n\n", printable(_BREAK.sub("\n", text))).strip("\n")


def printable(text: str) -> str:
    """Without control characters and half characters."""
    return _CONTROL.sub("", _SURROGATE.sub("\ufffd", text))


def shorten(text: str, notes: Notes) -> str:
    """At most as much as is shown in a ticket, and said so in the text itself."""
    if len(text) <= limits.TEXT_CHARS:
        return text
    notes.fault("the text is cut; the whole of it is in the raw mail")
    return text[: limits.TEXT_CHARS] + "\n[The text is cut here: it is longer than the desk shows.]"


def unarmour(text: str) -> str:
    """The text inside an inline PGP signature, or the text as it is."""
    start, end = text.find(PGP_SIGNED), text.find("\n-----BEGIN PGP SIGNATURE-----")
    if start < 0 or end < start:
        return text
    inside = text[start:end].partition("\n\n")[2]
    lines = [line.removeprefix("- ") for line in inside.split("\n")]
    return text[:start] + "\n".join(lines)


def unflow(text: str, *, delete_space: bool) -> str:
    """RFC 3676: lines that end with a space go on in the next, if it is quoted as deep."""
    paragraphs: list[tuple[int, list[str], bool]] = []
    for line in text.replace("\r\n", "\n").split("\n"):
        quotes = len(line) - len(line.lstrip(">"))
        content = line[quotes:].removeprefix(" ")
        flowed = content.endswith(" ") and content != "-- "
        if paragraphs and paragraphs[-1][2] and paragraphs[-1][0] == quotes and content != "-- ":
            paragraphs[-1][1].append(content[:-1] if flowed and delete_space else content)
            paragraphs[-1] = (quotes, paragraphs[-1][1], flowed)
        else:
            paragraphs.append((quotes, [content[:-1] if flowed and delete_space else content], flowed))
    return "\n".join(_line(quotes, contents) for quotes, contents, _ in paragraphs)


def _line(quotes: int, contents: list[str]) -> str:
    text = "".join(contents)
    return f"{'>' * quotes} {text}" if quotes else text
