"""Subscriptions, messages and deliveries, and the Standard Webhooks signature (F42)."""

import base64
import hashlib
import hmac
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from enum import StrEnum

from chalicelib.core.errors import Conflict, Invalid

# Before each attempt, counted from the one before it: three days in all.
RETRIES = (
    timedelta(0),
    timedelta(seconds=5),
    *(timedelta(minutes=minutes) for minutes in (5, 30)),
    *(timedelta(hours=hours) for hours in (2, 5, 10, 14, 20, 24)),
)
OVERLAP = timedelta(hours=24)
GONE = 410
SECRET_PREFIX = "whsec_"


@dataclass(frozen=True, slots=True, kw_only=True)
class SecretRef:
    """Where a signing secret is kept, and until when it still signs beside its successor."""

    key: str
    until: datetime | None = None

    def signs(self, at: datetime) -> bool:
        return self.until is None or at < self.until


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What an attempt came to: a status, or why there was none."""

    at: datetime
    status: int | None = None
    cause: str = ""

    @property
    def is_success(self) -> bool:
        return self.status is not None and 200 <= self.status < 300

    @property
    def is_gone(self) -> bool:
        return self.status == GONE


class SubscriptionState(StrEnum):
    """Whether messages are sent."""

    ACTIVE = "active"
    DISABLED = "disabled"


@dataclass(frozen=True, slots=True, kw_only=True)
class Subscription:
    """A customer's address that wants some events. `failures` counts attempts since the last success."""

    id: str
    customer_id: str
    url: str
    events: frozenset[str]
    secrets: tuple[SecretRef, ...]
    state: SubscriptionState = SubscriptionState.ACTIVE
    disabled_because: str = ""
    failures: int = 0

    def checked(self, known: frozenset[str]) -> "Subscription":
        """Itself, or Invalid with every fault. The address is for `guarded.check`, where it is saved."""
        faults = [f"there is no event {name!r}" for name in sorted(self.events - known)]
        faults += [] if self.events else ["name at least one event"]
        faults += [] if self.secrets else ["a secret is needed"]
        if faults:
            raise Invalid("this subscription cannot be kept: " + "; ".join(faults), errors=tuple(faults))
        return self

    def wants(self, event: str) -> bool:
        return self.state is SubscriptionState.ACTIVE and event in self.events

    def signing(self, at: datetime) -> tuple[SecretRef, ...]:
        """The secrets in force: two while one replaces the other."""
        return tuple(secret for secret in self.secrets if secret.signs(at))

    def rotate(self, key: str, at: datetime, *, overlap: timedelta = OVERLAP) -> "Subscription":
        """Signs with a new secret first, and with the old ones too for a while, so none is refused."""
        ending = tuple(
            replace(secret, until=min(secret.until or at + overlap, at + overlap))
            for secret in self.signing(at)
        )
        return replace(self, secrets=(SecretRef(key=key), *ending))

    def after(self, outcome: Outcome) -> "Subscription":
        """410 means that the receiver wants no more (F42)."""
        if outcome.is_gone:
            return self.disable(f"the receiver answered {GONE}, gone, at {_stamp(outcome.at)}")
        return replace(self, failures=0 if outcome.is_success else self.failures + 1)

    def disable(self, because: str) -> "Subscription":
        return replace(self, state=SubscriptionState.DISABLED, disabled_because=because)

    def enable(self) -> "Subscription":
        return replace(self, state=SubscriptionState.ACTIVE, disabled_because="", failures=0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """One event, told. Its id and bytes are the same at every attempt, so receivers can tell a repetition."""

    id: str
    type: str
    at: datetime
    data: Mapping[str, object]

    @property
    def body(self) -> bytes:
        told = {"type": self.type, "timestamp": _stamp(self.at), "data": dict(self.data)}
        return json.dumps(told, sort_keys=True, separators=(",", ":"), allow_nan=False).encode()

    def headers(self, *, at: datetime, secrets: Sequence[str]) -> dict[str, str]:
        """The headers of an attempt at this moment, signed with each secret in force."""
        return {
            "content-type": "application/json",
            "webhook-id": self.id,
            "webhook-timestamp": str(int(at.timestamp())),
            "webhook-signature": " ".join(_signature(self, at, secret) for secret in secrets),
        }


class DeliveryState(StrEnum):
    """How far a delivery has come."""

    WAITING = "waiting"
    DELIVERED = "delivered"
    GIVEN_UP = "given_up"
    WITHDRAWN = "withdrawn"


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """A message on its way to one subscription. `tried` counts the attempts of the schedule now running."""

    message: Message
    subscription_id: str
    wake_at: datetime | None
    state: DeliveryState = DeliveryState.WAITING
    tried: int = 0
    outcomes: tuple[Outcome, ...] = ()

    @classmethod
    def of(cls, message: Message, subscription: Subscription, at: datetime) -> "Delivery":
        """Due at once."""
        return cls(message=message, subscription_id=subscription.id, wake_at=at + RETRIES[0])

    @property
    def id(self) -> str:
        """The same for the same message and receiver, however often the event arrives (F9)."""
        return f"{self.message.id}.{self.subscription_id}"

    def after(self, outcome: Outcome) -> "Delivery":
        """2xx ends it, 410 and the schedule's end give it up, anything else waits for its turn (F42)."""
        if self.state is not DeliveryState.WAITING:
            return self
        told = replace(self, tried=self.tried + 1, outcomes=(*self.outcomes, outcome))
        if outcome.is_success:
            return told._ended(DeliveryState.DELIVERED)
        if outcome.is_gone or told.tried == len(RETRIES):
            return told._ended(DeliveryState.GIVEN_UP)
        return replace(told, wake_at=outcome.at + RETRIES[told.tried])

    def again(self, at: datetime) -> "Delivery":
        """Sent once more from the start of the schedule, because somebody asked for it."""
        if self.state is DeliveryState.WAITING:
            raise Conflict("this message is still on its way; wait until it is delivered or given up")
        return replace(self, state=DeliveryState.WAITING, tried=0, wake_at=at)

    def withdraw(self) -> "Delivery":
        """No longer wanted: its subscription was disabled or removed."""
        return self if self.state is not DeliveryState.WAITING else self._ended(DeliveryState.WITHDRAWN)

    def _ended(self, state: DeliveryState) -> "Delivery":
        return replace(self, state=state, wake_at=None)


def new_secret(randomness: bytes) -> str:
    """A signing secret in the form that receivers' libraries read, of 24 to 64 random bytes."""
    if not 24 <= len(randomness) <= 64:
        raise ValueError("a secret has 24 to 64 random bytes")
    return SECRET_PREFIX + base64.b64encode(randomness).decode()


def _signature(message: Message, at: datetime, secret: str) -> str:
    key = base64.b64decode(secret.removeprefix(SECRET_PREFIX))
    signed = f"{message.id}.{int(at.timestamp())}.".encode() + message.body
    return "v1," + base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode()


def _stamp(at: datetime) -> str:
    return at.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
