"""What the API gives for pages."""

from collections.abc import Mapping
from datetime import datetime
from typing import Literal

from pydantic import BaseModel

from chalicelib.escalation.domain import Mobilisation, Sending


class PageView(BaseModel):
    """One page: who was called, how, when, and whether it left."""

    id: str
    person: str
    channel: str
    at: datetime
    sent_at: datetime | None
    failed: str


class MobilisationView(BaseModel):
    """One call for help: who was paged, who took it (B6)."""

    id: str
    ticket_id: str
    occasion: str
    state: Literal["calling", "told", "taken", "unanswered", "withdrawn"]
    began_at: datetime
    next_round_at: datetime | None
    level: int
    round: int
    must_be_taken: bool
    taken_by: str | None
    taken_at: datetime | None
    text: str
    pages: list[PageView]

    @classmethod
    def of(cls, mobilisation: Mobilisation, sent: Mapping[str, Sending]) -> "MobilisationView":
        """As the API shows it."""
        same = {name: getattr(mobilisation, name) for name in _SAME}
        pages = [
            PageView(
                id=page.id,
                person=page.person,
                channel=page.channel,
                at=page.at,
                sent_at=sent[page.id].sent_at if page.id in sent else None,
                failed=sent[page.id].failed if page.id in sent else "",
            )
            for page in mobilisation.pages
        ]
        return cls(
            **same,
            occasion=mobilisation.occasion.value,
            state=mobilisation.state.value,
            next_round_at=mobilisation.wake_at,
            pages=pages,
        )


_SAME = (
    "id",
    "ticket_id",
    "began_at",
    "level",
    "round",
    "must_be_taken",
    "taken_by",
    "taken_at",
    "text",
)


class MobilisationPage(BaseModel):
    """Some calls, newest first; `next` is the cursor of the following page."""

    items: list[MobilisationView]
    next: str | None


class SendingView(BaseModel):
    """A page on its way."""

    id: str
    ticket_id: str
    person: str
    channel: str
    tries: int
    asked_at: datetime
    sent_at: datetime | None
    failed: str

    @classmethod
    def of(cls, sending: Sending) -> "SendingView":
        """As the API shows it."""
        same = {name: getattr(sending, name) for name in cls.model_fields if name != "id"}
        return cls(id=sending.page_id, **same)


class SendingPage(BaseModel):
    """Some pages that failed, oldest first; `next` is the cursor of the following page."""

    items: list[SendingView]
    next: str | None
