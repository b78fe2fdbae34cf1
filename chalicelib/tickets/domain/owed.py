"""What a ticket owes after each event, and what happens when something falls due.

`settle` is called with every change, `fall_due` by the sweep. Both are pure: the same history and terms give
the same promises, each of which is kept, broken or withdrawn exactly once.
"""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from chalicelib.promises.domain import Promise, State
from chalicelib.sla.domain import Clock, Kind
from chalicelib.tickets import events as e
from chalicelib.tickets.domain.evolve import WARNING_BEFORE_CLOSING, evolve
from chalicelib.tickets.domain.moves import PENDING, UPDATES
from chalicelib.tickets.domain.ticket import Terms, Ticket

CUSTOMER_CALL = "customer_call"
CALL_WITHIN = timedelta(minutes=30)
# Later than this, even the desk's own hourly status came too late to count as kept.
HOLDING_GRACE = timedelta(minutes=5)
# B11 asks for an answer; the other plans for the acknowledgement of the incident and its severity (D11).
ANSWERED_BY_REPLY = frozenset({"standard"})


def settle(ticket: Ticket, event: e.Event, terms: Terms) -> tuple[Ticket, tuple[e.Event, ...]]:
    """The ticket with its promises after `event`, and what that made of them."""
    told: list[e.Event] = []
    for kind in (*Kind, CUSTOMER_CALL):
        ticket = _settle_kind(ticket, event, kind, terms, told)
    return ticket, tuple(told)


def fall_due(ticket: Ticket, now: datetime, terms: Terms, *, by: str) -> tuple[Ticket, tuple[e.Event, ...]]:
    """All that is due by `now`, in order, each once and with its true due time (F14)."""
    told: list[e.Event] = []
    while (wake := ticket.wake_at) and wake <= now:
        event = _due_event(ticket, wake, now, by)
        told.append(event)
        if isinstance(event, e.PromiseWarned | e.PromiseBroken):
            ticket = ticket.with_promise(event.promise)
        else:
            ticket, settled = settle(evolve(ticket, event), event, terms)
            told.extend(settled)
    return ticket, tuple(told)


def _due_event(ticket: Ticket, wake: datetime, now: datetime, by: str) -> e.Event:
    who: dict[str, Any] = {"at": now, "by": by, "automatic": True}
    promise = next((p for p in ticket.promises if p.wake_at == wake), None)
    if promise is None:
        return _closing_event(ticket, now, by)
    if promise.due_at is None or wake < promise.due_at:
        return e.PromiseWarned(promise=promise.warn(wake), customer_id=ticket.customer_id, **who)
    if promise.kind == Kind.UPDATE and ticket.severity == 1:
        return _holding_status(ticket, promise, now, by)
    return e.PromiseBroken(promise=promise.breach(), customer_id=ticket.customer_id, **who)


def _holding_status(ticket: Ticket, promise: Promise, now: datetime, by: str) -> e.Event:
    assert promise.due_at is not None
    hour = promise.due_at - promise.started_at
    # After a standstill one status tells the state; those that were missed are not sent one by one.
    due = promise.due_at + (now - promise.due_at) // hour * hour if hour else promise.due_at
    return e.HoldingStatusSent(at=now, by=by, automatic=True, due_at=due, next_at=due + hour)


def _closing_event(ticket: Ticket, now: datetime, by: str) -> e.Event:
    if ticket.announces_closing_at:
        return e.ClosingAnnounced(at=now, by=by, automatic=True, closes_at=now + WARNING_BEFORE_CLOSING)
    waited = ticket.status is PENDING
    reason = "nobody answered our question" if waited else "solved, and nobody wrote since"
    return e.TicketClosed(at=now, by=by, automatic=True, reason=reason)


def _settle_kind(
    ticket: Ticket, event: e.Event, kind: Kind | str, terms: Terms, told: list[e.Event]
) -> Ticket:
    current = ticket.promise(kind)
    if current and _fulfils(ticket, event, kind):
        ticket = _fulfilled(ticket, current, event, told)
    elif current and not _owes(ticket, kind):
        ticket = _released(ticket, current, event, told)
    current = ticket.promise(kind)
    if current is None:
        return _promised(ticket, event, kind, terms) if _begins(ticket, event, kind) else ticket
    return _moved(ticket, current, event, kind, terms, told)


def _fulfilled(ticket: Ticket, promise: Promise, event: e.Event, told: list[e.Event]) -> Ticket:
    at, automatic = event.at, isinstance(event, e.HoldingStatusSent)
    if automatic and promise.due_at and at - promise.due_at <= HOLDING_GRACE:
        at = promise.due_at
    done = promise.fulfil(at, automatic=automatic)
    if done.state is State.BROKEN and promise.state is State.OPEN:
        told.append(_tell(e.PromiseBroken, replace(done, fulfilled_at=None), ticket, event))
    told.append(_tell(e.PromiseFulfilledLate if done.is_late else e.PromiseKept, done, ticket, event))
    return ticket.without_promise(promise)


def _released(ticket: Ticket, promise: Promise, event: e.Event, told: list[e.Event]) -> Ticket:
    if promise.state is State.OPEN and promise.due_at and promise.due_at < event.at:
        told.append(_tell(e.PromiseBroken, promise.breach(), ticket, event))
    elif promise.state is State.OPEN:
        told.append(_tell(e.PromiseWithdrawn, promise.withdraw(event.at), ticket, event))
    return ticket.without_promise(promise)


def _promised(ticket: Ticket, event: e.Event, kind: Kind | str, terms: Terms) -> Ticket:
    cycle = ticket.cycles.get(kind, 0) + 1
    name = kind if cycle == 1 and kind != Kind.UPDATE else f"{kind}.{cycle}"
    promise = _new(ticket, event, kind, str(name), terms)
    if promise is None:
        return ticket
    return replace(ticket.with_promise(promise), cycles={**ticket.cycles, str(kind): cycle})


def _new(ticket: Ticket, event: e.Event, kind: Kind | str, name: str, terms: Terms) -> Promise | None:
    if not isinstance(kind, Kind):
        return Promise(
            id=name,
            kind=kind,
            started_at=event.at,
            due_at=event.at + CALL_WITHIN,
            clause="call of the customer's contact within 30 minutes (B10)",
            owner="operations_manager",
        )
    clock = terms.clock(ticket, kind, event.at)
    if clock is None:
        return None
    return Promise(
        id=name,
        kind=str(kind),
        started_at=clock.started_at,
        due_at=clock.due_at,
        clause=clock.clause,
        warn_at=clock.warn_at if clock.due_at else (),
    )


def _moved(
    ticket: Ticket, promise: Promise, event: e.Event, kind: Kind | str, terms: Terms, told: list[e.Event]
) -> Ticket:
    """The deadline as the clock has it now. One that was broken stays broken, however it moves."""
    if promise.state is not State.OPEN or not isinstance(kind, Kind):
        return ticket
    if promise.due_at and promise.due_at < event.at:
        # Found by this change before the sweep came by: broken at its due time all the same.
        told.append(_tell(e.PromiseBroken, promise.breach(), ticket, event))
        return ticket.with_promise(promise.breach())
    clock = terms.clock(ticket, kind, event.at)
    if clock is None:
        return _released(ticket, promise, event, told)
    return ticket.with_promise(_as_clocked(promise, clock))


def _as_clocked(promise: Promise, clock: Clock) -> Promise:
    if clock.due_at == promise.due_at:
        return promise
    # A warning that was given is not given again for the same promise, unless its time lies ahead anew.
    given = promise.warned_at
    warnings = tuple(w for w in clock.warn_at if given is None or w > given) if clock.due_at else ()
    return replace(
        promise,
        due_at=clock.due_at,
        started_at=clock.started_at,
        clause=clock.clause,
        warn_at=warnings,
    )


def _owes(ticket: Ticket, kind: Kind | str) -> bool:
    if ticket.consultancy or ticket.is_automatic_mail or ticket.merged_into:
        return False  # C10: paid work and robots carry no response-time commitment
    if kind == Kind.FIRST_RESPONSE:
        return ticket.is_unsolved and ticket.answered_at is None
    if kind == Kind.WORK_START:
        return ticket.is_unsolved and ticket.work_started_at is None
    return ticket.is_unsolved


def _begins(ticket: Ticket, event: e.Event, kind: Kind | str) -> bool:
    if kind == CUSTOMER_CALL:
        return isinstance(event, e.CallTaskRaised)
    return _owes(ticket, kind)


def _fulfils(ticket: Ticket, event: e.Event, kind: Kind | str) -> bool:
    if kind == Kind.FIRST_RESPONSE:
        return ticket.answered_at is not None
    if kind == Kind.WORK_START:
        return ticket.work_started_at is not None
    if kind == Kind.UPDATE:
        return isinstance(event, (*UPDATES, e.HoldingStatusSent))
    if kind == CUSTOMER_CALL:
        return isinstance(event, e.CallLogged) and event.direction == "outbound"
    return isinstance(event, e.TicketSolved)


def _tell(sort: type, promise: Promise, ticket: Ticket, event: e.Event) -> e.Event:
    told: e.Event = sort(
        at=event.at, by=event.by, automatic=event.automatic, promise=promise, customer_id=ticket.customer_id
    )
    return told
