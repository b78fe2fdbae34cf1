"""moto's queues, read without a network call: what is ready, what waits for its second, what came back.

moto keeps them in plain lists; one lock around every request (wire.py) and every look here keeps them whole.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from threading import RLock
from typing import Any

from infra.local.clock import MovableClock
from infra.local.names import ACCOUNT, REGION, Json


@dataclass(slots=True, kw_only=True)
class Queues:
    """The queues that the driver reads for the functions."""

    clock: MovableClock
    lock: RLock = field(default_factory=RLock)

    def __post_init__(self) -> None:
        from moto.events import models as events
        from moto.sqs import models as sqs

        # Delays, visibility time-outs and the times of events follow the desk's time, not the wall's.
        sqs.unix_time = events.unix_time = self.clock.unix_time
        sqs.unix_time_millis = self.clock.unix_time_millis

    def ensure(self, name: str) -> None:
        """Makes the queue when it is not there."""
        with self._backend() as sqs:
            if name not in sqs.queues:
                sqs.create_queue(name, None, VisibilityTimeout="900")

    def send(self, name: str, body: str, *, attributes: Json | None = None) -> None:
        """Puts one message in."""
        with self._backend() as sqs:
            sqs.send_message(name, body, message_attributes=attributes)

    def take(self, name: str, count: int) -> list[Any]:
        """Up to `count` messages visible now; what was received too often goes to the dead letters."""
        with self._backend() as sqs:
            queue = sqs.queues[name]
            if not queue.messages:
                return []
            taken: list[Any] = sqs.receive_message(name, count, 0, queue.visibility_timeout, ["All"])
            return taken

    def done(self, name: str, receipt: str) -> None:
        """The message was dealt with."""
        with self._backend() as sqs:
            sqs.delete_message(name, receipt)

    def again_in(self, name: str, receipt: str, seconds: int) -> None:
        """The message comes back after a while."""
        with self._backend() as sqs:
            sqs.change_message_visibility(name, receipt, seconds)

    def next_moment(self, names: Iterator[str]) -> datetime | None:
        """When the next message that waits can be read."""
        with self._backend() as sqs:
            waiting = [
                max(message.delayed_until, message.visible_at)
                for name in names
                for message in sqs.queues[name]._messages
            ]
        # moto shows a message only when its millisecond has passed.
        return datetime.fromtimestamp(min(waiting) / 1000 + 0.002, UTC) if waiting else None

    def depth(self) -> dict[str, int]:
        """How many messages each queue holds, in flight or not."""
        with self._backend() as sqs:
            return {name: len(queue._messages) for name, queue in sqs.queues.items()}

    @contextmanager
    def _backend(self) -> Iterator[Any]:
        from moto.sqs.models import sqs_backends

        with self.lock:
            yield sqs_backends[ACCOUNT][REGION]
