"""Subscriptions and deliveries on the desk table."""

from collections.abc import Iterable

from chalicelib.aws import codec, desk
from chalicelib.aws.records import Record
from chalicelib.core.clock import sortable
from chalicelib.core.errors import NotFound
from chalicelib.promises.domain import shard_of
from chalicelib.webhooks.domain import Delivery, Subscription
from chalicelib.webhooks.events import DeliveryFellDue

SOURCE = "webhooks"
SUBSCRIPTION, WEBHOOK, LOST = "SUBSCRIPTION", "WEBHOOK", "LOST-WEBHOOK"
UNDELIVERED = "UNDELIVERED"


class SubscriptionStore:
    """Keeps subscriptions; what was removed is kept and found no more."""

    def create(self, subscription: Subscription) -> bool:
        """Kept; False when it is there already (F1)."""
        return desk.create(_subscription_record(subscription))

    def get(self, subscription_id: str) -> Subscription:
        """The subscription; NotFound."""
        record = desk.get(subscription_id, SUBSCRIPTION)
        found = codec.loads(record.state, Subscription) if record and record.state else None
        if found is None or found.is_removed:
            raise NotFound(f"there is no webhook {subscription_id}")
        return found

    def save(self, subscription: Subscription, before: int) -> None:
        """If it is still at version `before`; else PreconditionFailed."""
        desk.update_state(_subscription_record(subscription), before)

    def of_customer(
        self, customer_id: str, *, cursor: str | None = None, limit: int = 50
    ) -> tuple[list[Subscription], str | None]:
        """A customer's, oldest first."""
        key = f"WEBHOOKS#{customer_id}"
        page = desk.listed(Record.listing, key, cursor=cursor, limit=limit)
        return [
            codec.loads(record.state, Subscription) for record in page.records if record.state
        ], page.cursor


class DeliveryStore:
    """Keeps deliveries. That an attempt is to be made is told by the item that says so."""

    def begin(self, delivery: Delivery) -> bool:
        """Kept, and its first attempt told; False when it is there already (F9)."""
        record = _delivery_record(delivery)
        record.events, record.source = _told(delivery), SOURCE
        return desk.create(record)

    def get(self, delivery_id: str) -> Delivery:
        """The delivery; NotFound."""
        record = desk.get(delivery_id, WEBHOOK)
        if record is None or record.state is None:
            raise NotFound(f"there is no delivery {delivery_id}")
        return codec.loads(record.state, Delivery)

    def save(self, delivery: Delivery, before: int) -> None:
        """If it is still at version `before`; else PreconditionFailed. What is given up is listed for staff."""
        desk.write([(_delivery_record(delivery), before)], replacing=_lost(delivery))

    def wake(self, delivery: Delivery, before: int) -> None:
        """The same, and the next attempt is told."""
        change = Record(delivery.id, f"CHANGE#{delivery.version:06}", events=_told(delivery), source=SOURCE)
        desk.write([(_delivery_record(delivery), before)], [change], replacing=_lost(delivery))

    def of_subscription(
        self, subscription_id: str, *, cursor: str | None, limit: int
    ) -> tuple[list[Delivery], str | None]:
        """What was sent to one address, newest first."""
        return self._listed(f"DELIVERIES#{subscription_id}", cursor, limit, newest=True)

    def undelivered(self, *, cursor: str | None, limit: int) -> tuple[list[Delivery], str | None]:
        """What was given up, of every customer, oldest first; the list is shared with other channels."""
        return self._listed(UNDELIVERED, cursor, limit, newest=False)

    def _listed(
        self, key: str, cursor: str | None, limit: int, *, newest: bool
    ) -> tuple[list[Delivery], str | None]:
        page = desk.listed(Record.listing, key, cursor=cursor, limit=limit, newest=newest)
        ours = (record for record in page.records if record.state and record.sk in {WEBHOOK, LOST})
        return [codec.loads(record.state or "", Delivery) for record in ours], page.cursor


def _subscription_record(subscription: Subscription) -> Record:
    listed = not subscription.is_removed
    return Record(
        subscription.id,
        SUBSCRIPTION,
        version=subscription.version,
        state=codec.dumps(subscription),
        list_key=f"WEBHOOKS#{subscription.customer_id}" if listed else None,
        list_order=f"{sortable(subscription.created_at)}#{subscription.id}" if listed else None,
    )


def _delivery_record(delivery: Delivery) -> Record:
    wake = delivery.wake_at
    return Record(
        delivery.id,
        WEBHOOK,
        version=delivery.version,
        state=codec.dumps(delivery),
        due_shard=shard_of(delivery.id) if wake else None,
        due_at=sortable(wake) if wake else None,
        list_key=f"DELIVERIES#{delivery.subscription_id}",
        list_order=_order(delivery),
    )


def _lost(delivery: Delivery) -> Iterable[Record]:
    """A second listing, for staff; taken off it when it is sent again."""
    if delivery.is_undelivered:
        yield Record(
            delivery.id,
            LOST,
            state=codec.dumps(delivery),
            list_key=UNDELIVERED,
            list_order=_order(delivery),
        )
    elif delivery.is_waiting and delivery.outcomes and delivery.tried == 0:
        yield Record(delivery.id, LOST)


def _order(delivery: Delivery) -> str:
    return f"{sortable(delivery.message.at)}#{delivery.id}"


def _told(delivery: Delivery) -> str:
    return codec.dump_events([DeliveryFellDue(delivery_id=delivery.id)])
