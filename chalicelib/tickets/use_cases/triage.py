"""Number, severity, customer, or decline."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from chalicelib.core.errors import Conflict, Invalid
from chalicelib.tickets import events as e
from chalicelib.tickets.domain.keeping import Ask
from chalicelib.tickets.domain.severity import DeclineReason
from chalicelib.tickets.domain.ticket import Ticket
from chalicelib.tickets.use_cases.changing import Changing, who


class Triage(Changing):
    """What triage decides (B4, D2, D9)."""

    def number(self, ticket_id: str, ask: Ask) -> Ticket:
        """Gives the ticket its short number (B4); one that has a number keeps it."""
        ask.by.need_staff()
        if self.get(ticket_id, by=ask.by).number:
            return self.get(ticket_id, by=ask.by)
        number = self.store.next_number()

        def decide(ticket: Ticket, at: datetime) -> Sequence[e.Event]:
            return () if ticket.number else [e.TicketNumbered(**who(ask, at), number=number)]

        return self._change(ticket_id, ask, decide)

    def acknowledge(
        self, ticket_id: str, ask: Ask, *, severity: int, reason: str = "", text: str = ""
    ) -> Ticket:
        """Acknowledges the incident and decides its severity: the response clock stops (D9, D11)."""
        ask.by.need_staff()

        def decide(ticket: Ticket, at: datetime) -> Sequence[e.Event]:
            if ticket.acknowledged_at:
                raise Conflict(f"{ticket.label} was acknowledged before; change its severity instead")
            level = self._known(ticket, severity)
            self._need_reason(ticket, level, reason)
            said = e.TicketAcknowledged(**who(ask, at), severity=level, reason=reason, text=text)
            before = ticket.severity
            if level == before:
                return [said]
            return [said, e.SeverityChanged(**who(ask, at), severity=level, before=before, reason=reason)]

        return self._change(ticket_id, ask, decide)

    def propose_severity(self, ticket_id: str, ask: Ask, *, severity: int, reason: str = "") -> Ticket:
        """The customer proposes a severity; the desk's decision, if there is one, stays (D9)."""
        return self._change(
            ticket_id,
            ask,
            lambda ticket, at: [
                e.SeverityProposed(**who(ask, at), severity=self._known(ticket, severity), reason=reason)
            ],
        )

    def decide_severity(self, ticket_id: str, ask: Ask, *, severity: int, reason: str) -> Ticket:
        """The desk decides another severity, by business impact and with a reason (D9)."""
        ask.by.need_staff()

        def decide(ticket: Ticket, at: datetime) -> Sequence[e.Event]:
            level = self._known(ticket, severity)
            if ticket.severity == level and ticket.decision:
                return ()
            self._need_reason(ticket, level, reason)
            before = ticket.severity
            return [e.SeverityChanged(**who(ask, at), severity=level, before=before, reason=reason)]

        return self._change(ticket_id, ask, decide)

    def attribute(
        self, ticket_id: str, ask: Ask, *, customer_id: str, requester: e.Requester | None = None
    ) -> Ticket:
        """Triage found out whose report it is."""
        ask.by.need_staff()
        plan = self.terms_of(self.customers.get(customer_id)).plan
        whose: dict[str, Any] = {
            "customer_id": customer_id,
            "plan": e.PlanRef(id=plan.id, version=plan.version),
            "requester": requester or e.Requester(name=""),
        }
        return self._change(
            ticket_id, ask, lambda ticket, at: [e.CustomerAttributed(**who(ask, at), **whose)]
        )

    def decline(self, ticket_id: str, ask: Ask, *, reason: str, text: str = "") -> Ticket:
        """Declines for one of seven reasons, and offers it as paid consultancy (D2)."""
        ask.by.need_staff()
        if reason not in {known.value for known in DeclineReason}:
            raise Invalid(f"decline for one of: {', '.join(known.value for known in DeclineReason)}")
        return self._change(
            ticket_id, ask, lambda ticket, at: [e.TicketDeclined(**who(ask, at), reason=reason, text=text)]
        )

    def accept_consultancy(self, ticket_id: str, ask: Ask) -> Ticket:
        """A declined request goes on as paid consultancy, without clocks (D2, C10)."""
        return self._change(ticket_id, ask, lambda ticket, at: [e.ConsultancyAccepted(**who(ask, at))])
