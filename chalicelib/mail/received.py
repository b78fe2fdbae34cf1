"""A mail as it was received: read, with who wrote it, and a key by which a repeat is known."""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from chalicelib.core import ids
from chalicelib.customers.domain import Known
from chalicelib.mail.contents import Blobs
from chalicelib.mail.domain import Automatic, ParsedMail
from chalicelib.mail.domain.proof import Proof
from chalicelib.mail.domain.sender import Sender, address_of, sender_of
from chalicelib.tickets.domain.keeping import Once


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """What SES says of a mail that it stored."""

    key: str  # of the raw mail in MAIL_BUCKET
    proof: Proof


class Customers(Protocol):
    """Who an address belongs to."""

    def known(self, address: str) -> Known: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Received:
    """One mail with all that is known of it."""

    mail: ParsedMail
    sender: Sender
    proof: Proof
    key: str
    once: Once

    @property
    def sort(self) -> str | None:
        """The sort of robot that wrote it, or None for a person."""
        if self.mail.ours:
            return "own_mail"
        return None if self.mail.automatic is Automatic.NO else self.mail.automatic.value


class Reading:
    """Reads mail that lies in S3."""

    def __init__(self, read: Callable[[bytes], ParsedMail], raw: Blobs, customers: Customers) -> None:
        self.read = read
        self.raw = raw
        self.customers = customers

    def receive(self, notice: Notice) -> Received:
        """The mail; whatever its bytes are, never an error."""
        raw = self.raw.get(notice.key)
        mail = self.read(raw)
        email, verified = address_of(mail, notice.proof)
        known = self.customers.known(email) if verified else Known()
        return Received(
            mail=mail,
            sender=sender_of(mail, notice.proof, known),
            proof=notice.proof,
            key=notice.key,
            once=_once(mail, raw, verified=verified),
        )


def _once(mail: ParsedMail, raw: bytes, *, verified: bool) -> Once:
    """The same mail, told by Message-ID, sender and what it says; without an id by its bytes (F18)."""
    said = " ".join((mail.reply or mail.text).split())
    files = (hashlib.sha256(one.content).hexdigest() for one in mail.attachments)
    sender = mail.from_.email.lower() if mail.from_ else ""
    asks = ids.fingerprint(sender, str(verified), mail.subject, said, *files)
    whole = hashlib.sha256(raw).hexdigest()
    key = ids.fingerprint(mail.message_id, asks) if mail.message_id else whole
    return Once(key=f"mail-{key}", asks=asks)
