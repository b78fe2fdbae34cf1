"""Outgoing mail: each draft once, tried again when it must be, visible when it cannot be delivered."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from typing import Protocol

from chalicelib.core import ids
from chalicelib.core.errors import Conflict, PreconditionFailed
from chalicelib.core.log import log
from chalicelib.mail.domain.outgoing import LEASE, Draft, MailState, OutgoingMail
from chalicelib.mail.sender import NotSentError, UnknownError


class Store(Protocol):
    """Where outgoing mail is kept; see `store.MailStore`."""

    def create(self, mail: OutgoingMail) -> bool: ...
    def get(self, mail_id: str) -> OutgoingMail: ...
    def save(self, before: OutgoingMail, mail: OutgoingMail) -> OutgoingMail: ...
    def suppressed(self, address: str) -> str | None: ...
    def suppress(self, address: str, reason: str) -> None: ...
    def release(self, address: str) -> None: ...
    def remember_thread(self, message_id: str, ticket_id: str) -> None: ...


class Sending(Protocol):
    """How mail leaves; see `sender.Sender`."""

    def send(self, mail: OutgoingMail, at: datetime) -> str: ...


class Outbox:
    """Sends each draft once.

    A mail is claimed before it is sent and marked after. When we are stopped in between, SES's own Send
    event, which names the mail by its tag, marks it; without one the lease ends and it is sent again.
    """

    def __init__(self, store: Store, sender: Sending, now: Callable[[], datetime]) -> None:
        self.store = store
        self.sender = sender
        self.now = now

    def post(self, draft: Draft) -> OutgoingMail:
        """Keeps the draft and sends it at once; the same key again changes nothing (F9)."""
        now = self.now()
        mail = OutgoingMail(
            id=ids.derived("M", draft.key),
            draft=draft,
            state=MailState.SENDING,
            created_at=now,
            attempts=1,
            wake_at=now + LEASE,
        )
        # Looked up first: one address that bounced must not cost us our reputation.
        if reason := self.store.suppressed(draft.to):
            mail = mail.ended(MailState.SUPPRESSED, reason)
        if not self.store.create(mail):
            return self.store.get(mail.id)
        return self._send(mail) if mail.state is MailState.SENDING else mail

    def fall_due(self, mail_id: str) -> OutgoingMail:
        """Tries again what waits, and what was claimed by somebody who never came back."""
        mail, now = self.store.get(mail_id), self.now()
        if mail.wake_at is None or mail.wake_at > now:
            return mail
        if reason := self.store.suppressed(mail.draft.to):
            return self.store.save(mail, mail.ended(MailState.SUPPRESSED, reason))
        return self._send(self.store.save(mail, mail.claim(now)))

    def resend(self, mail_id: str) -> OutgoingMail:
        """Sends again what could not be delivered; whoever asks has made sure of the address."""
        mail = self.store.get(mail_id)
        if not mail.is_undelivered:
            raise Conflict(f"mail {mail.id} is {mail.state.value}; only an undelivered one is sent again")
        self.store.release(mail.draft.to)
        return self._send(self.store.save(mail, replace(mail, attempts=0).claim(self.now())))

    def hear(self, mail_id: str, kind: str, *, ses_id: str, reason: str = "", permanent: bool = True) -> None:
        """What SES tells of a mail: Send, Delivery, Bounce, Complaint. Twice, or late, does no harm (F41)."""
        mail = self.store.get(mail_id)
        told = _told(mail, kind, self.now(), ses_id=ses_id, reason=reason, permanent=permanent)
        if told is None:
            return
        if told.state in (MailState.BOUNCED, MailState.COMPLAINED) and permanent:
            self.store.suppress(mail.draft.to, reason or kind)
        if told != mail:
            self.store.save(mail, told)
        if mail.ses_id is None:
            self._remember(told)

    def _send(self, mail: OutgoingMail) -> OutgoingMail:
        now = self.now()
        try:
            done = mail.sent(now, self.sender.send(mail, now))
        except NotSentError as error:
            log.warning("mail not sent", mail_id=mail.id, reason=error.reason, attempts=mail.attempts)
            done = mail.failed(now, error.reason, final=error.final)
        except UnknownError:
            log.warning("mail perhaps sent", mail_id=mail.id, attempts=mail.attempts)
            return mail
        try:
            kept = self.store.save(mail, done)
        except PreconditionFailed:
            return self.store.get(mail.id)  # SES's event came first
        self._remember(kept)
        return kept

    def _remember(self, mail: OutgoingMail) -> None:
        if mail.ses_id and mail.draft.ticket_id:
            self.store.remember_thread(mail.ses_id, mail.draft.ticket_id)


def _told(
    mail: OutgoingMail, kind: str, at: datetime, *, ses_id: str, reason: str, permanent: bool
) -> OutgoingMail | None:
    if kind == "Send":
        sending = mail.state in (MailState.SENDING, MailState.WAITING)
        return mail.sent(at, ses_id) if sending else None
    if kind == "Delivery":
        fresh = mail.state in (MailState.SENDING, MailState.WAITING, MailState.SENT)
        return replace(mail.sent(mail.sent_at or at, ses_id), state=MailState.DELIVERED) if fresh else None
    if kind == "Bounce" and permanent:
        return mail.ended(MailState.BOUNCED, reason)
    if kind == "Complaint":
        return mail.ended(MailState.COMPLAINED, reason or "marked as spam by its reader")
    return None
