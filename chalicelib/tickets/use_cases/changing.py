"""The plumbing that all verbs share: load what the caller may see, decide, keep; decide anew after a lost race."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from random import uniform
from time import sleep
from typing import Any, Protocol

from chalicelib.core import ids
from chalicelib.core.errors import Invalid, NotFound, PreconditionFailed
from chalicelib.customers.domain import Actor, Customer
from chalicelib.promises.domain import Promise
from chalicelib.tickets import events as e
from chalicelib.tickets.domain.evolve import evolve
from chalicelib.tickets.domain.keeping import Ask, Change, Kept, Once
from chalicelib.tickets.domain.owed import settle
from chalicelib.tickets.domain.report import MOST_INLINE
from chalicelib.tickets.domain.ticket import Terms, Ticket

Decide = Callable[[Ticket, datetime], Sequence[e.Event]]
TRIES = 12  # a change that lost a race is decided anew on the new state
LONGEST_WAIT = 0.25  # seconds, between two tries
MOMENT = timedelta(microseconds=1)


class Store(Protocol):
    """Where tickets are kept; see `store.TicketStore`."""

    def register(self, ticket: Ticket, events: Sequence[e.Event]) -> bool: ...
    def load(self, ticket_id: str, once: Once | None = None) -> Kept: ...
    def save(
        self, before: Kept, ticket: Ticket, events: Sequence[e.Event], once: Once | None = None
    ) -> Ticket: ...
    def answer(self, ticket: Ticket, once: Once) -> Ticket: ...
    def next_number(self) -> int: ...
    def id_of(self, number: int) -> str | None: ...
    def change(self, ticket_id: str, version: int) -> Change | None: ...
    def promise(self, ticket_id: str, promise_id: str) -> Promise | None: ...


class Customers(Protocol):
    """Who the customers are."""

    def get(self, customer_id: str) -> Customer: ...


class Texts(Protocol):
    """Long texts, beside the record (F26)."""

    def keep(self, key: str, text: str, html: str | None) -> None: ...


class TermsOf(Protocol):
    """The terms of a customer; None for a stranger, who has the standard ones."""

    def __call__(self, customer: Customer | None, plan: e.PlanRef | None = None) -> Terms: ...


class Changing:
    """Fetch, decide, keep."""

    def __init__(
        self, store: Store, customers: Customers, texts: Texts, terms_of: TermsOf, now: Callable[[], datetime]
    ) -> None:
        self.store = store
        self.customers = customers
        self.texts = texts
        self.terms_of = terms_of
        self.now = now

    def get(self, ticket_id: str, *, by: Actor) -> Ticket:
        """The ticket; `ticket_id` may be its number too (D7). NotFound for what `by` may not see."""
        return self._load(ticket_id, by=by).ticket

    def _change(self, ticket_id: str, ask: Ask, decide: Decide) -> Ticket:
        return self._keep(ticket_id, ask, lambda ticket, at: self._settled(ticket, decide(ticket, at)))

    def _keep(
        self, ticket_id: str, ask: Ask, step: Callable[[Ticket, datetime], tuple[Ticket, Sequence[e.Event]]]
    ) -> Ticket:
        for tries_left in reversed(range(TRIES)):
            kept = self._load(ticket_id, by=ask.by, once=ask.once)
            if kept.answer:
                return kept.answer
            if ask.seen is not None and ask.seen != kept.ticket.version:
                raise PreconditionFailed(f"{kept.ticket.label} was changed meanwhile; read it again")
            # Another function's clock may be ahead of ours: history never runs backwards (F15).
            ticket, events = step(kept.ticket, max(self.now(), kept.ticket.changed_at))
            try:
                if not events:
                    # Done already; the same request later finds this answer, whatever happens in between.
                    return self.store.answer(kept.ticket, ask.once) if ask.once else kept.ticket
                return self.store.save(kept, ticket, events, ask.once)
            except PreconditionFailed:
                if not tries_left:
                    raise
                _step_aside(TRIES - tries_left)
        raise AssertionError("unreachable")

    def _settled(self, ticket: Ticket, events: Sequence[e.Event]) -> tuple[Ticket, list[e.Event]]:
        told: list[e.Event] = []
        terms: Terms | None = None
        for event in events:
            ticket = evolve(ticket, event)
            if terms is None or isinstance(event, e.CustomerAttributed):
                terms = self._terms(ticket)
            ticket, settled = settle(ticket, event, terms)
            told += [event, *settled]
        return ticket, told

    def _load(self, ticket_id: str, *, by: Actor, once: Once | None = None) -> Kept:
        missing = NotFound(f"there is no ticket {ticket_id}")
        if number := _number(ticket_id):
            found = self.store.id_of(number)
            if found is None:
                raise missing
            ticket_id = found
        kept = self.store.load(ticket_id, once)
        if not by.is_staff and (by.customer_id is None or kept.ticket.customer_id != by.customer_id):
            raise missing
        return kept

    def _terms(self, ticket: Ticket) -> Terms:
        return self.terms_of(self._customer(ticket.customer_id), ticket.plan)

    def _customer(self, customer_id: str | None) -> Customer | None:
        return self.customers.get(customer_id) if customer_id else None

    def _bounded(self, message: e.Message, ticket_id: str) -> e.Message:
        """A long text goes to S3 first, under a key made of its words: a repeat writes the same object (F26)."""
        if len(message.text) <= MOST_INLINE and len(message.html or "") <= MOST_INLINE:
            return message
        key = f"tickets/{ticket_id}/{ids.fingerprint(message.text, message.html or '')}.json"
        self.texts.keep(key, message.text, message.html)
        return replace(message, text=message.text[:MOST_INLINE], html=None, text_key=key)

    def _known(self, ticket: Ticket, severity: int) -> int:
        """The plan's own severity for this one: a fourth is the third where the plan has three (B10, B11)."""
        return self._terms(ticket).plan.severity(severity)

    def _need_reason(self, ticket: Ticket, severity: int, reason: str) -> None:
        if severity != ticket.proposal.severity and not reason.strip():
            raise Invalid(
                f"the customer proposed severity {ticket.proposal.severity}; give the reason for another (D9)"
            )


def who(ask: Ask, at: datetime) -> Any:
    """Who did it and when, as every event says."""
    return {"at": at, "by": ask.by.id, "name": ask.by.name}


def _step_aside(tries: int) -> None:
    """A moment of random length, so that those who collided do not collide again."""
    sleep(uniform(0, min(LONGEST_WAIT, 0.01 * 2**tries)))  # noqa: S311 - nobody needs to be unable to guess it


def _number(ticket_id: str) -> int | None:
    digits = ticket_id.removeprefix("#").removeprefix("%23")
    return int(digits) if digits.isascii() and digits.isdigit() and len(digits) < 12 else None
