"""What a ticket owes after each event.

`settle` is called with every change, `falling_due.fall_due` by the sweep. Both are pure: the same history and
terms give the same promises, each of which is kept, broken or withdrawn exactly once.
"""

from dataclasses import replace
from datetime import timedelta
from itertools import pairwise

from chalicelib.promises.domain import Promise, State
from chalicelib.sla.domain import Clock, Kind
from chalicelib.tickets import events as e
from chalicelib.tickets.domain import hourly
from chalicelib.tickets.domain.moves import UPDATES
from chalicelib.tickets.domain.ticket import Terms, Ticket

CUSTOMER_CALL = "customer_call"
CALL_WITHIN = timedelta(minutes=30)


def settle(ticket: Ticket, event: e.Event, terms: Terms) -> tuple[Ticket, tuple[e.Event, ...]]:
    """The ticket with its promises after `event`, and what that made of them."""
    told: list[e.Event] = []
    for kind in (*Kind, CUSTOMER_CALL):
        ticket = _settle_kind(ticket, event, kind, terms, told)
    return ticket, tuple(told)


def _settle_kind(
    ticket: Ticket, event: e.Event, kind: Kind | str, terms: Terms, told: list[e.Event]
) -> Ticket:
    current = ticket.promise(kind)
    if current and current.state is State.BROKEN and hourly.is_hourly(ticket, kind):
        # On record as broken; it must not keep the next status from being owed.
        ticket, current = ticket.without_promise(current), None
    if current and _fulfils(ticket, event, kind):
        ticket = _fulfilled(ticket, current, event, terms, told)
    elif current and not _owes(ticket, kind):
        ticket = _released(ticket, current, event, told)
    current = ticket.promise(kind)
    if current is None:
        return _promised(ticket, event, kind, terms) if _begins(ticket, event, kind) else ticket
    return _moved(ticket, current, event, kind, terms, told)


def _fulfilled(ticket: Ticket, promise: Promise, event: e.Event, terms: Terms, told: list[e.Event]) -> Ticket:
    if hourly.is_hourly(ticket, promise.kind):
        ticket, promise = _after_missed(ticket, promise, event, terms, told)
    at, automatic = event.at, isinstance(event, e.HoldingStatusSent)
    if automatic and promise.due_at and at - promise.due_at <= hourly.HOLDING_GRACE:
        at = promise.due_at
    done = promise.fulfil(at, automatic=automatic)
    if done.state is State.BROKEN and promise.state is State.OPEN:
        told.append(_tell(e.PromiseBroken, replace(done, fulfilled_at=None), ticket, event))
    told.append(_tell(e.PromiseFulfilledLate if done.is_late else e.PromiseKept, done, ticket, event))
    return ticket.without_promise(promise)


def _after_missed(
    ticket: Ticket, promise: Promise, event: e.Event, terms: Terms, told: list[e.Event]
) -> tuple[Ticket, Promise]:
    """Each status that nobody wrote while the desk stood still is broken; the last one is what `event` fulfils."""
    if promise.due_at is None or promise.due_at >= event.at:
        return ticket, promise
    until = event.due_at if isinstance(event, e.HoldingStatusSent) else event.at
    first, *later = hourly.due_times(ticket, promise.due_at, until, terms)
    missing = ticket.without_promise(promise)
    for missed, due in pairwise([first, *later[-hourly.MOST_MISSED :]]):
        told.append(_tell(e.PromiseBroken, promise.breach(), ticket, event))
        cycle = missing.cycles[promise.kind] + 1
        missing = replace(missing, cycles={**missing.cycles, promise.kind: cycle})
        promise = replace(promise, id=f"{promise.kind}.{cycle}", started_at=missed, due_at=due)
    return missing.with_promise(promise), promise


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
    promise = Promise(
        id=name,
        kind=str(kind),
        started_at=clock.started_at,
        due_at=clock.due_at,
        clause=clock.clause,
        warn_at=clock.warn_at if clock.due_at else (),
    )
    begins_again = ticket.cycles.get(kind, 0) > 0
    late = begins_again and clock.due_at is not None and clock.due_at <= event.at
    return _begun_late(promise, clock, event, terms) if late else promise


def _begun_late(promise: Promise, clock: Clock, event: e.Event, terms: Terms) -> Promise | None:
    """Reopened after its time: nothing is broken retroactively, nor twice for one deadline (D14, decision 5)."""
    if promise.kind == Kind.RESOLUTION:
        return None  # it was overdue before the clock stood still, and is on record as broken
    earliest = terms.hours(clock.hours).add(event.at, terms.plan.grace)
    clause = f"{clock.clause}; reopened after that: due {terms.plan.grace} later"
    return replace(promise, due_at=earliest, earliest=earliest, clause=clause, warn_at=())


def _moved(
    ticket: Ticket, promise: Promise, event: e.Event, kind: Kind | str, terms: Terms, told: list[e.Event]
) -> Ticket:
    """The deadline as the clock has it now. One that was broken stays broken, however it moves."""
    if promise.state is not State.OPEN or not isinstance(kind, Kind):
        return ticket
    clock = terms.clock(ticket, kind, event.at)
    if clock is None:
        return _released(ticket, promise, event, told)
    if promise.due_at is None or promise.due_at >= event.at:
        return ticket.with_promise(_as_clocked(promise, clock))
    if hourly.is_hourly(ticket, kind):
        return ticket  # the sweep, which is on its way, sends the status
    # Found by this change before the sweep came by: broken at its due time all the same.
    told.append(_tell(e.PromiseBroken, promise.breach(), ticket, event))
    return ticket.with_promise(promise.breach())


def _as_clocked(promise: Promise, clock: Clock) -> Promise:
    due_at = clock.due_at and max(clock.due_at, promise.earliest or clock.due_at)
    if due_at == promise.due_at:
        return promise
    # A warning that was given is not given again for the same promise, unless its time lies ahead anew.
    given = promise.warned_at
    warnings = tuple(w for w in clock.warn_at if given is None or w > given) if clock.due_at else ()
    return replace(
        promise,
        due_at=due_at,
        started_at=clock.started_at,
        clause=clock.clause,
        warn_at=warnings,
    )


def _owes(ticket: Ticket, kind: Kind | str) -> bool:
    if ticket.consultancy or ticket.is_automatic_mail or ticket.merged_into or ticket.is_referred:
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
