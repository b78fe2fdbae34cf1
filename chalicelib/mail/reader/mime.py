"""A mail as a tree of parts. Bounded while it grows: depth, parts and header bytes are checked before
anything is built, and nothing calls itself, so 2,000 nested parts cost as much as thirty (F21)."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from chalicelib.mail.reader import notes as limits
from chalicelib.mail.reader.headers import Headers, main_value, parameters, split_block
from chalicelib.mail.reader.notes import Notes
from chalicelib.mail.reader.transfer import undo


@dataclass(slots=True)
class Part:
    """One node: its headers, where its bytes lie in the raw mail, and what is inside."""

    raw: bytes
    headers: Headers
    start: int
    body: int
    end: int
    depth: int
    content_type: str
    parameters: dict[str, str]
    children: list["Part"] = field(default_factory=list)

    @property
    def main_type(self) -> str:
        """`text` of `text/plain`."""
        return self.content_type.partition("/")[0]

    def content(self, notes: Notes) -> bytes:
        """The decoded bytes of the body."""
        return undo(self.raw[self.body : self.end], self.headers.get("content-transfer-encoding"), notes)

    def source(self) -> bytes:
        """The part as it came, headers and body, without decoding."""
        return self.raw[self.start : self.end]

    def disposition(self, notes: Notes) -> tuple[str, dict[str, str]]:
        """`attachment`, `inline` or nothing, and the parameters beside it."""
        value = self.headers.get("content-disposition")
        return main_value(value), parameters(value, notes)

    def walk(self) -> Iterator["Part"]:
        """This part and all below it, in the order of the mail."""
        waiting = [self]
        while waiting:
            part = waiting.pop()
            yield part
            waiting.extend(reversed(part.children))


def parse(raw: bytes, notes: Notes) -> Part:
    """The tree of a whole mail."""
    root = _part(raw, 0, len(raw), depth=0, default="text/plain", notes=notes)
    waiting, count = [root], 1
    while waiting:
        parent = waiting.pop()
        ranges = list(_inside(parent, limits.PARTS - count, notes))
        if ranges and parent.depth >= limits.DEPTH:
            notes.give_up("parts are nested too deep to be read")
            continue
        default = "message/rfc822" if parent.content_type == "multipart/digest" else "text/plain"
        for start, end in ranges:
            child = _part(raw, start, end, depth=parent.depth + 1, default=default, notes=notes)
            parent.children.append(child)
        count += len(ranges)
        waiting.extend(reversed(parent.children))
    return root


def _part(raw: bytes, start: int, end: int, *, depth: int, default: str, notes: Notes) -> Part:
    headers, body = split_block(raw, start, end, notes)
    declared = headers.get("content-type")
    return Part(
        raw=raw,
        headers=headers,
        start=start,
        body=body,
        end=end,
        depth=depth,
        content_type=_content_type(main_value(declared), default, notes),
        parameters=parameters(declared, notes),
    )


_TYPE = re.compile(r"[a-z0-9!#$&^_.+-]{1,80}/[a-z0-9!#$&^_.+-]{1,120}")


def _content_type(declared: str, default: str, notes: Notes) -> str:
    if not declared:
        return default
    if declared == "text":  # written by programs older than MIME
        return "text/plain"
    if _TYPE.fullmatch(declared):
        return declared
    notes.fault("a content type that makes no sense")
    return default


def _inside(part: Part, room: int, notes: Notes) -> Iterator[tuple[int, int]]:
    """Where the parts inside this one lie."""
    if part.content_type in ("message/rfc822", "message/global"):
        encoding = part.headers.get("content-transfer-encoding").strip().lower()
        if encoding not in ("base64", "quoted-printable") and part.body < part.end:
            yield part.body, part.end
    elif part.main_type == "multipart":
        yield from _between_boundaries(part, room, notes)


def _between_boundaries(part: Part, room: int, notes: Notes) -> Iterator[tuple[int, int]]:
    boundary = part.parameters.get("boundary", "").rstrip()
    lines = _delimiters(part, boundary.encode("utf-8", "replace")) if boundary else iter(())
    opened: int | None = None
    found = 0
    for before, after, closing in lines:
        if opened is not None:
            if found >= room:
                notes.give_up("too many parts to be read")
                return
            found += 1
            yield min(opened, before), before
        opened = None if closing else after
        if closing:
            return
    yield from _left_open(part, opened, found, room, notes)


def _left_open(
    part: Part, opened: int | None, found: int, room: int, notes: Notes
) -> Iterator[tuple[int, int]]:
    if opened is not None and found < room:
        notes.fault("the mail ends before its last part does")
        yield opened, part.end
    elif not found:
        notes.fault("a part that should hold others does not say where they begin")


def _delimiters(part: Part, boundary: bytes) -> Iterator[tuple[int, int, bool]]:
    """Each delimiter line: where the content before it ends, where the line ends, whether it closes."""
    wanted = b"--" + boundary
    raw, position = part.raw, part.body
    while (at := raw.find(wanted, position, part.end)) >= 0:
        line_end = raw.find(b"\n", at, part.end)
        line_end = part.end if line_end < 0 else line_end + 1
        position = line_end
        rest = raw[at + len(wanted) : min(line_end, at + len(wanted) + 200)].rstrip()
        if (at == part.body or raw[at - 1 : at] == b"\n") and rest in (b"", b"--"):
            yield _before_break(raw, at, part.body), line_end, rest == b"--"


def _before_break(raw: bytes, at: int, body: int) -> int:
    # The line break before a delimiter belongs to the delimiter.
    if raw[at - 1 : at] == b"\n" and at > body:
        at -= 1
        if raw[at - 1 : at] == b"\r" and at > body:
            at -= 1
    return at
