"""What each operation costs on the table: trips, read units, write units (`python -m infra.bench.round_trips`).

Each is done by the deployed function with nothing remembered, as in a new container. Trips are counted by
botocore's events; write units by the book (`kit/units.py`), the engine's own figure beside them.
Fails when the intake of a 1 KB report by mail takes more than 1 write trip, 8 units or 1 read trip.
"""

import sys
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from chalicelib.core import clock
from infra.bench.kit.counting import Cost, Counting
from infra.bench.kit.engines import engines, fresh_container
from infra.bench.kit.events import KILOBYTE, Desk, mail

REPORT = {"subject": "Import stops", "text": KILOBYTE, "signals": ["service_down"]}
USUAL = {"subject": "Import stops", "text": KILOBYTE}
MOST_WRITE_TRIPS, MOST_UNITS, MOST_READ_TRIPS = 1, 8, 1
HOURS_LATER = timedelta(minutes=61)  # after the first hourly status is due


@dataclass(frozen=True, slots=True)
class Row:
    """One operation and what it took."""

    name: str
    cost: Cost
    note: str = ""


def main() -> int:
    """Prints the table; the exit code."""
    with engines() as running:
        rows = list(Measured(Desk(running), Counting(running)).rows())
    print(
        f"{'operation':31}{'reads':>6}{'units':>7}{'writes':>8}{'units':>7}{'engine':>8}{'bytes':>7}  besides"
    )
    for row in rows:
        print(shown(row))
    intake = rows[0].cost
    held = (
        intake.write_trips <= MOST_WRITE_TRIPS
        and intake.write_units <= MOST_UNITS
        and intake.read_trips <= MOST_READ_TRIPS
    )
    print("reads, writes: trips to the table; units: read units by the engine, write units by the book")
    print(
        f"intake by mail: at most {MOST_WRITE_TRIPS} write trip, {MOST_UNITS} units,"
        f" {MOST_READ_TRIPS} read trip: {'yes' if held else 'NO'}"
    )
    return 0 if held else 1


def shown(row: Row) -> str:
    """One line of the table."""
    cost = row.cost
    besides = ", ".join(f"{count} {name}" for name, count in cost.others.items())
    indexes = f"indexes: {', '.join(cost.touched)}" if cost.touched else ""
    words = "; ".join(part for part in (besides, indexes, row.note) if part)
    return (
        f"{row.name:31}{cost.read_trips:6}{cost.read_units:7.1f}{cost.write_trips:8}{cost.write_units:7}"
        f"{cost.engine_units:8.1f}{cost.bytes:7}  {words}"
    )


class Measured:
    """The operations, one after the other, on tickets of their own."""

    def __init__(self, desk: Desk, counting: Counting) -> None:
        self.desk = desk
        self.counting = counting
        self.result: Any = None

    def rows(self) -> "list[Row]":
        """All of them, intake by mail first."""
        return [*self._intakes(), *self._changes(), *self._reads(), *self._time(), *self._letters()]

    def _row(self, name: str, operation: Callable[[], Any], note: str = "") -> Row:
        fresh_container()
        with self.counting.cost() as cost:
            self.result = operation()
        return Row(name, cost, note)

    def _intakes(self) -> list[Row]:
        first, again = (self.desk.post_mail(mail(1, subject="Import stops")) for _ in range(2))

        def report() -> Any:
            return self.desk.ask("POST", "/tickets", REPORT, by="paul", key="bench-1")

        return [
            self._row("intake by mail", lambda: self.desk.receive(first)),
            self._row("the same mail again", lambda: self.desk.receive(again), "finds its ticket"),
            self._row(
                "intake by API",
                report,
                "reads: key, earlier request, customer; writes: number (decision 1), ticket",
            ),
            self._row("the same request again", report, "same answer"),
            self._row(
                "intake by API, severity 3",
                lambda: self.desk.ask("POST", "/tickets", USUAL, by="paul", key="bench-3"),
                "one promise instead of three",
            ),
        ]

    def _changes(self) -> list[Row]:
        ticket = self.desk.ask("POST", "/tickets", REPORT, by="paul")
        path = f"/tickets/{ticket['id']}"

        def change(name: str, noun: str, body: Any = None, by: str = "bob", key: str | None = None) -> Row:
            return self._row(name, lambda: self.desk.ask("POST", f"{path}/{noun}", body, by=by, key=key))

        said = {"text": KILOBYTE}
        return [
            change("first change (assign)", "assignment", {"to": "bob"}),
            change("acknowledge", "acknowledgement", {"severity": 1}),
            change("reply by staff", "replies", said),
            change("reply by the customer", "replies", said, "paul"),
            change("reply with Idempotency-Key", "replies", said, "paul", "bench-2"),
            change("internal note", "notes", said),
            change("assign to somebody else", "assignment", {"to": "erin", "from": "bob"}),
            change(
                "log a call",
                "calls",
                {"direction": "inbound", "person": "Paul", "summary": "Urgent.", "support_phone": True},
            ),
            change("solve", "solution", {"text": "A full disk."}),
        ]

    def _reads(self) -> list[Row]:
        ticket = self.desk.ask("POST", "/tickets", REPORT, by="paul")
        for _ in range(30):
            self.desk.ask("POST", "/tickets", {"subject": "Import stops", "text": "See log."}, by="paul")
        path = f"/tickets/{ticket['id']}"
        return [
            self._row("read a ticket by id", lambda: self.desk.ask("GET", path, by="paul")),
            self._row(
                "read a ticket by number",
                lambda: self.desk.ask("GET", f"/tickets/{ticket['number']}", by="paul"),
            ),
            self._row("queue, a page of 25", lambda: self.desk.ask("GET", "/queue?limit=25", by="bob")),
            self._row("history, a page", lambda: self.desk.ask("GET", f"{path}/history", by="paul")),
        ]

    def _time(self) -> list[Row]:
        ticket = self.desk.ask("POST", "/tickets", REPORT, by="paul")
        now = clock.now() + HOURS_LATER
        clock.use(lambda: now)
        return [
            self._row("sweep, all of these due", self.desk.sweep),
            self._row("due work: hourly status", lambda: self.desk.work(ticket["id"])),
            self._row(
                "due work that was done", lambda: self.desk.work(ticket["id"]), "the claim is gone: nothing"
            ),
        ]

    def _letters(self) -> list[Row]:
        ticket = self.desk.receive(self.desk.post_mail(mail(2, subject="Export stops")))
        numbered = self.desk.ask("POST", f"/tickets/{ticket}/number", by="bob")
        told = numbered["id"], numbered["version"]
        return [
            self._row("acknowledgement by mail", lambda: self.desk.tell("TicketRegistered", ticket, 1)),
            self._row("number by mail", lambda: self.desk.tell("TicketNumbered", *told)),
            self._row(
                "the same event again", lambda: self.desk.tell("TicketNumbered", *told), "nothing leaves"
            ),
        ]


if __name__ == "__main__":
    sys.exit(main())
