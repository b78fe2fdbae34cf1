"""What the minute's sweep reads, with 100, 10,000 and 100,000 open tickets of which 10 are due.

`python -m infra.bench.sweep_reads`; beside it what a look at every ticket would read. Fails when the sweep's
trips or read units differ between the sizes, or when it does not queue exactly the ten.
"""

import sys
from dataclasses import dataclass
from datetime import timedelta

from chalicelib.core import clock, ids
from chalicelib.core.clock import sortable
from chalicelib.promises.domain import shard_of
from infra.bench.kit.counting import Counting
from infra.bench.kit.engines import Engines, engines, fresh_container
from infra.bench.kit.events import Desk
from infra.bench.kit.filling import fill

SIZES, DUE = (100, 10_000, 100_000), 10
SOON, LATER = timedelta(minutes=-5), timedelta(days=30)


@dataclass(frozen=True, slots=True)
class Row:
    """One size."""

    tickets: int
    queued: int
    trips: int
    units: float
    scan_trips: int
    scan_units: float


def main() -> int:
    """Prints the table; the exit code."""
    with engines() as running:
        desk, counting = Desk(running), Counting(running)
        rows, there = list[Row](), 0
        for size in SIZES:
            # The first ten are due, the others in a month.
            fill(running.endpoint, running.table, map(_item, range(there, size)))
            there = size
            rows.append(measured(running, desk, counting, size))
    print(
        f"{'open tickets':>12}{'due':>5}{'sweep: trips':>14}{'read units':>12}{'scan: trips':>14}{'read units':>12}"
    )
    for row in rows:
        print(
            f"{row.tickets:12,}{row.queued:5}{row.trips:14}{row.units:12.1f}"
            f"{row.scan_trips:14,}{row.scan_units:12,.1f}"
        )
    same = len({(row.queued, row.trips, row.units) for row in rows}) == 1 and rows[0].queued == DUE
    print(f"the same reads at every size: {'yes' if same else 'NO'}")
    return 0 if same else 1


def measured(running: Engines, desk: Desk, counting: Counting, size: int) -> Row:
    """The deployed sweep, and the peer: reading all to find what is due."""
    fresh_container()
    with counting.cost() as cost:
        queued = desk.sweep()
    scan_trips, scan_units = scanned(running)
    return Row(size, queued, cost.read_trips, cost.read_units, scan_trips, scan_units)


def scanned(running: Engines) -> tuple[int, float]:
    """Trips and read units of a scan of the whole table."""
    pages = running.dynamodb.get_paginator("scan").paginate(
        TableName=running.table, Select="COUNT", ReturnConsumedCapacity="TOTAL"
    )
    units = [page["ConsumedCapacity"]["CapacityUnits"] for page in pages]
    return len(units), sum(units)


def _item(number: int) -> dict[str, dict[str, str]]:
    """As much of a ticket as the index sees."""
    ticket_id = ids.derived("T", "bench", str(number))
    due_at = clock.now() + (SOON if number < DUE else LATER)
    return {
        "pk": {"S": ticket_id},
        "sk": {"S": "TICKET"},
        "due_shard": {"S": shard_of(ticket_id)},
        "due_at": {"S": sortable(due_at)},
    }


if __name__ == "__main__":
    sys.exit(main())
