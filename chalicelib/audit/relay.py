"""From the table's stream to the bus."""

import json
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

from chalicelib.aws import clients, codec
from chalicelib.core.errors import Unavailable
from chalicelib.core.settings import settings

if TYPE_CHECKING:
    from mypy_boto3_events.type_defs import PutEventsRequestEntryTypeDef

MOST_ENTRIES = 10  # of one PutEvents call


def publish(entries: Sequence["PutEventsRequestEntryTypeDef"]) -> None:
    """Tells the bus; Unavailable when it does not take one of them."""
    for start in range(0, len(entries), MOST_ENTRIES):
        answer = clients.bus().put_events(Entries=entries[start : start + MOST_ENTRIES])
        if answer["FailedEntryCount"]:
            raise Unavailable(f"the bus refused {answer['FailedEntryCount']} events")


def entries_of(image: dict[str, Any]) -> Iterator["PutEventsRequestEntryTypeDef"]:
    """The events of one item, with ids; none for an item that tells nothing."""
    if "events" not in image or "source" not in image:
        return
    record, version = image["pk"]["S"], _version(image)
    for place, event in enumerate(codec.public(image["events"]["S"])):
        name = event.pop("type")
        detail = {"id": f"{record}.{version}.{place}", "record": record, "version": version, **event}
        yield {
            "Source": f"pledge.{image['source']['S']}",
            "DetailType": name,
            "Detail": json.dumps(detail),
            "EventBusName": settings().event_bus,
        }


def _version(image: dict[str, Any]) -> int:
    if "version" in image:
        return int(image["version"]["N"])
    return int(image["sk"]["S"].rpartition("#")[2])
