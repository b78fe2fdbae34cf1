"""A report becomes a ticket, once."""

from dataclasses import replace
from typing import Any

from chalicelib.core import ids
from chalicelib.core.errors import Conflict
from chalicelib.customers.domain import Actor, Customer
from chalicelib.tickets import events as e
from chalicelib.tickets.domain.evolve import registered
from chalicelib.tickets.domain.owed import settle
from chalicelib.tickets.domain.report import Report
from chalicelib.tickets.domain.ticket import Terms, Ticket
from chalicelib.tickets.use_cases.changing import Changing

AS_REPORTED = [
    "channel",
    "subject",
    "message",
    "requester",
    "customer_id",
    "participants",
    "signals",
    "product_line",
    "verified",
    "is_automatic_mail",
    "referred_to",
]


class Intake(Changing):
    """Registering, at most once for each key."""

    def register(
        self,
        report: Report,
        *,
        by: Actor,
        key: str | None = None,
        ticket_id: str | None = None,
        asks: str | None = None,
        customer: Customer | None = None,
    ) -> Ticket:
        """Keeps a report as a ticket, at once and in one write.

        The same `key` of the same actor, or the same `ticket_id`, finds the same ticket (F1, F18); with
        another body, told by `asks`, it is a Conflict (F2). `customer`: where the channel has read it already.
        """
        ticket_id = ticket_id or (ids.derived("T", by.id, key) if key else ids.new("T"))
        asks = asks or ids.fingerprint(repr(report))
        # A number is only drawn for what is new; a mail has none yet, and its put tells by itself.
        if key and report.numbered and (seen := self._registered_before(ticket_id, asks)):
            return seen
        customer = customer or self._customer(report.customer_id)
        terms = self.terms_of(customer)
        event = self._event(
            replace(report, message=self._bounded(report.message, ticket_id)), terms, customer
        )
        event = replace(event, by=by.id, name=by.name, ticket_id=ticket_id, request=asks)
        if report.numbered:
            event = replace(event, number=self.store.next_number())
        ticket, told = settle(registered(event), event, terms)
        if self.store.register(ticket, [event, *told]):
            return ticket
        seen = self._registered_before(ticket_id, asks)
        assert seen, "what could not be created is there"
        return seen

    def _event(self, report: Report, terms: Terms, customer: Customer | None) -> e.TicketRegistered:
        as_reported: dict[str, Any] = {name: getattr(report, name) for name in AS_REPORTED}
        return e.TicketRegistered(
            at=self.now(),
            by="",
            ticket_id="",
            kind=report.kind.value,
            severity=terms.plan.severity(report.proposed_severity),
            plan=e.PlanRef(id=terms.plan.id, version=terms.plan.version),
            own_channel=bool(customer and report.channel in customer.own_channels),
            **as_reported,
        )

    def _registered_before(self, ticket_id: str, asks: str) -> Ticket | None:
        """The answer that the same registration was given, whatever was changed since: identical (F1)."""
        change = self.store.change(ticket_id, 1)
        if change is None:
            return None
        event = change.events[0]
        assert isinstance(event, e.TicketRegistered)
        if event.request != asks:
            raise Conflict("this Idempotency-Key was used before with another body; use a new key")
        if change.ticket:
            return change.ticket
        terms = self.terms_of(self._customer(event.customer_id), event.plan)
        return settle(registered(event), event, terms)[0]
