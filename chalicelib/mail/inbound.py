"""Incoming mail: anything becomes a ticket or a reply, nothing is dropped, nothing happens twice."""

from dataclasses import replace
from typing import Any, Protocol

from chalicelib.core.errors import Conflict
from chalicelib.core.log import log
from chalicelib.customers.domain import DESK
from chalicelib.mail.contents import Contents
from chalicelib.mail.domain import ParsedMail
from chalicelib.mail.domain.sender import Sender
from chalicelib.mail.domain.thread import first_ticket_id, unproved_ticket_id
from chalicelib.mail.finding import Finding, Found
from chalicelib.mail.received import Notice, Reading, Received
from chalicelib.tickets.domain import RequestKind, Ticket
from chalicelib.tickets.domain.keeping import Ask
from chalicelib.tickets.domain.report import MOST_SUBJECT, Report
from chalicelib.tickets.events import Message, Requester

MOST_PARTICIPANTS = 10
UNREADABLE = "(a mail that could not be read; see the raw message)"


class Bounces(Protocol):
    """Hears that a mail of ours came back."""

    def came_back(self, ticket_id: str, message_id: str, *, address: str, reason: str) -> None: ...


class Inbound:
    """Receives mail that lies in S3. The same mail again finds what it made before (F18)."""

    def __init__(
        self,
        *,
        reading: Reading,
        contents: Contents,
        finding: Finding,
        bounces: Bounces,
        tickets: Any,
        own_address: str,
    ) -> None:
        self.reading = reading
        self.contents = contents
        self.finding = finding
        self.bounces = bounces
        self.tickets = tickets
        self.own_address = own_address.lower()

    def receive(self, notice: Notice) -> Ticket:
        """The ticket that this mail made or belongs to."""
        received = self.reading.receive(notice)
        found = self.finding.find(received.mail, received.sender)
        if found.ticket:
            ticket = self._attach(found.ticket, received, signed=found.signed)
            self._hear_bounces(ticket, received)
        else:
            ticket = self._register(received, found)
        return ticket

    # -- to a ticket that is there ----------------------------------------------------------------

    def _attach(self, ticket: Ticket, received: Received, *, signed: bool) -> Ticket:
        message = self.contents.of_reply(received.mail, received.proof, received.key, ticket.id)
        if received.sender.known.staff:
            return self._attach_of_staff(ticket, received, message, signed=signed)
        actor = received.sender.actor
        # The sender was checked above: a colleague's address is enough, an API key is not needed here.
        by = replace(actor, customer_id=ticket.customer_id)
        if ticket.customer_id is None:
            by = replace(DESK, id=actor.id, name=actor.name)
        kept: Ticket = self.tickets.reply(
            ticket.id,
            Ask(by=by, once=received.once),
            message=message,
            channel="mail",
            sort=received.sort,
            outside=ticket.customer_id is None,
            joins=received.sender.joins(ticket),
        )
        log.info("mail attached", ticket_id=kept.id, automatic=received.sort)
        return kept

    def _attach_of_staff(
        self, ticket: Ticket, received: Received, message: Message, *, signed: bool
    ) -> Ticket:
        """An answer to our own mail goes to the customer (B7); a colleague's robot, or a mere number, to nobody."""
        ask = Ask(by=received.sender.actor, once=received.once)
        if received.sort or not signed or received.mail.forwarded:
            noted: Ticket = self.tickets.note(ticket.id, ask, message=message)
            return noted
        # Its HTML quotes what was for staff alone.
        public = replace(message, html=None)
        answered: Ticket = self.tickets.reply(ticket.id, ask, message=public, channel="mail")
        return answered

    def _hear_bounces(self, ticket: Ticket, received: Received) -> None:
        for bounced in received.mail.bounced:
            if bounced.permanent and bounced.original_message_id:
                self.bounces.came_back(
                    ticket.id,
                    bounced.original_message_id,
                    address=bounced.address,
                    reason=f"came back: {bounced.status or bounced.action}",
                )

    # -- to a ticket of its own -------------------------------------------------------------------

    def _register(self, received: Received, found: Found) -> Ticket:
        id_of = first_ticket_id if received.sender.verified else unproved_ticket_id
        try:
            ticket = self._registered(id_of(received.mail.message_id or received.once.key), received)
        except Conflict:
            # The same Message-ID on another mail: some programs do that. Nothing is dropped.
            ticket = self._registered(id_of(received.once.key), received)
        log.info("mail registered", ticket_id=ticket.id, verified=received.sender.verified)
        if found.refused and not received.sort:
            self._note_refused(ticket, found.refused, received)
        return ticket

    def _registered(self, ticket_id: str, received: Received) -> Ticket:
        message = self.contents.of_report(received.mail, received.proof, received.key, ticket_id)
        report = self._report(received, message)
        ticket: Ticket = self.tickets.register(
            report,
            by=received.sender.actor,
            ticket_id=ticket_id,
            asks=received.once.asks,
            customer=received.sender.known.terms_giver(report.customer_id),
        )
        return ticket

    def _note_refused(self, ticket: Ticket, named: Ticket, received: Received) -> None:
        """For staff alone: whoever wrote must not learn whether that other ticket exists (F29)."""
        why = "does not take part in it" if received.sender.verified else "is not proved"
        text = f"This mail names {named.label} ({named.id}), but its sender {why}: kept apart."
        self.tickets.note(ticket.id, Ask(by=DESK, once=received.once), message=Message(text=text))

    def _report(self, received: Received, message: Message) -> Report:
        mail, sender = received.mail, received.sender
        contact = sender.known.contacts[0] if sender.known.contacts else None
        partner = None if contact or sender.known.customer_id else sender.known.partner_id
        requester = Requester(
            name=contact.name if contact else (mail.from_.name if mail.from_ else ""),
            email=sender.email or None,
            contact_id=contact.id if contact else None,
        )
        return Report(
            channel="mail",
            subject=mail.subject[:MOST_SUBJECT] or (UNREADABLE if mail.unreadable else "(no subject)"),
            message=message,
            requester=requester,
            customer_id=contact.customer_id if contact else sender.known.customer_id or partner,
            participants=self._participants(mail, sender),
            kind=RequestKind.BUG,
            verified=sender.verified,
            is_automatic_mail=received.sort is not None,
            referred_to=partner,
        )

    def _participants(self, mail: ParsedMail, sender: Sender) -> tuple[str, ...]:
        """Those in copy at the customer's own domain: our mail never goes to whomever a sender names."""
        if sender.known.customer_id is None:
            return ()
        domain = sender.email.rpartition("@")[2]
        addresses = {a.email.lower() for a in (*mail.to, *mail.cc)} - {sender.email, self.own_address}
        return tuple(sorted(a for a in addresses if a.rpartition("@")[2] == domain))[:MOST_PARTICIPANTS]
