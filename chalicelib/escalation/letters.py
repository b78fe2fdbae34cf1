"""Letters of escalation, from `messages/` to the outbox (A8 tier 3)."""

from functools import cache
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from chalicelib.escalation.domain import Occasion
from chalicelib.escalation.domain.letter import Letter
from chalicelib.mail import letters
from chalicelib.mail.domain import header_safe, marker
from chalicelib.mail.domain.outgoing import Draft, Tier
from chalicelib.mail.domain.thread import thread_id
from chalicelib.mail.outbox import Outbox
from chalicelib.mail.telling import House


class Letters:
    """Writes letters and posts them; the same key again leaves nothing."""

    def __init__(self, outbox: Outbox, house: House) -> None:
        self.outbox = outbox
        self.house = house

    def write(self, letter: Letter) -> None:
        """To somebody of the customer's or a colleague, in their own time zone."""
        text = self._text(letter)
        draft = Draft(
            key=letter.key,
            to=letter.to,
            name=letter.name,
            subject=_subject(letter),
            text=text,
            html=letters.as_html(text),
            ticket_id=letter.ticket.id,
            # So that an answer comes back to the ticket.
            message_id=thread_id(
                letter.ticket.id, letter.key, secret=self.house.secret, domain=self.house.domain
            ),
            automatic=True,
            tier=Tier.ESCALATION,
            template=f"escalation_{letter.template}",
        )
        self.outbox.post(draft)

    def _text(self, letter: Letter) -> str:
        ticket = letter.ticket
        found = _environment().get_template(f"{letter.template}.txt")
        text = found.render(
            ticket=ticket,
            name=letter.name,
            task=letter.task,
            what=WHAT.get(letter.occasion, letter.occasion.words),
            is_breach=letter.occasion.value.endswith("_broken"),
            due=letters.moment(letter.due_at, letter.zone) if letter.due_at else "",
            reported=letters.moment(ticket.registered_at, letter.zone),
            next_status=letters.dues(ticket, letter.zone).get("update", ""),
            url=f"{self.house.url}/v1/tickets/{ticket.number or ticket.id}",
            operator=self.house.operator,
            phone=self.house.phone,
            marker=marker(ticket.id, self.house.secret),
        )
        return f"{text.strip()}\n"


# What is owed, as a colleague reads it.
WHAT = {
    Occasion.FIRST_RESPONSE_WARNED: "The first response",
    Occasion.FIRST_RESPONSE_BROKEN: "The first response",
    Occasion.WORK_START_WARNED: "The start of work",
    Occasion.WORK_START_BROKEN: "The start of work",
    Occasion.UPDATE_WARNED: "The next update",
    Occasion.UPDATE_BROKEN: "The next update",
    Occasion.RESOLUTION_WARNED: "The resolution",
    Occasion.RESOLUTION_BROKEN: "The resolution",
    Occasion.CUSTOMER_CALL_BROKEN: "The call of the customer's contact",
}


def _subject(letter: Letter) -> str:
    ticket, kind = letter.ticket, letter.occasion
    if kind is Occasion.SEVERITY_1_MARKED:
        subject = header_safe(ticket.subject, 150) or "your report"
        return f"Severity 1: {subject} [{ticket.label}]"
    if letter.task:
        return f"[{ticket.label}] {letter.task}"
    words = kind.words.replace(" warned", " is due soon").replace(" broken", " is late")
    return f"[{ticket.label}] {words}"


@cache
def _environment() -> Environment:
    # Plain text: nothing to escape here; `as_html` escapes everything.
    return Environment(
        loader=FileSystemLoader(Path(__file__).parent / "messages"),
        undefined=StrictUndefined,
        autoescape=False,  # noqa: S701
        trim_blocks=True,
        lstrip_blocks=True,
    )
