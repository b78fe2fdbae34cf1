"""How each event changes a ticket: a ticket is the sum of its events, today and years later."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import timedelta
from functools import singledispatch

from chalicelib.sla.domain import SeverityAt, Timeline
from chalicelib.tickets import events as e
from chalicelib.tickets.domain.moves import PENDING, UPDATES, Status
from chalicelib.tickets.domain.pausing import paused
from chalicelib.tickets.domain.ticket import Decision, Link, Ticket

# D14: a customer who does not follow up is warned first.
SILENCE_BEFORE_WARNING = timedelta(days=5)
WARNING_BEFORE_CLOSING = timedelta(days=2)
SOLVED_BEFORE_CLOSING = timedelta(days=7)
MOST_REFERENCES = 50
MOST_PARTICIPANTS = 10

# B11 asks for an answer; the other plans for the acknowledgement of the incident and its severity (D11).
ANSWERED_BY_REPLY = frozenset({"standard"})


def registered(event: e.TicketRegistered) -> Ticket:
    """The ticket as its registration made it."""
    return Ticket(
        id=event.ticket_id,
        number=event.number,
        kind=event.kind,
        subject=event.subject,
        channel=event.channel,
        requester=event.requester,
        customer_id=event.customer_id,
        participants=event.participants,
        registered_at=event.at,
        changed_at=event.at,
        signals=event.signals,
        proposal=Decision(severity=event.severity, by=event.by, at=event.at),
        plan=event.plan,
        product_line=event.product_line,
        verified=event.verified,
        is_automatic_mail=event.is_automatic_mail,
        referred_to=event.referred_to,
        faults=event.message.faults,
        references=(event.message.message_id,) if event.message.message_id else (),
        timeline=Timeline(
            reported_at=event.at,
            severities=(SeverityAt(at=event.at, severity=event.severity),),
            own_channel=event.own_channel,
        ),
    )


def evolve(ticket: Ticket, event: e.Event) -> Ticket:
    """The ticket after `event`; Conflict when the moves do not allow it."""
    status = ticket.may(type(event))
    moved = paused(replace(ticket, status=status, changed_at=event.at), ticket.status, event)
    if isinstance(event, UPDATES):
        moved = _updated(moved, event)
    return _apply(event, moved)


def replay(events: Iterable[e.Event]) -> Ticket:
    """The ticket that a whole history adds up to, promises aside."""
    first, *rest = events
    if not isinstance(first, e.TicketRegistered):
        raise TypeError("a history begins with its registration")
    ticket = registered(first)
    for event in rest:
        ticket = evolve(ticket, event)
    return ticket


def _updated(ticket: Ticket, event: e.Event) -> Ticket:
    timeline = ticket.timeline
    said = replace(timeline, updates=(*timeline.updates, event.at))
    answers = ticket.answered_at is None and ticket.plan.id in ANSWERED_BY_REPLY
    answered_at = event.at if answers else ticket.answered_at
    return replace(ticket, timeline=said, last_update_at=event.at, answered_at=answered_at)


@singledispatch
def _apply(_event: object, ticket: Ticket) -> Ticket:
    return ticket


@_apply.register
def _(event: e.TicketNumbered, ticket: Ticket) -> Ticket:
    return replace(ticket, number=event.number)


@_apply.register
def _(event: e.TicketAcknowledged, ticket: Ticket) -> Ticket:
    decision = Decision(severity=event.severity, by=event.by, at=event.at, reason=event.reason)
    answered_at = ticket.answered_at or event.at
    ticket = _taken_up(ticket, event)
    return replace(_decided(ticket, decision), acknowledged_at=event.at, answered_at=answered_at)


@_apply.register
def _(event: e.SeverityProposed, ticket: Ticket) -> Ticket:
    proposal = Decision(severity=event.severity, by=event.by, at=event.at, reason=event.reason)
    moved = replace(ticket, proposal=proposal)
    return _marked(moved, proposal) if ticket.decision is None else moved


@_apply.register
def _(event: e.SeverityChanged, ticket: Ticket) -> Ticket:
    return _decided(ticket, Decision(severity=event.severity, by=event.by, at=event.at, reason=event.reason))


def _decided(ticket: Ticket, decision: Decision) -> Ticket:
    return _marked(replace(ticket, decision=decision), decision)


def _marked(ticket: Ticket, decision: Decision) -> Ticket:
    timeline = ticket.timeline
    if timeline.severities[-1].severity == decision.severity:
        return ticket
    mark = SeverityAt(at=decision.at, severity=decision.severity)
    return replace(ticket, timeline=replace(timeline, severities=(*timeline.severities, mark)))


@_apply.register
def _(event: e.CustomerAttributed, ticket: Ticket) -> Ticket:
    requester = event.requester if event.requester.name else ticket.requester
    return replace(ticket, customer_id=event.customer_id, plan=event.plan, requester=requester, verified=True)


@_apply.register
def _(event: e.TicketAssigned, ticket: Ticket) -> Ticket:
    return replace(ticket, assignee=event.to)


@_apply.register
def _(event: e.WorkStarted, ticket: Ticket) -> Ticket:
    return replace(
        ticket,
        work_started_at=ticket.work_started_at or event.at,
        assignee=ticket.assignee or event.by,
    )


@_apply.register
def _(event: e.ReplySent, ticket: Ticket) -> Ticket:
    said = _referenced(ticket, event.message)
    if ticket.status is not PENDING:
        return said
    # Whoever was written to again has the whole time again to answer (D14).
    return replace(said, announces_closing_at=event.at + SILENCE_BEFORE_WARNING, closes_at=None)


@_apply.register
def _(event: e.ReplyReceived, ticket: Ticket) -> Ticket:
    by_end_user = event.by == ticket.proposal.by
    ticket = ticket if by_end_user else _taken_up(ticket, event)
    return _joined(_referenced(ticket, event.message), event.joined)


def _taken_up(ticket: Ticket, event: e.ReplyReceived | e.TicketAcknowledged) -> Ticket:
    """A referred report becomes ours when the partner asks us, or triage takes it on: clocks run from then (B16)."""
    if not ticket.is_referred:
        return ticket
    mark = SeverityAt(at=event.at, severity=ticket.severity)
    timeline = replace(ticket.timeline, reported_at=event.at, severities=(mark,))
    return replace(ticket, taken_up_at=event.at, timeline=timeline)


@_apply.register
def _(event: e.AutomaticMailAttached, ticket: Ticket) -> Ticket:
    return _referenced(ticket, event.message)


def _joined(ticket: Ticket, address: str) -> Ticket:
    if not address or address in ticket.participants or len(ticket.participants) >= MOST_PARTICIPANTS:
        return ticket
    return replace(ticket, participants=(*ticket.participants, address))


def _referenced(ticket: Ticket, message: e.Message) -> Ticket:
    if not message.message_id or message.message_id in ticket.references:
        return ticket
    return replace(ticket, references=(*ticket.references, message.message_id)[-MOST_REFERENCES:])


@_apply.register
def _(event: e.CallLogged, ticket: Ticket) -> Ticket:
    if not event.support_phone or ticket.timeline.called_at:
        return ticket
    return replace(ticket, timeline=replace(ticket.timeline, called_at=event.called_at))


@_apply.register
def _(event: e.CustomerAwaited, ticket: Ticket) -> Ticket:
    return replace(ticket, announces_closing_at=event.at + SILENCE_BEFORE_WARNING)


@_apply.register
def _(event: e.ClosingAnnounced, ticket: Ticket) -> Ticket:
    return replace(ticket, announces_closing_at=None, closes_at=event.closes_at)


@_apply.register
def _(event: e.EtaGiven, ticket: Ticket) -> Ticket:
    return replace(ticket, eta=event.eta)


@_apply.register
def _(event: e.WorkaroundGiven, ticket: Ticket) -> Ticket:
    return replace(ticket, workaround=event.text)


@_apply.register
def _(event: e.TicketSolved, ticket: Ticket) -> Ticket:
    return replace(
        ticket,
        solved_at=event.at,
        answered_at=ticket.answered_at or event.at,
        work_started_at=ticket.work_started_at or event.at,
        closes_at=event.at + SOLVED_BEFORE_CLOSING,
    )


@_apply.register
def _(event: e.TicketClosed, ticket: Ticket) -> Ticket:
    return replace(ticket, closed_at=event.at, closes_at=None)


@_apply.register
def _(event: e.TicketEscalated, ticket: Ticket) -> Ticket:
    return replace(ticket, escalated_at=ticket.escalated_at or event.at)


@_apply.register
def _(event: e.TicketDeclined, ticket: Ticket) -> Ticket:
    return replace(ticket, declined_for=event.reason, answered_at=ticket.answered_at or event.at)


@_apply.register
def _(event: e.ConsultancyAccepted, ticket: Ticket) -> Ticket:
    return replace(ticket, consultancy=True, declined_for=None)


@_apply.register
def _(event: e.TicketMerged, ticket: Ticket) -> Ticket:
    return replace(ticket, merged_into=event.into, closed_at=event.at)


@_apply.register
def _(_event: e.TicketUnmerged, ticket: Ticket) -> Ticket:
    return replace(ticket, merged_into=None, status=Status.OPEN)


@_apply.register
def _(event: e.TicketLinked, ticket: Ticket) -> Ticket:
    others = tuple(link for link in ticket.links if link.to != event.to)
    return replace(ticket, links=(*others, Link(to=event.to, relation=event.relation)))


@_apply.register
def _(event: e.TicketUnlinked, ticket: Ticket) -> Ticket:
    return replace(ticket, links=tuple(link for link in ticket.links if link.to != event.to))


@_apply.register
def _(event: e.HoldingStatusSent, ticket: Ticket) -> Ticket:
    # From the due time, not from the sending: hourly stays hourly.
    timeline = ticket.timeline
    return replace(ticket, timeline=replace(timeline, updates=(*timeline.updates, event.due_at)))
