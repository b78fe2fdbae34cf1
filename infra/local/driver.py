"""Wakes the deployed functions as AWS would, from everything that the template names as their source.

`sweep()` is one look at every source. A look that finds nothing means that all is quiet.
"""

from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from infra.local.functions import Function
from infra.local.queue_sources import InboxSource, QueueSource
from infra.local.queues import Queues
from infra.local.resources import client
from infra.local.runner import Job, Ran, Runner
from infra.local.stream import StreamReader
from infra.local.stream_source import StreamSource

AT_ONCE = 6


class Source(Protocol):
    """Something that wakes a function."""

    @property
    def queue_name(self) -> str | None:
        """The queue whose messages it waits for, when it is one."""

    def jobs(self) -> Iterable[Job]:
        """What there is to do now; nothing when it is quiet."""

    def keep(self) -> None:
        """All is quiet: what was dealt with need not come again."""


@dataclass(slots=True, kw_only=True)
class Driver:
    """Everything that runs without a request."""

    queues: Queues
    sources: list[Source]
    _pool: ThreadPoolExecutor = field(default_factory=lambda: ThreadPoolExecutor(AT_ONCE))

    def sweep(self) -> list[Ran]:
        """One look at every source; sources run side by side, a shard of a stream in its order."""
        jobs = [job for source in self.sources for job in source.jobs()]
        if not jobs and self._nothing_waits():
            for source in self.sources:
                source.keep()
        return [ran for done in self._pool.map(_do, jobs) for ran in done]

    def _nothing_waits(self) -> bool:
        """Not even what will be tried again later."""
        depth = self.queues.depth()
        return not any(depth.get(name, 0) for name in self.queue_names())

    def queue_names(self) -> Iterator[str]:
        """The queues whose messages wake a function."""
        return (source.queue_name for source in self.sources if source.queue_name)


def sources(
    functions: Iterable[Function], *, runner: Runner, queues: Queues, data: Path, dynamodb: str
) -> list[Source]:
    """Every source of every function: streams first, since they feed the others."""
    streams = client("dynamodbstreams", dynamodb)
    known = list(functions)
    found: list[Source] = [
        StreamSource(
            runner=runner,
            queues=queues,
            function=function,
            trigger=trigger,
            reader=StreamReader(
                client=streams,
                stream_arn=trigger.properties["Stream"],
                batch_size=int(trigger.properties.get("BatchSize", 100)),
                file=data / f"stream-{function.name}.json",
            ),
        )
        for function in known
        for trigger in function.of_kind("DynamoDB")
    ]
    for function in known:
        for trigger in function.of_kind("SQS"):
            found.append(QueueSource(runner=runner, queues=queues, function=function, trigger=trigger))
        if function.is_async:
            found.append(InboxSource(runner=runner, queues=queues, function=function))
    return found


def _do(job: Job) -> list[Ran]:
    return job()
