"""What the API takes and gives for tickets: the same declarations check the input and make OpenAPI."""

import re
from datetime import datetime
from typing import Annotated, Any, Literal, TypeAlias

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from chalicelib.promises.domain import Promise
from chalicelib.tickets.domain import SIGNALS, DeclineReason, RequestKind, Status, Ticket
from chalicelib.web.api import PREFIX, PageQuery

Text = Annotated[str, Field(min_length=1, max_length=200_000, pattern=r"\S")]
Short = Annotated[str, Field(min_length=1, max_length=300, pattern=r"\S")]
Reason = Annotated[str, Field(min_length=1, max_length=2_000, pattern=r"\S")]
Bounded = Annotated[str, Field(min_length=1, max_length=20_000, pattern=r"\S")]  # lies in the record itself
Optional = Annotated[str, Field(max_length=20_000)]
Id = Annotated[str, Field(min_length=1, max_length=80, pattern=r"^[A-Za-z0-9#._-]+$")]
SeverityNumber = Annotated[int, Field(ge=1, le=4)]
Signal: TypeAlias = Literal[tuple(SIGNALS)]  # type: ignore[valid-type]


class In(BaseModel, extra="forbid"):
    """Unknown fields are refused: nobody sets what is not theirs to set (F28)."""


class NewTicket(In):
    """A report: one request, one issue (D2)."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [{"subject": "Payroll is down", "text": "Nobody can sign in since nine."}]
        }
    )

    subject: Short
    text: Text
    kind: Literal["question", "bug", "feature_request"] = "bug"
    severity: SeverityNumber | None = None
    signals: Annotated[list[Signal], Field(max_length=len(SIGNALS))] = []
    product_line: Annotated[str, Field(max_length=80)] | None = None
    customer_id: Annotated[Id, Field(description="staff only: on whose behalf")] | None = None
    requester: Annotated[str, Field(max_length=80, description="staff only: a contact's id")] | None = None
    channel: Annotated[str, Field(max_length=40, pattern=r"^[a-z_]*$")] | None = None


class Acknowledgement(In):
    """The incident and its severity are acknowledged (D9, D11)."""

    severity: SeverityNumber
    reason: Annotated[str, Field(max_length=2_000)] = ""
    text: Optional = ""


class SeverityForm(In):
    """A severity, and why."""

    severity: SeverityNumber
    reason: Reason


class Saying(In):
    """Words."""

    text: Text


class Statement(In):
    """Words that fit into the record."""

    text: Bounded


class Why(In):
    """A reason."""

    reason: Reason


class MaybeWhy(In):
    """A reason, if you like."""

    reason: Annotated[str, Field(max_length=2_000)] = ""


class Question(In):
    """What the customer is asked."""

    question: Bounded


class Assignment(In):
    """To whom; `from` names who owns it now, when somebody does (F8)."""

    to: Id
    from_: Annotated[Id | None, Field(alias="from")] = None


class Eta(In):
    """When the resolution may be expected."""

    eta: AwareDatetime
    reason: Annotated[str, Field(max_length=2_000)] = ""


class PhoneCall(In):
    """A phone call (B7, D12)."""

    direction: Literal["inbound", "outbound"]
    person: Short
    summary: Bounded
    called_at: AwareDatetime | None = None
    support_phone: bool = False


class Declining(In):
    """One of the seven reasons (D2)."""

    reason: Literal[tuple(reason.value for reason in DeclineReason)]  # type: ignore[valid-type]
    text: Optional = ""


class Other(In):
    """Another ticket, by id or number."""

    into: Id


class LinkForm(In):
    """Another ticket, and what it has to do with this one."""

    to: Id
    relation: Literal["related", "blocks", "blocked_by", "duplicate", "follow_up"] = "related"


class Attribution(In):
    """Whose report it is."""

    customer_id: Id
    contact_id: Id | None = None


class TicketsQuery(PageQuery, extra="forbid"):
    """Whose tickets, and which."""

    state: Literal["open", "done"] = "open"
    customer_id: Id | None = None
    number: Annotated[int, Field(ge=1, le=99_999_999)] | None = None


def without_rows(clause: str) -> str:
    """A clause as a customer reads it, without the rows of our requirements: `D11: counted …`."""
    return re.sub(r"\b[A-D]\d{1,2}: ", "", clause)


class PromiseView(BaseModel):
    """A promise: what is owed, by when, and what became of it."""

    id: str
    kind: str
    state: Literal["open", "kept", "broken", "withdrawn"]
    started_at: datetime
    due_at: datetime | None
    clause: str
    owner: str
    warned_at: datetime | None
    settled_at: datetime | None
    fulfilled_at: datetime | None
    late: bool
    automatic: bool
    explanation: str
    ticket: str

    @classmethod
    def of(cls, promise: Promise, ticket_id: str) -> "PromiseView":
        """The promise as the API shows it."""
        return cls(
            **{name: getattr(promise, name) for name in _PLAIN},
            clause=without_rows(promise.clause),
            state=promise.state.value,
            late=promise.is_late,
            ticket=f"{PREFIX}/tickets/{ticket_id}",
            explanation=f"{PREFIX}/tickets/{ticket_id}/promises/{promise.id}/explanation",
        )


_PLAIN = [
    "id",
    "kind",
    "started_at",
    "due_at",
    "owner",
    "warned_at",
    "settled_at",
    "fulfilled_at",
    "automatic",
]


class Who(BaseModel):
    """Who reported."""

    name: str
    email: str | None
    contact_id: str | None


class SeverityView(BaseModel):
    """A severity with who chose it and why (D9)."""

    severity: int
    by: str
    at: datetime
    reason: str


class LinkView(BaseModel):
    """Another ticket."""

    to: str
    relation: str


class PlanView(BaseModel):
    """The pinned plan."""

    id: str
    version: int


class TicketView(BaseModel):
    """A ticket as the API shows it."""

    id: str
    number: int | None
    url: str
    version: int
    status: Literal[tuple(status.value for status in Status)]  # type: ignore[valid-type]
    kind: Literal[tuple(kind.value for kind in RequestKind)]  # type: ignore[valid-type]
    subject: str
    channel: str
    customer_id: str | None
    requester: Who
    registered_at: datetime
    changed_at: datetime
    severity: int
    proposal: SeverityView
    decision: SeverityView | None
    signals: list[str]
    plan: PlanView
    product_line: str | None
    assignee: str | None
    answered_at: datetime | None
    work_started_at: datetime | None
    escalated_at: datetime | None
    eta: datetime | None
    workaround: str | None
    solved_at: datetime | None
    closed_at: datetime | None
    closes_at: datetime | None
    declined_for: str | None
    consultancy: bool
    merged_into: str | None
    referred_to: str | None
    links: list[LinkView]
    verified: bool
    faults: list[str]
    promises: list[PromiseView]

    @classmethod
    def of(cls, ticket: Ticket) -> "TicketView":
        """The ticket as the API shows it."""
        fields = {name: getattr(ticket, name) for name in cls.model_fields if name not in _MADE}
        return cls.model_validate(
            fields
            | {
                "url": f"{PREFIX}/tickets/{ticket.id}",
                "status": ticket.status.value,
                "signals": list(ticket.signals),
                "links": list(ticket.links),
                "faults": list(ticket.faults),
                "promises": [PromiseView.of(promise, ticket.id) for promise in ticket.promises],
            },
            from_attributes=True,
        )


_MADE = ("url", "promises", "status", "signals", "links", "faults")


class TicketPage(BaseModel):
    """Some tickets; `next` is the cursor of the following page."""

    items: list[TicketView]
    next: str | None


class PromisePage(BaseModel):
    """Some promises; `next` is the cursor of the following page."""

    items: list[PromiseView]
    next: str | None


class ChangeView(BaseModel):
    """One step of the history: each event with its `type`, time and actor."""

    version: int
    events: list[dict[str, Any]]


class ChangePage(BaseModel):
    """Some steps of the history, oldest first."""

    items: list[ChangeView]
    next: str | None


class SpanView(BaseModel):
    """A stretch of time that counts or does not, and why."""

    start: datetime
    end: datetime
    counted: bool
    reason: str


class ExplanationView(BaseModel):
    """Why a clock stands where it stands: the counted spans sum to `counted_seconds`."""

    promise: str
    kind: str
    started_at: datetime
    until: datetime
    due_at: datetime | None
    target_seconds: int
    counted_seconds: float
    clause: str
    notes: list[str]
    spans: list[SpanView]
