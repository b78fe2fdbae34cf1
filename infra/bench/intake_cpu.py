"""Processor time of this side for one intake: `python -m infra.bench.intake_cpu`.

The engine is another process, so `process_time` counts the desk, its libraries and botocore alone. Beside
it a bare PynamoDB put of an item of the same size, in the same loop. Fails when the desk's whole intake
takes more than LIMIT bare puts.
"""

import sys
import time
from collections.abc import Callable
from statistics import median

from chalicelib import wiring
from chalicelib.aws.records import Record
from chalicelib.core import ids
from chalicelib.customers.domain import DESK
from chalicelib.tickets.domain.report import Report
from chalicelib.tickets.events import Message, Requester
from infra.bench.kit.engines import engines
from infra.bench.kit.events import KILOBYTE, Desk

TIMES = 200
LIMIT = 3.0


def main() -> int:
    """Prints the table; the exit code."""
    with engines() as running:
        found = measured(Desk(running))
    bare = found["bare PynamoDB put, same size"]
    print(f"{'processor time of an intake':42}{'median':>10}{'bare puts':>11}")
    for name, milliseconds in found.items():
        print(f"{name:42}{milliseconds:7.2f} ms{milliseconds / bare:9.1f} x")
    held = found["register: terms, promises, one put"] <= LIMIT * bare
    print(f"register takes at most {LIMIT:.0f} bare puts: {'yes' if held else 'NO'}")
    return 0 if held else 1


def measured(desk: Desk) -> dict[str, float]:
    """Milliseconds by name, taken in turns, so that what else the machine does falls on all alike."""
    customer = wiring.customers().get("acme")
    tickets = wiring.tickets()

    def register() -> None:
        tickets.register(_report(), by=DESK, customer=customer)

    def bare() -> None:
        Record(ids.new("T"), "TICKET", version=1, state="x" * 2700).save(condition=Record.pk.does_not_exist())

    def request() -> None:
        desk.ask(
            "POST", "/tickets", {"subject": "Import stops", "text": KILOBYTE}, by="paul", key=ids.new("K")
        )

    named: dict[str, Callable[[], None]] = {
        "bare PynamoDB put, same size": bare,
        "register: terms, promises, one put": register,
        "API request: key, repeat, number, register": request,
    }
    taken: dict[str, list[float]] = {name: [] for name in named}
    for _ in range(TIMES):
        for name, operation in named.items():
            before = time.process_time()
            operation()
            taken[name].append(time.process_time() - before)
    return {name: median(seconds[TIMES // 10 :]) * 1000 for name, seconds in taken.items()}


def _report() -> Report:
    return Report(
        channel="mail",
        subject="Import stops",
        message=Message(text=KILOBYTE),
        requester=Requester(name="Alice Archer", email="alice@acme.example", contact_id="alice"),
        customer_id="acme",
    )


if __name__ == "__main__":
    sys.exit(main())
