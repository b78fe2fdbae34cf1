"""A customer's address that wants to hear of some events."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

from chalicelib.core.errors import Invalid
from chalicelib.webhooks.domain.outcome import GONE, Outcome, stamp
from chalicelib.webhooks.domain.secrets import SecretRef

OVERLAP = timedelta(hours=24)


class SubscriptionState(StrEnum):
    """Whether messages are sent. What is removed is kept for the record and shown to nobody."""

    ACTIVE = "active"
    DISABLED = "disabled"
    REMOVED = "removed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Subscription:
    """`failures` counts attempts since the last success. Secrets are references: the newest signs first."""

    id: str
    version: int = 1
    customer_id: str
    url: str
    events: frozenset[str]
    secrets: tuple[SecretRef, ...]
    created_at: datetime
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

    @property
    def is_active(self) -> bool:
        return self.state is SubscriptionState.ACTIVE

    @property
    def is_removed(self) -> bool:
        return self.state is SubscriptionState.REMOVED

    def wants(self, event: str) -> bool:
        return self.is_active and event in self.events

    def signing(self, at: datetime) -> tuple[SecretRef, ...]:
        """The secrets in force: two while one replaces the other."""
        return tuple(secret for secret in self.secrets if secret.signs(at))

    def rotate(self, key: str, at: datetime, *, overlap: timedelta = OVERLAP) -> "Subscription":
        """Signs with a new secret first, and with the old ones too for a while, so none is refused.

        The same key again is the same rotation (F1).
        """
        if any(secret.key == key for secret in self.secrets):
            return self
        ending = tuple(
            replace(secret, until=min(secret.until or at + overlap, at + overlap))
            for secret in self.signing(at)
        )
        return replace(self, secrets=(SecretRef(key=key), *ending))

    def after(self, outcome: Outcome) -> "Subscription":
        """410 means that the receiver wants no more (F42)."""
        if outcome.is_gone:
            return self.disable(f"the receiver answered {GONE}, gone, at {stamp(outcome.at)}")
        return replace(self, failures=0 if outcome.is_success else self.failures + 1)

    def disable(self, because: str) -> "Subscription":
        return replace(self, state=SubscriptionState.DISABLED, disabled_because=because)

    def enable(self) -> "Subscription":
        return replace(self, state=SubscriptionState.ACTIVE, disabled_because="", failures=0)

    def remove(self) -> "Subscription":
        return replace(self, state=SubscriptionState.REMOVED)
