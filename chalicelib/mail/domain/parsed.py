"""What a mail says, once it is read."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from chalicelib.mail.domain.automatic import Automatic


class Importance(StrEnum):
    """How urgent the sender's own program says it is: a hint, never a severity."""

    HIGH = "high"
    NORMAL = "normal"
    LOW = "low"


@dataclass(frozen=True, slots=True, kw_only=True)
class Address:
    """A person as a header names them; `name` may be empty and proves nothing."""

    name: str
    email: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Attachment:
    """Bytes that came along, never opened (F25). `content_type` is what the sender claims."""

    name: str
    content_type: str
    content: bytes
    inline: bool = False
    content_id: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Bounced:
    """One recipient whom an earlier mail of ours did not reach, or not yet (`action` = delayed)."""

    address: str
    status: str
    action: str
    original_message_id: str | None

    @property
    def permanent(self) -> bool:
        """True when sending again is useless: a 5.x.x status, or a failure without any status."""
        return self.status.startswith("5") or (self.action == "failed" and not self.status)


@dataclass(frozen=True, slots=True, kw_only=True)
class ParsedMail:
    """Everything the desk wants from a mail. Every field is bounded and safe to log, store and show:
    no header text holds a line break (F23), no text holds a NUL, `html` is cleaned (F24)."""

    message_id: str | None = None
    in_reply_to: tuple[str, ...] = ()
    references: tuple[str, ...] = ()
    from_: Address | None = None
    several_from: bool = False
    reply_to: tuple[Address, ...] = ()
    to: tuple[Address, ...] = ()
    cc: tuple[Address, ...] = ()
    recipient_count: int = 0
    subject: str = ""
    sent_at: datetime | None = None
    text: str = ""
    reply: str = ""
    html: str | None = None
    attachments: tuple[Attachment, ...] = ()
    automatic: Automatic = Automatic.NO
    bounced: tuple[Bounced, ...] = ()
    importance: Importance = Importance.NORMAL
    ours: bool = False
    forwarded: bool = False
    signed: bool = False
    encrypted: bool = False
    calendar: bool = False
    faults: tuple[str, ...] = ()
    unreadable: bool = False

    @property
    def threads(self) -> tuple[str, ...]:
        """Message ids this mail answers, the nearest first: where threading should look, in this order."""
        return tuple(dict.fromkeys((*self.in_reply_to, *reversed(self.references))))

    @property
    def may_be_answered(self) -> bool:
        """An automatic answer may leave only to a person, and never to ourselves (F19)."""
        return self.automatic is Automatic.NO and not self.ours and self.from_ is not None
