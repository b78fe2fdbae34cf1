"""From an event and its reader to a draft: the words of the letter, and the headers by which it threads."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from chalicelib.mail import letters
from chalicelib.mail.domain import header_safe, marker
from chalicelib.mail.domain.outgoing import Draft
from chalicelib.mail.domain.thread import root_id, thread_id
from chalicelib.mail.letters import Frame, Letter, Reader
from chalicelib.mail.readers import Readers
from chalicelib.tickets import events as e
from chalicelib.tickets.domain import DeclineReason, Ticket

# Written by a person, so a client may show it as one.
BY_PEOPLE = ("reply", "question", "workaround", "solved", "acknowledged", "eta")
# Automatic answers to a mail that came in, rather than news of our own (RFC 3834).
ANSWERS = ("acknowledgement", "referral")
TO_STAFF = ("customer_replied",)
MOST_SAID = 20_000  # characters in one letter; the rest is in the history
MOST_REFERENCES = 10
_NUMBER = re.compile(r"\s*\[\s*#\s*\d{1,9}\s*\]")
_GREETING = re.compile(r"(?:hi|hello|dear|hey|good (?:morning|afternoon|evening|day))\b", re.IGNORECASE)
_RE = re.compile(r"(?:\s*re\s*:)+\s*", re.IGNORECASE)


@dataclass(frozen=True, slots=True, kw_only=True)
class House:
    """What every letter says of us."""

    operator: str
    phone: str
    url: str
    domain: str
    secret: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Occasion:
    """What is told: an event of a ticket, with the id of the event and the version that it made."""

    ticket: Ticket
    event: e.Event
    event_id: str
    version: int


class Topic(Protocol):
    """A page that may help."""

    @property
    def title(self) -> str: ...
    @property
    def url(self) -> str: ...


class Wording:
    """Writes drafts."""

    def __init__(
        self,
        house: House,
        readers: Readers,
        topics_for: Callable[[str, str], Sequence[Topic]],
        label_of: Callable[[str], str],
    ) -> None:
        self.house = house
        self.readers = readers
        self.topics_for = topics_for
        self.label_of = label_of

    def draft(self, template: str, told: Occasion, reader: Reader, **words: Any) -> Draft:
        """The draft of one letter to one reader. Its key makes it one, however often the event comes (F9)."""
        ticket, key = told.ticket, f"{told.event_id}#{template}#{reader.email.lower()}"
        letter = self._letter(template, told, reader, words)
        return Draft(
            key=key,
            to=reader.email,
            name=reader.name,
            subject=_subject(ticket) if template not in TO_STAFF else f"[{ticket.label}] the customer wrote",
            text=letter.text,
            html=letter.html,
            ticket_id=ticket.id,
            message_id=thread_id(ticket.id, key, secret=self.house.secret, domain=self.house.domain),
            references=self._references(template, ticket),
            automatic=template not in BY_PEOPLE,
            answers=template in ANSWERS or bool(words.get("by_reply")),
            template=template,
        )

    def _references(self, template: str, ticket: Ticket) -> tuple[str, ...]:
        """The signed root, then the customer's own mails: answers carry all of it back to us."""
        root = root_id(ticket.id, secret=self.house.secret, domain=self.house.domain)
        if template in TO_STAFF or template == "referred":
            return (root,)
        first, *rest = ticket.references or (root,)
        return tuple(dict.fromkeys((root, first, *rest[1 - MOST_REFERENCES :])))

    def _letter(self, template: str, told: Occasion, reader: Reader, words: dict[str, Any]) -> Letter:
        frame = self._frame(template, told.ticket, reader)
        return letters.written(template, frame, **{**self._words(told, reader), **words})

    def _frame(self, template: str, ticket: Ticket, reader: Reader) -> Frame:
        house = self.house
        if template == "referral":  # it is the partner's now: no number, nothing to refer to
            return Frame(operator=house.operator, own=house.url, title=_subject(ticket))
        named = f", or call {house.phone} and name {ticket.label}" if ticket.number else ""
        footer = f"Reply to this mail to write to us about it{named}."
        if template in TO_STAFF:
            address = f"{house.url}/v1/tickets/{ticket.number or ticket.id}"
            footer = f"Reply to this mail to answer the customer in public. The ticket: {address}"
        return Frame(
            operator=house.operator,
            own=house.url,
            title=_subject(ticket),
            facts=letters.facts(ticket, reader.zone),
            footer=footer,
            marker=marker(ticket.id, house.secret),
        )

    def _words(self, told: Occasion, reader: Reader) -> dict[str, Any]:
        ticket, event = told.ticket, told.event
        text, goes_on, files = _said(event)
        return {
            "ticket": ticket,
            "event": event,
            "hello": f"Hello {header_safe(reader.name)}," if reader.name else "Hello,",
            "known": ticket.customer_id is not None,
            "partner": self.readers.partner_of(ticket) if isinstance(event, e.TicketRegistered) else "",
            "due": _Dues(**letters.dues(ticket, reader.zone)),
            "moment": lambda at: letters.moment(at, reader.zone),
            "topics": self.topics_for(ticket.subject, self.house.url),
            "proposed": ticket.proposal.severity,
            "said": text,
            "goes_on": goes_on,
            "files": files,
            "greets": bool(_GREETING.match(text)),
            "signs": _signs(text, event.name),
            "more_at": f"{self.house.url}/v1/tickets/{ticket.number or ticket.id}/history/{told.version}",
            "why": _why(event),
            "status": lambda: letters.status_words(ticket),
            "workers": lambda: self._workers(ticket),
            "last_update": lambda: _last_update(ticket, reader),
            "by_reply": False,
            "into": lambda: self.label_of(ticket.merged_into or ticket.id),
        }

    def _workers(self, ticket: Ticket) -> str:
        colleague = self.readers.colleague(ticket.assignee)
        if colleague is None:
            return "nobody yet"
        return colleague.name if ticket.work_started_at else f"{colleague.name}, work not started"


class _Dues:
    """The open deadlines by kind; one that is not owed reads as nothing."""

    # Not a dictionary: a template would find its methods, and `due.update` is the name of one.
    def __init__(self, **dues: str) -> None:
        self.first_response = dues.get("first_response", "")
        self.update = dues.get("update", "")


def _said(event: e.Event) -> tuple[str, bool, list[str]]:
    """What a person wrote with this event, whether there is more of it, and the files that came along."""
    message: e.Message | None = getattr(event, "message", None)
    if message is not None:
        text, more, files = message.text, message.text_key is not None, [file.name for file in message.files]
    else:
        found = (getattr(event, name, "") for name in ("question", "resolution", "text"))
        text, more, files = next((one for one in found if one), ""), False, []
    return text[:MOST_SAID].strip(), more or len(text) > MOST_SAID, files


def _signs(text: str, name: str) -> bool:
    """Whether the writer's own name stands under the text already."""
    last = " ".join(text.strip().split("\n")[-3:]).casefold()
    first = name.partition(" ")[0].casefold()
    return bool(first) and re.search(rf"\b{re.escape(first)}\b", last) is not None


def _why(event: e.Event) -> str:
    known = isinstance(event, e.TicketDeclined) and event.reason in set(DeclineReason)
    return DeclineReason(event.reason).words if known and isinstance(event, e.TicketDeclined) else ""


def _last_update(ticket: Ticket, reader: Reader) -> str:
    return letters.moment(ticket.last_update_at, reader.zone) if ticket.last_update_at else "none yet"


def _subject(ticket: Ticket) -> str:
    """The customer's own subject with our number at its end, each once, however often it went to and fro."""
    bare = _NUMBER.sub("", _RE.sub("", header_safe(ticket.subject), count=1)).strip() or "your report"
    # Without a mail of theirs there is nothing that ours could be the answer to.
    answered = f"Re: {bare}" if ticket.references else bare
    return f"{answered} [{ticket.label}]" if ticket.number else answered
