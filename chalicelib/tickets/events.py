"""What happens to tickets. Fields with metadata PRIVATE are kept but never leave on the bus."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from chalicelib.promises.domain import Promise

PRIVATE = {"private": True}


def private(default: Any = None) -> Any:
    """A field that is kept and never published: words and names of people."""
    return field(default=default, metadata=PRIVATE)


@dataclass(frozen=True, slots=True, kw_only=True)
class TicketEvent:
    """`by` is the id of who did it, `name` what history shows; `automatic` events were the desk's own."""

    at: datetime
    by: str
    name: str = private("")
    automatic: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredFile:
    """An attachment in FILES_BUCKET. `trusted` is False where the desk only passes on what came in."""

    id: str
    name: str
    content_type: str
    size: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """What somebody wrote. Long text lies in S3 under `text_key`; `text` then holds its beginning."""

    text: str
    html: str | None = None  # cleaned
    text_key: str | None = None
    files: tuple[StoredFile, ...] = ()
    raw_key: str | None = None  # the raw mail
    message_id: str | None = None
    faults: tuple[str, ...] = ()  # what could not be read, in plain words
    verdicts: str = ""  # what the receiving server said of the sender


@dataclass(frozen=True, slots=True, kw_only=True)
class Requester:
    """Who reported. `contact_id` only when the desk knows the person."""

    name: str
    email: str | None = None
    contact_id: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanRef:
    """The plan version that a ticket pins: editing a plan never rewrites a settled result."""

    id: str
    version: int


@dataclass(frozen=True, slots=True, kw_only=True)
class TicketRegistered(TicketEvent):
    """A report was kept."""

    ticket_id: str
    channel: str
    subject: str = private("")
    message: Message = private(Message(text=""))
    requester: Requester = private(Requester(name=""))
    customer_id: str | None = None
    participants: tuple[str, ...] = private(())
    kind: str = "question"
    signals: tuple[str, ...] = ()
    severity: int = 3
    plan: PlanRef = PlanRef(id="standard", version=1)
    product_line: str | None = None
    own_channel: bool = False
    number: int | None = None
    verified: bool = True  # the sender is who they say
    is_automatic_mail: bool = False
    referred_to: str | None = None  # the partner whose end user wrote: B16
    request: str = ""  # fingerprint of what was asked: F2


@dataclass(frozen=True, slots=True, kw_only=True)
class TicketNumbered(TicketEvent):
    """Triage gave it a number (B4)."""

    number: int


@dataclass(frozen=True, slots=True, kw_only=True)
class TicketAcknowledged(TicketEvent):
    """The incident and its severity are acknowledged: the response clock stops (D11)."""

    severity: int
    reason: str = private("")
    text: str = private("")


@dataclass(frozen=True, slots=True, kw_only=True)
class SeverityProposed(TicketEvent):
    """The customer proposes another severity."""

    severity: int
    reason: str = private("")


@dataclass(frozen=True, slots=True, kw_only=True)
class SeverityChanged(TicketEvent):
    """The desk decides another severity, with its reason (D9)."""

    severity: int
    before: int
    reason: str = private("")


@dataclass(frozen=True, slots=True, kw_only=True)
class CustomerAttributed(TicketEvent):
    """Triage found out whose report it is; the clock is that customer's from the report on."""

    customer_id: str
    plan: PlanRef
    requester: Requester = private(Requester(name=""))


@dataclass(frozen=True, slots=True, kw_only=True)
class TicketAssigned(TicketEvent):
    """Somebody owns it now. `before` must be who owned it: two takers, one winner (F8)."""

    to: str
    before: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkStarted(TicketEvent):
    """An engineer works on it (B10)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReplySent(TicketEvent):
    """The desk answered in public."""

    message: Message = private(Message(text=""))


@dataclass(frozen=True, slots=True, kw_only=True)
class ReplyReceived(TicketEvent):
    """The customer's side wrote. `reopened`: the ticket was solved or closed; `joined`: who takes part from now on."""

    message: Message = private(Message(text=""))
    channel: str = "mail"
    reopened: bool = False
    joined: str = private("")


@dataclass(frozen=True, slots=True, kw_only=True)
class AutomaticMailAttached(TicketEvent):
    """A robot wrote: kept where it belongs, changes nothing, is never answered (F19)."""

    message: Message = private(Message(text=""))
    sort: str = "auto_reply"


@dataclass(frozen=True, slots=True, kw_only=True)
class NoteAdded(TicketEvent):
    """An internal note."""

    message: Message = private(Message(text=""))


@dataclass(frozen=True, slots=True, kw_only=True)
class CallLogged(TicketEvent):
    """A phone call (B7). `support_phone`: the customer called the support phone (D12)."""

    direction: str
    called_at: datetime
    person: str = private("")
    summary: str = private("")
    support_phone: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class TicketPutOnHold(TicketEvent):
    """Waits for somebody other than the customer."""

    reason: str = private("")


@dataclass(frozen=True, slots=True, kw_only=True)
class CustomerAwaited(TicketEvent):
    """Waits for the customer: update and resolution clocks stand still."""

    question: str = private("")


@dataclass(frozen=True, slots=True, kw_only=True)
class TicketResumed(TicketEvent):
    """Open again out of hold or waiting."""


@dataclass(frozen=True, slots=True, kw_only=True)
class EtaGiven(TicketEvent):
    """When the customer may expect the resolution; each change is told (D10)."""

    eta: datetime
    before: datetime | None = None
    reason: str = private("")


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkaroundGiven(TicketEvent):
    """A way to go on until it is resolved (D10)."""

    text: str = private("")


@dataclass(frozen=True, slots=True, kw_only=True)
class TicketSolved(TicketEvent):
    """The resolution notice (D10)."""

    resolution: str = private("")


@dataclass(frozen=True, slots=True, kw_only=True)
class ClosingAnnounced(TicketEvent):
    """The customer does not follow up: closing is announced before it is done (D14)."""

    closes_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class TicketClosed(TicketEvent):
    """Done; it can be reopened at any time (D14)."""

    reason: str = private("")


@dataclass(frozen=True, slots=True, kw_only=True)
class TicketReopened(TicketEvent):
    """Worked on again; clock history is kept."""

    reason: str = private("")


@dataclass(frozen=True, slots=True, kw_only=True)
class TicketEscalated(TicketEvent):
    """Highest priority in the queue (D15)."""

    reason: str = private("")


@dataclass(frozen=True, slots=True, kw_only=True)
class TicketDeclined(TicketEvent):
    """Not support's to do, for one of seven reasons; offered as paid consultancy (D2)."""

    reason: str
    text: str = private("")


@dataclass(frozen=True, slots=True, kw_only=True)
class ConsultancyAccepted(TicketEvent):
    """The customer wants the declined request done as paid consultancy: no clock counts (D2, C10)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TicketMerged(TicketEvent):
    """Goes on in another ticket."""

    into: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TicketUnmerged(TicketEvent):
    """On its own again, and open."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TicketLinked(TicketEvent):
    """Related to another ticket."""

    to: str
    relation: str = "related"


@dataclass(frozen=True, slots=True, kw_only=True)
class TicketUnlinked(TicketEvent):
    """No longer related."""

    to: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CallTaskRaised(TicketEvent):
    """Somebody must call the customer's contact (B10); a logged outbound call settles it."""

    reason: str = private("")


@dataclass(frozen=True, slots=True, kw_only=True)
class HoldingStatusSent(TicketEvent):
    """Nobody wrote the hourly status, so the desk tells what is known (decision 7)."""

    due_at: datetime
    next_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PromiseWarned(TicketEvent):
    """A promise comes near its due time."""

    promise: Promise
    customer_id: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PromiseKept(TicketEvent):
    """Fulfilled in time."""

    promise: Promise
    customer_id: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PromiseBroken(TicketEvent):
    """Not fulfilled in time."""

    promise: Promise
    customer_id: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PromiseFulfilledLate(TicketEvent):
    """Fulfilled after it was broken."""

    promise: Promise
    customer_id: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PromiseWithdrawn(TicketEvent):
    """No longer owed."""

    promise: Promise
    customer_id: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class DeadlinesMoved(TicketEvent):
    """A calendar changed: open deadlines were computed again (edge case Clocks 6)."""

    calendar: str


Event = (
    TicketRegistered
    | TicketNumbered
    | TicketAcknowledged
    | SeverityProposed
    | SeverityChanged
    | CustomerAttributed
    | TicketAssigned
    | WorkStarted
    | ReplySent
    | ReplyReceived
    | AutomaticMailAttached
    | NoteAdded
    | CallLogged
    | TicketPutOnHold
    | CustomerAwaited
    | TicketResumed
    | EtaGiven
    | WorkaroundGiven
    | TicketSolved
    | ClosingAnnounced
    | TicketClosed
    | TicketReopened
    | TicketEscalated
    | TicketDeclined
    | ConsultancyAccepted
    | TicketMerged
    | TicketUnmerged
    | TicketLinked
    | TicketUnlinked
    | CallTaskRaised
    | HoldingStatusSent
    | PromiseWarned
    | PromiseKept
    | PromiseBroken
    | PromiseFulfilledLate
    | PromiseWithdrawn
    | DeadlinesMoved
)
