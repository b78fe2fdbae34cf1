"""A mail on its way out: a promise to send it, kept when it left, broken when it cannot be delivered."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum


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
    reason: str = ""
    version: int = 1

    def claim(self, now: datetime) -> "OutgoingMail":
        """Ours to send until the lease ends."""
        return replace(
            self, state=MailState.SENDING, attempts=self.attempts + 1, wake_at=now + LEASE, reason=""
        )

    def sent(self, at: datetime, ses_id: str) -> "OutgoingMail":
        """SES took it."""
        return replace(self, state=MailState.SENT, sent_at=at, ses_id=ses_id, wake_at=None, reason="")

    def failed(self, at: datetime, reason: str, *, final: bool = False) -> "OutgoingMail":
        """Tried in vain: again later, and after a day not any more."""
        if final or self.attempts > len(RETRIES):
            return self.ended(MailState.FAILED, reason)
        wait = RETRIES[self.attempts - 1]
        return replace(self, state=MailState.WAITING, wake_at=at + wait, reason=reason)

    def ended(self, state: MailState, reason: str = "") -> "OutgoingMail":
        """What SES told us in the end."""
        return replace(self, state=state, wake_at=None, reason=reason)

    @property
    def is_undelivered(self) -> bool:
        """Somebody should look at it, and can send it again."""
        return self.state in UNDELIVERED
