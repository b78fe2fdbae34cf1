"""A desk with its mail room, on DynamoDB Local and moto: mail goes in, letters come out."""

import json
from dataclasses import dataclass, field
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from itertools import count
from pathlib import Path
from typing import Any

from moto.ses.models import ses_backends

from chalicelib import wiring
from chalicelib.customers.domain import DESK, Contact, Customer, CustomerKind, Role, Staff
from chalicelib.mail.notices import notice_of
from chalicelib.mail.telling import TOLD
from chalicelib.tickets.domain import Ticket
from chalicelib.tickets.domain.keeping import Ask, Change
from infra.local.names import ACCOUNT, REGION

SAMPLES = {path.stem: path.read_bytes() for path in sorted(Path(__file__).parent.glob("samples/*.eml"))}
SUPPORT = "support@desk.example"
PASSED = {"spf": "PASS", "dkim": "PASS", "dmarc": "PASS"}
FORGED = {"spf": "FAIL", "dkim": "FAIL", "dmarc": "FAIL"}


def settle_people() -> None:
    """alice and olga at a customer, paul at a partner, bob and carol at the desk; mallory nowhere."""
    customers = wiring.customers()
    acme = Customer(id="acme", name="Acme Ltd", zone="Europe/London", domains=("acme.example",))
    partner = Customer(
        id="partnerly",
        name="Partnerly GmbH",
        kind=CustomerKind.SOLUTION_PARTNER,
        plan="expert_partner",
        zone="Europe/Berlin",
        country="DE",
        domains=("partnerly.example",),
        end_user_domains=("users.partnerly.example",),
    )
    for customer in (acme, partner):
        customers.put_customer(customer)
    representative = frozenset({Role.REPRESENTATIVE})
    for customer_id, contact_id, name, zone in (
        ("acme", "alice", "Alice Archer", "America/New_York"),
        ("acme", "olga", "Olga Officer", None),
        ("partnerly", "paul", "Paul Partner", None),
    ):
        email = f"{contact_id}@{customer_id}.example"
        customers.put_contact(
            Contact(
                id=contact_id,
                customer_id=customer_id,
                name=name,
                email=email,
                zone=zone,
                roles=representative,
            )
        )
    for staff_id, name in (("bob", "Bob Engineer"), ("carol", "Carol Operations")):
        customers.put_staff(
            Staff(id=staff_id, name=name, email=f"{staff_id}@desk.example", zone="Europe/London")
        )


def mail(
    from_: str,
    text: str = "It is broken.",
    *,
    subject: str = "The queue is stuck",
    id_: str | None = None,
    to: str = SUPPORT,
    **headers: str,
) -> bytes:
    """One mail; further headers by name, with `_` for `-`."""
    message = EmailMessage(policy=default)
    message["From"], message["To"], message["Subject"] = from_, to, subject
    message["Date"] = "Mon, 23 Nov 2026 08:55:00 +0000"
    if id_:
        message["Message-ID"] = f"<{id_}>"
    for name, value in headers.items():
        message[name.replace("_", "-")] = value
    message.set_content(text)
    return message.as_bytes(policy=default.clone(max_line_length=998))


@dataclass
class Mailroom:
    """`receive` as SES does, `tell` as the stream and the bus do; `letters` is what SES was given."""

    numbers: Any = field(default_factory=count)

    def receive(self, raw: bytes, *, source: str | None = None, key: str = "", **verdicts: str) -> Ticket:
        """Stored first, then received: with verdicts, and the envelope's sender."""
        key = key or self.keep(raw)
        return wiring.inbound().receive(notice_of(notice(raw, key, source, {**PASSED, **verdicts})))

    def keep(self, raw: bytes) -> str:
        """The key of a mail in the bucket."""
        key = f"inbound/{next(self.numbers)}"
        wiring.raw_mail().put(key, raw)
        return key

    def tell(self, ticket: Ticket | str, *, times: int = 1) -> None:
        """Every event of a ticket reaches the letters, in order and `times` times."""
        ticket_id = ticket if isinstance(ticket, str) else ticket.id
        for change in self.history(ticket_id):
            for place, event in enumerate(change.events):
                if type(event).__name__ in TOLD:
                    detail = {"id": f"{ticket_id}.{change.version}.{place}", "record": ticket_id}
                    for _ in range(times):
                        wiring.telling().tell({**detail, "version": change.version})

    def history(self, ticket: Ticket | str) -> list[Change]:
        """All changes of a ticket."""
        ticket_id = ticket if isinstance(ticket, str) else ticket.id
        return wiring.ticket_store().history(ticket_id, limit=200)[0]

    def events(self, ticket: Ticket | str) -> list[str]:
        """What happened to a ticket, by name, promises aside."""
        names = (type(event).__name__ for change in self.history(ticket) for event in change.events)
        return [name for name in names if not name.startswith("Promise")]

    def letters(self, to: str | None = None) -> list[EmailMessage]:
        """What left, oldest first."""
        sent = ses_backends[ACCOUNT][REGION].sent_messages
        read = [message_from_bytes(_bytes(one.raw_data), policy=default) for one in sent]
        return [one for one in read if to is None or to in str(one["To"])]  # type: ignore[misc]

    def now(self, ticket: Ticket) -> Ticket:
        """The ticket as it is."""
        return wiring.tickets().get(ticket.id, by=DESK)

    def by(self, staff_id: str) -> Ask:
        """A colleague asks."""
        return Ask(by=wiring.customers().staff(staff_id).actor())


def notice(raw: bytes, key: str, source: str | None, verdicts: dict[str, str]) -> dict[str, Any]:
    """As SES would say it."""
    if source is None:
        source = str(message_from_bytes(raw[:8000])["From"] or "").rpartition("<")[2].strip("> ")
    receipt = {f"{name}Verdict": {"status": status} for name, status in verdicts.items()}
    return {
        "mail": {"source": source, "headers": [], "headersTruncated": False},
        "receipt": {**receipt, "action": {"type": "S3", "objectKey": key}},
    }


def text_of(letter: EmailMessage) -> str:
    """The text part."""
    part = letter.get_body(("plain",))
    assert part is not None
    return str(part.get_content())


def html_of(letter: EmailMessage) -> str:
    """The HTML part."""
    part = letter.get_body(("html",))
    assert part is not None
    return str(part.get_content())


def _bytes(raw: str | bytes) -> bytes:
    return raw if isinstance(raw, bytes) else raw.encode()


def as_sns(told: dict[str, Any]) -> dict[str, Any]:
    """The event with which SNS wakes a function."""
    sns = {"Message": json.dumps(told), "Subject": "Amazon SES", "MessageAttributes": {}}
    return {"Records": [{"EventSource": "aws:sns", "Sns": sns}]}
