"""A message on its way to one subscription."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

from chalicelib.core.errors import Conflict
from chalicelib.webhooks.domain.message import Message
from chalicelib.webhooks.domain.outcome import Outcome
from chalicelib.webhooks.domain.subscription import Subscription

# Before each attempt, counted from the one before it: three days in all.
RETRIES = (
    timedelta(0),
    timedelta(seconds=5),
    *(timedelta(minutes=minutes) for minutes in (5, 30)),
    *(timedelta(hours=hours) for hours in (2, 5, 10, 14, 20, 24)),
)
# Longer than an attempt may take: whoever claimed and never came back is not waited for any longer.
LEASE = timedelta(minutes=1)
MOST_OUTCOMES = 50


class DeliveryState(StrEnum):
    """How far a delivery has come."""

    WAITING = "waiting"
    DELIVERED = "delivered"
    GIVEN_UP = "given_up"
    WITHDRAWN = "withdrawn"


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """`tried` counts the attempts of the schedule now running, `most` is how many it has."""

    message: Message
    version: int = 1
    subscription_id: str
    wake_at: datetime | None
    most: int = len(RETRIES)
    state: DeliveryState = DeliveryState.WAITING
    tried: int = 0
    outcomes: tuple[Outcome, ...] = ()

    @classmethod
    def of(
        cls, message: Message, subscription: Subscription, at: datetime, *, most: int = len(RETRIES)
    ) -> "Delivery":
        """Due at once."""
        return cls(message=message, subscription_id=subscription.id, wake_at=at + RETRIES[0], most=most)

    @property
    def id(self) -> str:
        """The same for the same message and receiver, however often the event arrives (F9)."""
        return f"{self.message.id}.{self.subscription_id}"

    @property
    def is_waiting(self) -> bool:
        return self.state is DeliveryState.WAITING

    @property
    def is_undelivered(self) -> bool:
        """Somebody may want to look, and can send it again. A test that failed is no loss."""
        return self.state is DeliveryState.GIVEN_UP and self.most > 1

    def is_due(self, at: datetime) -> bool:
        return self.is_waiting and self.wake_at is not None and self.wake_at <= at

    def claim(self, at: datetime) -> "Delivery":
        """Somebody's to send; it is due again when they never come back."""
        return replace(self, wake_at=at + LEASE)

    def after(self, outcome: Outcome) -> "Delivery":
        """2xx ends it, 410 and the schedule's end give it up, anything else waits for its turn (F42)."""
        if not self.is_waiting:
            return self
        outcomes = (*self.outcomes, outcome)[-MOST_OUTCOMES:]
        told = replace(self, tried=self.tried + 1, outcomes=outcomes)
        if outcome.is_success:
            return told._ended(DeliveryState.DELIVERED)
        if outcome.is_gone or told.tried >= self.most:
            return told._ended(DeliveryState.GIVEN_UP)
        return replace(told, wake_at=outcome.at + RETRIES[told.tried])

    def again(self, at: datetime) -> "Delivery":
        """Sent once more from the start of the schedule, because somebody asked for it."""
        if self.is_waiting:
            raise Conflict("this message is still on its way; wait until it is delivered or given up")
        return replace(self, state=DeliveryState.WAITING, tried=0, wake_at=at)

    def withdraw(self) -> "Delivery":
        """No longer wanted: its subscription was disabled or removed."""
        return self._ended(DeliveryState.WITHDRAWN) if self.is_waiting else self

    def _ended(self, state: DeliveryState) -> "Delivery":
        return replace(self, state=state, wake_at=None)
