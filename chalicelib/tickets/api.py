"""Tickets over JSON: state changes are nouns."""

from collections.abc import Callable
from typing import Any

from chalicelib import wiring
from chalicelib.core.errors import Forbidden, Invalid, NotFound
from chalicelib.customers.domain import Actor, Scope
from chalicelib.tickets import forms as f
from chalicelib.tickets import history
from chalicelib.tickets.domain import RequestKind, Ticket
from chalicelib.tickets.domain.report import Report
from chalicelib.tickets.events import Message, Requester
from chalicelib.web.api import Api, Call, PageQuery

api = Api(__name__)

TICKET = "/tickets/{ticket_id}"
CHANGES: dict[str, Any] = {"scope": Scope.TICKETS_WRITE, "answer": f.TicketView, "changes": True}
READS: dict[str, Any] = {"scope": Scope.TICKETS_READ}
STAFF = {**CHANGES, "staff": True}


@api.operation(
    "POST", "/tickets", body=f.NewTicket, status=201, scope=Scope.TICKETS_WRITE, answer=f.TicketView
)
def register_ticket(call: Call) -> f.TicketView:
    """Report an issue; it has its number at once."""
    once = call.ask.once
    report = _report(call.body, call.actor)
    ticket = wiring.tickets().register(
        report, by=call.actor, key=once.key if once else None, asks=once.asks if once else None
    )
    return _view(ticket)


@api.operation("GET", "/tickets", query=f.TicketsQuery, answer=f.TicketPage, **READS)
def list_tickets(call: Call) -> f.TicketPage:
    """Your tickets, newest first; of any customer for staff."""
    if call.query.number:
        return f.TicketPage(items=_numbered(call), next=None)
    customer = _whose(call.actor, call.query.customer_id)
    tickets, cursor = wiring.ticket_store().of_customer(
        customer, done=call.query.state == "done", cursor=call.query.cursor, limit=call.query.limit
    )
    return f.TicketPage(items=[_view(ticket) for ticket in tickets], next=cursor)


@api.operation("GET", "/queue", query=PageQuery, answer=f.TicketPage, staff=True, scope=Scope.DESK)
def list_queue(call: Call) -> f.TicketPage:
    """The support queue: escalated first, then severity, then nearest deadline (B9)."""
    tickets, cursor = wiring.ticket_store().queue(cursor=call.query.cursor, limit=call.query.limit)
    return f.TicketPage(items=[_view(ticket) for ticket in tickets], next=cursor)


@api.operation("GET", TICKET, answer=f.TicketView, **READS)
def read_ticket(call: Call, ticket_id: str) -> f.TicketView:
    """One ticket, by id or number (D7)."""
    return _view(wiring.tickets().get(ticket_id, by=call.actor))


@api.operation("GET", TICKET + "/history", query=PageQuery, answer=f.ChangePage, **READS)
def read_history(call: Call, ticket_id: str) -> f.ChangePage:
    """What was said and done, oldest first; internal notes for staff alone."""
    ticket = wiring.tickets().get(ticket_id, by=call.actor)
    changes, cursor = wiring.ticket_store().history(
        ticket.id, cursor=call.query.cursor, limit=call.query.limit
    )
    return f.ChangePage(items=history.shown(changes, call.actor), next=cursor)


@api.operation("GET", TICKET + "/history/{version}", answer=f.ChangeView, **READS)
def read_change(call: Call, ticket_id: str, version: str) -> f.ChangeView:
    """One step of the history, with long texts whole and links to its files."""
    ticket = wiring.tickets().get(ticket_id, by=call.actor)
    number = int(version) if version.isascii() and version.isdigit() and len(version) < 7 else 0
    change = wiring.ticket_store().change(ticket.id, number)
    shown = history.shown([change] if change else [], call.actor, whole=True)
    if not shown:
        raise NotFound(f"{ticket.label} has no such change")
    return shown[0]


@api.operation("GET", TICKET + "/promises", query=PageQuery, answer=f.PromisePage, scope=Scope.PROMISES_READ)
def list_ticket_promises(call: Call, ticket_id: str) -> f.PromisePage:
    """The promises of a ticket: open ones first, then settled ones."""
    ticket = wiring.tickets().get(ticket_id, by=call.actor)
    settled, cursor = wiring.ticket_store().settled(
        ticket.id, cursor=call.query.cursor, limit=call.query.limit
    )
    known = {promise.id for promise in settled}
    current = [p for p in ticket.promises if p.id not in known] if call.query.cursor is None else []
    return f.PromisePage(
        items=[f.PromiseView.of(promise, ticket.id) for promise in (*current, *settled)], next=cursor
    )


@api.operation(
    "GET",
    TICKET + "/promises/{promise_id}/explanation",
    answer=f.ExplanationView,
    scope=Scope.PROMISES_READ,
)
def explain_promise(call: Call, ticket_id: str, promise_id: str) -> f.ExplanationView:
    """What a promise's clock counted, what not, and why."""
    found = wiring.tickets().explain(ticket_id, promise_id, by=call.actor)
    return f.ExplanationView(
        promise=promise_id,
        kind=found.kind.value,
        started_at=found.started_at,
        until=found.until,
        due_at=found.due_at,
        target_seconds=int(found.target.total_seconds()),
        counted_seconds=found.counted.total_seconds(),
        clause=f.without_rows(found.clause),
        notes=list(found.notes),
        spans=[f.SpanView.model_validate(span, from_attributes=True) for span in found.spans],
    )


class CustomersQuery(PageQuery, extra="forbid"):
    """Whose promises."""

    customer_id: f.Id | None = None


@api.operation("GET", "/promises", query=CustomersQuery, answer=f.PromisePage, scope=Scope.PROMISES_READ)
def list_promises(call: Call) -> f.PromisePage:
    """The promises that were kept and broken, newest first; of any customer for staff."""
    found, cursor = wiring.ticket_store().settled_of_customer(
        _whose(call.actor, call.query.customer_id), cursor=call.query.cursor, limit=call.query.limit
    )
    return f.PromisePage(items=[f.PromiseView.of(p, ticket_id) for ticket_id, p in found], next=cursor)


def _change(
    noun: str, body: type[f.In] | None, verb: Callable[[Call, str], Ticket], text: str, *, staff: bool = True
) -> None:
    def operation(call: Call, ticket_id: str) -> f.TicketView:
        return _view(verb(call, ticket_id))

    operation.__name__ = f"{noun.replace('-', '_')}_of_ticket"
    operation.__doc__ = text
    api.operation("POST", f"{TICKET}/{noun}", body=body, **(STAFF if staff else CHANGES))(operation)


def _plainly(name: str) -> Callable[[Call, str], Ticket]:
    """A verb that takes the form's fields as they are."""

    def verb(call: Call, ticket_id: str) -> Ticket:
        fields = call.body.model_dump() if call.body is not None else {}
        ticket: Ticket = getattr(wiring.tickets(), name)(ticket_id, call.ask, **fields)
        return ticket

    return verb


def _assign(call: Call, ticket_id: str) -> Ticket:
    staff = wiring.customers().staff(call.body.to)
    return wiring.tickets().assign(ticket_id, call.ask, to=staff.id, before=call.body.from_)


def _reply(call: Call, ticket_id: str) -> Ticket:
    return wiring.tickets().reply(ticket_id, call.ask, message=Message(text=call.body.text))


def _note(call: Call, ticket_id: str) -> Ticket:
    return wiring.tickets().note(ticket_id, call.ask, message=Message(text=call.body.text))


def _set_severity(call: Call, ticket_id: str) -> Ticket:
    verb = wiring.tickets().decide_severity if call.actor.is_staff else wiring.tickets().propose_severity
    return verb(ticket_id, call.ask, severity=call.body.severity, reason=call.body.reason)


def _attribute(call: Call, ticket_id: str) -> Ticket:
    requester = None
    if call.body.contact_id:
        contact = wiring.customers().contact(call.body.customer_id, call.body.contact_id)
        requester = Requester(name=contact.name, email=contact.email, contact_id=contact.id)
    return wiring.tickets().attribute(
        ticket_id, call.ask, customer_id=call.body.customer_id, requester=requester
    )


_change("number", None, _plainly("number"), "Give the ticket its short number (B4).")
_change(
    "acknowledgement", f.Acknowledgement, _plainly("acknowledge"), "Acknowledge with a severity (D9, D11)."
)
_change("severity", f.SeverityForm, _set_severity, "Propose a severity; staff decide it (D9).", staff=False)
_change("customer", f.Attribution, _attribute, "Say whose report it is.")
_change("assignment", f.Assignment, _assign, "Assign to a colleague.")
_change("work", None, _plainly("start_work"), "Start to work on it (B10).")
_change("replies", f.Saying, _reply, "Reply in public.", staff=False)
_change("notes", f.Saying, _note, "Add an internal note.")
_change("calls", f.PhoneCall, _plainly("log_call"), "Log a phone call (B7, D12).")
_change("hold", f.Why, _plainly("hold"), "Put on hold: waits for somebody other than the customer.")
_change("question", f.Question, _plainly("await_customer"), "Ask the customer and wait for the answer.")
_change("resumption", None, _plainly("resume"), "Take up again out of hold or waiting.")
_change("eta", f.Eta, _plainly("give_eta"), "Say when the resolution may be expected (D10).")
_change("workaround", f.Statement, _plainly("give_workaround"), "Give a work-around (D10).")
_change(
    "solution",
    f.Statement,
    lambda call, id_: wiring.tickets().solve(id_, call.ask, resolution=call.body.text),
    "Solve: the resolution notice (D10).",
)
_change("closure", f.MaybeWhy, _plainly("close"), "Close.", staff=False)
_change("reopening", f.Why, _plainly("reopen"), "Reopen, at any time (D14).", staff=False)
_change("escalation", f.Why, _plainly("escalate"), "Escalate: the highest priority (D15).", staff=False)
_change("decline", f.Declining, _plainly("decline"), "Decline for one of seven reasons (D2).")
_change("consultancy", None, _plainly("accept_consultancy"), "Go on as paid consultancy (D2).", staff=False)
_change("merge", f.Other, _plainly("merge"), "Merge into another ticket.")
_change("unmerge", None, _plainly("unmerge"), "Undo a merge.")
_change("links", f.LinkForm, _plainly("link"), "Link to another ticket.")


@api.operation("DELETE", TICKET + "/links/{to}", **STAFF)
def unlink_ticket(call: Call, ticket_id: str, to: str) -> f.TicketView:
    """Remove a link."""
    return _view(wiring.tickets().unlink(ticket_id, call.ask, to=to))


def _view(ticket: Ticket) -> f.TicketView:
    return f.TicketView.of(ticket)


def _numbered(call: Call) -> list[f.TicketView]:
    try:
        return [_view(wiring.tickets().get(str(call.query.number), by=call.actor))]
    except NotFound:
        return []


def _whose(actor: Actor, asked: str | None) -> str | None:
    if actor.is_staff:
        return asked
    if asked not in (None, actor.customer_id):
        raise NotFound(f"there is no customer {asked}")
    return actor.customer_id


def _report(form: f.NewTicket, actor: Actor) -> Report:
    if not actor.is_staff and (form.customer_id or form.requester):
        raise Forbidden("only staff report on somebody's behalf; leave out customer_id and requester")
    requester, customer_id = _requester(form, actor)
    return Report(
        channel=form.channel or ("phone" if actor.is_staff else "api"),
        subject=form.subject,
        message=Message(text=form.text),
        requester=requester,
        customer_id=customer_id,
        kind=RequestKind(form.kind),
        signals=tuple(form.signals),
        severity=form.severity,
        product_line=form.product_line,
        numbered=True,
    )


def _requester(form: f.NewTicket, actor: Actor) -> tuple[Requester, str | None]:
    if not actor.is_staff:
        return Requester(name=actor.name, email=actor.email, contact_id=actor.id), actor.customer_id
    if not form.customer_id:
        raise Invalid("say on whose behalf: customer_id, and requester if a contact reported it")
    customer = wiring.customers().get(form.customer_id)
    if not form.requester:
        return Requester(name=actor.name), customer.id
    contact = wiring.customers().contact(customer.id, form.requester)
    return Requester(name=contact.name, email=contact.email, contact_id=contact.id), customer.id
