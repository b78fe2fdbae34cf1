"""Tickets on the desk table: the ticket itself, one item per change, one per settled promise."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any, TypeVar

from chalicelib.aws import codec, desk
from chalicelib.aws.records import Record
from chalicelib.core.clock import sortable
from chalicelib.core.errors import Conflict, NotFound, PreconditionFailed
from chalicelib.core.log import log
from chalicelib.promises.domain import Promise, shard_of
from chalicelib.tickets import events as e
from chalicelib.tickets.domain.keeping import Change, Kept, Once
from chalicelib.tickets.domain.ticket import Ticket

SOURCE = "tickets"
QUEUE = "QUEUE#support"
REPEATS_KNOWN_FOR = timedelta(days=30)
NOBODY = "-"  # listed here until triage finds out whose it is
T = TypeVar("T")
SETTLED = e.PromiseKept | e.PromiseBroken | e.PromiseFulfilledLate


class TicketStore:
    """Keeps tickets. Each write is one transaction; losing a race writes nothing."""

    def register(self, ticket: Ticket, events: Sequence[e.Event]) -> bool:
        """One conditional put of the ticket with its first change inside; False when it is there already."""
        record = _ticket_record(ticket)
        record.events, record.source = codec.dump_events(events), SOURCE
        return desk.create(record)

    def load(self, ticket_id: str, once: Once | None = None) -> Kept:
        """The ticket, and in the same trip what `once` was answered; NotFound, or Conflict for another body."""
        keys = [(ticket_id, "TICKET"), *([_once_key(ticket_id, once)] if once else [])]
        found = desk.get_many(keys) if once else _single(keys[0])
        record = found.get(keys[0])
        if record is None or record.state is None:
            raise NotFound(f"there is no ticket {ticket_id}")
        answer = _answer(found[keys[1]], once) if once and keys[1] in found else None
        return Kept(_ticket(record), record.events, answer)

    def save(
        self, before: Kept, ticket: Ticket, events: Sequence[e.Event], once: Once | None = None
    ) -> Ticket:
        """The ticket one version on, its change and its settled promises, all or nothing (F8)."""
        version = before.ticket.version
        ticket = replace(ticket, version=version + 1)
        new = [_change_record(ticket, events)]
        if before.first is not None:
            new.append(_moved_first_change(before.ticket, before.first))
        if once:
            new.append(_once_record(ticket, once))
        # Broken and then fulfilled late in one change is one record: the last word counts.
        settled = {e_.promise.id: _promise_record(ticket, e_) for e_ in events if isinstance(e_, SETTLED)}
        desk.write([(_ticket_record(ticket), version)], new, replacing=settled.values())
        return ticket

    def answer(self, ticket: Ticket, once: Once) -> Ticket:
        """Keeps what a request was answered that changed nothing; PreconditionFailed when it was answered just now."""
        if not desk.create(_once_record(ticket, once)):
            raise PreconditionFailed("the same request was answered just now; read it again")
        return ticket

    def id_of(self, number: int) -> str | None:
        """The id of the ticket with this number (D7)."""
        key = desk.by_number(number)
        return key[0] if key else None

    def next_number(self) -> int:
        """The next short number."""
        return desk.next_number()

    def history(
        self, ticket_id: str, *, cursor: str | None = None, limit: int = 50
    ) -> tuple[list[Change], str | None]:
        """A page of changes, oldest first."""
        page = desk.under(ticket_id, "CHANGE#", cursor=cursor, limit=limit)
        records = page.records
        if not records and cursor is None:
            first = desk.get(ticket_id, "TICKET")
            records = [first] if first and first.events else []
        return _readable(records, _change), page.cursor

    def change(self, ticket_id: str, version: int) -> Change | None:
        """One change; the first one wherever it lies."""
        keys = [(ticket_id, f"CHANGE#{version:06}"), (ticket_id, "TICKET")]
        found = desk.get_many(keys if version == 1 else keys[:1])
        record = found.get(keys[0]) or found.get(keys[1])
        if record and not record.events:
            record = desk.get(*keys[0])  # moved there between the two reads
        return _change(record) if record and record.events else None

    def queue(self, *, cursor: str | None, limit: int) -> tuple[list[Ticket], str | None]:
        """The support queue in its order (B3, B9, D15)."""
        page = desk.listed(Record.by_queue, QUEUE, cursor=cursor, limit=limit)
        return _readable(page.records, _ticket), page.cursor

    def of_customer(
        self, customer_id: str | None, *, done: bool, cursor: str | None, limit: int
    ) -> tuple[list[Ticket], str | None]:
        """A customer's unsolved or done tickets, newest first."""
        key = _listing(customer_id, done)
        page = desk.listed(Record.listing, key, cursor=cursor, limit=limit, newest=True)
        return _readable(page.records, _ticket), page.cursor

    def promise(self, ticket_id: str, promise_id: str) -> Promise | None:
        """One settled promise."""
        record = desk.get(ticket_id, f"PROMISE#{promise_id}")
        return _promise(record) if record else None

    def settled(self, ticket_id: str, *, cursor: str | None, limit: int) -> tuple[list[Promise], str | None]:
        """The settled promises of a ticket."""
        page = desk.under(ticket_id, "PROMISE#", cursor=cursor, limit=limit)
        return _readable(page.records, _promise), page.cursor

    def settled_of_customer(
        self, customer_id: str | None, *, cursor: str | None, limit: int
    ) -> tuple[list[tuple[str, Promise]], str | None]:
        """(ticket id, promise) of a customer's kept and broken promises, newest first."""
        key = f"PROMISES#{customer_id or NOBODY}"
        page = desk.listed(Record.listing, key, cursor=cursor, limit=limit, newest=True)
        return _readable(page.records, lambda record: (record.pk, _promise(record))), page.cursor


def _readable(records: Iterable[Record], read: Callable[[Record], T]) -> list[T]:
    """What can be read of these: one damaged record does not empty a list (F46)."""
    found: list[T] = []
    for record in records:
        try:
            found.append(read(record))
        # Damage has many faces. The error itself may quote the record, so it is not logged.
        except Exception as error:
            log.warning(
                "damaged record left out", record=record.pk, part=record.sk, fault=type(error).__name__
            )
    return found


def _single(key: desk.Key) -> dict[desk.Key, Record]:
    record = desk.get(*key)
    return {key: record} if record else {}


def _ticket(record: Record) -> Ticket:
    return codec.loads(record.state or "", Ticket)


def _promise(record: Record) -> Promise:
    return codec.loads(record.state or "", Promise)


def _change(record: Record) -> Change:
    version = int(record.sk.removeprefix("CHANGE#")) if record.sk != "TICKET" else 1
    answered = codec.loads(record.state, Ticket) if version == 1 and record.state else None
    return Change(version, codec.load_events(record.events or "[]", e.Event), answered)


def _ticket_record(ticket: Ticket) -> Record:
    wake, listed = ticket.wake_at, sortable(ticket.registered_at)
    queued = ticket.is_unsolved and not ticket.is_automatic_mail and not ticket.is_referred
    return Record(
        ticket.id,
        "TICKET",
        version=ticket.version,
        state=codec.dumps(ticket),
        due_shard=shard_of(ticket.id) if wake else None,
        due_at=sortable(wake) if wake else None,
        queue=QUEUE if queued else None,
        queue_order=ticket.queue_order if queued else None,
        list_key=_listing(ticket.customer_id, not ticket.is_unsolved),
        list_order=f"{listed}#{ticket.id}",
        number=ticket.number,
    )


def _listing(customer_id: str | None, done: bool) -> str:
    return f"TICKETS#{customer_id or NOBODY}#{'done' if done else 'open'}"


def _change_record(ticket: Ticket, events: Iterable[Any]) -> Record:
    return Record(ticket.id, f"CHANGE#{ticket.version:06}", events=codec.dump_events(events), source=SOURCE)


def _moved_first_change(ticket: Ticket, events: str) -> Record:
    # Without `source`: the stream has told of it already. With what was answered, for a repeat (F1).
    return Record(ticket.id, "CHANGE#000001", state=codec.dumps(ticket), events=events)


def _promise_record(ticket: Ticket, event: e.Event) -> Record:
    assert isinstance(event, SETTLED)
    promise = event.promise
    settled = sortable(promise.settled_at or event.at)
    return Record(
        ticket.id,
        f"PROMISE#{promise.id}",
        state=codec.dumps(promise),
        list_key=f"PROMISES#{ticket.customer_id or NOBODY}",
        list_order=f"{settled}#{ticket.id}#{promise.id}",
    )


def _once_key(ticket_id: str, once: Once) -> desk.Key:
    return ticket_id, f"ONCE#{once.key}"


def _once_record(ticket: Ticket, once: Once) -> Record:
    pk, sk = _once_key(ticket.id, once)
    expires = int((ticket.changed_at + REPEATS_KNOWN_FOR).timestamp())
    return Record(pk, sk, state=codec.dumps([once.asks, codec.plain(ticket)]), expires=expires)


def _answer(record: Record, once: Once) -> Ticket:
    asks, ticket = codec.loads(record.state or "", list)
    if asks != once.asks:
        raise Conflict("this Idempotency-Key was used before with another body; use a new key")
    return codec.of_plain(ticket, Ticket)
