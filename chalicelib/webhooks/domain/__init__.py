"""Subscriptions, messages and deliveries, and the Standard Webhooks signature: pure rules (F42)."""

from chalicelib.webhooks.domain.delivery import LEASE, RETRIES, Delivery, DeliveryState
from chalicelib.webhooks.domain.message import Message
from chalicelib.webhooks.domain.outcome import Outcome
from chalicelib.webhooks.domain.secrets import SecretRef, derived_secret, new_secret
from chalicelib.webhooks.domain.subscription import Subscription, SubscriptionState
from chalicelib.webhooks.domain.types import PING, TYPES, message_of

__all__ = [
    "LEASE",
    "PING",
    "RETRIES",
    "TYPES",
    "Delivery",
    "DeliveryState",
    "Message",
    "Outcome",
    "SecretRef",
    "Subscription",
    "SubscriptionState",
    "derived_secret",
    "message_of",
    "new_secret",
]
