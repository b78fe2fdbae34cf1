"""winmail.dat (TNEF): the body and the attachments that Outlook packed into it.

Read here and not by the known library, which can be told by four bytes to loop four thousand million times
(F21). Every step below moves forward in the bytes, and stops at the first thing that makes no sense."""

import struct
from collections.abc import Iterator
from dataclasses import dataclass, field

SIGNATURE = b"\x78\x9f\x3e\x22"
_OBJECTS = 2_000
_PROPERTIES = 5_000

_BODY, _MESSAGE_PROPERTIES = 0x800C, 0x9003
_CODEPAGE = 0x9007
_NEW_ATTACHMENT, _TITLE, _DATA, _ATTACHMENT_PROPERTIES = 0x9002, 0x8010, 0x800F, 0x9005

_P_BODY, _P_HTML = 0x1000, 0x1013
_P_NAME, _P_LONG_NAME, _P_MIME, _P_CONTENT_ID, _P_DATA = 0x3704, 0x3707, 0x370E, 0x3712, 0x3701

_FIXED = {0x1: 0, 0x2: 4, 0x3: 4, 0x4: 4, 0x5: 8, 0x6: 8, 0x7: 8, 0xA: 4, 0xB: 4, 0x14: 8, 0x40: 8, 0x48: 16}
_STRING, _UNICODE = 0x1E, 0x1F
_VARIABLE = {0x0, _STRING, _UNICODE, 0xD, 0x102}


@dataclass(slots=True)
class Packed:
    """One attachment of a winmail.dat, names still as they came."""

    name: bytes | str = b""
    content: bytes = b""
    content_type: str = ""
    content_id: str = ""


@dataclass(slots=True)
class Winmail:
    """What a winmail.dat holds. `whole` is False when it ended before it should."""

    body: bytes | str = b""
    html: bytes | str = b""
    codepage: str = "cp1252"
    attachments: list[Packed] = field(default_factory=list)
    whole: bool = True


def unpack(raw: bytes) -> Winmail:
    """The contents of these bytes, as far as they make sense; never an error."""
    found = Winmail()
    try:
        for level_and_name, content in _objects(raw):
            _take(found, level_and_name, content)
    except (struct.error, ValueError, IndexError):
        found.whole = False
    return found


def _objects(raw: bytes) -> Iterator[tuple[int, bytes]]:
    if not raw.startswith(SIGNATURE):
        raise ValueError("no TNEF signature")
    position = 6
    for _ in range(_OBJECTS):
        if position >= len(raw):
            return
        _, name, _, length = struct.unpack_from("<BHHI", raw, position)
        start = position + 9
        if start + length > len(raw):
            raise ValueError("an object is longer than the file")
        yield name, raw[start : start + length]
        position = start + length + 2
    raise ValueError("too many objects")


def _take(found: Winmail, name: int, content: bytes) -> None:
    if name == _CODEPAGE:
        found.codepage = f"cp{struct.unpack_from('<I', content)[0]}"
    elif name == _BODY:
        found.body = found.body or content
    elif name == _MESSAGE_PROPERTIES:
        _take_message(found, content)
    elif name == _NEW_ATTACHMENT:
        found.attachments.append(Packed())
    elif name in (_TITLE, _DATA, _ATTACHMENT_PROPERTIES) and found.attachments:
        _take_attachment(found.attachments[-1], name, content)


def _take_message(found: Winmail, content: bytes) -> None:
    for name, value in _properties(content):
        if name == _P_BODY:
            found.body = value or found.body
        elif name == _P_HTML:
            found.html = value


def _take_attachment(packed: Packed, name: int, content: bytes) -> None:
    if name == _TITLE:
        packed.name = packed.name or content
    elif name == _DATA:
        packed.content = content
    else:
        for key, value in _properties(content):
            _take_attachment_property(packed, key, value)


def _take_attachment_property(packed: Packed, key: int, value: bytes | str) -> None:
    if key == _P_LONG_NAME or (key == _P_NAME and not packed.name):
        packed.name = value
    elif key == _P_MIME:
        packed.content_type = _ascii(value)
    elif key == _P_CONTENT_ID:
        packed.content_id = _ascii(value)
    elif key == _P_DATA and not packed.content:
        packed.content = value if isinstance(value, bytes) else b""


def _ascii(value: bytes | str) -> str:
    text = value if isinstance(value, str) else value.decode("ascii", "replace")
    return text.strip("\x00 ")


def _properties(raw: bytes) -> Iterator[tuple[int, bytes | str]]:
    (count,) = struct.unpack_from("<I", raw)
    position = 4
    for _ in range(min(count, _PROPERTIES)):
        kind, name = struct.unpack_from("<HH", raw, position)
        position = _after_name(raw, position + 4) if name >= 0x8000 else position + 4
        values, position = _values(raw, position, kind)
        if values:
            yield name, values[0]
    if count > _PROPERTIES:
        raise ValueError("too many properties")


def _after_name(raw: bytes, position: int) -> int:
    # A named property: 16 bytes of owner, then a number, or a text padded to four bytes.
    (by_text, length) = struct.unpack_from("<II", raw, position + 16)
    return position + 24 + (_padded(length) if by_text else 0)


def _values(raw: bytes, position: int, kind: int) -> tuple[list[bytes | str], int]:
    several, kind = bool(kind & 0x1000), kind & 0x0FFF
    count = 1
    if several or kind in _VARIABLE:
        (count,) = struct.unpack_from("<I", raw, position)
        position += 4
    if kind in _FIXED:
        return [], position + _FIXED[kind] * count
    if kind not in _VARIABLE or count > _PROPERTIES:
        raise ValueError("an unknown kind of property")
    values: list[bytes | str] = []
    for _ in range(count):
        (length,) = struct.unpack_from("<I", raw, position)
        value = raw[position + 4 : position + 4 + length]
        values.append(value.decode("utf-16-le", "replace").rstrip("\x00") if kind == _UNICODE else value)
        position += 4 + _padded(length)
    return values, position


def _padded(length: int) -> int:
    return length + -length % 4
