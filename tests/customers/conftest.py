"""The desk with its people, and what follows from a change of a customer."""

import json
from typing import Any

import pytest

from chalicelib import wiring
from chalicelib.audit.relay import entries_of
from chalicelib.aws.records import Record
from chalicelib.customers.jobs import move_deadlines
from tests.web.http_desk import HttpDesk, peopled


@pytest.fixture
def desk(cloud: Any, still: Any) -> HttpDesk:
    """At Monday 2026-11-23 09:00 UTC."""
    return peopled()


@pytest.fixture
def told():
    """What the bus is told of a customer's last change, as `move_deadlines` gets it."""

    def events(customer_id: str) -> list[dict[str, Any]]:
        changes = list(Record.query(f"CUSTOMER#{customer_id}", Record.sk.startswith("CHANGE#")))
        images = [change.serialize() for change in changes]
        return [
            {
                "version": "0",
                "id": "1",
                "account": "000000000000",
                "region": "eu-west-1",
                "time": "2026-11-23T09:00:00Z",
                "resources": [],
                "source": entry["Source"],
                "detail-type": entry["DetailType"],
                "detail": json.loads(entry["Detail"]),
            }
            for image in images
            for entry in entries_of(image)
        ]

    return events


@pytest.fixture
def react(told):
    """The reaction to a customer's last change; how many tickets it walked."""

    def run(customer_id: str) -> int:
        wiring.forget()  # a function of its own
        return move_deadlines(told(customer_id)[-1], None)

    return run
