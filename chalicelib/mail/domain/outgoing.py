"""A mail on its way out: a promise to send it, kept when it left, broken when it cannot be delivered."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

MAIL_TAG = "pledge-mail"  # by this tag SES's events name the mail again


class MailState(StrEnum):
    """Where an outgoing mail stands."""

    SENDING = "sending"  # handed to SES; until we know, its lease keeps everybody else off
    WAITING = "waiting"  # tried, will be tried again
    SENT = "sent"
    DELIVERED = "delivered"
    BOUNCED = "bounced"
    COMPLAINED = "complained"
    SUPPRESSED = "suppressed"  # the address bounced or complained before
    FAILED = "failed"


UNDELIVERED = (MailState.BOUNCED, MailState.COMPLAINED, MailState.SUPPRESSED, MailState.FAILED)
# Long enough for the Send event of SES, which settles whether an interrupted call was a sent mail.
LEASE = timedelta(minutes=2)
RETRIES = tuple(timedelta(minutes=m) for m in (1, 5, 15, 60, 180, 360, 720))


class Tier(StrEnum):
    """A8: whom a message is for."""

    SUPPORT = "support"
    ESCALATION = "escalation"


# Failed is among them: after hours without an answer SES may still say that it was sent.
UNSETTLED = (MailState.SENDING, MailState.WAITING, MailState.FAILED)


@dataclass(frozen=True, slots=True, kw_only=True)
class News:
    """What SES tells of a mail. A bounce that is not `permanent` did not arrive, but the address is good."""

    kind: str  # Send, Delivery, Bounce, Complaint, Reject
    ses_id: str
    reason: str = ""
    permanent: bool = True

    @property
    def suppresses(self) -> bool:
        """Nothing more is sent to this address."""
        return self.kind == "Complaint" or (self.kind == "Bounce" and self.permanent)


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """A mail to be sent once. `key` names the event, the text and the address it is for."""

    key: str
    to: str
    subject: str
    text: str
    name: str = ""
    html: str | None = None
    ticket_id: str | None = None
    message_id: str | None = None
    references: tuple[str, ...] = ()
    automatic: bool = True  # RFC 3834: nobody's robot needs to answer it
    answers: bool = False  # the automatic answer to somebody's mail, rather than a notice of our own
    tier: Tier = Tier.SUPPORT
    template: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class OutgoingMail:
    """A draft with what became of it."""

    id: str
    draft: Draft
    state: MailState
    created_at: datetime
    attempts: int = 0
    wake_at: datetime | None = None
    sent_at: datetime | None = None
    ses_id: str | None = None
    earlier_ses_ids: tuple[str, ...] = ()  # of sendings before it was sent again: their news is old
    reason: str = ""
    version: int = 1

    def claim(self, now: datetime) -> "OutgoingMail":
        """Ours to send until the lease ends."""
        return replace(
            self, state=MailState.SENDING, attempts=self.attempts + 1, wake_at=now + LEASE, reason=""
        )

    def again(self) -> "OutgoingMail":
        """As if it had never been tried."""
        earlier = (*self.earlier_ses_ids, *((self.ses_id,) if self.ses_id else ()))
        return replace(self, attempts=0, ses_id=None, sent_at=None, earlier_ses_ids=earlier)

    def unanswered(self, at: datetime) -> "OutgoingMail":
        """SES did not say whether it took it: its Send event will, else it is sent again, ever more rarely."""
        if self.is_exhausted:
            return self.ended(MailState.FAILED, "SES never answered; it may have been sent all the same")
        wait = max(LEASE, RETRIES[self.attempts - 1])
        return replace(self, wake_at=at + wait, reason="SES did not answer")

    def sent(self, at: datetime, ses_id: str) -> "OutgoingMail":
        """SES took it."""
        return replace(self, state=MailState.SENT, sent_at=at, ses_id=ses_id, wake_at=None, reason="")

    def failed(self, at: datetime, reason: str, *, final: bool = False) -> "OutgoingMail":
        """Tried in vain: again later, and after a day not any more."""
        if final or self.is_exhausted:
            return self.ended(MailState.FAILED, reason)
        wait = RETRIES[self.attempts - 1]
        return replace(self, state=MailState.WAITING, wake_at=at + wait, reason=reason)

    def ended(self, state: MailState, reason: str = "") -> "OutgoingMail":
        """What SES told us in the end."""
        return replace(self, state=state, wake_at=None, reason=reason)

    def told(self, news: News, at: datetime) -> "OutgoingMail":
        """What SES's news makes of it. News that is old, or said before, changes nothing (F10, F41)."""
        if news.ses_id in self.earlier_ses_ids:
            return self
        match news.kind:
            case "Send" if self.state in UNSETTLED:
                return self.sent(at, news.ses_id)
            case "Delivery" if self.state in (*UNSETTLED, MailState.SENT):
                return replace(self.sent(self.sent_at or at, news.ses_id), state=MailState.DELIVERED)
            case "Bounce" if news.permanent or self.state is not MailState.DELIVERED:
                return self._lost(MailState.BOUNCED, news, "came back")
            case "Reject":
                return self._lost(MailState.BOUNCED, news, "SES would not send it")
            case "Complaint":
                return self._lost(MailState.COMPLAINED, news, "marked as spam by its reader")
        return self

    def _lost(self, state: MailState, news: News, otherwise: str) -> "OutgoingMail":
        return replace(self.ended(state, news.reason or otherwise), ses_id=news.ses_id or self.ses_id)

    @property
    def is_exhausted(self) -> bool:
        """Tried as often as anything is."""
        return self.attempts > len(RETRIES)

    @property
    def is_undelivered(self) -> bool:
        """Somebody should look at it, and can send it again."""
        return self.state in UNDELIVERED
