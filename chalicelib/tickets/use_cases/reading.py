"""Reading tickets, and why their clocks stand where they stand."""

from dataclasses import replace

from chalicelib.core.errors import NotFound
from chalicelib.customers.domain import Actor
from chalicelib.sla.domain import Explanation, Kind, explain
from chalicelib.tickets.use_cases.changing import MOMENT, Changing


class Reading(Changing):
    """What can be seen of one ticket."""

    def explain(self, ticket_id: str, promise_id: str, *, by: Actor) -> Explanation:
        """What a promise counted, what not, and why, up to now or to its settling."""
        ticket = self.get(ticket_id, by=by)
        kind = next((kind for kind in Kind if promise_id.split(".", maxsplit=1)[0] == kind.value), None)
        open_one = next((p for p in ticket.promises if p.id == promise_id), None)
        promise = open_one or self.store.promise(ticket.id, promise_id)
        if kind is None or promise is None:
            raise NotFound(f"{ticket.label} has no clock {promise_id}")
        until = promise.settled_at or self.now()
        # As it stood just before: what settled it may have started the next one.
        seen = ticket.timeline.until(until - MOMENT) if promise.settled_at else ticket.timeline
        terms = self._terms(ticket)
        found = explain(kind, seen, terms.plan, terms.hours, until)
        if found is None:
            raise NotFound(f"{ticket.label} has no clock {promise_id} any more")
        if promise.earliest and promise.due_at == promise.earliest:
            return replace(found, due_at=promise.due_at, clause=promise.clause)
        return found
