"""Pages, who took them, and the rota, over JSON: for staff."""

from datetime import timedelta
from typing import Any

from chalicelib import wiring
from chalicelib.core import clock
from chalicelib.customers.domain import Scope
from chalicelib.escalation import forms as f
from chalicelib.escalation import rota_forms as r
from chalicelib.escalation.domain import Mobilisation
from chalicelib.escalation.domain.rota import KeptRota
from chalicelib.tickets.forms import TicketView
from chalicelib.web.api import Api, Call, PageQuery

api = Api(__name__)

STAFF: dict[str, Any] = {"scope": Scope.DESK, "staff": True, "tag": "escalation"}
LOOK_AHEAD = timedelta(days=14)


@api.operation("GET", "/tickets/{ticket_id}/pages", query=PageQuery, answer=f.MobilisationPage, **STAFF)
def list_pages(call: Call, ticket_id: str) -> f.MobilisationPage:
    """Who was paged for a ticket, and who took it (B6)."""
    ticket = wiring.tickets().get(ticket_id, by=call.actor)
    found, cursor = wiring.mobilisation_store().of_ticket(
        ticket.id, cursor=call.query.cursor, limit=call.query.limit
    )
    return f.MobilisationPage(items=_shown(found), next=cursor)


@api.operation("POST", "/tickets/{ticket_id}/taking", answer=TicketView, changes=True, **STAFF)
def take_ticket(call: Call, ticket_id: str) -> TicketView:
    """Take it: nobody else is paged, work has begun, and it is yours if it was nobody's (B6)."""
    return TicketView.of(wiring.mobilisations().take(ticket_id, call.ask))


@api.operation("GET", "/pages/undelivered", query=PageQuery, answer=f.SendingPage, **STAFF)
def list_undelivered_pages(call: Call) -> f.SendingPage:
    """Pages that did not leave."""
    found, cursor = wiring.sending_store().undelivered(cursor=call.query.cursor, limit=call.query.limit)
    return f.SendingPage(items=[f.SendingView.of(sending) for sending in found], next=cursor)


@api.operation("POST", "/pages/{page_id}/resending", answer=f.SendingView, **STAFF)
def resend_page(_call: Call, page_id: str) -> f.SendingView:
    """Send a page again that did not leave."""
    return f.SendingView.of(wiring.pages().resend(page_id))


@api.operation("GET", "/rota", answer=r.RotaView, **STAFF)
def read_rota(_call: Call) -> r.RotaView:
    """The on-call rota, with the gaps of the next two weeks."""
    return _rota(wiring.rotas().get())


@api.operation("PUT", "/rota", body=r.RotaForm, answer=r.RotaView, changes=True, **STAFF)
def put_rota(call: Call) -> r.RotaView:
    """Put the whole on-call rota; its faults are all named."""
    return _rota(wiring.rotas().put(call.body.rota(), by=call.actor, seen=call.seen))


@api.operation("GET", "/on-call", query=r.OnCallQuery, answer=r.OnCallView, **STAFF)
def read_on_call(call: Call) -> r.OnCallView:
    """Who is on call, now or at another time."""
    at, team, rota = call.query.at or clock.now(), call.query.team, wiring.rotas().get().rota
    names = {staff.id: staff.name for staff in wiring.customers().all_staff()}
    persons = [r.PersonView(id=id_, name=names.get(id_, id_)) for id_ in rota.on_call(at, team=team)]
    return r.OnCallView(at=at, persons=persons, next_change=rota.next_change(at, team=team))


def _shown(found: list[Mobilisation]) -> list[f.MobilisationView]:
    sent = wiring.sending_store().many(page.id for one in found for page in one.pages)
    return [f.MobilisationView.of(one, sent) for one in found]


def _rota(kept: KeptRota) -> r.RotaView:
    now = clock.now()
    teams = dict.fromkeys(shift.team for shift in kept.rota.shifts)
    gaps = {team: kept.rota.gaps(now, now + LOOK_AHEAD, team=team) for team in teams}
    return r.RotaView.of(kept, gaps)
