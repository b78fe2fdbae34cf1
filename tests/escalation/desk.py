"""A whole desk for tests of what happens by itself: the table's own stream, the functions as they are deployed."""

import importlib
import json
import os
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from functools import cache
from pathlib import Path
from typing import Any

import boto3
from moto.events.models import EventPattern
from moto.ses.models import ses_backends
from moto.sns.models import sns_backends

from app import app
from chalicelib import wiring
from chalicelib.audit.relay import entries_of
from chalicelib.aws import codec
from chalicelib.aws import desk as table
from chalicelib.aws.records import Record
from chalicelib.core.clock import sortable
from chalicelib.customers.domain import DESK, Contact, Customer, Role, Scope, Staff
from chalicelib.escalation.domain import Rota, Shift
from chalicelib.promises.domain import SHARDS
from chalicelib.sla.domain.calendar import WEEK
from chalicelib.tickets.domain import RequestKind
from chalicelib.tickets.domain.keeping import Ask
from chalicelib.tickets.domain.report import Report
from chalicelib.tickets.events import Message, Requester
from infra.local.names import ACCOUNT, REGION
from infra.local.stream import StreamReader

STAFF = (
    Staff(id="bob", name="Bob", email="bob@desk.example", phone="+44 20 7946 0101",
          roles=frozenset({Role.SUPPORT_ENGINEER})),
    Staff(id="dave", name="Dave", email="dave@desk.example", roles=frozenset({Role.SUPPORT_ENGINEER})),
    Staff(id="carol", name="Carol", email="carol@desk.example", roles=frozenset({Role.OPERATIONS_MANAGER})),
    Staff(id="victor", name="Victor", email="victor@desk.example", roles=frozenset({Role.VP_OPERATIONS})),
)  # fmt: skip
CUSTOMERS = (
    Customer(id="acme", name="Acme", plan="standard", zone="Europe/London"),
    Customer(id="knowbank", name="Knowbank", plan="knowledge", zone="Europe/Berlin", country="DE"),
)
CONTACTS = (
    Contact(id="alice", customer_id="acme", name="Alice", email="alice@acme.example",
            roles=frozenset({Role.REPRESENTATIVE})),
    Contact(id="olga", customer_id="acme", name="Olga", email="olga@acme.example",
            roles=frozenset({Role.ESCALATION})),
    Contact(id="karl", customer_id="knowbank", name="Karl", email="karl@knowbank.example",
            roles=frozenset({Role.REPRESENTATIVE})),
)  # fmt: skip
PEOPLE = {person.id: person for person in (*STAFF, *CONTACTS)}
TEAM = Shift(team="engineers", persons=("bob", "dave"), days=WEEK, starts=time(0), ends=time(0))
ROTA = Rota(id="support", zone="Europe/London", shifts=(TEAM,))


@dataclass(slots=True, kw_only=True)
class Desk:
    """`settle()` lets everything happen that follows by itself; `again()` delivers it all once more."""

    clock: Any
    stream: StreamReader
    rooms: tuple[str, ...]  # capabilities whose reactions run
    told: list[dict[str, Any]] = field(default_factory=list)

    def settle(self) -> list[dict[str, Any]]:
        """Delivers what the stream holds, and what follows from that."""
        news: list[dict[str, Any]] = []
        while fresh := list(self._fresh()):
            news += fresh
            for event in fresh:
                self.deliver(event)
        self.told += news
        return news

    def again(self) -> None:
        """Everything told so far is told again (F9), then what follows."""
        for event in list(self.told):
            self.deliver(event)
        self.settle()

    def deliver(self, event: dict[str, Any]) -> None:
        """To every deployed function whose pattern fits."""
        for source in app.event_sources:
            pattern = getattr(source, "event_pattern", None)
            module, _, name = source.handler_string.rpartition(".")
            if pattern is None or module.split(".")[1] not in self.rooms:
                continue
            if EventPattern.load(json.dumps(pattern)).matches_event(event):
                getattr(importlib.import_module(module), name)(event, None)

    def pass_time(self, **by: int) -> None:
        """Time passes; each record that falls due is handled at its own time, as the sweep does."""
        end = self.clock.at + timedelta(**by)
        while (found := self._next_due()) and found[0] <= end:
            self.clock.at = max(self.clock.at, found[0])
            wiring.due(*found[1])
            self.settle()
        self.clock.at = end

    def ticket_falls_due(self, ticket_id: str, **after: int) -> None:
        """So much later the sweep sees this ticket, and nothing else."""
        self.clock.at += timedelta(**after)
        wiring.due(ticket_id, "TICKET")
        self.settle()

    def register(self, severity: int = 1, *, by: str = "alice", **more: Any) -> str:
        """A report; its ticket's id. Nothing has followed yet."""
        contact = PEOPLE[by]
        report = Report(
            channel="api",
            subject="Payroll is down",
            message=Message(text="nothing works"),
            requester=Requester(name=contact.name, email=contact.email, contact_id=contact.id),
            customer_id=contact.customer_id,
            kind=RequestKind.BUG,
            severity=severity,
            numbered=True,
            **more,
        )
        return wiring.tickets().register(report, by=contact.actor()).id

    def key(self, person: str, *scopes: Scope) -> dict[str, str]:
        """The header with an API key of theirs."""
        actor = PEOPLE[person].actor(frozenset(scopes or Scope))
        token = wiring.customers().issue_key(actor, label="test", at="now")[1]
        return {"Authorization": f"Bearer {token}"}

    def _fresh(self) -> Iterator[dict[str, Any]]:
        for shard, records in self.stream.read():
            self.stream.advance(shard, records[-1])
            for record in records:
                if record["eventName"] == "INSERT":
                    yield from map(as_event, entries_of(record["dynamodb"]["NewImage"]))

    def _next_due(self) -> tuple[Any, tuple[str, str]] | None:
        far = sortable(self.clock.at + timedelta(days=400))
        found = [record for shard in SHARDS for record in table.due(shard, far)]
        first = min(found, key=lambda record: record.due_at, default=None)
        return (datetime.fromisoformat(first.due_at), (first.pk, first.sk)) if first else None


def as_event(entry: Any) -> dict[str, Any]:
    """As EventBridge hands it to a function."""
    return {
        "version": "0",
        "id": "bus",
        "account": ACCOUNT,
        "region": REGION,
        "time": "2026-11-23T09:00:00Z",
        "resources": [],
        "source": entry["Source"],
        "detail-type": entry["DetailType"],
        "detail": json.loads(entry["Detail"]),
    }


def by(person: str) -> Ask:
    """Somebody asks."""
    return Ask(by=PEOPLE[person].actor(frozenset(Scope)) if person in PEOPLE else DESK)


def open_desk(clock: Any, folder: Path, *rooms: str) -> Desk:
    """The cast is known, the rota is kept, and nothing has happened yet."""
    wiring.customers()
    with Record.batch_write() as batch:  # all of them in one trip
        for staff in STAFF:
            batch.save(Record("STAFF", f"STAFF#{staff.id}", state=codec.dumps(staff)))
        for customer in CUSTOMERS:
            batch.save(Record(f"CUSTOMER#{customer.id}", "CUSTOMER", state=codec.dumps(customer)))
        for contact in CONTACTS:
            place = (f"CUSTOMER#{contact.customer_id}", f"CONTACT#{contact.id}")
            batch.save(Record(*place, state=codec.dumps(contact)))
    wiring.rotas().put(ROTA, by=DESK)
    dynamodb, streams = clients(os.environ["AWS_ENDPOINT_URL_DYNAMODB"])
    arn = dynamodb.describe_table(TableName="desk")["Table"]["LatestStreamArn"]
    stream = StreamReader(client=streams, stream_arn=arn, batch_size=100, file=folder / "stream.json")
    desk = Desk(clock=clock, stream=stream, rooms=rooms)
    desk.settle()
    return desk


@cache
def clients(endpoint: str) -> tuple[Any, Any]:
    """Of the engine: made once, because making them takes longer than a test."""
    return tuple(boto3.client(name, endpoint_url=endpoint) for name in ("dynamodb", "dynamodbstreams"))


def pages() -> list[tuple[str, str]]:
    """Whom pages on the topic were for, and what they said, in order."""
    topic = sns_backends[ACCOUNT][REGION].topics[f"arn:aws:sns:{REGION}:{ACCOUNT}:pledge-pages"]
    return [(subject.removeprefix("Page for "), text) for _, text, subject, *_ in topic.sent_notifications]


def texts() -> list[tuple[str, str]]:
    """Text messages: number and words."""
    return [(number, text) for number, text in sns_backends[ACCOUNT][REGION].sms_messages.values()]


def mails() -> list[Any]:
    """Mails that SES took."""
    return list(ses_backends[ACCOUNT][REGION].sent_messages)
