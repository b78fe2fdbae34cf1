"""Header blocks: split, unfolded, decoded; linear in their length, whatever they hold (F21, F23)."""

import binascii
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from urllib.parse import unquote_to_bytes

from chalicelib.mail.reader import notes as limits
from chalicelib.mail.reader.charsets import decode
from chalicelib.mail.reader.notes import Notes

_FIELD = re.compile(rb"([!-9;-~]{1,200})[ \t]*:(.*)", re.DOTALL)
_LINE = re.compile(rb"[^\n]*(?:\n[ \t][^\n]*)*\n?")
_FOLD = re.compile(r"[\r\n]+[ \t]*")
_WORD = re.compile(r"=\?([^?\s]{1,60})\?([BbQq])\?([^?]*)\?=")
_PARAMETER = re.compile(r';\s*([^\s=;"]{1,80})\s*=\s*("(?:[^"\\]|\\.)*"|[^;]*)', re.DOTALL)
_PIECE = re.compile(r"([^*]+)(?:\*(\d{1,3}))?(\*)?")


@dataclass(frozen=True, slots=True)
class Headers:
    """The fields of one block in their order; names in lower case, values unfolded and not yet decoded."""

    fields: tuple[tuple[str, str], ...] = ()

    def get(self, name: str) -> str:
        """The first value of that name, or nothing."""
        return next((value for key, value in self.fields if key == name), "")

    def all(self, name: str) -> list[str]:
        """Every value of that name."""
        return [value for key, value in self.fields if key == name]

    def first_values(self) -> Mapping[str, str]:
        """Each name with its first value."""
        return dict(reversed(self.fields))


def split_block(raw: bytes, start: int, end: int, notes: Notes) -> tuple[Headers, int]:
    """The header block at `start`, and where the body begins. A line that is no header begins the body."""
    fields: list[tuple[str, str]] = []
    position, stop = start, min(end, start + limits.HEADER_BYTES)
    while position < stop:
        line = _LINE.match(raw, position, stop)
        if line is None or not line.group().strip():
            return Headers(tuple(fields)), line.end() if line else position
        field = _FIELD.match(line.group())
        if field is None and not _may_be_skipped(line.group(), position == start):
            notes.fault("no empty line between headers and text")
            return Headers(tuple(fields)), position
        position = line.end()
        if field and len(fields) >= limits.HEADER_LINES:
            notes.give_up("too many headers to be read")
        elif field:
            fields.append((field.group(1).decode("ascii").lower(), _value(field.group(2), notes)))
    if position < end:
        notes.give_up("the headers are too long to be read in full")
    return Headers(tuple(fields)), position


def _may_be_skipped(line: bytes, first: bool) -> bool:
    # The envelope line of a mailbox file, also in its quoted form; or a fold without a header before it.
    return line.startswith((b"From ", b">From ")) or (first and line[:1] in b" \t")


def _value(raw: bytes, notes: Notes) -> str:
    value = raw[: limits.VALUE_CHARS]
    if len(value) < len(raw):
        notes.give_up("a header is too long to be read in full")
    text = value.decode("ascii") if value.isascii() and b"\x1b$" not in value else decode(value, None, notes)
    return _FOLD.sub(" ", text).replace("\x00", "").strip()


def decode_words(value: str, notes: Notes) -> str:
    """RFC 2047: encoded words to text. Words that follow each other are joined before they are decoded,
    because some senders split in the middle of a letter."""
    text, position = "", 0
    run: list[tuple[str, bytes]] = []
    for word in _WORD.finditer(value):
        between = value[position : word.start()]
        if between.strip() or not run:
            text += _decode_run(run, notes) + between
            run = []
        run.append((word.group(1).partition("*")[0].lower(), _word_bytes(word)))
        position = word.end()
    return text + _decode_run(run, notes) + value[position:]


def _word_bytes(word: re.Match[str]) -> bytes:
    content = word.group(3).encode("utf-8", "replace")
    if word.group(2) in "Qq":
        return binascii.a2b_qp(content, header=True)
    letters = re.sub(rb"[^A-Za-z0-9+/]", b"", content)
    letters = letters[: len(letters) - (len(letters) % 4 == 1)]
    return binascii.a2b_base64(letters + b"=" * (-len(letters) % 4))


def _decode_run(run: list[tuple[str, bytes]], notes: Notes) -> str:
    pieces: list[tuple[str, list[bytes]]] = []
    for charset, content in run:
        if not pieces or pieces[-1][0] != charset:
            pieces.append((charset, []))
        pieces[-1][1].append(content)
    return "".join(decode(b"".join(contents), charset, notes) for charset, contents in pieces)


def main_value(value: str) -> str:
    """`text/plain` of `Text/Plain; charset=x`."""
    return value.partition(";")[0].strip().lower()


def parameters(value: str, notes: Notes) -> dict[str, str]:
    """The parameters of a structured header, RFC 2231 pieces joined, values decoded."""
    pieces: dict[str, list[tuple[int, bool, str]]] = {}
    for count, (name, content) in enumerate(_raw_parameters(value)):
        if count >= limits.PARAMETERS:
            notes.give_up("too many parameters in a header")
            break
        match = _PIECE.fullmatch(name.lower())
        if match:
            pieces.setdefault(match[1], []).append((int(match[2] or 0), bool(match[3]), content))
    return {name: _join(sorted(found), notes) for name, found in pieces.items()}


def _raw_parameters(value: str) -> Iterator[tuple[str, str]]:
    for match in _PARAMETER.finditer(value):
        content = match.group(2).strip()
        if content.startswith('"'):
            content = re.sub(r"\\(.)", r"\1", content[1:].removesuffix('"'))
        yield match.group(1), content


def _join(pieces: list[tuple[int, bool, str]], notes: Notes) -> str:
    if not any(encoded for _, encoded, _ in pieces):
        # Not allowed by RFC 2231, yet common: an encoded word as a file name.
        return decode_words("".join(content for _, _, content in pieces), notes)
    # The first piece alone carries the charset: utf-8'en'name
    charset, *_, first = ["utf-8", *pieces[0][2].split("'", 2)][-3:] if pieces[0][1] else ["", pieces[0][2]]
    rest = [(encoded, content) for _, encoded, content in pieces[1:]]
    raw = b"".join(_unquote(content, encoded) for encoded, content in [(pieces[0][1], first), *rest])
    return decode(raw, charset or "utf-8", notes)


def _unquote(content: str, encoded: bool) -> bytes:
    return unquote_to_bytes(content) if encoded else content.encode("utf-8", "replace")
