"""F5: killed before and after every call to AWS, then everything is delivered again, twice: as without the crash."""

from collections.abc import Callable
from datetime import timedelta
from email.message import EmailMessage

import pytest
from moto.ses.models import ses_backends

from chalicelib import wiring
from chalicelib.customers.domain import Actor, ActorKind
from chalicelib.mail.domain.outgoing import Draft
from chalicelib.mail.jobs import receive_mail
from chalicelib.tickets.domain import RequestKind
from chalicelib.tickets.domain.keeping import Ask, Once
from chalicelib.tickets.domain.report import Report
from chalicelib.tickets.events import Message, Requester
from infra.local.names import ACCOUNT, REGION
from tests.conftest import MONDAY
from tests.journeys.crashing import House, Killer, engines
from tests.mail.mailroom import PASSED, as_sns, notice

ALICE = Actor(
    id="alice", name="Alice", kind=ActorKind.CONTACT, customer_id="acme", email="alice@acme.example"
)
BOB = Actor(id="bob", name="Bob", kind=ActorKind.STAFF)
TICKET = "T-CRASH"


def raw_mail() -> bytes:
    """Long, so that its text goes to S3, and with a file."""
    mail = EmailMessage()
    mail["From"], mail["To"] = "Alice <alice@acme.example>", "support@desk.example"
    mail["Subject"], mail["Message-ID"] = "Payroll is down", "<crash@acme.example>"
    mail.set_content("It fails. " * 4_000)
    mail.add_attachment(b"log", maintype="text", subtype="plain", filename="a.log")
    return mail.as_bytes()


def report(**more) -> Report:
    return Report(
        channel="api",
        subject="Payroll is down",
        message=Message(text="It fails. " * 4_000),
        requester=Requester(name="Alice", email="alice@acme.example", contact_id="alice"),
        customer_id="acme",
        kind=RequestKind.BUG,
        **more,
    )


def registered(severity: int) -> None:
    wiring.tickets().register(report(severity=severity), by=ALICE, ticket_id=TICKET)


class Flow:
    """What lies there before, and what is delivered: the same each time."""

    mails = 1

    def before(self, house: House) -> None: ...

    def deliver(self, house: House) -> None:
        raise NotImplementedError


class IntakeByMail(Flow):
    """Mail in, ticket kept, acknowledgement out."""

    def before(self, house: House) -> None:
        wiring.raw_mail().put("inbound/1", raw_mail())

    def deliver(self, house: House) -> None:
        receive_mail(as_sns(notice(raw_mail(), "inbound/1", None, PASSED)), None)
        house.react()


class IntakeByApi(Flow):
    """A numbered ticket, and the letter about it."""

    def deliver(self, house: House) -> None:
        wiring.tickets().register(report(numbered=True), by=ALICE, key="click")
        house.react()


class Acknowledge(Flow):
    """The severity is decided, the customer is told."""

    def before(self, house: House) -> None:
        registered(3)
        house.react()
        house.hear()
        house.clock.at += timedelta(hours=1)

    mails = 2

    def deliver(self, house: House) -> None:
        ask = Ask(by=BOB, once=Once(key="k", asks="severity 2"))
        wiring.tickets().acknowledge(TICKET, ask, severity=2, reason="all of payroll")
        house.react()


class Sweep(Flow):
    """Three hours of standstill: breaches, one status, its letter."""

    def before(self, house: House) -> None:
        registered(1)
        house.react()
        house.hear()
        house.clock.at += timedelta(hours=3, seconds=20)

    mails = 2

    def deliver(self, house: House) -> None:
        house.keep_promises()
        house.react()


class Send(Flow):
    """One letter."""

    def deliver(self, house: House) -> None:
        words = {"subject": "Hello", "text": "Dear Alice", "html": "<p>Dear Alice</p>"}
        wiring.outbox().post(Draft(key="e1#hello", to="alice@acme.example", ticket_id=TICKET, **words))


FLOWS = [IntakeByMail(), IntakeByApi(), Acknowledge(), Sweep(), Send()]


@pytest.fixture
def house(cloud, still) -> House:
    return engines(cloud, still)


def prepared(house: House, flow: Flow) -> Callable[[], None]:
    house.reset(MONDAY)
    flow.before(house)
    return lambda: flow.deliver(house)


@pytest.mark.parametrize("flow", FLOWS, ids=lambda flow: type(flow).__name__)
def test_the_end_is_the_same_as_without_the_crash(house, flow):
    deliver = prepared(house, flow)
    with Killer() as counted:
        house.killer = counted
        deliver()
    house.settle()
    expected = house.end_state()
    assert len(ses_backends[ACCOUNT][REGION].sent_messages) == flow.mails
    # After a call that only reads, all is as before the next one.
    kills = [{"before": n} for n in range(1, counted.count + 1)] + [{"after": n} for n in counted.changing]
    for kill in kills:
        assert house_killed(house, flow, **kill), f"{kill} was not reached"
        assert house.end_state() == expected, f"killed {kill} of {counted.count}"
    assert not house.killed(prepared(house, flow), before=counted.count + 1)


def house_killed(house: House, flow: Flow, **at: int) -> bool:
    """Killed, then everything comes again, twice, and time goes on."""
    deliver = prepared(house, flow)
    killed = house.killed(deliver, **at)
    house.hear()
    deliver()
    deliver()
    house.settle()
    return killed
