"""The mailbox: everything that left the desk, in the order it left, kept on disk."""

import base64
import json
from dataclasses import asdict, dataclass, field
from email import policy
from email.message import EmailMessage
from email.parser import BytesParser
from email.utils import getaddresses
from pathlib import Path
from threading import Lock
from typing import Any

from infra.local.clock import MovableClock
from infra.local.wire import Passed


@dataclass(frozen=True, slots=True, kw_only=True)
class Sent:
    """One thing that left: `channel` is mail, page, sms, webhook or broadcast."""

    seq: int
    at: str
    channel: str
    to: list[str]
    subject: str = ""
    text: str = ""
    html: str = ""
    headers: dict[str, str] = field(default_factory=dict)
    message_id: str = ""
    tags: dict[str, str] = field(default_factory=dict)
    failed: str = ""


@dataclass(slots=True, kw_only=True)
class Outbox:
    """`add()` keeps one thing; `since(n)` gives all after the n-th."""

    file: Path
    clock: MovableClock
    _sent: list[Sent] = field(init=False)
    _lock: Lock = field(default_factory=Lock)

    def __post_init__(self) -> None:
        lines = self.file.read_text().splitlines() if self.file.exists() else []
        self._sent = [Sent(**json.loads(line)) for line in lines]

    def since(self, seq: int) -> list[Sent]:
        """What left after the thing with this number."""
        return self._sent[max(0, seq) :]

    def add(self, channel: str, to: list[str], **more: Any) -> Sent:
        """Kept with the next number and the desk's time."""
        at = self.clock.now().isoformat().replace("+00:00", "Z")
        with self._lock:
            sent = Sent(seq=len(self._sent) + 1, at=at, channel=channel, to=to, **more)
            with self.file.open("a") as file:
                file.write(json.dumps(asdict(sent)) + "\n")
            self._sent.append(sent)
        return sent


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    """A mail as it was handed to SES."""

    raw: bytes
    to: list[str]
    tags: dict[str, str]
    configuration_set: str
    message_id: str


def letter(passed: Passed) -> Letter | None:
    """The mail of a request to SES, in its first or second version; None for other requests."""
    if passed.service != "ses":
        return None
    if passed.path.endswith("/outbound-emails"):
        return second_version(passed, json.loads(passed.body))
    given = passed.parameters
    if given.get("Action") != "SendRawEmail":
        return None
    return Letter(
        raw=base64.b64decode(given["RawMessage.Data"]),
        to=[value for name, value in given.items() if name.startswith("Destinations.member.")],
        tags={
            v: given[k.replace(".Name", ".Value")]
            for k, v in given.items()
            if k.startswith("Tags.") and ".Name" in k
        },
        configuration_set=given.get("ConfigurationSetName", ""),
        message_id=passed.answered("MessageId"),
    )


def second_version(passed: Passed, given: dict[str, Any]) -> Letter | None:
    """A raw mail of SES version 2."""
    raw = given.get("Content", {}).get("Raw", {}).get("Data")
    if raw is None:
        return None
    return Letter(
        raw=base64.b64decode(raw),
        to=[address for kind in given.get("Destination", {}).values() for address in kind],
        tags={tag["Name"]: tag["Value"] for tag in given.get("EmailTags", [])},
        configuration_set=given.get("ConfigurationSetName", ""),
        message_id=passed.answered("MessageId"),
    )


def read(sent: Letter) -> tuple[EmailMessage, dict[str, Any]]:
    """The mail's parts for the mailbox. It is our own mail: the standard parser may read it."""
    message = BytesParser(_class=EmailMessage, policy=policy.default).parsebytes(sent.raw)
    shown = {
        "subject": str(message.get("Subject", "")),
        "text": body(message, "plain"),
        "html": body(message, "html"),
        "headers": {name: str(value) for name, value in message.items()},
        "message_id": sent.message_id,
        "tags": sent.tags,
    }
    return message, shown


def recipients(sent: Letter, message: EmailMessage) -> list[str]:
    """Whom SES sends it to: the destinations, else the addresses in the headers."""
    if sent.to:
        return sent.to
    named = [str(value) for name in ("To", "Cc", "Bcc") for value in message.get_all(name, [])]
    return [address for _, address in getaddresses(named) if address]


def body(message: EmailMessage, kind: str) -> str:
    """The text of that kind, or nothing."""
    part = message.get_body(preferencelist=(kind,))
    # With plain line ends, as a reader sees them.
    return str(part.get_content()).replace("\r\n", "\n") if part is not None else ""
