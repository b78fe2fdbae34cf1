"""What comes in: a report that is to become a ticket."""

from dataclasses import dataclass

from chalicelib.tickets.domain.severity import RequestKind, propose
from chalicelib.tickets.events import Message, Requester

MOST_SUBJECT = 300
MOST_INLINE = 24_000  # characters of a text kept in the record; longer text lies in S3 (F26)


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """A report as its channel understood it. `severity` is the customer's own proposal, if any (D9)."""

    channel: str  # mail, portal, api, phone, or a product line's own channel (D13)
    subject: str
    message: Message
    requester: Requester
    customer_id: str | None
    participants: tuple[str, ...] = ()
    kind: RequestKind = RequestKind.BUG
    signals: tuple[str, ...] = ()
    severity: int | None = None
    product_line: str | None = None
    verified: bool = True
    is_automatic_mail: bool = False
    referred_to: str | None = None
    numbered: bool = False  # at intake for portal and API, at triage for mail (decision 1)

    @property
    def proposed_severity(self) -> int:
        """What the customer says, else what the signals propose (D17)."""
        return self.severity or propose(self.signals, self.kind)
