"""Which event is told to whom, and how: the reaction to what happens to tickets."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from chalicelib.customers.domain import Customer, Role
from chalicelib.mail import letters
from chalicelib.mail.domain import header_safe, marker
from chalicelib.mail.domain.outgoing import Draft
from chalicelib.mail.domain.thread import thread_id
from chalicelib.mail.letters import Reader
from chalicelib.mail.outbox import Outbox
from chalicelib.mail.store import MailStore
from chalicelib.mail.topics import topics_for
from chalicelib.tickets import events as e
from chalicelib.tickets.domain import DeclineReason, Ticket
from chalicelib.tickets.domain.keeping import Change

# Event to template. What is not here is not written about, on purpose.
TEMPLATES: Mapping[type, str] = {
    e.TicketRegistered: "registered",
    e.TicketNumbered: "numbered",
    e.TicketAcknowledged: "acknowledged",
    e.SeverityChanged: "severity",
    e.ReplySent: "reply",
    e.CustomerAwaited: "question",
    e.EtaGiven: "eta",
    e.WorkaroundGiven: "workaround",
    e.TicketSolved: "solved",
    e.ClosingAnnounced: "closing",
    e.TicketClosed: "closed",
    e.TicketReopened: "reopened",
    e.TicketEscalated: "escalated",
    e.TicketDeclined: "declined",
    e.ConsultancyAccepted: "consultancy",
    e.HoldingStatusSent: "status",
    e.TicketMerged: "merged",
}
TOLD = [cls.__name__ for cls in (*TEMPLATES, e.ReplyReceived)]
# Written by a person, so a client may show it as one.
BY_PEOPLE = ("reply", "question", "workaround", "solved", "acknowledged", "eta")
ANSWERS_TO_KNOWN, ANSWERS_TO_STRANGERS = 5, 1  # automatic answers an hour to one address (F19)


class Tickets(Protocol):
    """Tickets as kept."""

    def load(self, ticket_id: str) -> Any: ...
    def change(self, ticket_id: str, version: int) -> Change | None: ...


class Customers(Protocol):
    """Who the readers are."""

    def get(self, customer_id: str) -> Customer: ...
    def contact(self, customer_id: str, contact_id: str) -> Any: ...
    def contacts(self, customer_id: str) -> Any: ...
    def staff(self, staff_id: str) -> Any: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class House:
    """What every letter says of us."""

    operator: str
    phone: str
    url: str
    domain: str
    secret: bytes


class Telling:
    """Writes to people about tickets, once for each event."""

    def __init__(
        self, tickets: Tickets, customers: Customers, store: MailStore, outbox: Outbox, house: House
    ) -> None:
        self.tickets = tickets
        self.customers = customers
        self.store = store
        self.outbox = outbox
        self.house = house

    def tell(self, detail: Mapping[str, Any]) -> int:
        """Tells whoever was promised to be told of this event; how many letters that were."""
        change = self.tickets.change(detail["record"], detail["version"])
        place = int(detail["id"].rpartition(".")[2])
        if change is None or place >= len(change.events):
            return 0
        ticket = self.tickets.load(detail["record"]).ticket
        event = change.events[place]
        drafts = [draft for draft in self._drafts(ticket, event, change, detail["id"]) if draft]
        for draft in drafts:
            self.outbox.post(draft)
        return len(drafts)

    def _drafts(
        self, ticket: Ticket, event: e.Event, change: Change, event_id: str
    ) -> Iterator[Draft | None]:
        if isinstance(event, e.ReplyReceived):
            yield self._to_assignee(ticket, event, event_id)
        elif isinstance(event, e.TicketRegistered):
            yield from self._on_registration(ticket, event, event_id)
        elif ticket.verified and ticket.referred_to is None and not _told_otherwise(event, change):
            for reader in self._readers(ticket):
                yield self._draft(TEMPLATES[type(event)], ticket, event, reader, event_id)

    # -- registration -----------------------------------------------------------------------------

    def _on_registration(
        self, ticket: Ticket, event: e.TicketRegistered, event_id: str
    ) -> Iterator[Draft | None]:
        reader = self._requester(ticket)
        if reader is None or event.is_automatic_mail or not event.verified:
            return  # a robot is not answered, and a forged address belongs to somebody else (F19, F20)
        if event.referred_to:
            yield from self._referral(ticket, event, reader, event_id)
        elif event.channel != "mail":
            yield self._draft("registered", ticket, event, reader, event_id)
        elif self._may_answer(reader.email, known=ticket.customer_id is not None, at=event):
            yield self._draft("acknowledgement", ticket, event, reader, event_id)

    def _referral(
        self, ticket: Ticket, event: e.TicketRegistered, reader: Reader, event_id: str
    ) -> Iterator[Draft | None]:
        partner = self.customers.get(event.referred_to or "")
        words = {"name": reader.name or "customer", "partner": partner.name, "operator": self.house.operator}
        text = letters.written("referral", **words)
        if self._may_answer(reader.email, known=False, at=event):
            yield self._made("referral", ticket, reader, event_id, text)
        for contact in self._representatives(partner):
            yield self._draft("referred", ticket, event, contact, event_id)

    def _may_answer(self, address: str, *, known: bool, at: e.TicketRegistered) -> bool:
        most = ANSWERS_TO_KNOWN if known else ANSWERS_TO_STRANGERS
        return self.store.may_answer(address, at.at, most=most, answering=at.ticket_id)

    # -- readers ----------------------------------------------------------------------------------

    def _readers(self, ticket: Ticket) -> Iterator[Reader]:
        requester = self._requester(ticket)
        if requester:
            yield requester
        zone = requester.zone if requester else self._zone(ticket)
        for address in ticket.participants:
            if requester is None or address != requester.email.lower():
                yield Reader(name="", email=address, zone=zone)

    def _requester(self, ticket: Ticket) -> Reader | None:
        who = ticket.requester
        if not who.email:
            return None
        return Reader(name=who.name, email=who.email, zone=self._zone(ticket))

    def _zone(self, ticket: Ticket) -> str:
        if not ticket.customer_id:
            return "UTC"
        zone = None
        if ticket.requester.contact_id and ticket.referred_to is None:
            zone = self.customers.contact(ticket.customer_id, ticket.requester.contact_id).zone
        return zone or self.customers.get(ticket.customer_id).zone

    def _representatives(self, partner: Customer) -> list[Reader]:
        contacts = self.customers.contacts(partner.id)
        chosen = [c for c in contacts if Role.REPRESENTATIVE in c.roles] or contacts[:1]
        return [Reader(name=c.name, email=c.email, zone=c.zone or partner.zone) for c in chosen]

    def _to_assignee(self, ticket: Ticket, event: e.ReplyReceived, event_id: str) -> Draft | None:
        if not ticket.assignee:
            return None
        colleague = self.customers.staff(ticket.assignee)
        reader = Reader(name=colleague.name, email=colleague.email, zone=colleague.zone)
        url = f"{self.house.url}/v1/tickets/{ticket.id}"
        text = letters.written("customer_replied", name=reader.name, ticket=ticket, url=url)
        subject = f"[{ticket.label}] the customer wrote"
        return self._made("customer_replied", ticket, reader, event_id, text, subject=subject)

    # -- letters ----------------------------------------------------------------------------------

    def _draft(self, template: str, ticket: Ticket, event: e.Event, reader: Reader, event_id: str) -> Draft:
        text = letters.written(template, **self._words(ticket, event, reader))
        return self._made(template, ticket, reader, event_id, text)

    def _words(self, ticket: Ticket, event: e.Event, reader: Reader) -> dict[str, Any]:
        message = getattr(event, "message", None)
        declined = ticket.declined_for or getattr(event, "reason", "")
        return {
            "ticket": ticket,
            "event": event,
            "name": reader.name or "customer",
            "known": ticket.customer_id is not None,
            "partner": self._partner(ticket),
            "due": _Dues(letters.dues(ticket, reader.zone)),
            "moment": lambda at: letters.moment(at, reader.zone),
            "facts": letters.facts(ticket),
            "quoted": bool(ticket.subject),
            "topics": topics_for(ticket.subject, self.house.url),
            "proposed": ticket.proposal.severity,
            "said": message.text if message else "",
            "why": DeclineReason(declined).words if declined in set(DeclineReason) else "",
            "words": self._status_words(ticket, reader),
            "operator": self.house.operator,
            "phone": self.house.phone,
            "marker": marker(ticket.id, self.house.secret),
        }

    def _partner(self, ticket: Ticket) -> str:
        if not ticket.customer_id:
            return ""
        customer = self.customers.get(ticket.customer_id)
        return customer.name if customer.end_user_domains else ""

    def _status_words(self, ticket: Ticket, reader: Reader) -> dict[str, str]:
        people = self.customers.staff(ticket.assignee).name if ticket.assignee else "nobody yet"
        last = ticket.last_update_at
        return {
            "status": ticket.status.value.replace("_", " "),
            "workers": people if ticket.work_started_at else f"{people}, work not started",
            "last_update": letters.moment(last, reader.zone) if last else "none yet",
            "into": self._label(ticket.merged_into) if ticket.merged_into else "",
        }

    def _label(self, ticket_id: str) -> str:
        label: str = self.tickets.load(ticket_id).ticket.label
        return label

    def _made(
        self, template: str, ticket: Ticket, reader: Reader, event_id: str, text: str, *, subject: str = ""
    ) -> Draft:
        key = f"{event_id}#{template}#{reader.email.lower()}"
        return Draft(
            key=key,
            to=reader.email,
            name=reader.name,
            subject=subject or _subject(ticket),
            text=text,
            html=letters.as_html(text),
            ticket_id=ticket.id,
            message_id=self._message_id(ticket, key),
            references=() if template in INTERNAL else ticket.references,
            automatic=template not in BY_PEOPLE,
            template=template,
        )

    def _message_id(self, ticket: Ticket, key: str) -> str:
        return thread_id(ticket.id, key, secret=self.house.secret, domain=self.house.domain)


INTERNAL = ("customer_replied", "referred")


class _Dues:
    """Deadlines by kind, for the letters; one that is not owed reads as nothing."""

    # No dictionary: to a letter `due.update` would be its method of that name.
    def __init__(self, dues: Mapping[str, str]) -> None:
        self._dues = dues

    def __getattr__(self, kind: str) -> str:
        return self._dues.get(kind, "")


def _told_otherwise(event: e.Event, change: Change) -> bool:
    """An acknowledgement tells of the severity that was decided with it."""
    acknowledged = any(isinstance(other, e.TicketAcknowledged) for other in change.events)
    return isinstance(event, e.SeverityChanged) and acknowledged


def _subject(ticket: Ticket) -> str:
    subject = header_safe(ticket.subject) or "your report"
    bare = subject if subject.lower().startswith("re:") else f"Re: {subject}"
    mark = f"[{ticket.label}]"
    return f"{bare} {mark}" if ticket.number and mark not in bare else bare
