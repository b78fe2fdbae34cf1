"""A desk whose process can be killed before or after any call to AWS; only the engines survive it."""

import json
import os
import re
import signal
import sys
import traceback
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from email import message_from_string
from email.policy import default
from typing import Any

import boto3
from botocore.httpsession import URLLib3Session
from moto.s3.models import s3_backends
from moto.ses.models import ses_backends
from moto.sqs.models import sqs_backends

from chalicelib import wiring
from chalicelib.audit.relay import entries_of
from chalicelib.aws import clients
from chalicelib.aws.records import Record
from chalicelib.customers.domain import Contact, Customer
from chalicelib.mail.domain import OUR_HEADER
from chalicelib.mail.domain.outgoing import MAIL_TAG
from chalicelib.mail.jobs import hear_of_mail, tell_by_mail
from chalicelib.mail.telling import TOLD
from chalicelib.promises.jobs import keep_promises, sweep_promises
from infra.local.feedback import Post
from infra.local.names import ACCOUNT, REGION
from infra.local.outbox import Letter
from infra.local.resources import create_table
from tests.mail.mailroom import as_sns

ENVELOPE = {"account": ACCOUNT, "region": REGION, "resources": [], "version": "0", "id": "e",
            "time": "2026-11-23T09:00:00Z"}  # fmt: skip
TICK = {**ENVELOPE, "source": "aws.events", "detail-type": "Scheduled Event", "detail": {}}
# What may differ after a crash: how often and when it was tried, and the ids that AWS gave.
OF_THE_TRY = ("attempts", "sent_at", "ses_id", "earlier_ses_ids", "version", "wake_at")


@dataclass
class Killer:
    """Counts calls to AWS; at the given one the process is gone."""

    before: int = 0
    after: int = 0
    count: int = 0
    quiet: bool = False
    changing: list[int] = field(default_factory=list)  # the calls that may have changed something

    def __enter__(self) -> "Killer":
        real = URLLib3Session.send

        def send(session, request):
            if self.quiet:
                return real(session, request)
            self.count += 1
            if self.count == self.before:
                os.kill(os.getpid(), signal.SIGKILL)
            answer = real(session, request)
            if not _only_reads(request):
                self.changing.append(self.count)
            if self.count == self.after:
                os.kill(os.getpid(), signal.SIGKILL)
            return answer

        self._real, URLLib3Session.send = real, send
        return self

    def __exit__(self, *_: object) -> None:
        URLLib3Session.send = self._real


@dataclass
class House:
    """The engines, emptied for each run, and everything that happens by itself."""

    cloud: Any
    clock: Any
    dynamodb: Any
    killer: Killer = field(default_factory=Killer)
    heard: set[str] = field(default_factory=set)
    people: list[Any] = field(default_factory=list)

    # -- each run begins anew ---------------------------------------------------------------------------

    def reset(self, at) -> None:
        self.clock.at = at
        self.heard.clear()
        (table,) = self.cloud.names.of_type("AWS::DynamoDB::Table").values()
        self.dynamodb.delete_table(TableName="desk")
        create_table(self.dynamodb, table)
        for bucket in s3_backends[ACCOUNT]["aws"].buckets.values():
            bucket.keys.clear()
        ses_backends[ACCOUNT][REGION].sent_messages.clear()
        sqs_backends[ACCOUNT][REGION].queues["pledge-due"]._messages.clear()
        self._settle_people()

    def _settle_people(self) -> None:
        """In one trip; through the store only the first time."""
        if not self.people:
            wiring.customers().put_customer(Customer(id="acme", name="Acme", zone="Europe/London"))
            alice = Contact(id="alice", customer_id="acme", name="Alice", email="alice@acme.example")
            wiring.customers().put_contact(alice)
            self.people = self.items()
        puts = [{"PutRequest": {"Item": item}} for item in self.people]
        self.dynamodb.batch_write_item(RequestItems={"desk": puts})

    # -- what the cloud does ----------------------------------------------------------------------------

    @contextmanager
    def unseen(self) -> Iterator[None]:
        """What Lambda and the stream do is no call of ours."""
        before, self.killer.quiet = self.killer.quiet, True
        yield
        self.killer.quiet = before

    def react(self) -> None:
        """Each event on the stream is told; told again it has the same id."""
        for entry in self.events():
            if entry["DetailType"] in TOLD:
                detail = json.loads(entry["Detail"])
                tell_by_mail({**ENVELOPE, "source": entry["Source"], "detail-type": entry["DetailType"], "detail": detail}, None)  # fmt: skip # noqa: E501

    def events(self) -> list[Any]:
        return [entry for item in self.items() for entry in entries_of(item)]

    def items(self) -> list[dict[str, Any]]:
        with self.unseen():
            found = self.dynamodb.scan(TableName="desk", ConsistentRead=True)["Items"]
        return sorted(found, key=lambda item: (item["pk"]["S"], item["sk"]["S"]))

    def keep_promises(self) -> None:
        """The sweep, then the queue hands its messages to the worker, and forgets those that were done."""
        sweep_promises(TICK, None)
        with self.unseen():
            url = self.cloud.queue_url("pledge-due")
            taken = clients.sqs().receive_message(QueueUrl=url, MaxNumberOfMessages=10, VisibilityTimeout=0)
        messages = taken.get("Messages", [])
        if not messages:
            return
        records = [{"messageId": m["MessageId"], "body": m["Body"], "receiptHandle": "r"} for m in messages]
        assert keep_promises({"Records": records}, None) == {"batchItemFailures": []}
        with self.unseen():
            for message in messages:
                clients.sqs().delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])

    def hear(self) -> None:
        """SES tells of every mail that it took: Send, then Delivery."""
        for sent in list(ses_backends[ACCOUNT][REGION].sent_messages):
            if sent.id not in self.heard:
                self.heard.add(sent.id)
                told: list[str] = []
                self._post(told)._mail(_letter(sent))
                for message in told:
                    hear_of_mail(as_sns(json.loads(message)), None)

    def _post(self, told: list[str]) -> Post:
        class Outbox:
            def add(self, *_: Any, **__: Any) -> None:
                """The mailbox page is not looked at."""

        class Clock:
            now = self.clock

        return Post(
            outbox=Outbox(), clock=Clock(), feedback={"": ["topic"]}, for_functions=set(),
            publish=lambda _topic, message: told.append(message),
        )  # fmt: skip

    def settle(self) -> None:
        """SES is heard; then the leases of whoever was killed run out, and what waits is done."""
        self.hear()
        self.clock.at += timedelta(minutes=3)
        self.keep_promises()
        self.hear()

    # -- a run ------------------------------------------------------------------------------------------

    def killed(self, flow: Callable[[], None], **at: int) -> bool:
        """Runs the flow in a child that is killed at that call; False when it got to its end."""
        self._hang_up()
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # newer Pythons warn of threads; the child uses none of ours
            pid = os.fork()
        if pid == 0:
            self._die_at(flow, **at)
        _, status = os.waitpid(pid, 0)
        if os.WIFSIGNALED(status):
            assert os.WTERMSIG(status) == signal.SIGKILL
            return True
        assert os.WEXITSTATUS(status) == 0, "the flow failed before it was killed; see its traceback above"
        return False

    def _die_at(self, flow: Callable[[], None], **at: int) -> None:
        try:
            self.killer = Killer(**at)
            with self.killer:
                flow()
        except BaseException:
            traceback.print_exc(file=sys.__stderr__)
            os._exit(1)
        os._exit(0)

    def _hang_up(self) -> None:
        """No connection is shared with the child."""
        used = [
            self.dynamodb,
            clients.s3(),
            clients.ses(),
            clients.sqs(),
            Record._get_connection().connection.client,
        ]
        for client in used:
            client.close()

    # -- what is left -----------------------------------------------------------------------------------

    def end_state(self) -> dict[str, Any]:
        """All that is kept, sent and told, without what a try may leave behind."""
        items = [_comparable(item) for item in self.items() if item["pk"]["S"] != "COUNTER"]
        return json.loads(_numberless(json.dumps({
            "items": sorted(items, key=json.dumps),
            "mails": sorted(map(_mail, ses_backends[ACCOUNT][REGION].sent_messages)),
            "events": sorted(json.loads(entry["Detail"])["id"] for entry in self.events()),
            "files": sorted(key for bucket in s3_backends[ACCOUNT]["aws"].buckets.values() for key in bucket.keys),
        })))  # fmt: skip


def engines(cloud: Any, still: Any) -> House:
    """The house on these engines; warm."""
    wiring.table()
    return House(cloud, still, boto3.client("dynamodb"))


def _only_reads(request: Any) -> bool:
    target = request.headers.get("X-Amz-Target", b"")
    name = (target.decode() if isinstance(target, bytes) else target).rpartition(".")[2]
    return request.method == "GET" or name in ("GetItem", "BatchGetItem", "Query", "Scan")


def _letter(sent: Any) -> Letter:
    mail_id = message_from_string(sent.raw_data)[OUR_HEADER]
    return Letter(
        raw=sent.raw_data.encode(), to=sent.destinations, tags={MAIL_TAG: mail_id},
        configuration_set="", message_id=sent.id,
    )  # fmt: skip


def _mail(sent: Any) -> list[str]:
    message = message_from_string(sent.raw_data, policy=default)
    text = message.get_body(("plain",)).get_content()
    return [*sent.destinations, message["Message-ID"], str(message["Subject"]), text]


def _comparable(item: dict[str, Any]) -> dict[str, Any]:
    plain = {name: next(iter(value.values())) for name, value in item.items()}
    for name in ("state", "events"):
        if name in plain and plain[name][:1] in ("{", "["):
            plain[name] = json.loads(plain[name])
    if plain["sk"] == "MAIL":
        plain.pop("version")
        plain["state"] = {key: value for key, value in plain["state"].items() if key not in OF_THE_TRY}
    if plain["sk"] == "MESSAGE":
        plain["pk"] = "MESSAGE#whatever SES called it"
    return plain


def _numberless(text: str) -> str:
    """A number drawn by a process that was killed is a gap, which decision 1 allows."""
    return re.sub(r"\b10\d\d\b", "1000", text)
