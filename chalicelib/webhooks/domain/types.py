"""Which events customers can hear of, by which names, and what is told of each: facts, and nobody's words."""

from collections.abc import Mapping
from dataclasses import fields
from datetime import datetime
from typing import Any

from chalicelib.promises.domain import Promise
from chalicelib.tickets import events as e
from chalicelib.tickets.domain import Ticket
from chalicelib.webhooks.domain.message import Message
from chalicelib.webhooks.domain.outcome import stamp

# What is not here is the operator's own affair: notes, assignments, calls to be made.
TYPES: Mapping[type, str] = {
    e.TicketRegistered: "ticket.registered",
    e.TicketNumbered: "ticket.numbered",
    e.TicketAcknowledged: "ticket.acknowledged",
    e.CustomerAttributed: "ticket.attributed",
    e.SeverityProposed: "ticket.severity_proposed",
    e.SeverityChanged: "ticket.severity_changed",
    e.WorkStarted: "ticket.work_started",
    e.ReplySent: "ticket.reply_sent",
    e.ReplyReceived: "ticket.reply_received",
    e.CallLogged: "ticket.call_logged",
    e.TicketPutOnHold: "ticket.put_on_hold",
    e.CustomerAwaited: "ticket.answer_awaited",
    e.TicketResumed: "ticket.resumed",
    e.EtaGiven: "ticket.eta_given",
    e.WorkaroundGiven: "ticket.workaround_given",
    e.HoldingStatusSent: "ticket.status_sent",
    e.TicketSolved: "ticket.solved",
    e.ClosingAnnounced: "ticket.closing_announced",
    e.TicketClosed: "ticket.closed",
    e.TicketReopened: "ticket.reopened",
    e.TicketEscalated: "ticket.escalated",
    e.TicketDeclined: "ticket.declined",
    e.ConsultancyAccepted: "ticket.consultancy_accepted",
    e.TicketMerged: "ticket.merged",
    e.TicketUnmerged: "ticket.unmerged",
    e.PromiseWarned: "promise.warned",
    e.PromiseKept: "promise.kept",
    e.PromiseBroken: "promise.broken",
    e.PromiseFulfilledLate: "promise.fulfilled_late",
    e.PromiseWithdrawn: "promise.withdrawn",
}
PING = "webhook.ping"
NAMES = frozenset(TYPES.values())

FACTS = frozenset(
    {"channel", "kind", "severity", "before", "eta", "due_at", "next_at", "closes_at", "into", "direction"}
    | {"called_at", "support_phone", "automatic"}
)
PROMISE_FACTS = (
    "id",
    "kind",
    "state",
    "clause",
    "started_at",
    "due_at",
    "settled_at",
    "fulfilled_at",
    "automatic",
)


def message_of(event: e.Event, ticket: Ticket, *, id_: str, version: int, url: str) -> Message:
    """The event as its customer hears it. `version` orders what is told of one ticket (F10)."""
    about = {"ticket_id": ticket.id, "number": ticket.number, "url": url, "version": version}
    return Message(id=id_, type=TYPES[type(event)], at=event.at, data={**about, **_facts(event)})


def _facts(event: e.Event) -> dict[str, Any]:
    told = {f.name: _plain(getattr(event, f.name)) for f in fields(event) if f.name in FACTS}
    if isinstance(event, e.TicketDeclined):
        told["reason"] = event.reason  # one of seven, never somebody's words
    promise = getattr(event, "promise", None)
    if isinstance(promise, Promise):
        told["promise"] = {name: _plain(getattr(promise, name)) for name in PROMISE_FACTS}
    return told


def _plain(value: Any) -> Any:
    return stamp(value) if isinstance(value, datetime) else value
