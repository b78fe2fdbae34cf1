"""A desk in memory: the real verbs and rules, on a store that a test can look into."""

from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from chalicelib.core.errors import NotFound, PreconditionFailed
from chalicelib.customers.domain import Actor, ActorKind, Customer
from chalicelib.promises.domain import Promise
from chalicelib.sla.domain import HoursKind, Kind, Override
from chalicelib.tickets import events as e
from chalicelib.tickets.domain import RequestKind, Ticket
from chalicelib.tickets.domain.keeping import Ask, Change, Kept, Once
from chalicelib.tickets.domain.report import Report
from chalicelib.tickets.terms import terms_of
from chalicelib.tickets.use_cases import Tickets

MONDAY = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)  # a working day everywhere, no clock changes near
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)

BOB = Actor(id="bob", name="Bob", kind=ActorKind.STAFF)
ERIN = Actor(id="erin", name="Erin", kind=ActorKind.STAFF)
ALICE = Actor(id="alice", name="Alice", kind=ActorKind.CONTACT, customer_id="acme")
MALLORY = Actor(id="mallory", name="Mallory", kind=ActorKind.CONTACT, customer_id="evil")

_RESOLVED_IN_8_HOURS = Override(
    clause="contract 7.2",
    kind=Kind.RESOLUTION,
    severity=2,
    duration=timedelta(hours=8),
    hours=HoursKind.ALWAYS,
)
_TOLD_EVERY_4_HOURS = Override(
    clause="contract 7.3", kind=Kind.UPDATE, severity=2, duration=timedelta(hours=4), hours=HoursKind.ALWAYS
)
CUSTOMERS = {
    "acme": Customer(id="acme", name="Acme", plan="standard"),
    "evil": Customer(id="evil", name="Evil", plan="standard"),
    "bank": Customer(id="bank", name="Bank", plan="knowledge", zone="Europe/Berlin", country="DE"),
    "xenon": Customer(id="xenon", name="Xenon", plan="expert", own_channels=("chat",)),
    "signed": Customer(id="signed", name="Signed", overrides=(_RESOLVED_IN_8_HOURS, _TOLD_EVERY_4_HOURS)),
}


class InMemory:
    """Keeps tickets in dictionaries, with the same promises as the table's store."""

    def __init__(self) -> None:
        self.tickets: dict[str, Ticket] = {}
        self.changes: dict[str, list[tuple[e.Event, ...]]] = {}
        self.onces: dict[tuple[str, str], tuple[str, Ticket]] = {}
        self.drawn = 1000

    def register(self, ticket, events):
        if ticket.id in self.tickets:
            return False
        self.tickets[ticket.id], self.changes[ticket.id] = ticket, [tuple(events)]
        return True

    def load(self, ticket_id, once=None):
        if ticket_id not in self.tickets:
            raise NotFound(f"there is no ticket {ticket_id}")
        asks, answer = self.onces.get((ticket_id, once.key), (None, None)) if once else (None, None)
        assert asks in (None, once and once.asks)
        return Kept(self.tickets[ticket_id], None, answer)

    def save(self, before, ticket, events, once=None):
        if self.tickets[ticket.id].version != before.ticket.version:
            raise PreconditionFailed("somebody was quicker")
        kept = replace(ticket, version=before.ticket.version + 1)
        self.tickets[ticket.id] = kept
        self.changes[ticket.id].append(tuple(events))
        if once:
            self.answer(kept, once)
        return kept

    def answer(self, ticket, once):
        self.onces[ticket.id, once.key] = (once.asks, ticket)
        return ticket

    def next_number(self):
        self.drawn += 1
        return self.drawn

    def id_of(self, number):
        return next((t.id for t in self.tickets.values() if t.number == number), None)

    def change(self, ticket_id, version):
        changes = self.changes.get(ticket_id, [])
        return Change(version, changes[version - 1]) if 0 < version <= len(changes) else None

    def promise(self, ticket_id, promise_id):
        found = [p for p in settled_promises(self.history(ticket_id)) if p.id == promise_id]
        return found[-1] if found else None

    def history(self, ticket_id) -> list[e.Event]:
        return [event for change in self.changes[ticket_id] for event in change]


class _Customers:
    def get(self, customer_id):
        if customer_id not in CUSTOMERS:
            raise NotFound(customer_id)
        return CUSTOMERS[customer_id]


class _Texts:
    def keep(self, key, text, html):
        raise AssertionError("no test here writes that much")


SETTLINGS = (e.PromiseKept, e.PromiseBroken, e.PromiseWithdrawn)
TOLD = (*SETTLINGS, e.PromiseFulfilledLate)


def settled_promises(events) -> list[Promise]:
    return [event.promise for event in events if isinstance(event, TOLD)]


@dataclass
class Desk:
    """One ticket and the time; `at` moves only when a test says so."""

    at: datetime = MONDAY
    store: InMemory = field(default_factory=InMemory)
    id: str = ""

    def __post_init__(self) -> None:
        self.tickets = Tickets(self.store, _Customers(), _Texts(), terms_of, lambda: self.at)

    @property
    def ticket(self) -> Ticket:
        return self.store.tickets[self.id]

    @property
    def history(self) -> list[e.Event]:
        return self.store.history(self.id)

    def register(self, severity: int | None = 3, customer: str | None = "acme", **more: Any) -> "Desk":
        more = {"channel": "api", "kind": RequestKind.BUG} | more
        report = Report(
            subject="Payroll", message=e.Message(text="it fails"),
            requester=e.Requester(name="Alice", email="alice@acme.example"),
            customer_id=customer, severity=severity, **more,
        )  # fmt: skip
        self.id = self.tickets.register(report, by=ALICE).id
        return self

    def do(self, verb: str, by: Actor = BOB, *, once: Once | None = None, **said: Any) -> Ticket:
        """A verb on the one ticket, such as `do("solve", resolution="fixed")`."""
        by = replace(by, customer_id=self.ticket.customer_id) if by is ALICE else by
        return getattr(self.tickets, verb)(self.id, Ask(by=by, once=once), **said)

    def reply(self, by: Actor = BOB, **more: Any) -> Ticket:
        if by is ALICE and self.ticket.customer_id is None:
            by, more = BOB, more | {"outside": True}  # let in by whoever checked the sender
        return self.do("reply", by, message=e.Message(text="hello"), **more)

    def acknowledge(self, severity: int | None = None, reason: str = "impact") -> Ticket:
        return self.do("acknowledge", severity=severity or self.ticket.severity, reason=reason)

    def sweep(self) -> Ticket:
        """The sweep comes by, now."""
        return self.tickets.fall_due(self.id)

    def wait(self, **by: float) -> "Desk":
        """Time passes and nobody sweeps."""
        self.at += timedelta(**by)
        return self

    def pass_time(self, **by: float) -> "Desk":
        """Time passes, and whatever falls due is done at its own moment."""
        end = self.at + timedelta(**by)
        while (wake := self.ticket.wake_at) and wake <= end:
            self.at = max(self.at, wake)
            self.sweep()
        self.at = end
        return self

    def events(self, *kinds: type) -> list[Any]:
        return [event for event in self.history if isinstance(event, kinds)]

    def settled(self) -> dict[str, str]:
        """What became of each settled promise, by id."""
        return {event.promise.id: type(event).__name__ for event in self.events(*SETTLINGS)}

    def due(self, kind: str) -> datetime | None:
        promise = self.ticket.promise(kind)
        assert promise, f"nothing is owed: {kind}"
        return promise.due_at
