"""Outgoing mail: each draft once, tried again when it must be, visible when it cannot be delivered."""

from collections.abc import Callable
from datetime import datetime
from typing import Protocol

from chalicelib.core import ids
from chalicelib.core.errors import Conflict, PreconditionFailed
from chalicelib.core.log import log
from chalicelib.mail.domain.outgoing import LEASE, Draft, MailState, News, OutgoingMail
from chalicelib.mail.domain.thread import ses_id
from chalicelib.mail.sender import NotSentError, UnknownError

MOST_PAGES = 10  # of a ticket's mails, looked through for one that came back


class Store(Protocol):
    """Where outgoing mail is kept; see `store.MailStore`."""

    def create(self, mail: OutgoingMail) -> bool: ...
    def get(self, mail_id: str) -> OutgoingMail: ...
    def save(self, before: OutgoingMail, mail: OutgoingMail) -> OutgoingMail: ...
    def suppressed(self, address: str) -> str | None: ...
    def suppress(self, address: str, reason: str) -> None: ...
    def release(self, address: str) -> None: ...
    def of_ticket(
        self, ticket_id: str, *, cursor: str | None, limit: int
    ) -> tuple[list[OutgoingMail], str | None]: ...
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
        if mail.is_exhausted:
            return self._kept(mail, mail.ended(MailState.FAILED, mail.reason or "tried for a day in vain"))
        if reason := self.store.suppressed(mail.draft.to):
            return self._kept(mail, mail.ended(MailState.SUPPRESSED, reason))
        try:
            claimed = self.store.save(mail, mail.claim(now))
        except PreconditionFailed:
            return self.store.get(mail_id)  # somebody else claimed it first
        return self._send(claimed)

    def resend(self, mail_id: str) -> OutgoingMail:
        """Sends again what could not be delivered; whoever asks has made sure of the address."""
        mail = self.store.get(mail_id)
        if not mail.is_undelivered:
            raise Conflict(f"mail {mail.id} is {mail.state.value}; only an undelivered one is sent again")
        self.store.release(mail.draft.to)
        return self._send(self.store.save(mail, mail.again().claim(self.now())))

    def hear(self, mail_id: str, news: News) -> None:
        """What SES tells of a mail. Twice, late or in another order does no harm (F10, F41)."""
        mail = self.store.get(mail_id)
        told = mail.told(news, self.now())
        if news.suppresses and news.ses_id not in mail.earlier_ses_ids:
            self.store.suppress(mail.draft.to, news.reason or news.kind)
        # Before it is saved: whoever is stopped in between is told again, and would not know any more (F5).
        if mail.ses_id is None and news.ses_id not in mail.earlier_ses_ids:
            self._remember(news.ses_id, mail)
        if told != mail:
            self.store.save(mail, told)

    def came_back(self, ticket_id: str, message_id: str, *, address: str, reason: str) -> None:
        """A mail of ours about this ticket came back to the support address, with a report that names it."""
        mail = self._written(ticket_id, message_id)
        if mail is None or (address and address.lower() != mail.draft.to.lower()):
            return
        if not mail.is_undelivered:
            self.hear(mail.id, News(kind="Bounce", ses_id=mail.ses_id or "", reason=reason))

    def _written(self, ticket_id: str, message_id: str) -> OutgoingMail | None:
        cursor = None
        for _ in range(MOST_PAGES):
            mails, cursor = self.store.of_ticket(ticket_id, cursor=cursor, limit=100)
            for mail in mails:
                if message_id == mail.draft.message_id or (mail.ses_id and ses_id(message_id) == mail.ses_id):
                    return mail
            if cursor is None:
                return None
        return None

    def _send(self, mail: OutgoingMail) -> OutgoingMail:
        now = self.now()
        try:
            done = mail.sent(now, self.sender.send(mail, now))
        except NotSentError as error:
            log.warning("mail not sent", mail_id=mail.id, reason=error.reason, attempts=mail.attempts)
            done = mail.failed(now, error.reason, final=error.final)
        except UnknownError:
            log.warning("mail perhaps sent", mail_id=mail.id, attempts=mail.attempts)
            done = mail.unanswered(now)
        if done.ses_id:
            self._remember(done.ses_id, done)
        return self._kept(mail, done)

    def _kept(self, before: OutgoingMail, mail: OutgoingMail) -> OutgoingMail:
        try:
            return self.store.save(before, mail)
        except PreconditionFailed:
            return self.store.get(mail.id)  # SES's event came first

    def _remember(self, given: str, mail: OutgoingMail) -> None:
        if given and mail.draft.ticket_id:
            self.store.remember_thread(given, mail.draft.ticket_id)
