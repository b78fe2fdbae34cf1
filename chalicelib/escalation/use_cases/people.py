"""Whom a ladder means: from roles, the rota and the ticket to people."""

import re
from dataclasses import replace
from datetime import datetime
from typing import Protocol

from chalicelib.customers.domain import Contact, Customer, Role, Staff
from chalicelib.escalation.domain import Callee, Target, TargetKind
from chalicelib.tickets.domain import Ticket

ENGINEERS = "engineers"  # the team that stands in for a missing assignee
TOPIC, SMS = "page", "sms"
_DIALABLE = re.compile(r"\+[1-9][0-9]{6,14}")


class People(Protocol):
    """Who works here, and who speaks for a customer."""

    def all_staff(self) -> list[Staff]: ...
    def get(self, customer_id: str) -> Customer: ...
    def contacts(self, customer_id: str) -> list[Contact]: ...


class OnCall(Protocol):
    """Who is on call."""

    def on_call(self, at: datetime, *, team: str | None = None) -> tuple[str, ...]: ...


class Crews:
    """Finds the people behind a target, as of now."""

    def __init__(self, people: People, rotas: OnCall) -> None:
        self.people = people
        self.rotas = rotas

    def staff(self, target: Target, ticket: Ticket, at: datetime) -> tuple[Staff, ...]:
        """Colleagues, each once. Without an assignee whoever is on call is meant."""
        everybody = {staff.id: staff for staff in self.people.all_staff()}
        match target.kind:
            case TargetKind.ROLE:
                return tuple(staff for staff in everybody.values() if target.name in staff.roles)
            case TargetKind.ON_CALL:
                wanted = self.rotas.on_call(at, team=target.name)
            case TargetKind.ASSIGNEE:
                assigned = ticket.assignee in everybody
                wanted = (ticket.assignee or "",) if assigned else self.rotas.on_call(at, team=ENGINEERS)
            case TargetKind.ESCALATION_CONTACTS:
                wanted = ()
        return tuple(everybody[id_] for id_ in wanted if id_ in everybody)

    def callees(self, target: Target, ticket: Ticket, at: datetime) -> tuple[Callee, ...]:
        """The same with the ways to page them."""
        return tuple(Callee(person=s.id, channels=channels(s)) for s in self.staff(target, ticket, at))

    def escalation_contacts(self, ticket: Ticket) -> tuple[Contact, ...]:
        """The customer's escalation managers (B10); where none is named, its representatives (D4)."""
        if ticket.customer_id is None:
            return ()
        contacts = self.people.contacts(ticket.customer_id)
        named = [[c for c in contacts if role in c.roles] for role in (Role.ESCALATION, Role.REPRESENTATIVE)]
        zone = self.people.get(ticket.customer_id).zone
        return tuple(replace(c, zone=c.zone or zone) for c in next((found for found in named if found), ()))


def channels(staff: Staff) -> tuple[str, ...]:
    """The topic reaches every device that somebody subscribed; a phone that can be dialled gets a text too."""
    return (TOPIC, SMS) if dialable(staff.phone) else (TOPIC,)


def dialable(phone: str | None) -> str | None:
    """The number in the form that SMS takes (E.164), or None."""
    plain = re.sub(r"\(0\)|[ ()./-]", "", phone or "")
    return plain if _DIALABLE.fullmatch(plain) else None
