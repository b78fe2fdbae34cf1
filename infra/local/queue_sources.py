"""Functions that wait for messages: on a queue of the template, or in Lambda's own asynchronous inbox."""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from functools import partial
from typing import Any

from infra.local.envelopes import async_event, failed_event, sqs_event
from infra.local.functions import Function, Trigger, queue_name
from infra.local.queues import Queues
from infra.local.runner import Job, Ran, Runner, failures

AT_ONCE = 6
ATTEMPTS = 3  # Lambda tries an asynchronous event once and then twice more
RETRY_AFTER = (60, 120)  # seconds between its tries


@dataclass(frozen=True, slots=True, kw_only=True)
class QueueSource:
    """A function on a queue: what it did is deleted; the rest comes back, at last as a dead letter: F11."""

    runner: Runner
    queues: Queues
    function: Function
    trigger: Trigger

    @property
    def queue_name(self) -> str:
        """The queue it waits for."""
        return queue_name(self.trigger.properties["Queue"])

    def keep(self) -> None:
        """Messages are gone once they are done: there is nothing to keep."""

    def jobs(self) -> Iterable[Job]:
        """One batch."""
        if messages := self.queues.take(self.queue_name, int(self.trigger.properties.get("BatchSize", 10))):
            yield partial(self._batch, messages)

    def _batch(self, messages: list[Any]) -> list[Ran]:
        outcome = self.runner.run(self.function, sqs_event(messages, self.trigger.properties["Queue"]))
        failed = {message.id for message in messages} if outcome.failed else failures(outcome)
        for message in messages:
            if message.id not in failed:
                self.queues.done(self.queue_name, message.receipt_handle)
        partly = f"{len(failed)} of {len(messages)} messages failed" if failed else None
        summary = f"{len(messages)} message{'' if len(messages) == 1 else 's'} of {self.queue_name}"
        return [self.runner.told(self.function, summary, outcome.error or partly)]


@dataclass(frozen=True, slots=True, kw_only=True)
class InboxSource:
    """A function woken by a schedule, a rule or a topic: tried three times, then kept with its error."""

    runner: Runner
    queues: Queues
    function: Function

    @property
    def queue_name(self) -> str:
        """The inbox."""
        return self.function.inbox

    def keep(self) -> None:
        """Messages are gone once they are done: there is nothing to keep."""

    def jobs(self) -> Iterable[Job]:
        """Each event by itself."""
        for message in self.queues.take(self.queue_name, AT_ONCE):
            yield partial(self._event, message)

    def _event(self, message: Any) -> list[Ran]:
        event = async_event(message.body, self.function)
        outcome = self.runner.run(self.function, event)
        attempt = message.approximate_receive_count
        if outcome.failed and attempt < ATTEMPTS:
            self.queues.again_in(self.queue_name, message.receipt_handle, RETRY_AFTER[attempt - 1])
            return [self.runner.told(self.function, f"try {attempt} of {ATTEMPTS}", outcome.error)]
        if outcome.failed and self.function.dead_letters:
            letter = failed_event(self.function, event, outcome, attempt)
            self.queues.send(queue_name(self.function.dead_letters), json.dumps(letter))
        self.queues.done(self.queue_name, message.receipt_handle)
        summary = f"given up after {ATTEMPTS} tries" if outcome.failed else f"1 {event_name(event)}"
        return [self.runner.told(self.function, summary, outcome.error)]


def event_name(event: dict[str, Any]) -> str:
    """What kind of event it was, for the line that is told."""
    return str(event.get("detail-type", "notice"))
