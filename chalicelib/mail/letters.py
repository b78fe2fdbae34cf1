"""Letters: what a customer is told of each event, in plain words, in their own time zone, with the next step."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from chalicelib.mail.as_html import blocks
from chalicelib.mail.domain import header_safe
from chalicelib.promises.domain import State
from chalicelib.tickets.domain import Status, Ticket

if TYPE_CHECKING:
    from jinja2 import Environment

Facts = Sequence[tuple[str, str]]
_MARKED = re.compile(r"\n(?:[^\n]* Support\n)?(Ref: pledge:\S+)\s*$")


@dataclass(frozen=True, slots=True, kw_only=True)
class Reader:
    """Who a letter is for."""

    name: str
    email: str
    zone: str = "UTC"


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    """The same words twice: as text and as HTML."""

    text: str
    html: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Frame:
    """What stands around the words: the facts below them, how to go on, and the line that finds the ticket again."""

    operator: str
    own: str = ""  # our own web address
    title: str = "Support"
    facts: Facts = ()
    footer: str = ""
    marker: str = ""


def written(template: str, frame: Frame, **words: Any) -> Letter:
    """A letter from its template and its frame."""
    body = _tidy(_environment().get_template(f"{template}.txt").render(operator=frame.operator, **words))
    around = {name: getattr(frame, name) for name in ("operator", "facts", "footer", "marker")}
    text = _tidy(_environment().get_template("_frame.txt").render(body=body, **around))
    return Letter(text=f"{text}\n", html=_framed(body, frame))


def as_html(text: str, operator: str = "") -> str:
    """The HTML of a letter that another capability has written; its marker goes to the foot."""
    marked = _MARKED.search(text)
    body = text[: marked.start()] if marked else text
    return _framed(_tidy(body), Frame(operator=operator, marker=marked[1] if marked else ""))


def moment(at: datetime, zone: str) -> str:
    """`Mon 23 Nov 2026, 11:00 (Europe/Berlin)`, as the reader's own clock shows it."""
    try:
        local = at.astimezone(ZoneInfo(zone))
    except (ZoneInfoNotFoundError, ValueError):
        local, zone = at.astimezone(ZoneInfo("UTC")), "UTC"
    return f"{local:%a} {local.day} {local:%b %Y, %H:%M} ({zone})"


def dues(ticket: Ticket, zone: str) -> dict[str, str]:
    """The open deadlines by kind, as the reader's own clock shows them."""
    return {
        promise.kind: moment(promise.due_at, zone)
        for promise in ticket.promises
        if promise.due_at and promise.state is State.OPEN
    }


def facts(ticket: Ticket, zone: str) -> Facts:
    """What every letter says of its ticket: number, subject, severity, status and the next step."""
    return (
        ("Ticket", ticket.label if ticket.number else "not numbered yet"),
        ("Subject", header_safe(ticket.subject) or "(none)"),
        ("Severity", str(ticket.severity)),
        ("Status", status_words(ticket)),
        ("Next step", next_step(ticket, zone)),
    )


def status_words(ticket: Ticket) -> str:
    """Where the ticket stands, as a customer would say it."""
    if ticket.merged_into:
        return "goes on in another ticket"
    if ticket.status is Status.OPEN:
        return "being worked on" if ticket.work_started_at else "open, in our queue"
    return _STATUS[ticket.status]


def next_step(ticket: Ticket, zone: str) -> str:
    """What happens next, and by when."""
    due = dues(ticket, zone)
    closes = moment(ticket.closes_at, zone) if ticket.closes_at else ""
    if ticket.status is Status.PENDING:
        return f"Your answer{f'; without one we close it on {closes}' if closes else ''}"
    if ticket.status is Status.SOLVED:
        return f"None{f'; we close it on {closes}' if closes else ''} unless you write"
    if not ticket.is_unsolved:
        return _LAST_STEP[ticket.status]
    if "first_response" in due:
        return f"We answer by {due['first_response']}"
    if "update" in due:
        return f"You hear from us by {due['update']}"
    if ticket.eta and ticket.eta >= ticket.changed_at:  # one that has passed is no next step
        return f"We expect to resolve it by {moment(ticket.eta, zone)}"
    return "We work on it and write to you"


_STATUS = {
    Status.NEW: "received, in our queue",
    Status.PENDING: "waiting for your answer",
    Status.ON_HOLD: "on hold, we wait for somebody else",
    Status.SOLVED: "solved",
    Status.CLOSED: "closed",
    Status.DECLINED: "declined",
}
_LAST_STEP = {
    Status.CLOSED: "None; to take it up again, reply to this mail",
    Status.DECLINED: "Reply to this mail if you want an offer",
}


def _framed(body: str, frame: Frame) -> str:
    from markupsafe import Markup

    shown = {name: getattr(frame, name) for name in ("operator", "title", "facts", "footer", "marker")}
    # Escaped piece by piece in `blocks`; all else is escaped here.
    page = _environment().get_template("_frame.html")
    return page.render(body=Markup(blocks(body, frame.own)), **shown)  # noqa: S704


def _tidy(text: str) -> str:
    return re.sub(r"\n{3,}", "\n\n", text.replace("\r\n", "\n")).strip()


def _quoted(text: str) -> str:
    return "\n".join(f"> {line}".rstrip() for line in text.split("\n"))


@cache
def _environment() -> "Environment":
    # Imported late: reading a mail needs no templates.
    from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape

    environment = Environment(
        loader=FileSystemLoader(Path(__file__).parent / "messages"),
        undefined=StrictUndefined,
        autoescape=select_autoescape(["html"]),
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["quoted"] = _quoted
    return environment
