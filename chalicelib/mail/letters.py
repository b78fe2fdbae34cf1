"""Letters: what a customer is told of each event, in plain words, in their own time zone, with the next step."""

import html
import re
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from chalicelib.promises.domain import State
from chalicelib.tickets.domain import Ticket

_URL = re.compile(r"(https?://[^\s<>\"]+[^\s<>\".,;:!?)])")
_STYLE = (
    "font:16px/1.5 system-ui,-apple-system,'Segoe UI',Roboto,sans-serif;color:#1c2430;"
    "max-width:40rem;margin:0 auto;padding:1rem"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Reader:
    """Who a letter is for."""

    name: str
    email: str
    zone: str = "UTC"


def written(template: str, **words: Any) -> str:
    """The text of a letter, without runs of empty lines."""
    text = _environment().get_template(f"{template}.txt").render(**words)
    return re.sub(r"\n{3,}", "\n\n", text).strip() + "\n"


def moment(at: datetime, zone: str) -> str:
    """`Mon 23 Nov 2026, 11:00 (Europe/Berlin)`, as the reader's own clock shows it."""
    local = at.astimezone(ZoneInfo(zone))
    return f"{local:%a} {local.day} {local:%b %Y, %H:%M} ({zone})"


def dues(ticket: Ticket, zone: str) -> dict[str, str]:
    """The open deadlines by kind, as the reader's own clock shows them."""
    return {
        promise.kind: moment(promise.due_at, zone)
        for promise in ticket.promises
        if promise.due_at and promise.state is State.OPEN
    }


def facts(ticket: Ticket) -> str:
    """One line that every letter carries."""
    said = [f"Ticket {ticket.label}" if ticket.number else "Ticket not numbered yet"]
    said += [f"severity {ticket.severity}", ticket.status.value.replace("_", " ")]
    return " · ".join(said)


def as_html(text: str) -> str:
    """The same letter as HTML: paragraphs, lists and links, everything escaped."""
    blocks = [_block(block) for block in text.strip().split("\n\n")]
    body = "\n".join(blocks)
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width"><title>Support</title></head>'
        f'<body><div style="{_STYLE}">{body}</div></body></html>'
    )


def _block(block: str) -> str:
    lines = block.split("\n")
    items = [line[2:] for line in lines if line.startswith("- ")]
    before = [line for line in lines if not line.startswith("- ")]
    parts = []
    if before:
        parts.append(f"<p>{'<br>'.join(_linked(line) for line in before)}</p>")
    if items:
        parts.append(f"<ul>{''.join(f'<li>{_linked(item)}</li>' for item in items)}</ul>")
    return "".join(parts)


def _linked(line: str) -> str:
    pieces = _URL.split(line)
    return "".join(
        f'<a href="{html.escape(piece)}">{html.escape(piece)}</a>' if place % 2 else html.escape(piece)
        for place, piece in enumerate(pieces)
    )


@cache
def _environment() -> Environment:
    # Plain text: nothing to escape here; `as_html` escapes everything.
    return Environment(
        loader=FileSystemLoader(Path(__file__).parent / "messages"),
        undefined=StrictUndefined,
        autoescape=False,  # noqa: S701
        keep_trailing_newline=True,
    )
