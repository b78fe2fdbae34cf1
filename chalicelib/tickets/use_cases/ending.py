"""Solved, closed, reopened, and what falls due meanwhile."""

from collections.abc import Sequence
from datetime import datetime

from chalicelib.customers.domain import DESK
from chalicelib.tickets import events as e
from chalicelib.tickets.domain.falling_due import fall_due
from chalicelib.tickets.domain.keeping import Ask
from chalicelib.tickets.domain.ticket import Ticket
from chalicelib.tickets.use_cases.changing import Changing, who


class Ending(Changing):
    """The resolution notice, closing and reopening (D10, D14), and the passing of time."""

    def solve(self, ticket_id: str, ask: Ask, *, resolution: str) -> Ticket:
        """The resolution notice (D10)."""
        ask.by.need_staff()
        return self._change(
            ticket_id, ask, lambda ticket, at: [e.TicketSolved(**who(ask, at), resolution=resolution)]
        )

    def close(self, ticket_id: str, ask: Ask, *, reason: str = "") -> Ticket:
        """Closes; either side may, and either side may reopen (D14)."""
        return self._change(
            ticket_id, ask, lambda ticket, at: [e.TicketClosed(**who(ask, at), reason=reason)]
        )

    def reopen(self, ticket_id: str, ask: Ask, *, reason: str) -> Ticket:
        """Worked on again, at any time, with its clock history (D14)."""
        return self._change(
            ticket_id, ask, lambda ticket, at: [e.TicketReopened(**who(ask, at), reason=reason)]
        )

    def fall_due(self, ticket_id: str) -> Ticket:
        """Acts on all that is due by now; nothing when somebody was quicker (B10, F14)."""

        ask = Ask(by=DESK)
        return self._keep(
            ticket_id, ask, lambda ticket, at: fall_due(ticket, at, self._terms(ticket), by=DESK.id)
        )

    def move_deadlines(self, ticket_id: str, *, calendar: str) -> Ticket:
        """Computes open deadlines again after a calendar changed; settled ones stay (Clocks 6).

        Asked again it moves nothing and writes nothing (F9).
        """
        ask = Ask(by=DESK)

        def step(ticket: Ticket, at: datetime) -> tuple[Ticket, Sequence[e.Event]]:
            moved, told = self._settled(ticket, [e.DeadlinesMoved(**who(ask, at), calendar=calendar)])
            return (moved, told) if moved.promises != ticket.promises else (ticket, ())

        return self._keep(ticket_id, ask, step)
