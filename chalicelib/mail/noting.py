"""Somebody could not be reached by mail: those who work on the ticket must know."""

from typing import Any, Protocol

from chalicelib.core import ids
from chalicelib.customers.domain import DESK
from chalicelib.mail.domain.outgoing import OutgoingMail
from chalicelib.tickets.domain.keeping import Ask, Once
from chalicelib.tickets.events import Message

NOTE = (
    "Mail to {to} could not be delivered ({reason}). Until the address is put right, nothing that we write"
    " arrives there: call them. Then send again what is listed under /v1/undelivered."
)


class Store(Protocol):
    """Outgoing mail as kept."""

    def get(self, mail_id: str) -> OutgoingMail: ...


class Noting:
    """Leaves an internal note on the ticket, once for each address."""

    def __init__(self, store: Store, tickets: Any) -> None:
        self.store = store
        self.tickets = tickets

    def note(self, mail_id: str) -> None:
        """The note; nothing when the mail belongs to no ticket or was sent again meanwhile."""
        mail = self.store.get(mail_id)
        if mail.draft.ticket_id is None or not mail.is_undelivered:
            return
        once = Once(key=f"undelivered-{ids.fingerprint(mail.draft.to.lower())}", asks="undelivered")
        said = NOTE.format(to=mail.draft.to, reason=mail.reason or mail.state.value)
        self.tickets.note(mail.draft.ticket_id, Ask(by=DESK, once=once), message=Message(text=said))
