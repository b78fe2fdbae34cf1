"""The sweep: what is due now or within the next minute, queued to be done at its own second."""

import json
from collections.abc import Iterator
from datetime import datetime, timedelta

from chalicelib.aws import clients, desk
from chalicelib.core.clock import iso, sortable
from chalicelib.core.errors import Unavailable
from chalicelib.promises.domain import LOOKAHEAD, SHARDS

MOST_ENTRIES = 10  # of one SendMessageBatch call


def sweep(now: datetime, queue_url: str) -> int:
    """Queues every record that is due by a minute from now; how many. Reads only what is due."""
    work = list(_work(now))
    refused: list[str] = []
    for start in range(0, len(work), MOST_ENTRIES):
        entries = [
            {"Id": str(place), "MessageBody": body, "DelaySeconds": delay}
            for place, (body, delay) in enumerate(work[start : start + MOST_ENTRIES])
        ]
        answer = clients.sqs().send_message_batch(QueueUrl=queue_url, Entries=entries)  # type: ignore[arg-type]
        refused += [failed["Code"] for failed in answer.get("Failed", [])]
    if refused:
        # Not lost: it stays in the index, and the next sweep finds it again.
        raise Unavailable(
            f"the due queue refused {len(refused)} of {len(work)}: {', '.join(sorted(set(refused)))}"
        )
    return len(work)


def remind(pk: str, sk: str, wake: datetime | None, *, now: datetime, queue_url: str) -> None:
    """Queues a record that wants attention again before the next sweep could see it."""
    # What is still due although it was just handled waits for the sweep: no record may keep the queue spinning.
    if wake and now < wake <= now + LOOKAHEAD:
        body, delay = _message(pk, sk, wake, now)
        clients.sqs().send_message(QueueUrl=queue_url, MessageBody=body, DelaySeconds=delay)


def oldest_overdue(now: datetime) -> timedelta:
    """How long the oldest overdue record waits; the one figure that says whether promises are looked after."""
    first = (next(desk.due(shard, sortable(now)), None) for shard in SHARDS)
    waits = [now - datetime.fromisoformat(record.due_at) for record in first if record]
    return max(waits, default=timedelta())


def _work(now: datetime) -> Iterator[tuple[str, int]]:
    for shard in SHARDS:
        for record in desk.due(shard, sortable(now + LOOKAHEAD)):
            yield _message(record.pk, record.sk, datetime.fromisoformat(record.due_at), now)


def _message(pk: str, sk: str, wake: datetime, now: datetime) -> tuple[str, int]:
    # Rounded up: a second late is in time, a second early finds nothing due.
    delay = -int((now - wake) // timedelta(seconds=1))
    return json.dumps({"pk": pk, "sk": sk, "due_at": iso(wake)}), max(0, min(delay, 900))
