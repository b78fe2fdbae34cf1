"""Wakes the deployed functions as AWS would: from the stream, the queues, and Lambda's own asynchronous inbox.

`sweep()` is one look at every source. A look that finds nothing means that all is quiet.
"""

import json
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any

from infra.local.clock import MovableClock
from infra.local.container import Outcome
from infra.local.containers import Containers
from infra.local.envelopes import async_event, failed_event, given_up, sqs_event
from infra.local.functions import ASYNC_ATTEMPTS, Function, Trigger, queue_name
from infra.local.names import Json
from infra.local.queues import Queues
from infra.local.stream import StreamReader, bisected

AT_ONCE = 6
RETRY_AFTER = (60, 120)  # seconds, as Lambda waits between its tries of an asynchronous event


@dataclass(frozen=True, slots=True, kw_only=True)
class Ran:
    """One thing that was done: for the answer of POST /clock."""

    at: str
    function: str
    summary: str


@dataclass(slots=True, kw_only=True)
class Driver:
    """Everything that runs without a request."""

    clock: MovableClock
    queues: Queues
    containers: Containers
    functions: dict[str, Function]
    streams: list[tuple[Function, Trigger, StreamReader]]
    say: Callable[[str], None]
    _pool: ThreadPoolExecutor = field(default_factory=lambda: ThreadPoolExecutor(AT_ONCE))

    def sweep(self) -> list[Ran]:
        """One look at every source; sources run side by side, each stream in its order."""
        work = [*self._from_streams(), *self._from_queues(), *self._from_inboxes()]
        return [ran for found in self._pool.map(lambda job: job(), work) for ran in found]

    def queue_names(self) -> Iterable[str]:
        """The queues whose messages wake a function."""
        yield from (
            queue_name(t.properties["Queue"]) for f in self.functions.values() for t in f.of_kind("SQS")
        )
        yield from (function.inbox for function in self.functions.values() if function.is_async)

    # Streams

    def _from_streams(self) -> Iterable[Callable[[], list[Ran]]]:
        for function, trigger, reader in self.streams:
            for shard, records in reader.read():
                yield lambda f=function, t=trigger, r=reader, s=shard, b=records: self._stream_batch(
                    f, t, r, s, b
                )

    def _stream_batch(
        self, function: Function, trigger: Trigger, reader: StreamReader, shard: str, records: list[Json]
    ) -> list[Ran]:
        ran = self._records(function, trigger, records)
        reader.advance(shard, records[-1])
        return ran

    def _records(self, function: Function, trigger: Trigger, records: list[Json]) -> list[Ran]:
        """The batch, then its halves, then single records until they are given up: F12."""
        outcome = self.containers.invoke(function, {"Records": records})
        first_failed = position(outcome, records)
        done = [self._told(function, f"{first_failed} records", None)] if first_failed else []
        left = records[first_failed:]
        if not left:
            return done
        if len(left) > 1:
            first, second = bisected(left)
            return [
                *done,
                *self._records(function, trigger, first),
                *self._records(function, trigger, second),
            ]
        return [*done, *self._last_tries(function, trigger, left, outcome)]

    def _last_tries(
        self, function: Function, trigger: Trigger, records: list[Json], outcome: Outcome
    ) -> list[Ran]:
        for _ in range(int(trigger.properties.get("MaximumRetryAttempts", 5))):
            if position(outcome, records):
                return [self._told(function, "1 record", None)]
            outcome = self.containers.invoke(function, {"Records": records})
        if position(outcome, records):
            return [self._told(function, "1 record", None)]
        dead = trigger.properties.get("DestinationConfig", {}).get("OnFailure", {}).get("Destination")
        if dead:
            self.queues.send(queue_name(dead), json.dumps(given_up(function, records, outcome)))
        return [self._told(function, "1 record given up", outcome.error or "reported as failed")]

    # Queues

    def _from_queues(self) -> Iterable[Callable[[], list[Ran]]]:
        for function in self.functions.values():
            for trigger in function.of_kind("SQS"):
                name = queue_name(trigger.properties["Queue"])
                if messages := self.queues.take(name, int(trigger.properties.get("BatchSize", 10))):
                    yield lambda f=function, n=name, a=trigger.properties["Queue"], m=messages: self._batch(
                        f, n, a, m
                    )

    def _batch(self, function: Function, name: str, arn: str, messages: list[Any]) -> list[Ran]:
        """Deletes what was done; the rest comes back after its visibility time-out, then to the dead letters: F11."""
        outcome = self.containers.invoke(function, sqs_event(messages, arn))
        failed = {message.id for message in messages} if outcome.failed else failures(outcome)
        for message in messages:
            if message.id not in failed:
                self.queues.done(name, message.receipt_handle)
        error = outcome.error or (f"{len(failed)} of {len(messages)} messages failed" if failed else None)
        return [self._told(function, f"{len(messages)} messages from {name}", error)]

    # Lambda's inbox

    def _from_inboxes(self) -> Iterable[Callable[[], list[Ran]]]:
        for function in self.functions.values():
            if function.is_async:
                for message in self.queues.take(function.inbox, AT_ONCE):
                    yield lambda f=function, m=message: self._event(f, m)

    def _event(self, function: Function, message: Any) -> list[Ran]:
        """Tried three times, a minute and two apart; then kept in the dead letters with its error."""
        event = async_event(message.body, function)
        outcome = self.containers.invoke(function, event)
        attempt = message.approximate_receive_count
        if outcome.failed and attempt < ASYNC_ATTEMPTS:
            self.queues.again_in(function.inbox, message.receipt_handle, RETRY_AFTER[attempt - 1])
            return [self._told(function, f"try {attempt} of {ASYNC_ATTEMPTS}", outcome.error)]
        if outcome.failed and function.dead_letters:
            self.queues.send(
                queue_name(function.dead_letters), json.dumps(failed_event(function, event, outcome))
            )
        self.queues.done(function.inbox, message.receipt_handle)
        return [self._told(function, "given up" if outcome.failed else "1 event", outcome.error)]

    def _told(self, function: Function, summary: str, error: str | None) -> Ran:
        at = self.clock.now().isoformat(timespec="milliseconds").replace("+00:00", "Z")
        if error:
            summary = f"{summary}: {error}"
            self.say(f"{at} {function.name} failed, {summary}")
        return Ran(at=at, function=function.name, summary=summary)


def failures(outcome: Outcome) -> set[str]:
    """The items that the function reported as failed: ReportBatchItemFailures."""
    reported = outcome.value.get("batchItemFailures", []) if isinstance(outcome.value, dict) else []
    return {str(item.get("itemIdentifier")) for item in reported}


def position(outcome: Outcome, records: list[Json]) -> int:
    """How many records from the first on were dealt with."""
    if outcome.failed:
        return 0
    failed = failures(outcome)
    numbers = [record["dynamodb"]["SequenceNumber"] for record in records]
    return next((n for n, number in enumerate(numbers) if number in failed), len(records))
