"""Address headers: names and addresses in one pass over their tokens, without recursion (F21, F22).

The standard parser calls itself for each nested comment and fails on 20,000 of them."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from chalicelib.mail.domain import Address, header_safe
from chalicelib.mail.reader import notes as limits
from chalicelib.mail.reader.headers import decode_words
from chalicelib.mail.reader.notes import Notes

# An encoded word is one token: what it hides must not be taken for a comma or a colon (F23).
_ENCODED = r"=\?[^?\s]{1,60}\?[BbQq]\?[^?\s]*\?="
_TOKEN = re.compile(_ENCODED + r'|"(?:[^"\\]|\\.)*"|\\.|[^"(),<>:;\\=]+|.', re.DOTALL)
_ADDRESS = re.compile(r"[^\s@<>(),;:\"\\\x00-\x1f\x7f]{1,64}@[^\s@<>(),;:\"\\\x00-\x1f\x7f]{1,190}")
_BARE = re.compile(r"(?<![^\s<(\[,;:'\"])" + _ADDRESS.pattern)
_COMMENTS = 1_000
_NAME_CHARS = 2_000


@dataclass(slots=True)
class _Mailbox:
    """One address while it is being read."""

    words: list[str] = field(default_factory=list)
    angle: list[str] | None = None
    comments: list[str] = field(default_factory=list)

    @property
    def empty(self) -> bool:
        return not self.angle and not "".join(self.words).strip()


def addresses(values: list[str], notes: Notes) -> list[Address]:
    """Every address in these headers, at most as many as are worth counting."""
    found: list[Address] = []
    for value in values:
        for mailbox in _mailboxes(value, notes):
            if len(found) >= limits.ADDRESSES:
                notes.give_up("too many addresses in a header")
                return found
            address = _address(mailbox, notes)
            if address:
                found.append(address)
    return found


def _mailboxes(value: str, notes: Notes) -> Iterator[_Mailbox]:
    current, depth, comments = _Mailbox(), 0, 0
    in_angle = False
    for match in _TOKEN.finditer(value):
        token = match.group()
        if token == "(":
            depth, comments = depth + 1, comments + 1
            if comments > _COMMENTS:
                notes.give_up("too many comments in a header")
                break
        elif depth:
            depth -= token == ")"
            current.comments.append(token if token != ")" else " ")
        elif token == "<":
            current.angle, in_angle = [], True
        elif token == ">":
            in_angle = False
        elif in_angle and current.angle is not None:
            current.angle.append(token)
        elif token in ",;":
            yield current
            current = _Mailbox()
        elif token == ":":  # the name of a group, as in `undisclosed-recipients:;`
            current = _Mailbox()
        else:
            current.words.append(token)
    yield current


def _address(mailbox: _Mailbox, notes: Notes) -> Address | None:
    if mailbox.empty:
        return None
    words = "".join(mailbox.words)
    # An address inside an encoded word is no address: what judged the sender did not see it either (F20).
    email = _email("".join(mailbox.angle) if mailbox.angle else re.sub(_ENCODED, " ", words))
    if not email:
        notes.fault("an address that cannot be read")
        return None
    name = words if mailbox.angle else "".join(mailbox.comments)
    return Address(name=_name(name, notes), email=email)


def _email(text: str) -> str:
    # `<@relay,@relay:bob@example.com>` names a route, long obsolete: the address is the last.
    last = text.rpartition(":")[2]
    match = _ADDRESS.fullmatch(last.strip().replace('"', "")) or _BARE.search(last)
    if not match:
        return ""
    local, _, domain = header_safe(match.group()).rpartition("@")
    return f"{local}@{domain.lower().rstrip('.')}"


def _name(words: str, notes: Notes) -> str:
    plain = re.sub(r'\\(.)|"', r"\1", words[:_NAME_CHARS])
    return header_safe(decode_words(plain, notes), 200).strip("'")
