"""A function on the table's stream: batches in order, a poison record isolated and given up (F12)."""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from functools import partial

from infra.local.container import Outcome
from infra.local.envelopes import given_up
from infra.local.functions import Function, Trigger, queue_name
from infra.local.names import Json
from infra.local.queues import Queues
from infra.local.runner import Job, Ran, Runner, failures
from infra.local.stream import StreamReader


@dataclass(frozen=True, slots=True, kw_only=True)
class StreamSource:
    """One function, its mapping, and how far it came."""

    runner: Runner
    queues: Queues
    function: Function
    trigger: Trigger
    reader: StreamReader

    @property
    def queue_name(self) -> None:
        """It waits for no queue."""
        return

    def keep(self) -> None:
        """How far it came, on disk."""
        self.reader.keep()

    def jobs(self) -> Iterable[Job]:
        """One a shard that has records."""
        for shard, records in self.reader.read():
            yield partial(self._batch, shard, records)

    def _batch(self, shard: str, records: list[Json]) -> list[Ran]:
        ran = self._deal_with(records)
        self.reader.advance(shard, records[-1])
        return ran

    def _deal_with(self, records: list[Json]) -> list[Ran]:
        """The batch; what failed of it in halves; a single record until it is given up."""
        outcome = self._run(records)
        dealt = position(outcome, records)
        ran = [self._told(dealt)] if dealt else []
        left = records[dealt:]
        if len(left) > 1:
            middle = len(left) // 2
            return [*ran, *self._deal_with(left[:middle]), *self._deal_with(left[middle:])]
        return [*ran, *(self._last_tries(left, outcome) if left else [])]

    def _last_tries(self, record: list[Json], outcome: Outcome) -> list[Ran]:
        for _ in range(int(self.trigger.properties.get("MaximumRetryAttempts", 5))):
            outcome = self._run(record)
            if position(outcome, record):
                return [self._told(1)]
        dead = self.trigger.properties.get("DestinationConfig", {}).get("OnFailure", {}).get("Destination")
        if dead:
            self.queues.send(queue_name(dead), json.dumps(given_up(self.function, record, outcome)))
        error = outcome.error or "reported as failed"
        return [self.runner.told(self.function, "1 record of the stream given up", error)]

    def _run(self, records: list[Json]) -> Outcome:
        return self.runner.run(self.function, {"Records": records})

    def _told(self, count: int) -> Ran:
        return self.runner.told(self.function, f"{count} record{'' if count == 1 else 's'} of the stream")


def position(outcome: Outcome, records: list[Json]) -> int:
    """How many records, from the first on, were dealt with."""
    if outcome.failed:
        return 0
    failed = failures(outcome)
    numbers = [record["dynamodb"]["SequenceNumber"] for record in records]
    return next((n for n, number in enumerate(numbers) if number in failed), len(records))
