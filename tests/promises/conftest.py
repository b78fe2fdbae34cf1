"""The desk on its engines."""

from typing import Any

import pytest

from chalicelib import wiring
from chalicelib.customers.domain import Customer


@pytest.fixture
def desk(cloud, still) -> Any:
    """The verbs of a ticket, with queues beside the table; the clock stands."""
    wiring.customers().put_customer(Customer(id="acme", name="Acme"))
    return wiring.tickets()
