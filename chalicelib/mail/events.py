"""What mail tells the world."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class MailUndelivered:
    """A mail of ours did not reach its reader; `state` says how: bounced, complained, suppressed or failed."""

    mail_id: str
    ticket_id: str | None
    state: str
