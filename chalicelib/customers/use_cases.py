"""What can be done with customers' records and with keys."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any, Protocol

from chalicelib.core.clock import iso
from chalicelib.core.errors import Conflict, Forbidden, Invalid, NotFound, PreconditionFailed, Unavailable
from chalicelib.core.log import log
from chalicelib.customers.domain import Actor, Customer, Key, Role, Scope
from chalicelib.customers.events import CalendarChanged, OverridesChanged
from chalicelib.sla.domain import Calendar, Override

KEEPERS = (Role.ADMINISTRATOR, Role.OPERATIONS_MANAGER)
PAGE = 50


class Store(Protocol):
    """Where customers are kept; see `store.CustomerStore`."""

    def get(self, customer_id: str) -> Customer: ...
    def customers(self, *, cursor: str | None, limit: int) -> tuple[list[Customer], str | None]: ...
    def change_customer(self, customer: Customer, event: object) -> Customer: ...


class Documents(Protocol):
    """Reads what a person wrote; Invalid with all its faults (F16)."""

    def calendar(self, document: Mapping[str, Any], now: datetime) -> Calendar: ...
    def check(self, customer: Customer) -> None: ...


class OneTicket(Protocol):
    """What must be known of it here."""

    @property
    def id(self) -> str: ...


class Lists(Protocol):
    """The tickets of a customer, page by page; see `tickets.store.TicketStore`."""

    def of_customer(
        self, customer_id: str | None, *, done: bool, cursor: str | None, limit: int
    ) -> tuple[Sequence[OneTicket], str | None]: ...


class Tickets(Protocol):
    """Where deadlines are moved; see `tickets.use_cases.Tickets`."""

    def move_deadlines(self, ticket_id: str, *, calendar: str) -> object: ...


class Accounts:
    """A customer's calendar and contract values. Each change is a version, and moves open deadlines."""

    def __init__(
        self,
        store: Store,
        documents: Documents,
        lists: Lists,
        tickets: Tickets,
        now: Callable[[], datetime],
    ) -> None:
        self.store = store
        self.documents = documents
        self.lists = lists
        self.tickets = tickets
        self.now = now

    def get(self, customer_id: str, *, by: Actor) -> Customer:
        """The customer."""
        by.need_role(*KEEPERS)
        return self.store.get(customer_id)

    def page(self, *, by: Actor, cursor: str | None, limit: int) -> tuple[list[Customer], str | None]:
        """The customers, by name."""
        by.need_role(*KEEPERS)
        return self.store.customers(cursor=cursor, limit=limit)

    def put_calendar(
        self, customer_id: str, document: Mapping[str, Any] | None, *, by: Actor, seen: int | None
    ) -> Customer:
        """Other hours count from now on; None: the standard hours of its country. One that never opens is refused."""
        customer = self._seen(customer_id, by, seen)
        calendar = None
        if document is not None:
            named = {**document, "id": customer.id, "version": customer.version + 1}
            calendar = self.documents.calendar(named, self.now())
        told = CalendarChanged(**self._change(customer, by))
        return self.store.change_customer(replace(customer, calendar=calendar), told)

    def put_overrides(
        self, customer_id: str, overrides: Sequence[Override], *, by: Actor, seen: int | None
    ) -> Customer:
        """The contract's values, each with its clause, go before the plan's (D1)."""
        customer = self._seen(customer_id, by, seen)
        changed = replace(customer, overrides=tuple(overrides))
        self.documents.check(changed)
        return self.store.change_customer(changed, OverridesChanged(**self._change(customer, by)))

    def move_deadlines(self, customer_id: str, terms: str) -> int:
        """Walks the open tickets page by page; settled promises stay. Again, it moves nothing (Clocks 6, F9)."""
        walked = failed = 0
        for ticket_id in self._open_tickets(customer_id):
            walked += 1
            failed += not self._moved(ticket_id, terms)
        if failed:
            raise Unavailable(f"the deadlines of {failed} tickets of {customer_id} could not be moved yet")
        return walked

    def _open_tickets(self, customer_id: str) -> Iterator[str]:
        cursor: str | None = None
        while True:
            page, cursor = self.lists.of_customer(customer_id, done=False, cursor=cursor, limit=PAGE)
            yield from [ticket.id for ticket in page]
            if cursor is None:
                return

    def _moved(self, ticket_id: str, terms: str) -> bool:
        try:
            self.tickets.move_deadlines(ticket_id, calendar=terms)
        except Conflict:
            return True  # solved meanwhile: nothing is owed any more
        except (PreconditionFailed, Unavailable):
            log.warning("deadlines not moved yet", ticket_id=ticket_id)
            return False
        return True

    def _change(self, customer: Customer, by: Actor) -> Any:
        terms = f"{customer.id}.v{customer.version + 1}"
        return {"customer_id": customer.id, "terms": terms, "by": by.id, "at": self.now()}

    def _seen(self, customer_id: str, by: Actor, seen: int | None) -> Customer:
        customer = self.get(customer_id, by=by)
        if seen is not None and seen != customer.version:
            raise PreconditionFailed(f"customer {customer.id} was changed meanwhile; read it again")
        return customer


class KeyStore(Protocol):
    """Where keys are kept; see `store.CustomerStore`."""

    def issue_key(
        self,
        actor: Actor,
        *,
        label: str,
        at: str,
        expires_at: datetime | None = None,
        once: str | None = None,
    ) -> tuple[Key, str]: ...
    def keys_of(self, actor: Actor, *, cursor: str | None, limit: int) -> tuple[list[Key], str | None]: ...
    def key(self, key_id: str) -> Key: ...
    def revoke(self, key: Key) -> Key: ...


class Keys:
    """A person's keys: make the next one, change over, revoke the old one (F30)."""

    def __init__(self, store: KeyStore, now: Callable[[], datetime]) -> None:
        self.store = store
        self.now = now

    def issue(
        self,
        *,
        by: Actor,
        label: str,
        scopes: frozenset[Scope],
        expires_at: datetime | None = None,
        once: str | None = None,
    ) -> tuple[Key, str]:
        """A key of one's own, that may do no more than the key that makes it, and its secret."""
        if missing := sorted(scope.value for scope in scopes - by.scopes):
            raise Forbidden(f"this key cannot give what it lacks: {', '.join(missing)}")
        if expires_at is not None and expires_at <= self.now():
            raise Invalid("a key expires in the future")
        owner = replace(by, scopes=scopes)
        return self.store.issue_key(owner, label=label, at=iso(self.now()), expires_at=expires_at, once=once)

    def page(self, *, by: Actor, cursor: str | None, limit: int) -> tuple[list[Key], str | None]:
        """One's own keys, oldest first."""
        return self.store.keys_of(by, cursor=cursor, limit=limit)

    def revoke(self, key_id: str, *, by: Actor) -> Key:
        """The key opens nothing from now on. An administrator may revoke anybody's; nobody else sees them (F29)."""
        key = self.store.key(key_id)
        if not (key.actor.is_same_person(by) or Role.ADMINISTRATOR in by.roles):
            raise NotFound(f"there is no key {key_id}")
        return self.store.revoke(key)
