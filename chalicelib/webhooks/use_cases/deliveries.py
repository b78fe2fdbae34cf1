"""From an event to a customer's system, once for each subscription, tried again for days (F9, F42)."""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from datetime import datetime
from typing import Protocol

from chalicelib.core import ids
from chalicelib.core.errors import Conflict, NotFound, PreconditionFailed
from chalicelib.core.log import log
from chalicelib.customers.domain import DESK, Actor
from chalicelib.tickets.domain import Ticket
from chalicelib.tickets.events import Event
from chalicelib.webhooks.domain import PING, TYPES, Delivery, Message, Outcome, Subscription, message_of
from chalicelib.webhooks.use_cases.subscriptions import MOST

TRIES = 5  # to note an outcome on a subscription that others change at the same time


class Store(Protocol):
    """Where deliveries are kept; see `store.DeliveryStore`."""

    def begin(self, delivery: Delivery) -> bool: ...
    def get(self, delivery_id: str) -> Delivery: ...
    def save(self, delivery: Delivery, before: int) -> None: ...
    def wake(self, delivery: Delivery, before: int) -> None: ...


class Subscriptions(Protocol):
    """Who wants to hear; see `store.SubscriptionStore`."""

    def get(self, subscription_id: str) -> Subscription: ...
    def save(self, subscription: Subscription, before: int) -> None: ...
    def of_customer(
        self, customer_id: str, *, cursor: str | None = None, limit: int = 50
    ) -> tuple[list[Subscription], str | None]: ...


class Tickets(Protocol):
    """What it is about."""

    def get(self, ticket_id: str, *, by: Actor) -> Ticket: ...


class Sender(Protocol):
    """One attempt; see `sender.Sender`."""

    def send(self, message: Message, *, to: Subscription, at: datetime) -> Outcome: ...


class Deliveries:
    """Delivers messages. Each attempt is a function of its own: a slow receiver delays nobody else.

    An attempt is told by the very write that claims it, and counts at that version alone, so a repeated
    event sends nothing. Whoever is stopped on the way leaves a lease; when it ends, the next attempt is told.
    """

    def __init__(
        self,
        *,
        store: Store,
        subscriptions: Subscriptions,
        tickets: Tickets,
        sender: Sender,
        url: Callable[[Ticket], str],
        now: Callable[[], datetime],
    ) -> None:
        self.store = store
        self.subscriptions = subscriptions
        self.tickets = tickets
        self.sender = sender
        self.url = url
        self.now = now

    def tell(self, event: Event, *, ticket_id: str, event_id: str, version: int) -> int:
        """One delivery for each of the customer's subscriptions that wants this event; how many want it."""
        ticket = self.tickets.get(ticket_id, by=DESK)
        # An event that names its customer is that customer's, whoever the ticket belongs to by now.
        customer_id = getattr(event, "customer_id", None) or ticket.customer_id
        if customer_id is None:
            return 0
        id_ = ids.derived("MSG", event_id)
        message = message_of(event, ticket, id_=id_, version=version, url=self.url(ticket))
        everybody, _ = self.subscriptions.of_customer(customer_id, limit=MOST)
        wanting = [found for found in everybody if found.wants(TYPES[type(event)])]
        for subscription in wanting:
            self._begin(message, subscription)
        return len(wanting)

    def ping(self, subscription: Subscription, *, key: str | None = None) -> Delivery:
        """A test event, sent once and to a disabled address too; the same `key` sends the same one (F1)."""
        id_ = ids.derived("MSG", subscription.id, key) if key else ids.new("MSG")
        about = {"webhook_id": subscription.id}
        message = Message(id=id_, type=PING, at=self.now(), data=about)
        return self._begin(message, subscription, most=1)

    def resend(self, subscription: Subscription, delivery_id: str) -> Delivery:
        """Sends a message again that was delivered, given up or withdrawn: same id, same bytes."""
        before = self.of(subscription, delivery_id)
        if not subscription.is_active:
            raise Conflict("this webhook is disabled; enable it first")
        now = self.now()
        after = replace(before.again(now).claim(now), version=before.version + 1)
        self.store.wake(after, before.version)
        return after

    def of(self, subscription: Subscription, delivery_id: str) -> Delivery:
        """A delivery to this subscription; NotFound for any other."""
        found = self.store.get(delivery_id)
        if found.subscription_id != subscription.id:
            raise NotFound(f"there is no delivery {delivery_id}")
        return found

    def fall_due(self, delivery_id: str) -> Delivery:
        """The next attempt is told, if it is due: by whoever is quicker (F14)."""
        before, now = self.store.get(delivery_id), self.now()
        if not before.is_due(now):
            return before
        after = replace(before.claim(now), version=before.version + 1)
        try:
            self.store.wake(after, before.version)
        except PreconditionFailed:
            return self.store.get(delivery_id)
        return after

    def attempt(self, delivery_id: str, *, version: int) -> Delivery:
        """One attempt, if the delivery is still where it was when this was told."""
        told = self.store.get(delivery_id)
        if not told.is_waiting:
            return told
        subscription = self._wanting(told)
        if subscription is None:
            return self._kept(told.withdraw(), told.version)
        now = self.now()
        try:
            claimed = self._kept(told.claim(now), version)
        except PreconditionFailed:
            return self.store.get(delivery_id)
        outcome = self.sender.send(claimed.message, to=subscription, at=now)
        log.info("webhook sent", delivery_id=told.id, status=outcome.status, cause=outcome.cause)
        after = self._kept(claimed.after(outcome), claimed.version)
        with suppress(NotFound):  # removed meanwhile
            self._note(subscription.id, outcome)
        return after

    def _begin(self, message: Message, subscription: Subscription, **how: int) -> Delivery:
        now = self.now()
        delivery = Delivery.of(message, subscription, now, **how).claim(now)
        return delivery if self.store.begin(delivery) else self.store.get(delivery.id)

    def _wanting(self, delivery: Delivery) -> Subscription | None:
        try:
            found = self.subscriptions.get(delivery.subscription_id)
        except NotFound:
            return None
        return found if found.is_active or delivery.message.type == PING else None

    def _kept(self, delivery: Delivery, before: int) -> Delivery:
        after = replace(delivery, version=before + 1)
        self.store.save(after, before)
        return after

    def _note(self, subscription_id: str, outcome: Outcome) -> None:
        """Failures are counted and 410 disables; what loses the race to others is counted anew."""
        for _ in range(TRIES):
            before = self.subscriptions.get(subscription_id)
            after = before.after(outcome)
            if after == before:
                return
            with suppress(PreconditionFailed):
                self.subscriptions.save(replace(after, version=before.version + 1), before.version)
                return
