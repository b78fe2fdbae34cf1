"""What SES tells of each mail that left: Send, then Delivery or Bounce, on its configuration set's topic.

Also what SNS publishes to people. Shapes as in SES event publishing.
"""

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from email.message import EmailMessage
from email.utils import parseaddr
from typing import Any

from infra.local.clock import MovableClock
from infra.local.outbox import Letter, Outbox, letter, read, recipients
from infra.local.wire import Passed

BOUNCING = "@bounce.example"


@dataclass(slots=True, kw_only=True)
class Post:
    """Watches the wire for what leaves the desk."""

    outbox: Outbox
    clock: MovableClock
    feedback: dict[str, list[str]]  # configuration set: topics
    publish: Callable[[str, str], None]
    for_functions: set[str]  # topics that functions read: nothing on them leaves the desk
    bouncing: set[str] = field(default_factory=set)

    def watch(self, passed: Passed) -> None:
        """One request that succeeded."""
        if sent := letter(passed):
            self._mail(sent)
        elif passed.service == "sns" and passed.parameters.get("Action") == "Publish":
            self._notice(passed)

    def bounces(self, address: str) -> bool:
        """Whether mail to this address comes back."""
        plain = parseaddr(address)[1].lower()
        return plain.endswith(BOUNCING) or plain in self.bouncing

    def _mail(self, sent: Letter) -> None:
        message, shown = read(sent)
        to = recipients(sent, message)
        refused = [address for address in to if self.bounces(address)]
        self.outbox.add("mail", to, failed="bounced" if refused else "", **shown)
        for topic in self.feedback.get(sent.configuration_set, []):
            for event in self._events(sent, message, to, refused):
                self.publish(topic, json.dumps(event))

    def _events(
        self, sent: Letter, message: EmailMessage, to: list[str], refused: list[str]
    ) -> list[dict[str, Any]]:
        mail = self._described(sent, message, to)
        now = self._now()
        accepted = [address for address in to if address not in refused]
        events = [{"eventType": "Send", "mail": mail, "send": {}}]
        if accepted:
            delivery = {
                "timestamp": now,
                "recipients": accepted,
                "smtpResponse": "250 ok",
                "processingTimeMillis": 5,
            }
            events.append({"eventType": "Delivery", "mail": mail, "delivery": delivery})
        if refused:
            events.append({"eventType": "Bounce", "mail": mail, "bounce": bounce(refused, now)})
        return events

    def _described(self, sent: Letter, message: EmailMessage, to: list[str]) -> dict[str, Any]:
        headers = [{"name": name, "value": str(value)} for name, value in message.items()]
        return {
            "timestamp": self._now(),
            "messageId": sent.message_id,
            "source": parseaddr(str(message.get("From", "")))[1],
            "destination": to,
            "headersTruncated": False,
            "headers": headers,
            "commonHeaders": {
                "from": [str(message.get("From", ""))],
                "to": to,
                "messageId": str(message.get("Message-ID", "")),
                "subject": str(message.get("Subject", "")),
            },
            "tags": {
                "ses:configuration-set": [sent.configuration_set],
                **{name: [value] for name, value in sent.tags.items()},
            },
        }

    def _notice(self, passed: Passed) -> None:
        given = passed.parameters
        topic = given.get("TopicArn") or given.get("TargetArn", "")
        if topic in self.for_functions:
            return
        channel, to = ("page", topic.rsplit(":", 1)[-1]) if topic else ("sms", given.get("PhoneNumber", ""))
        said = {"subject": given.get("Subject", ""), "text": given.get("Message", "")}
        marks = attributes(given)
        # A subscription to the topic picks its own by these, so the person is who it is for.
        reached = [to, marks["person"]] if "person" in marks else [to]
        self.outbox.add(channel, reached, message_id=passed.answered("MessageId"), headers=marks, **said)

    def _now(self) -> str:
        return self.clock.now().isoformat(timespec="milliseconds").replace("+00:00", "Z")


def attributes(given: dict[str, str]) -> dict[str, str]:
    """The message attributes of a publish, by name."""
    names = {
        key: name
        for key, name in given.items()
        if key.startswith("MessageAttributes.entry.") and key.endswith(".Name")
    }
    return {
        name: given.get(f"{key.removesuffix('.Name')}.Value.StringValue", "") for key, name in names.items()
    }


def bounce(addresses: list[str], at: str) -> dict[str, Any]:
    """A permanent bounce of these addresses."""
    recipient = {"action": "failed", "status": "5.1.1", "diagnosticCode": "smtp; 550 5.1.1 user unknown"}
    return {
        "bounceType": "Permanent",
        "bounceSubType": "General",
        "bouncedRecipients": [{"emailAddress": address, **recipient} for address in addresses],
        "timestamp": at,
        "feedbackId": f"feedback-{at}",
        "reportingMTA": "dns; laptop",
    }
