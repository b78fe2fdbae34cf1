"""Stretches of text: each plain, or HTML, or both forms of the same."""

import html as entities
import re
from collections.abc import Mapping
from dataclasses import dataclass

from chalicelib.mail.reader.charsets import decode
from chalicelib.mail.reader.html import clean_html, html_to_text
from chalicelib.mail.reader.notes import Notes
from chalicelib.mail.reader.plain import tidy, unflow

_META = re.compile(rb"<meta[^>]{0,200}charset=[\"']?([A-Za-z0-9_:.-]{1,40})", re.IGNORECASE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Piece:
    """One stretch. `spare` counts only when there is no other text."""

    plain: str = ""
    html: str = ""
    invitation: str = ""
    spare: bool = False

    @property
    def empty(self) -> bool:
        """True when it says nothing."""
        return not (self.plain.strip() or self.html.strip())


def plain_piece(raw: bytes, parameters: Mapping[str, str], notes: Notes, *, tidied: bool = True) -> Piece:
    """A text/plain part."""
    text = decode(notes.take_text(raw), parameters.get("charset"), notes)
    if parameters.get("format", "").lower() == "flowed":
        text = unflow(text, delete_space=parameters.get("delsp", "").lower() == "yes")
    return Piece(plain=tidy(text) if tidied else text)


def html_piece(raw: bytes, charset: str | None, notes: Notes) -> Piece:
    """A text/html part, cleaned. Without a charset in its header, the one in its first lines counts."""
    meta = None if charset else _META.search(raw[:4_000])
    declared = meta[1].decode("ascii") if meta else charset
    return Piece(html=clean_html(tidy(decode(notes.take_text(raw), declared, notes))))


def together(pieces: list[Piece], notes: Notes) -> Piece:
    """Several pieces as one: plain text for reading, HTML only if one of them has it."""
    wanted = [piece for piece in pieces if not piece.empty and not piece.spare]
    used = wanted or [piece for piece in pieces if not piece.empty]
    rich = any(piece.html for piece in used)
    return Piece(
        plain="\n\n".join(filter(None, (_plain(piece, notes) for piece in used))),
        html="\n<hr>\n".join(map(_html, used)) if rich else "",
        invitation="\n\n".join(filter(None, (piece.invitation for piece in pieces))),
    )


def _plain(piece: Piece, notes: Notes) -> str:
    return piece.plain if piece.plain.strip() else html_to_text(notes.take_html(piece.html))


def _html(piece: Piece) -> str:
    return piece.html or f"<pre>{entities.escape(piece.plain)}</pre>"
