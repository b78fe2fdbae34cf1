"""What the API takes and gives for webhooks."""

from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import BaseModel, Field

from chalicelib.web.api import PREFIX, PageQuery
from chalicelib.webhooks.domain import TYPES, Delivery, Outcome, Subscription

EventName = Annotated[str, Field(json_schema_extra={"enum": sorted(TYPES.values())})]
CustomerId = Annotated[str, Field(min_length=1, max_length=80)]


class NewWebhook(BaseModel, extra="forbid"):
    """An address, and the events that it wants to hear of."""

    address: Annotated[str, Field(min_length=1, max_length=2048, description="https, and public")]
    events: Annotated[list[EventName], Field(min_length=1, max_length=len(TYPES))]


class WebhooksQuery(PageQuery, extra="forbid"):
    """Staff say whose."""

    customer_id: CustomerId | None = None


class WebhookView(BaseModel):
    """A webhook. `failures` counts attempts since the last success."""

    id: str
    url: str
    version: int
    customer_id: str
    address: str
    events: list[str]
    state: Literal["active", "disabled", "removed"]
    disabled_because: str
    failures: int
    created_at: datetime

    @classmethod
    def of(cls, found: Subscription) -> "WebhookView":
        """As the API shows it."""
        return cls(**_shown(found))


class WebhookWithSecret(WebhookView):
    """With its signing secret, which is shown this once."""

    secret: str

    @classmethod
    def made(cls, found: Subscription, secret: str) -> "WebhookWithSecret":
        """As the API shows it, once."""
        return cls(**_shown(found), secret=secret)


class WebhookPage(BaseModel):
    """Some webhooks; `next` is the cursor of the following page."""

    items: list[WebhookView]
    next: str | None


class OutcomeView(BaseModel):
    """What an attempt came to: a status, or why there was none."""

    at: datetime
    status: int | None
    cause: str

    @classmethod
    def of(cls, outcome: Outcome) -> "OutcomeView":
        """As the API shows it."""
        return cls(at=outcome.at, status=outcome.status, cause=outcome.cause)


class DeliveryView(BaseModel):
    """A message on its way. Its `message_id` is the `webhook-id` that the receiver sees."""

    id: str
    webhook_id: str
    message_id: str
    type: str
    at: datetime
    state: Literal["waiting", "delivered", "given_up", "withdrawn"]
    tried: int
    next_attempt_at: datetime | None
    outcomes: list[OutcomeView]

    @classmethod
    def of(cls, found: Delivery) -> "DeliveryView":
        """As the API shows it."""
        return cls(
            id=found.id,
            webhook_id=found.subscription_id,
            message_id=found.message.id,
            type=found.message.type,
            at=found.message.at,
            state=found.state.value,
            tried=found.tried,
            next_attempt_at=found.wake_at,
            outcomes=[OutcomeView.of(outcome) for outcome in found.outcomes],
        )


class DeliveryPage(BaseModel):
    """Some deliveries; `next` is the cursor of the following page."""

    items: list[DeliveryView]
    next: str | None


def _shown(found: Subscription) -> dict[str, Any]:
    return {
        "id": found.id,
        "url": f"{PREFIX}/webhooks/{found.id}",
        "version": found.version,
        "customer_id": found.customer_id,
        "address": found.url,
        "events": sorted(found.events),
        "state": found.state.value,
        "disabled_because": found.disabled_because,
        "failures": found.failures,
        "created_at": found.created_at,
    }
