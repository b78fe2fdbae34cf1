"""Webhooks over JSON: a contact keeps the own customer's, staff look at all."""

from typing import Any

from chalicelib import wiring
from chalicelib.core.errors import Invalid, NotFound
from chalicelib.customers.domain import Actor, Scope
from chalicelib.web.api import Api, Call, PageQuery
from chalicelib.webhooks import forms as f

api = Api(__name__)

OURS: dict[str, Any] = {"scope": Scope.WEBHOOKS, "tag": "webhooks"}
ONE = "/webhooks/{webhook_id}"


@api.operation("POST", "/webhooks", body=f.NewWebhook, answer=f.WebhookWithSecret, status=201, **OURS)
def create_webhook(call: Call) -> f.WebhookWithSecret:
    """Have events sent to an address of yours, signed with a secret that is shown this once."""
    made = wiring.subscriptions().create(
        by=call.actor, url=call.body.address, events=call.body.events, key=call.key
    )
    return f.WebhookWithSecret.made(*made)


@api.operation("GET", "/webhooks", query=f.WebhooksQuery, answer=f.WebhookPage, **OURS)
def list_webhooks(call: Call) -> f.WebhookPage:
    """Your webhooks."""
    customer_id = _whose(call.actor, call.query.customer_id)
    found, cursor = wiring.subscription_store().of_customer(
        customer_id, cursor=call.query.cursor, limit=call.query.limit
    )
    return f.WebhookPage(items=[f.WebhookView.of(one) for one in found], next=cursor)


@api.operation(
    "GET",
    "/undelivered/webhooks",
    query=PageQuery,
    answer=f.DeliveryPage,
    scope=Scope.DESK,
    staff=True,
    tag="webhooks",
)
def list_undelivered_webhooks(call: Call) -> f.DeliveryPage:
    """Messages that no receiver took in three days."""
    found, cursor = wiring.delivery_store().undelivered(cursor=call.query.cursor, limit=call.query.limit)
    return f.DeliveryPage(items=[f.DeliveryView.of(one) for one in found], next=cursor)


@api.operation("GET", ONE, answer=f.WebhookView, **OURS)
def read_webhook(call: Call, webhook_id: str) -> f.WebhookView:
    """One webhook, without its secret."""
    return f.WebhookView.of(wiring.subscriptions().get(webhook_id, by=call.actor))


@api.operation("DELETE", ONE, status=204, **OURS)
def remove_webhook(call: Call, webhook_id: str) -> None:
    """Send nothing there any more."""
    wiring.subscriptions().remove(webhook_id, by=call.actor)


@api.operation("POST", ONE + "/secret", answer=f.WebhookWithSecret, changes=True, **OURS)
def rotate_secret(call: Call, webhook_id: str) -> f.WebhookWithSecret:
    """Get a new secret; the old one signs beside it for a day."""
    made = wiring.subscriptions().rotate(webhook_id, by=call.actor, key=call.key, seen=call.seen)
    return f.WebhookWithSecret.made(*made)


@api.operation("POST", ONE + "/enabling", answer=f.WebhookView, changes=True, **OURS)
def enable_webhook(call: Call, webhook_id: str) -> f.WebhookView:
    """Send there again, after it was disabled."""
    return f.WebhookView.of(wiring.subscriptions().enable(webhook_id, by=call.actor, seen=call.seen))


@api.operation("POST", ONE + "/ping", answer=f.DeliveryView, status=202, changes=True, **OURS)
def ping_webhook(call: Call, webhook_id: str) -> f.DeliveryView:
    """Have a test event sent, once."""
    subscription = wiring.subscriptions().get(webhook_id, by=call.actor)
    return f.DeliveryView.of(wiring.deliveries().ping(subscription, key=call.key))


@api.operation("GET", ONE + "/deliveries", query=PageQuery, answer=f.DeliveryPage, **OURS)
def list_deliveries(call: Call, webhook_id: str) -> f.DeliveryPage:
    """What was sent there, newest first, with what every attempt came to."""
    subscription = wiring.subscriptions().get(webhook_id, by=call.actor)
    found, cursor = wiring.delivery_store().of_subscription(
        subscription.id, cursor=call.query.cursor, limit=call.query.limit
    )
    return f.DeliveryPage(items=[f.DeliveryView.of(one) for one in found], next=cursor)


@api.operation("GET", ONE + "/deliveries/{delivery_id}", answer=f.DeliveryView, **OURS)
def read_delivery(call: Call, webhook_id: str, delivery_id: str) -> f.DeliveryView:
    """One delivery."""
    subscription = wiring.subscriptions().get(webhook_id, by=call.actor)
    return f.DeliveryView.of(wiring.deliveries().of(subscription, delivery_id))


@api.operation("POST", ONE + "/deliveries/{delivery_id}/resending", answer=f.DeliveryView, status=202, **OURS)
def resend_delivery(call: Call, webhook_id: str, delivery_id: str) -> f.DeliveryView:
    """Have a message sent again, with the same id and bytes."""
    subscription = wiring.subscriptions().get(webhook_id, by=call.actor)
    return f.DeliveryView.of(wiring.deliveries().resend(subscription, delivery_id))


def _whose(actor: Actor, asked: str | None) -> str:
    if actor.is_staff:
        if asked is None:
            raise Invalid("say whose webhooks: customer_id")
        return asked
    if asked not in {None, actor.customer_id} or actor.customer_id is None:
        raise NotFound(f"there is no customer {asked}")
    return actor.customer_id
