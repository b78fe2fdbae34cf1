"""Tickets that have to do with each other."""

from collections.abc import Sequence
from datetime import datetime

from chalicelib.core.errors import Conflict, Invalid
from chalicelib.tickets import events as e
from chalicelib.tickets.domain.keeping import Ask
from chalicelib.tickets.domain.ticket import Ticket
from chalicelib.tickets.use_cases.changing import Changing, who


class Relations(Changing):
    """Merge, unmerge, link."""

    def merge(self, ticket_id: str, ask: Ask, *, into: str) -> Ticket:
        """Goes on in another ticket of the same customer; replies arrive there from now on."""
        ask.by.need_staff()
        target = self.get(into, by=ask.by)
        if target.merged_into:
            raise Conflict(f"{target.label} was itself merged into {target.merged_into}; merge into that")

        def decide(ticket: Ticket, at: datetime) -> Sequence[e.Event]:
            if ticket.id == target.id:
                raise Invalid("a ticket cannot be merged into itself")
            if ticket.customer_id != target.customer_id:
                raise Conflict("only tickets of one customer can be merged")
            return [e.TicketMerged(**who(ask, at), into=target.id)]

        return self._change(ticket_id, ask, decide)

    def unmerge(self, ticket_id: str, ask: Ask) -> Ticket:
        """On its own again."""
        ask.by.need_staff()

        def decide(ticket: Ticket, at: datetime) -> Sequence[e.Event]:
            if not ticket.merged_into:
                raise Conflict(f"{ticket.label} is not merged")
            return [e.TicketUnmerged(**who(ask, at))]

        return self._change(ticket_id, ask, decide)

    def link(self, ticket_id: str, ask: Ask, *, to: str, relation: str = "related") -> Ticket:
        """Has to do with another ticket."""
        ask.by.need_staff()
        other = self.get(to, by=ask.by)

        def decide(ticket: Ticket, at: datetime) -> Sequence[e.Event]:
            if ticket.customer_id != other.customer_id:
                raise Conflict("only tickets of one customer are linked: the customer sees its links (F29)")
            return [e.TicketLinked(**who(ask, at), to=other.id, relation=relation)]

        return self._change(ticket_id, ask, decide)

    def unlink(self, ticket_id: str, ask: Ask, *, to: str) -> Ticket:
        """Has nothing to do with it any more."""
        ask.by.need_staff()
        other = self.get(to, by=ask.by)
        return self._change(
            ticket_id, ask, lambda ticket, at: [e.TicketUnlinked(**who(ask, at), to=other.id)]
        )
