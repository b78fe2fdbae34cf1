"""Runs a function for one of its sources, and says in one line what came of it."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from infra.local.clock import MovableClock
from infra.local.container import Outcome
from infra.local.containers import Containers
from infra.local.functions import Function


@dataclass(frozen=True, slots=True, kw_only=True)
class Ran:
    """One thing that was done: for the answer of POST /clock."""

    at: str
    function: str
    summary: str
    failed: bool = False


Job = Callable[[], list[Ran]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Runner:
    """What every source needs: a container to run in, and somewhere to tell."""

    clock: MovableClock
    containers: Containers
    say: Callable[[str], None]

    def run(self, function: Function, event: Any) -> Outcome:
        """One invocation."""
        return self.containers.invoke(function, event)

    def told(self, function: Function, summary: str, error: str | None = None) -> Ran:
        """What was done; a failure is also said aloud, at once."""
        at = self.clock.now().isoformat(timespec="milliseconds").replace("+00:00", "Z")
        if error:
            summary = f"{summary}: {error}"
            self.say(f"{at} {function.name} failed, {summary}")
        return Ran(at=at, function=function.name, summary=summary, failed=bool(error))


def failures(outcome: Outcome) -> set[str]:
    """The items that the function reported as failed: ReportBatchItemFailures."""
    reported = outcome.value.get("batchItemFailures", []) if isinstance(outcome.value, dict) else []
    return {str(item.get("itemIdentifier")) for item in reported}
