"""The text of a letter as HTML: paragraphs, lists, quotes and links. Everything is escaped, nothing is fetched."""

import html
import re
from collections.abc import Iterable, Iterator
from itertools import groupby

_URL = re.compile(r"(https?://[^\s<>\"]+[^\s<>\".,;:!?)])")
_P = '<p style="margin:0 0 16px">'
_UL = '<ul style="margin:0 0 16px;padding-left:22px">'
_LI = '<li style="margin:0 0 6px">'
_QUOTE = (
    '<blockquote style="margin:0 0 16px;padding:2px 0 2px 14px;border-left:3px solid #cfd6e0;color:#475266">'
)
_A = '<a href="{}" style="color:#1a56c4">{}</a>'


def blocks(text: str, own: str = "") -> str:
    """The HTML of a text. A list item that ends with an address of ours (`own`) shows its title alone."""
    return "\n".join(_block(block, own) for block in re.split(r"\n{2,}", text.strip("\n")))


def _block(block: str, own: str) -> str:
    lines = block.split("\n")
    return "\n".join(_piece(sort, list(group), own) for sort, group in groupby(lines, _sort_of))


def _sort_of(line: str) -> str:
    if line == ">" or line.startswith("> "):
        return ">"
    return "-" if line.startswith("- ") else ""


def _piece(sort: str, lines: list[str], own: str) -> str:
    if sort == "-":
        return _UL + "".join(f"{_LI}{_item(line[2:], own)}</li>" for line in lines) + "</ul>"
    if sort == ">":
        # A stranger's words: shown as they are, never as links.
        return _QUOTE + "<br>".join(html.escape(line[2:]) for line in lines) + "</blockquote>"
    return _P + "<br>".join(_linked(line) for line in lines) + "</p>"


def _item(line: str, own: str) -> str:
    title, colon, address = line.rpartition(": ")
    if own and colon and address.startswith(f"{own}/") and _URL.fullmatch(address):
        return _A.format(html.escape(address), html.escape(title))
    return _linked(line)


def _linked(line: str) -> str:
    return "".join(_pieces(_URL.split(line)))


def _pieces(pieces: Iterable[str]) -> Iterator[str]:
    for place, piece in enumerate(pieces):
        escaped = html.escape(piece)
        yield _A.format(escaped, escaped) if place % 2 else escaped
