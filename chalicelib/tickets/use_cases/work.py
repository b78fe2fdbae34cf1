"""The work on a ticket, and what is said about it."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from chalicelib.core.errors import Conflict, Invalid
from chalicelib.tickets import events as e
from chalicelib.tickets.domain.keeping import Ask
from chalicelib.tickets.domain.moves import CLOSED, SOLVED
from chalicelib.tickets.domain.owed import CUSTOMER_CALL
from chalicelib.tickets.domain.ticket import Ticket
from chalicelib.tickets.use_cases.changing import Changing, who


class Work(Changing):
    """Assign, answer, wait, tell (B7, B10, D10)."""

    def assign(self, ticket_id: str, ask: Ask, *, to: str, before: str | None = None) -> Ticket:
        """Gives the ticket to somebody. Whoever owns it now must be named in `before`: one taker wins (F8)."""
        ask.by.need_staff()

        def decide(ticket: Ticket, at: datetime) -> Sequence[e.Event]:
            if ticket.assignee == to:
                return ()
            if ticket.assignee != before:
                owner = ticket.assignee or "nobody"
                raise Conflict(f"{ticket.label} belongs to {owner} now; name them in `from` to take it over")
            return [e.TicketAssigned(**who(ask, at), to=to, before=before)]

        return self._change(ticket_id, ask, decide)

    def start_work(self, ticket_id: str, ask: Ask) -> Ticket:
        """An engineer begins (B10)."""
        ask.by.need_staff()

        def decide(ticket: Ticket, at: datetime) -> Sequence[e.Event]:
            return () if ticket.work_started_at else [e.WorkStarted(**who(ask, at))]

        return self._change(ticket_id, ask, decide)

    def reply(  # noqa: PLR0913 - what a reply says of itself
        self,
        ticket_id: str,
        ask: Ask,
        *,
        message: e.Message,
        channel: str = "api",
        sort: str | None = None,
        outside: bool = False,
        joins: str = "",
    ) -> Ticket:
        """A public reply of either side; of a robot when `sort` says which, and that changes nothing (F19).

        `outside`: a stranger's mail, let in by whoever checked the sender. `joins`: the address of a
        colleague of the customer who takes part from now on.
        """
        message = self._bounded(message, ticket_id)

        def decide(ticket: Ticket, at: datetime) -> Sequence[e.Event]:
            said = who(ask, at)
            if sort:
                return [e.AutomaticMailAttached(**said, message=message, sort=sort)]
            if ask.by.is_staff and not outside:
                return [e.ReplySent(**said, message=message)]
            reopened = ticket.status in (SOLVED, CLOSED)
            return [
                e.ReplyReceived(**said, message=message, channel=channel, reopened=reopened, joined=joins)
            ]

        return self._change(ticket_id, ask, decide)

    def note(self, ticket_id: str, ask: Ask, *, message: e.Message) -> Ticket:
        """An internal note: no customer sees it, no clock hears it."""
        ask.by.need_staff()
        message = self._bounded(message, ticket_id)
        return self._change(ticket_id, ask, lambda ticket, at: [e.NoteAdded(**who(ask, at), message=message)])

    def log_call(  # noqa: PLR0913 - what a call log holds
        self,
        ticket_id: str,
        ask: Ask,
        *,
        direction: str,
        person: str,
        summary: str,
        called_at: datetime | None = None,
        support_phone: bool = False,
    ) -> Ticket:
        """Logs a phone call (B7). The customer's call to the support phone starts the premium clock (D12)."""
        ask.by.need_staff()

        def decide(ticket: Ticket, at: datetime) -> Sequence[e.Event]:
            when = called_at or at
            if support_phone and direction != "inbound":
                raise Invalid("the support phone is called by the customer: that call is inbound (D12)")
            if not ticket.registered_at <= when <= at:
                raise Invalid("a call lies between the report and now; correct `called_at` or leave it out")
            call: dict[str, Any] = {
                "direction": direction,
                "called_at": when,
                "person": person,
                "summary": summary,
            }
            return [e.CallLogged(**who(ask, at), **call, support_phone=support_phone)]

        return self._change(ticket_id, ask, decide)

    def hold(self, ticket_id: str, ask: Ask, *, reason: str) -> Ticket:
        """Waits for somebody other than the customer."""
        ask.by.need_staff()
        return self._change(
            ticket_id, ask, lambda ticket, at: [e.TicketPutOnHold(**who(ask, at), reason=reason)]
        )

    def await_customer(self, ticket_id: str, ask: Ask, *, question: str) -> Ticket:
        """Asks the customer something and waits: update and resolution clocks stand still (decision 6)."""
        ask.by.need_staff()
        return self._change(
            ticket_id, ask, lambda ticket, at: [e.CustomerAwaited(**who(ask, at), question=question)]
        )

    def resume(self, ticket_id: str, ask: Ask) -> Ticket:
        """Back to work out of hold or waiting."""
        ask.by.need_staff()
        return self._change(ticket_id, ask, lambda ticket, at: [e.TicketResumed(**who(ask, at))])

    def give_eta(self, ticket_id: str, ask: Ask, *, eta: datetime, reason: str = "") -> Ticket:
        """When the customer may expect the resolution; each change is told (D10)."""
        ask.by.need_staff()

        def decide(ticket: Ticket, at: datetime) -> Sequence[e.Event]:
            if eta <= at:
                raise Invalid("an ETA lies in the future")
            if ticket.eta == eta:
                return ()
            return [e.EtaGiven(**who(ask, at), eta=eta, before=ticket.eta, reason=reason)]

        return self._change(ticket_id, ask, decide)

    def give_workaround(self, ticket_id: str, ask: Ask, *, text: str) -> Ticket:
        """A way to go on until it is resolved (D10)."""
        ask.by.need_staff()
        return self._change(ticket_id, ask, lambda ticket, at: [e.WorkaroundGiven(**who(ask, at), text=text)])

    def escalate(self, ticket_id: str, ask: Ask, *, reason: str) -> Ticket:
        """Raises the priority to the highest (D15)."""

        def decide(ticket: Ticket, at: datetime) -> Sequence[e.Event]:
            return () if ticket.escalated_at else [e.TicketEscalated(**who(ask, at), reason=reason)]

        return self._change(ticket_id, ask, decide)

    def raise_call(self, ticket_id: str, ask: Ask, *, reason: str) -> Ticket:
        """Somebody must call the customer's contact (B10); asked twice it is one task."""

        def decide(ticket: Ticket, at: datetime) -> Sequence[e.Event]:
            return () if ticket.promise(CUSTOMER_CALL) else [e.CallTaskRaised(**who(ask, at), reason=reason)]

        return self._change(ticket_id, ask, decide)
