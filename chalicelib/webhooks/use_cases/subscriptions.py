"""A customer's webhooks, kept by its own contacts."""

from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import datetime
from typing import Protocol

from chalicelib.core import ids
from chalicelib.core.errors import Conflict, Forbidden, NotFound, PreconditionFailed
from chalicelib.customers.domain import Actor
from chalicelib.webhooks.domain import TYPES, SecretRef, Subscription

MOST = 20  # of one customer: every event is read against all of them
NAMES = frozenset(TYPES.values())


class Store(Protocol):
    """Where they are kept; see `store.SubscriptionStore`."""

    def create(self, subscription: Subscription) -> bool: ...
    def get(self, subscription_id: str) -> Subscription: ...
    def save(self, subscription: Subscription, before: int) -> None: ...
    def of_customer(
        self, customer_id: str, *, cursor: str | None = None, limit: int = 50
    ) -> tuple[list[Subscription], str | None]: ...


class Subscriptions:
    """The verbs of a subscription. A contact reaches the own customer's alone (F29).

    `check` gives an address in its plain form, or refuses one that may not be called.
    """

    def __init__(
        self,
        store: Store,
        check: Callable[[str], str],
        secret: Callable[[SecretRef], str],
        now: Callable[[], datetime],
    ) -> None:
        self.store = store
        self.check = check
        self.secret = secret
        self.now = now

    def create(
        self, *, by: Actor, url: str, events: Iterable[str], key: str | None = None
    ) -> tuple[Subscription, str]:
        """A new subscription with its secret, which is shown this once. The same `key` finds the same (F1, F2)."""
        if by.customer_id is None:
            raise Forbidden("webhooks belong to a customer: one of its contacts makes them")
        id_ = ids.derived("W", by.id, by.customer_id, key) if key else ids.new("W")
        wanted = Subscription(
            id=id_,
            customer_id=by.customer_id,
            url=self.check(url),
            events=frozenset(events),
            secrets=(SecretRef(key=f"{id_}.first"),),
            created_at=self.now(),
        ).checked(NAMES)
        if not self._is_there(wanted):
            self._keep_few(by.customer_id)
            self.store.create(wanted)
        return self.get(id_, by=by), self.secret(wanted.secrets[0])

    def get(self, subscription_id: str, *, by: Actor) -> Subscription:
        """One; NotFound for somebody else's, as for a missing one (F29)."""
        found = self.store.get(subscription_id)
        if not by.is_staff and found.customer_id != by.customer_id:
            raise NotFound(f"there is no webhook {subscription_id}")
        return found

    def rotate(
        self, subscription_id: str, *, by: Actor, key: str | None = None, seen: int | None = None
    ) -> tuple[Subscription, str]:
        """A new secret, shown this once; the old one signs beside it for a day. The same `key` once (F1)."""
        label = ids.fingerprint(by.id, key) if key else ids.new("R")
        name = f"{subscription_id}.{label}"
        kept = self._change(subscription_id, by, seen, lambda found: found.rotate(name, self.now()))
        return kept, self.secret(SecretRef(key=name))

    def enable(self, subscription_id: str, *, by: Actor, seen: int | None = None) -> Subscription:
        """Messages are sent again from now on."""
        return self._change(subscription_id, by, seen, Subscription.enable)

    def remove(self, subscription_id: str, *, by: Actor) -> None:
        """Nothing is sent there any more; what waits is withdrawn when its turn comes."""
        self._change(subscription_id, by, None, Subscription.remove)

    def _is_there(self, wanted: Subscription) -> bool:
        try:
            found = self.store.get(wanted.id)
        except NotFound:
            return False
        if (found.url, found.events) != (wanted.url, wanted.events):
            raise Conflict("this Idempotency-Key was used before with another body; use a new key")
        return True

    def _keep_few(self, customer_id: str) -> None:
        if len(self.store.of_customer(customer_id, limit=MOST)[0]) >= MOST:
            raise Conflict(f"a customer has at most {MOST} webhooks; remove one first")

    def _change(
        self,
        subscription_id: str,
        by: Actor,
        seen: int | None,
        change: Callable[[Subscription], Subscription],
    ) -> Subscription:
        before = self.get(subscription_id, by=by)
        if seen not in {None, before.version}:
            raise PreconditionFailed("this webhook was changed meanwhile; read it again")
        after = change(before)
        if after == before:
            return before
        after = replace(after, version=before.version + 1)
        self.store.save(after, before.version)
        return after
