"""Who is written to about a ticket, and in which time zone they live."""

from collections.abc import Iterator
from typing import Any, Protocol

from chalicelib.core.errors import NotFound
from chalicelib.customers.domain import Customer, Role
from chalicelib.mail.letters import Reader
from chalicelib.tickets.domain import Ticket


class Customers(Protocol):
    """Who the readers are."""

    def get(self, customer_id: str) -> Customer: ...
    def contact(self, customer_id: str, contact_id: str) -> Any: ...
    def contacts(self, customer_id: str) -> Any: ...
    def staff(self, staff_id: str) -> Any: ...


class Readers:
    """Finds the people behind a ticket. Somebody who is no longer kept stops no letter to the others."""

    def __init__(self, customers: Customers) -> None:
        self.customers = customers

    def of(self, ticket: Ticket) -> Iterator[Reader]:
        """The requester and everybody who takes part; for an end user's report the partner (B16)."""
        if ticket.referred_to:
            yield from self.representatives(self.customers.get(ticket.referred_to))
            return
        requester = self.requester(ticket)
        if requester:
            yield requester
        zone = requester.zone if requester else self._zone(ticket)
        for address in ticket.participants:
            if requester is None or address != requester.email.lower():
                yield Reader(name="", email=address, zone=zone)

    def requester(self, ticket: Ticket) -> Reader | None:
        """Who reported, where there is an address."""
        who = ticket.requester
        return Reader(name=who.name, email=who.email, zone=self._zone(ticket)) if who.email else None

    def representatives(self, partner: Customer) -> list[Reader]:
        """Those who speak for a partner."""
        contacts = self.customers.contacts(partner.id)
        chosen = [c for c in contacts if Role.REPRESENTATIVE in c.roles] or contacts[:1]
        return [Reader(name=c.name, email=c.email, zone=c.zone or partner.zone) for c in chosen]

    def colleague(self, staff_id: str | None) -> Reader | None:
        """The colleague with this id."""
        try:
            found = self.customers.staff(staff_id) if staff_id else None
        except NotFound:
            return None
        return Reader(name=found.name, email=found.email, zone=found.zone) if found else None

    def partner_of(self, ticket: Ticket) -> str:
        """The name of the ticket's customer when it has end users of its own."""
        customer = self.customers.get(ticket.customer_id) if ticket.customer_id else None
        return customer.name if customer and customer.end_user_domains else ""

    def _zone(self, ticket: Ticket) -> str:
        """The contact's own zone, else the customer's (decision 18)."""
        if not ticket.customer_id:
            return "UTC"
        return self._own_zone(ticket) or self.customers.get(ticket.customer_id).zone

    def _own_zone(self, ticket: Ticket) -> str | None:
        if not (ticket.customer_id and ticket.requester.contact_id) or ticket.referred_to:
            return None
        try:
            zone: str | None = self.customers.contact(ticket.customer_id, ticket.requester.contact_id).zone
        except NotFound:
            return None
        return zone
