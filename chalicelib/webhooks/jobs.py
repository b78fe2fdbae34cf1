"""What happens to tickets is told to customers' own systems."""

from typing import Any

from chalice.app import Blueprint, CloudWatchEvent

from chalicelib import wiring
from chalicelib.aws import codec
from chalicelib.core import clock
from chalicelib.core.settings import settings
from chalicelib.promises.sweep import remind
from chalicelib.web.jobs import job
from chalicelib.webhooks.domain import TYPES
from chalicelib.webhooks.store import WEBHOOK

bp = Blueprint(__name__)

CLASSES = {cls.__name__: cls for cls in TYPES}


@bp.on_cw_event({"source": ["pledge.tickets"], "detail-type": sorted(CLASSES)})
@job
def tell_webhooks(event: CloudWatchEvent) -> int:
    """One delivery for each subscription that wants it; nothing is sent here."""
    detail = event.detail
    told: Any = codec.of_plain(detail, CLASSES[event.detail_type])
    return wiring.deliveries().tell(
        told, ticket_id=detail["record"], event_id=detail["id"], version=detail["version"]
    )


@bp.on_cw_event({"source": ["pledge.webhooks"], "detail-type": ["DeliveryFellDue"]})
@job
def send_webhooks(event: CloudWatchEvent) -> None:
    """One attempt."""
    id_ = event.detail["delivery_id"]
    delivery = wiring.deliveries().attempt(id_, version=event.detail["version"])
    remind(id_, WEBHOOK, delivery.wake_at, now=clock.now(), queue_url=settings().due_queue_url)
