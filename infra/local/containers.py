"""The pool of containers: one call each at a time, more of them as calls come at once, killed at time-out.

A fork server imports the code once, so that a new container is there in milliseconds.
"""

import multiprocessing
import uuid
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from threading import Lock, Semaphore
from typing import Any

from infra.local.container import Call, Home, Outcome, serve
from infra.local.functions import Function


class Lost(Exception):
    """The container is of no further use; the message says what its call came to."""


@dataclass(frozen=True, slots=True)
class Container:
    """One process and our end of its pipe."""

    process: BaseProcess
    pipe: Connection

    def run(self, call: Call, *, seconds: float) -> Outcome:
        """What came of the call."""
        try:
            self.pipe.send(call)
            if not self.pipe.poll(seconds):
                raise Lost(f"TimeOut: Task timed out after {seconds:.0f} seconds")
            outcome: Outcome = self.pipe.recv()
        except (EOFError, OSError):
            raise Lost("Crash: the process died") from None
        return outcome

    def end(self) -> None:
        """Gone at once."""
        self.pipe.close()
        self.process.kill()
        self.process.join(timeout=5)


@dataclass(slots=True, kw_only=True)
class Containers:
    """`invoke(function, event)` runs it in a container of its own that is idle, the one used last first.

    Each function has its own containers, as on AWS: what one has set up must not help another.
    """

    home: Home
    limit: int = 24  # at work at the same time
    _idle: dict[str, list[Container]] = field(default_factory=lambda: defaultdict(list))
    _lock: Lock = field(default_factory=Lock)
    _places: Semaphore = field(init=False)
    _start: Any = field(init=False)

    def __post_init__(self) -> None:
        self._places = Semaphore(self.limit)
        self._start = multiprocessing.get_context("forkserver")

    def preload(self, handlers: Iterable[str]) -> None:
        """Modules that the fork server imports once. Call it before the first invocation."""
        modules = {handler.rpartition(".")[0] for handler in handlers}
        self._start.set_forkserver_preload(["chalicelib.core.clock", *sorted(modules)])

    def warm(self, function: Function, count: int) -> None:
        """Some containers that are ready for the first requests."""
        for _ in range(count):
            self._give_back(function, self._fresh())

    def invoke(self, function: Function, event: Any, *, seconds: float | None = None) -> Outcome:
        """One invocation, cut off at the function's time-out."""
        budget = min(seconds or function.timeout, function.timeout)
        call = Call(
            handler=function.handler,
            name=function.name,
            arn=function.arn,
            request_id=str(uuid.uuid4()),
            timeout=function.timeout,
            event=event,
        )
        with self._places:
            container = self._take(function)
            try:
                outcome = container.run(call, seconds=budget)
            except Lost as lost:
                container.end()
                return Outcome(error=str(lost))
            self._give_back(function, container)
        return outcome

    def stop(self) -> None:
        """Ends all that are idle; those at work end with the supervisor."""
        with self._lock:
            idle = [container for containers in self._idle.values() for container in containers]
            self._idle.clear()
        for container in idle:
            container.end()

    def _take(self, function: Function) -> Container:
        with self._lock:
            while idle := self._idle[function.name]:
                container = idle.pop()
                if container.process.is_alive():
                    return container
                container.end()
        return self._fresh()

    def _give_back(self, function: Function, container: Container) -> None:
        with self._lock:
            self._idle[function.name].append(container)

    def _fresh(self) -> Container:
        ours, theirs = multiprocessing.Pipe()
        process = self._start.Process(target=serve, args=(theirs, self.home), daemon=True)
        process.start()
        theirs.close()
        return Container(process, ours)
