"""What was written, what could not be delivered, and sending it again."""

from datetime import datetime

from pydantic import BaseModel

from chalicelib import wiring
from chalicelib.customers.domain import Scope
from chalicelib.mail.domain.outgoing import OutgoingMail
from chalicelib.web.api import Api, Call, PageQuery

api = Api(__name__)
READS = {"scope": Scope.DESK, "staff": True, "tag": "mail"}


class MailView(BaseModel):
    """A mail of ours, and what became of it."""

    id: str
    to: str
    subject: str
    template: str
    tier: str
    channel: str = "mail"
    state: str
    attempts: int
    created_at: datetime
    sent_at: datetime | None
    next_attempt_at: datetime | None
    reason: str
    ticket_id: str | None

    @classmethod
    def of(cls, mail: OutgoingMail) -> "MailView":
        """The mail as the API shows it."""
        draft = mail.draft
        return cls(
            id=mail.id,
            to=draft.to,
            subject=draft.subject,
            template=draft.template,
            tier=draft.tier.value,
            state=mail.state.value,
            attempts=mail.attempts,
            created_at=mail.created_at,
            sent_at=mail.sent_at,
            next_attempt_at=mail.wake_at,
            reason=mail.reason,
            ticket_id=draft.ticket_id,
        )


class MailPage(BaseModel):
    """Some mails; `next` is the cursor of the following page."""

    items: list[MailView]
    next: str | None


@api.operation("GET", "/tickets/{ticket_id}/mails", query=PageQuery, answer=MailPage, **READS)
def list_mails(call: Call, ticket_id: str) -> MailPage:
    """What was written about a ticket."""
    ticket = wiring.tickets().get(ticket_id, by=call.actor)
    found, cursor = wiring.mail_store().of_ticket(ticket.id, cursor=call.query.cursor, limit=call.query.limit)
    return MailPage(items=[MailView.of(mail) for mail in found], next=cursor)


@api.operation("GET", "/undelivered", query=PageQuery, answer=MailPage, **READS)
def list_undelivered(call: Call) -> MailPage:
    """Mail that could not be delivered: bounced, suppressed, or given up."""
    found, cursor = wiring.mail_store().undelivered(cursor=call.query.cursor, limit=call.query.limit)
    return MailPage(items=[MailView.of(mail) for mail in found], next=cursor)


@api.operation("POST", "/undelivered/{mail_id}/resending", answer=MailView, changes=True, **READS)
def resend_mail(call: Call, mail_id: str) -> MailView:
    """Send it again, after its address was made sure of."""
    return MailView.of(wiring.outbox().resend(mail_id))
