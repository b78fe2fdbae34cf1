"""The sweep and its worker: what is due is done at its own second, once, whatever lies beside it (F9, F11, F14)."""

import json
from datetime import timedelta
from types import SimpleNamespace

import boto3
import pytest
from moto.sqs.models import sqs_backends

from chalicelib import wiring
from chalicelib.aws import clients
from chalicelib.aws.records import Record
from chalicelib.core.clock import sortable
from chalicelib.core.errors import Unavailable
from chalicelib.core.settings import settings
from chalicelib.customers.domain import DESK
from chalicelib.promises.domain import SHARDS, shard_of
from chalicelib.promises.jobs import keep_promises, sweep_promises
from chalicelib.promises.sweep import oldest_overdue, remind, sweep
from chalicelib.tickets import events as e
from chalicelib.tickets.domain.keeping import Ask
from infra.local.names import ACCOUNT, REGION
from tests.tickets.conftest import at_once
from tests.tickets.desk import HOUR, MONDAY
from tests.tickets.test_store import history, register

TICK = {"version": "0", "id": "1", "detail-type": "Scheduled Event", "source": "aws.events", "account": ACCOUNT,
        "time": "2026-11-23T09:00:00Z", "region": REGION, "resources": [], "detail": {}}  # fmt: skip


def put_due(pk: str, at, sk: str = "TICKET") -> None:
    Record(pk, sk, due_shard=shard_of(pk), due_at=sortable(at)).save()


def queued() -> dict[str, list[int]]:
    """The delays in seconds with which each record was queued."""
    found: dict[str, list[int]] = {}
    for message in sqs_backends[ACCOUNT][REGION].queues["pledge-due"]._messages:
        delay = max(0, round((message.delayed_until - message.sent_timestamp) / 1000))
        found.setdefault(json.loads(message.body)["pk"], []).append(delay)
    return found


def work(*bodies: str) -> dict:
    """What SQS hands to the worker."""
    return {
        "Records": [
            {"messageId": f"m{n}", "body": body, "receiptHandle": "r"} for n, body in enumerate(bodies)
        ]
    }


def body(pk: str, sk: str = "TICKET") -> str:
    return json.dumps({"pk": pk, "sk": sk})


def swept(still) -> int:
    return sweep(still.at, settings().due_queue_url)


DELAYS = [
    (timedelta(hours=-3), 0),
    (timedelta(), 0),
    (timedelta(microseconds=1), 1),
    (timedelta(seconds=29, milliseconds=1), 30),
    (timedelta(seconds=30), 30),
    (timedelta(seconds=59, milliseconds=999), 60),
    (timedelta(seconds=60), 60),
    (timedelta(seconds=60, microseconds=1), None),
    (timedelta(days=3), None),
]


@pytest.mark.parametrize(("away", "delay"), DELAYS)
def test_what_is_due_within_the_minute_is_queued_for_its_own_second(desk, still, away, delay):
    """Rounded up: a second late is in time, a second early would find nothing due."""
    put_due("T-1", still.at + away)
    assert swept(still) == (delay is not None)
    assert queued() == ({} if delay is None else {"T-1": [delay]})


def test_every_shard_is_swept_and_more_than_one_batch_is_sent(desk, still):
    names = [f"T-{n}" for n in range(27)]
    assert {shard_of(name) for name in names} == set(SHARDS)
    for name in names:
        put_due(name, still.at)
    assert swept(still) == 27
    assert queued() == {name: [0] for name in names}


def test_a_refused_entry_keeps_no_other_from_the_queue_and_is_not_hidden(desk, still, monkeypatch):
    """It stays in the index: the next sweep queues it again."""
    for n in range(27):
        put_due(f"T-{n}", still.at)
    real, calls = clients.sqs(), []

    def send_message_batch(**given):
        calls.append(given)
        if len(calls) > 1:
            return real.send_message_batch(**given)
        return {"Failed": [{"Id": entry["Id"], "Code": "InternalError"} for entry in given["Entries"]]}

    monkeypatch.setattr(clients, "sqs", lambda: SimpleNamespace(send_message_batch=send_message_batch))
    with pytest.raises(Unavailable, match="refused 10 of 27: InternalError"):
        swept(still)
    assert len(queued()) == 17


def test_the_sweep_reads_the_due_index_alone_however_much_is_open(desk, still, monkeypatch):
    seen = []
    for _ in range(12):
        register(desk)
    wiring.ticket_store()
    client = Record._get_connection().connection.client
    client.meta.events.register("before-call.dynamodb.*", lambda model, **_: seen.append(model.name))
    swept(still)
    assert seen == ["Query"] * len(SHARDS)
    Record._connection = None


def test_two_sweeps_at_once_and_work_done_twice_break_a_promise_once(desk, still):
    """F9, F14."""
    ticket_id = register(desk)
    still.at += 25 * HOUR
    assert at_once(2, lambda _: sweep_promises(TICK, None)) == [1, 1]
    assert queued() == {ticket_id: [0, 0]}
    answers = at_once(4, lambda _: keep_promises(work(body(ticket_id), body(ticket_id)), None))
    assert answers == [{"batchItemFailures": []}] * 4
    (broken,) = [event for event in history(ticket_id) if isinstance(event, e.PromiseBroken)]
    assert broken.promise.settled_at == MONDAY + 24 * HOUR
    assert swept(still) == 0


def test_work_that_was_queued_too_early_or_was_done_meanwhile_does_nothing(desk, still):
    """F14, F15: the record as it is now decides, not the message."""
    ticket_id = register(desk)
    still.at += 5 * HOUR
    before = desk.get(ticket_id, by=DESK)
    assert keep_promises(work(body(ticket_id)), None) == {"batchItemFailures": []}
    assert desk.get(ticket_id, by=DESK) == before
    desk.close(ticket_id, Ask(by=DESK))
    still.at += 99 * HOUR
    keep_promises(work(body(ticket_id)), None)
    assert [event for event in history(ticket_id) if isinstance(event, e.PromiseBroken)] == []


def damaged(ticket_id: str) -> None:
    Record.get(ticket_id, "TICKET").update([Record.state.set('{"id": 7}')])


POISON = {
    "not json": lambda _: "{",
    "no keys": lambda _: "{}",
    "of nobody": lambda _: body("T-1", "MYSTERY"),
    "missing": lambda _: body("T-GONE"),
    "damaged": lambda ticket_id: damaged(ticket_id) or body(ticket_id),
}


@pytest.mark.parametrize("poison", POISON)
def test_of_ten_the_poisoned_one_goes_back_alone_and_nine_are_done(desk, still, poison):
    """F11."""
    tickets = [register(desk) for _ in range(10)]
    still.at += 25 * HOUR
    bodies = [body(ticket_id) for ticket_id in tickets]
    bodies[4] = POISON[poison](tickets[4])
    assert keep_promises(work(*bodies), None) == {"batchItemFailures": [{"itemIdentifier": "m4"}]}
    for n, ticket_id in enumerate(tickets):
        if n != 4:
            assert [type(event) for event in history(ticket_id)].count(e.PromiseBroken) == 1


def test_after_the_repair_the_redriven_work_is_done_and_nothing_twice(desk, still):
    """F11: the redrive is idempotent."""
    ticket_id = register(desk)
    still.at += 25 * HOUR
    sound = Record.get(ticket_id, "TICKET").state
    damaged(ticket_id)
    assert keep_promises(work(body(ticket_id)), None)["batchItemFailures"]
    Record.get(ticket_id, "TICKET").update([Record.state.set(sound)])
    for _ in range(2):
        assert keep_promises(work(body(ticket_id)), None) == {"batchItemFailures": []}
    assert [type(event) for event in history(ticket_id)].count(e.PromiseBroken) == 1


def test_work_that_fails_three_times_lies_in_the_dead_letter_queue(desk, cloud):
    """F11: the queue itself sees to it."""
    queues = boto3.client("sqs")
    policy = queues.get_queue_attributes(
        QueueUrl=cloud.queue_url("pledge-due"), AttributeNames=["RedrivePolicy"]
    )
    redrive = json.loads(policy["Attributes"]["RedrivePolicy"])
    assert int(redrive["maxReceiveCount"]) == 3
    assert redrive["deadLetterTargetArn"].endswith(":pledge-due-dead")


@pytest.mark.parametrize(("ages", "oldest"), [([], 0), ([-30], 0), ([10], 10), ([3, 600, 7, -5], 600)])
def test_the_oldest_overdue_promise_is_the_one_figure_to_watch(desk, still, ages, oldest):
    for n, age in enumerate(ages):
        put_due(f"T-{n}", still.at - timedelta(seconds=age))
    assert oldest_overdue(still.at) == timedelta(seconds=oldest)


@pytest.mark.parametrize(("away", "delay"), [(0, None), (-5, None), (1, 1), (60, 60), (61, None)])
def test_what_wants_attention_again_within_the_minute_is_queued_and_nothing_spins(desk, still, away, delay):
    remind(
        "T-1", "TICKET", still.at + timedelta(seconds=away), now=still.at, queue_url=settings().due_queue_url
    )
    assert queued() == ({} if delay is None else {"T-1": [delay]})
