"""What a ticket's plan says about calling people: its name, and from when it may."""

from collections.abc import Callable
from datetime import datetime

from chalicelib.customers.store import CustomerStore
from chalicelib.sla import reader
from chalicelib.sla.domain import HoursKind
from chalicelib.tickets.domain import Ticket
from chalicelib.tickets.terms import terms_of


def opens_at(customers: CustomerStore) -> Callable[[Ticket, datetime], datetime]:
    """From when people may be paged: a 09-17 contract does not page at night (Clocks 9)."""

    def opens(ticket: Ticket, at: datetime) -> datetime:
        customer = customers.get(ticket.customer_id) if ticket.customer_id else None
        terms = terms_of(customer, ticket.plan)
        return terms.plan.paging_from(ticket.severity, terms.hours(HoursKind.BUSINESS), at)

    return opens


def plan_name(ticket: Ticket) -> str:
    """The name of the plan version that the ticket has pinned."""
    return reader.plan(ticket.plan.id, ticket.plan.version).name
