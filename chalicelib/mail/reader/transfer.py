"""Content-Transfer-Encoding undone, as far as the bytes allow (F22)."""

import binascii
import re

from chalicelib.mail.reader.notes import Notes

_BASE64 = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
_NOT_BASE64 = bytes(set(range(256)) - set(_BASE64) - set(b"="))
_BLANK = b" \t\r\n"
_CHUNKS = 1_000

_UU_BEGIN = re.compile(rb"^begin [0-7]{3,4} ([^\r\n]{1,250})\r?\n", re.MULTILINE)
_UU_END = re.compile(rb"^end[ \t]*\r?$", re.MULTILINE)


def undo(raw: bytes, encoding: str, notes: Notes) -> bytes:
    """The bytes as they were before the mail was sent; best effort, never an error."""
    match encoding.strip().lower():
        case "base64":
            return _base64(raw, notes)
        case "quoted-printable":
            return binascii.a2b_qp(raw)
        case "x-uuencode" | "uuencode" | "x-uue" | "uue":
            return _uu_whole(raw, notes)
        case "" | "7bit" | "8bit" | "binary":
            return raw
        case _:
            notes.fault("a transfer encoding that nobody knows")
            return raw


def uu_blocks(raw: bytes, limit: int) -> tuple[bytes, list[tuple[bytes, bytes]]]:
    """The text without its uuencoded blocks, and those blocks as (name, content)."""
    blocks: list[tuple[bytes, bytes]] = []
    kept, position = [], 0
    while len(blocks) < limit and (begin := _UU_BEGIN.search(raw, position)):
        end = _UU_END.search(raw, begin.end())
        # A block without its end is damaged, or ordinary text that happens to say "begin 644 x".
        content = _uu_lines(raw[begin.end() : end.start()]) if end else None
        stop = end.end() if end and content is not None else begin.end()
        kept.append(raw[position : begin.start() if content is not None else stop])
        position = stop
        if end is None:
            break
        if content is not None:
            blocks.append((begin.group(1), content))
    return b"".join([*kept, raw[position:]]), blocks


def _base64(raw: bytes, notes: Notes) -> bytes:
    letters = raw.translate(None, _NOT_BASE64)
    strange = len(raw.translate(None, _BLANK)) - len(letters)
    if strange * 10 > len(letters):
        notes.fault("marked as base64, but it is not")
        return raw
    if strange:
        notes.fault("broken base64")
    # Some senders join several encoded pieces, each with its own padding.
    chunks = [chunk for chunk in letters.split(b"=", _CHUNKS) if chunk]
    return b"".join(_chunk(chunk.replace(b"=", b""), notes) for chunk in chunks)


def _chunk(letters: bytes, notes: Notes) -> bytes:
    spare = len(letters) % 4
    if spare == 1:
        notes.fault("broken base64")
        letters = letters[:-1]
    return binascii.a2b_base64(letters + b"=" * (-len(letters) % 4))


def _uu_whole(raw: bytes, notes: Notes) -> bytes:
    _, blocks = uu_blocks(raw, 1)
    if not blocks:
        notes.fault("broken uuencoding")
        return raw
    return blocks[0][1]


def _uu_lines(raw: bytes) -> bytes | None:
    try:
        return b"".join(_uu_line(line) for line in raw.splitlines() if line.strip())
    except binascii.Error:
        return None


def _uu_line(line: bytes) -> bytes:
    try:
        return binascii.a2b_uu(line)
    except binascii.Error:
        # Encoders that pad wrongly: trust the length that the line itself gives.
        length = ((line[0] - 32 & 63) * 4 + 5) // 3
        return binascii.a2b_uu(line[:length])
