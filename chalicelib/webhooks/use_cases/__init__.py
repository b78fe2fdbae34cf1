"""What is done with webhooks: customers keep their subscriptions, and messages are delivered."""

from chalicelib.webhooks.use_cases.deliveries import Deliveries
from chalicelib.webhooks.use_cases.subscriptions import Subscriptions

__all__ = ["Deliveries", "Subscriptions"]
