"""Incoming mail: anything becomes a ticket or a reply, nothing is dropped, nothing happens twice."""

import hashlib
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from typing import Any, Protocol

from chalicelib.core import ids
from chalicelib.core.errors import Conflict, NotFound
from chalicelib.core.log import log
from chalicelib.customers.domain import DESK, Actor, ActorKind, Known
from chalicelib.mail.domain import Automatic, ParsedMail, Verdicts, read_marker, ticket_number_in
from chalicelib.mail.domain.thread import ticket_of
from chalicelib.tickets.domain import RequestKind, Ticket
from chalicelib.tickets.domain.keeping import Ask, Kept, Once
from chalicelib.tickets.domain.report import MOST_SUBJECT, Report
from chalicelib.tickets.events import Message, Requester, StoredFile

MOST_FILES, MOST_FILE_BYTES = 25, 20 * 1024 * 1024
MOST_PARTICIPANTS = 10
UNREADABLE = "(a mail that could not be read; see the raw message)"


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """What SES says of a mail that it stored."""

    key: str  # of the raw mail in MAIL_BUCKET
    verdicts: Verdicts


class Blobs(Protocol):
    """Bytes by key."""

    def get(self, key: str) -> bytes: ...
    def put(self, key: str, content: bytes, content_type: str = ...) -> None: ...


class Customers(Protocol):
    """Who an address belongs to."""

    def known(self, address: str) -> Known: ...


class Threads(Protocol):
    """Which tickets the Message-IDs that SES gave out belong to."""

    def thread_of(self, message_ids: list[str]) -> dict[str, str]: ...


class TicketStore(Protocol):
    """Tickets as kept."""

    def load(self, ticket_id: str) -> Kept: ...
    def id_of(self, number: int) -> str | None: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Sender:
    """Who wrote, as far as the receiving server vouches for it."""

    email: str
    actor: Actor
    known: Known
    verified: bool

    def takes_part_in(self, ticket: Ticket) -> bool:
        """The requester, a participant, the customer's own people, or staff: nobody else writes to it (F20)."""
        if not self.verified or not self.email:
            return False
        mine = {ticket.requester.email and ticket.requester.email.lower(), *ticket.participants}
        if self.email in mine or self.known.staff:
            return True
        theirs = {contact.customer_id for contact in self.known.contacts} | {self.known.customer_id}
        return ticket.customer_id is not None and ticket.customer_id in theirs


class Inbound:
    """Receives mail that lies in S3. The same mail again finds what it made before (F18)."""

    def __init__(  # noqa: PLR0913 - each is one neighbour
        self,
        *,
        read: Callable[[bytes], ParsedMail],
        raw: Blobs,
        files: Blobs,
        customers: Customers,
        threads: Threads,
        store: TicketStore,
        tickets: Any,
        secret: bytes,
        own_address: str,
    ) -> None:
        self.read = read
        self.raw = raw
        self.files = files
        self.customers = customers
        self.threads = threads
        self.store = store
        self.tickets = tickets
        self.secret = secret
        self.own_address = own_address.lower()

    def receive(self, notice: Notice) -> Ticket:
        """The ticket that this mail made or belongs to."""
        raw = self.raw.get(notice.key)
        mail = self.read(raw)
        sender = self._sender(mail, notice.verdicts)
        once = _once(mail, raw)
        found = self._find(mail, sender)
        if found:
            return self._reply(found, mail, sender, notice, once)
        return self._register(mail, sender, notice, once)

    # -- who --------------------------------------------------------------------------------------

    def _sender(self, mail: ParsedMail, verdicts: Verdicts) -> Sender:
        email = mail.from_.email.lower() if mail.from_ else ""
        verified = bool(email) and not verdicts.forged and not verdicts.harmful and not mail.several_from
        known = self.customers.known(email) if verified else Known()
        return Sender(email=email, actor=_actor(mail, email, known), known=known, verified=verified)

    # -- which ticket -----------------------------------------------------------------------------

    def _find(self, mail: ParsedMail, sender: Sender) -> Ticket | None:
        """The ticket that the mail answers, if its sender takes part in it; a robot's mail needs a signed trace."""
        robot = mail.automatic is not Automatic.NO or mail.ours
        for ticket_id, signed in self._candidates(mail):
            ticket = self._followed(ticket_id)
            if ticket and (sender.takes_part_in(ticket) or (robot and signed)):
                return ticket
        return None

    def _candidates(self, mail: ParsedMail) -> Iterable[tuple[str, bool]]:
        threads = [*mail.threads, *(b.original_message_id for b in mail.bounced if b.original_message_id)]
        for message_id in threads:
            if ours := ticket_of(message_id, self.secret):
                yield ours, True
        given = self.threads.thread_of([message_id.partition("@")[0] for message_id in threads[:20]])
        yield from ((ticket_id, True) for ticket_id in given.values())
        yield from ((_ticket_id(message_id), False) for message_id in threads[:20])
        if marked := read_marker(mail.text, self.secret):
            yield marked, True
        number = ticket_number_in(mail.subject)
        if number and (numbered := self.store.id_of(number)):
            yield numbered, False

    def _followed(self, ticket_id: str) -> Ticket | None:
        """The ticket, or the one that it was merged into."""
        for _ in range(5):
            try:
                ticket = self.store.load(ticket_id).ticket
            except NotFound:
                return None
            if ticket.merged_into is None:
                return ticket
            ticket_id = ticket.merged_into
        return None

    # -- what becomes of it -----------------------------------------------------------------------

    def _reply(self, ticket: Ticket, mail: ParsedMail, sender: Sender, notice: Notice, once: Once) -> Ticket:
        message = self._message(mail, notice, ticket.id, text=mail.reply or mail.text)
        sort = "own_mail" if mail.ours else None if mail.automatic is Automatic.NO else mail.automatic.value
        # The customer is checked above: a colleague's address is enough, an API key is not needed here.
        by = sender.actor if sender.actor.is_staff else replace(sender.actor, customer_id=ticket.customer_id)
        if ticket.customer_id is None and not by.is_staff:
            by = replace(DESK, id=sender.actor.id, name=sender.actor.name)
            return self._kept(ticket, by, message, sort, once, outside=True)
        return self._kept(ticket, by, message, sort, once)

    def _kept(
        self,
        ticket: Ticket,
        by: Actor,
        message: Message,
        sort: str | None,
        once: Once,
        *,
        outside: bool = False,
    ) -> Ticket:
        ask = Ask(by=by, once=once)
        kept: Ticket = self.tickets.reply(
            ticket.id, ask, message=message, channel="mail", sort=sort, outside=outside
        )
        log.info("mail attached", ticket_id=kept.id, automatic=sort)
        return kept

    def _register(self, mail: ParsedMail, sender: Sender, notice: Notice, once: Once) -> Ticket:
        ticket_id = _ticket_id(mail.message_id or once.key)
        try:
            return self._registered(ticket_id, mail, sender, notice, once)
        except Conflict:
            # The same Message-ID on another mail: some programs do that. Nothing is dropped.
            return self._registered(ids.derived("T", "mail", once.key), mail, sender, notice, once)

    def _registered(
        self, ticket_id: str, mail: ParsedMail, sender: Sender, notice: Notice, once: Once
    ) -> Ticket:
        report = self._report(mail, sender, self._message(mail, notice, ticket_id, text=mail.text))
        ticket: Ticket = self.tickets.register(report, by=sender.actor, ticket_id=ticket_id, asks=once.asks)
        log.info("mail registered", ticket_id=ticket.id, verified=sender.verified)
        return ticket

    def _report(self, mail: ParsedMail, sender: Sender, message: Message) -> Report:
        contact = sender.known.contacts[0] if sender.known.contacts else None
        partner = sender.known.partner_id if contact is None else None
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
            is_automatic_mail=mail.automatic is not Automatic.NO or mail.ours,
            referred_to=partner,
        )

    def _participants(self, mail: ParsedMail, sender: Sender) -> tuple[str, ...]:
        """Those in copy who share the sender's domain: our mail never goes to whomever a stranger names."""
        domain = sender.email.rpartition("@")[2]
        if not sender.verified or not (sender.known.contacts or sender.known.customer_id):
            return ()
        addresses = {a.email.lower() for a in (*mail.to, *mail.cc)} - {sender.email, self.own_address}
        return tuple(sorted(a for a in addresses if a.rpartition("@")[2] == domain))[:MOST_PARTICIPANTS]

    def _message(self, mail: ParsedMail, notice: Notice, ticket_id: str, *, text: str) -> Message:
        files, refused = self._files(mail, ticket_id)
        verdicts = notice.verdicts
        faults = [*mail.faults, *refused]
        if verdicts.forged:
            faults.append(
                f"sender not proved: SPF {verdicts.spf}, DKIM {verdicts.dkim}, DMARC {verdicts.dmarc}"
            )
        if verdicts.harmful:
            faults.append("marked as spam or virus by the receiving server; not answered")
        if mail.unreadable:
            faults.append("could not be read; the raw message is attached")
        return Message(
            text=text,
            html=mail.html,
            files=files,
            raw_key=notice.key,
            message_id=mail.message_id,
            faults=tuple(faults),
            verdicts=f"SPF {verdicts.spf}, DKIM {verdicts.dkim}, DMARC {verdicts.dmarc}",
        )

    def _files(self, mail: ParsedMail, ticket_id: str) -> tuple[tuple[StoredFile, ...], list[str]]:
        kept, refused = [], []
        for place, attached in enumerate(mail.attachments):
            size = len(attached.content)
            if place >= MOST_FILES or size > MOST_FILE_BYTES:
                refused.append(
                    f"attachment {attached.name} ({size} bytes) is over the limit; see the raw message"
                )
                continue
            digest = hashlib.sha256(attached.content).hexdigest()[:32]
            key = f"tickets/{ticket_id}/files/{digest}"
            self.files.put(key, attached.content)
            kept.append(StoredFile(id=key, name=attached.name, content_type=attached.content_type, size=size))
        return tuple(kept), refused


def _actor(mail: ParsedMail, email: str, known: Known) -> Actor:
    if known.staff:
        return known.staff.actor()
    if known.contacts:
        return known.contacts[0].actor()
    name = mail.from_.name if mail.from_ else ""
    return Actor(id=ids.derived("X", email)[:14], name=name or email, kind=ActorKind.CONTACT, email=email)


def _once(mail: ParsedMail, raw: bytes) -> Once:
    """The same mail, told by Message-ID and sender and the beginning of what it says; without an id by its bytes."""
    said = " ".join((mail.reply or mail.text).split())[:400]
    asks = ids.fingerprint(mail.from_.email.lower() if mail.from_ else "", mail.subject, said)
    whole = hashlib.sha256(raw).hexdigest()
    key = ids.fingerprint(mail.message_id, asks) if mail.message_id else whole
    return Once(key=f"mail-{key}", asks=asks)


def _ticket_id(message_id: str) -> str:
    """The ticket that a first mail makes: known from its Message-ID alone, so that answers to it find it."""
    return ids.derived("T", "mail", message_id)
