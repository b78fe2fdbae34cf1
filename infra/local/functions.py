"""The deployed functions and what wakes them, read from the packaged template."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from infra.local.names import ACCOUNT, REGION, Json, Names


@dataclass(frozen=True, slots=True, kw_only=True)
class Trigger:
    """One event source of a function: its kind in SAM's words, and its resolved properties."""

    name: str
    kind: str
    properties: Json


@dataclass(frozen=True, slots=True, kw_only=True)
class Function:
    """One deployed function."""

    name: str
    handler: str
    timeout: int
    triggers: tuple[Trigger, ...]
    dead_letters: str | None  # ARN of the queue for events that failed every time

    @property
    def arn(self) -> str:
        """Its ARN in this account."""
        return f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:{self.name}"

    @property
    def inbox(self) -> str:
        """The local queue that stands for Lambda's own queue of asynchronous events."""
        return f"lambda-{self.name}"

    def of_kind(self, *kinds: str) -> Iterator[Trigger]:
        """Its triggers of these kinds."""
        return (trigger for trigger in self.triggers if trigger.kind in kinds)

    @property
    def is_async(self) -> bool:
        """Whether anything wakes it through the inbox."""
        return any(self.of_kind("Schedule", "CloudWatchEvent", "SNS"))


def deployed(names: Names) -> dict[str, Function]:
    """Every function of the template, by logical id."""
    found = names.of_type("AWS::Serverless::Function")
    return {name: function(name, properties) for name, properties in found.items()}


def function(name: str, properties: Json) -> Function:
    """One of them."""
    on_failure = properties.get("EventInvokeConfig", {}).get("DestinationConfig", {}).get("OnFailure", {})
    return Function(
        name=name,
        handler=properties["Handler"],
        timeout=int(properties.get("Timeout", 60)),
        triggers=tuple(triggers(properties.get("Events", {}))),
        dead_letters=on_failure.get("Destination"),
    )


def triggers(events: dict[str, Any]) -> Iterator[Trigger]:
    """The function's event sources."""
    for name, event in events.items():
        yield Trigger(name=name, kind=event["Type"], properties=event["Properties"])


def queue_name(arn: str) -> str:
    """The last part of a queue's ARN."""
    return arn.rsplit(":", 1)[-1]
