"""Which event is told to whom: the reaction to what happens to tickets."""

from collections.abc import Iterator, Mapping
from typing import Any, Protocol

from chalicelib.mail.domain.outgoing import Draft
from chalicelib.mail.letters import Reader
from chalicelib.mail.outbox import Outbox
from chalicelib.mail.readers import Readers
from chalicelib.mail.store import MailStore
from chalicelib.mail.wording import House, Occasion, Wording
from chalicelib.tickets import events as e
from chalicelib.tickets.domain.keeping import Change

__all__ = ["TEMPLATES", "TOLD", "House", "Telling"]

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
ANSWERS_TO_KNOWN, ANSWERS_TO_STRANGERS = 5, 1  # automatic answers an hour to one address (F19)


class Tickets(Protocol):
    """Tickets as kept."""

    def load(self, ticket_id: str) -> Any: ...
    def change(self, ticket_id: str, version: int) -> Change | None: ...


class Telling:
    """Writes to people about tickets, once for each event."""

    def __init__(
        self, tickets: Tickets, readers: Readers, store: MailStore, outbox: Outbox, wording: Wording
    ) -> None:
        self.tickets = tickets
        self.readers = readers
        self.store = store
        self.outbox = outbox
        self.wording = wording

    def tell(self, detail: Mapping[str, Any]) -> int:
        """Tells whoever was promised to be told of this event; how many letters that were."""
        change = self.tickets.change(detail["record"], detail["version"])
        place = int(detail["id"].rpartition(".")[2])
        if change is None or place >= len(change.events):
            return 0
        told = Occasion(
            ticket=self.tickets.load(detail["record"]).ticket,
            event=change.events[place],
            event_id=detail["id"],
            version=change.version,
        )
        drafts = list(self._drafts(told, change))
        for draft in drafts:
            self.outbox.post(draft)
        return len(drafts)

    def _drafts(self, told: Occasion, change: Change) -> Iterator[Draft]:
        event = told.event
        if isinstance(event, e.TicketRegistered):
            yield from self._on_registration(told, event)
        elif isinstance(event, e.ReplyReceived):
            yield from self._on_reply(told, event)
        elif told.ticket.verified and type(event) in TEMPLATES and not _told_otherwise(event, change):
            for reader in self.readers.of(told.ticket):
                yield self.wording.draft(TEMPLATES[type(event)], told, reader)

    # -- a report ---------------------------------------------------------------------------------

    def _on_registration(self, told: Occasion, event: e.TicketRegistered) -> Iterator[Draft]:
        reader = self.readers.requester(told.ticket)
        if reader is None or event.is_automatic_mail or not event.verified:
            return  # a robot is not answered, and a forged address belongs to somebody else (F19, F20)
        if event.referred_to:
            yield from self._referral(told, event.referred_to, reader)
        elif event.channel != "mail":
            yield self.wording.draft("registered", told, reader)
        elif self._may_answer(reader, told, known=event.customer_id is not None):
            yield self.wording.draft("acknowledgement", told, reader)

    def _referral(self, told: Occasion, partner_id: str, reader: Reader) -> Iterator[Draft]:
        """B16: the end user is sent to their partner, and the partner is told."""
        partner = self.readers.customers.get(partner_id)
        if self._may_answer(reader, told, known=False):
            yield self.wording.draft("referral", told, reader, partner=partner.name)
        for contact in self.readers.representatives(partner):
            yield self.wording.draft("referred", told, contact)

    # -- a reply ----------------------------------------------------------------------------------

    def _on_reply(self, told: Occasion, event: e.ReplyReceived) -> Iterator[Draft]:
        """The assignee reads it at once; the customer is only told when it opened the ticket again (D14)."""
        colleague = self.readers.colleague(told.ticket.assignee)
        if colleague:
            yield self.wording.draft("customer_replied", told, colleague)
        if not (event.reopened and told.ticket.verified):
            return
        for reader in self.readers.of(told.ticket):
            if self._may_answer(reader, told, known=told.ticket.customer_id is not None):
                yield self.wording.draft("reopened", told, reader, by_reply=True)

    def _may_answer(self, reader: Reader, told: Occasion, *, known: bool) -> bool:
        most = ANSWERS_TO_KNOWN if known else ANSWERS_TO_STRANGERS
        return self.store.may_answer(reader.email, told.event.at, most=most, answering=told.event_id)


def _told_otherwise(event: e.Event, change: Change) -> bool:
    """An acknowledgement tells of the severity that was decided with it."""
    acknowledged = any(isinstance(other, e.TicketAcknowledged) for other in change.events)
    return isinstance(event, e.SeverityChanged) and acknowledged
