"""A mail arrives the way SES brings it: stored in S3 first, then a notice with its verdicts on the topic."""

import json
import re
import uuid
from collections.abc import Mapping
from dataclasses import dataclass

from infra.local.clock import MovableClock
from infra.local.names import Json, Names
from infra.local.notices import Notices
from infra.local.resources import client

LIMIT = 40 * 1024 * 1024
HEADER_BYTES, HEADERS = 10 * 1024, 200  # SES cuts the headers of its notice here too
VERDICTS = ("spam", "virus", "spf", "dkim", "dmarc")


class MailTooLarge(ValueError):
    """SES receives up to 40 MB."""


@dataclass(slots=True, kw_only=True)
class Inbound:
    """`receive(raw)` gives the message id that SES would have given."""

    names: Names
    clock: MovableClock
    notices: Notices

    def receive(self, raw: bytes, wishes: Mapping[str, str]) -> str:
        """`wishes`: `recipient`, `source`, and verdicts such as `spf=FAIL`."""
        if len(raw) > LIMIT:
            raise MailTooLarge("a mail may have 40 MB")
        (rule,) = self.names.of_type("AWS::SES::ReceiptRule").values()
        (action,) = (action["S3Action"] for action in rule["Rule"]["Actions"])
        message_id = uuid.uuid4().hex
        key = action["ObjectKeyPrefix"] + message_id
        client("s3", self.names.endpoint).put_object(Bucket=action["BucketName"], Key=key, Body=raw)
        notice = self._notice(message_id, raw, wishes, rule["Rule"]["Recipients"])
        notice["receipt"]["action"] = {
            "type": "S3",
            "topicArn": action["TopicArn"],
            "bucketName": action["BucketName"],
            "objectKey": key,
            "objectKeyPrefix": action["ObjectKeyPrefix"],
        }
        self.notices.add(message_id, json.dumps(notice))
        self._publish(json.dumps(notice))
        return message_id

    def again(self) -> None:
        """What a crash may have lost is told again."""
        for notice in self.notices.left():
            self._publish(notice)

    def _publish(self, notice: str) -> None:
        topic = json.loads(notice)["receipt"]["action"]["topicArn"]
        client("sns", self.names.endpoint).publish(
            TopicArn=topic, Subject="Amazon SES Email Receipt Notification", Message=notice
        )

    def _notice(self, message_id: str, raw: bytes, wishes: Mapping[str, str], ours: list[str]) -> Json:
        fields = headers(raw)
        to = [wishes["recipient"]] if "recipient" in wishes else ours
        now = self.clock.now().isoformat(timespec="milliseconds").replace("+00:00", "Z")
        verdicts = {f"{name}Verdict": {"status": wishes.get(name, "PASS").upper()} for name in VERDICTS}
        return {
            "notificationType": "Received",
            "mail": {
                "timestamp": now,
                "source": wishes.get("source", address(first(fields, "From"))),
                "messageId": message_id,
                "destination": to,
                "headersTruncated": len(raw) > HEADER_BYTES,
                "headers": [{"name": name, "value": value} for name, value in fields],
                "commonHeaders": {
                    "from": [first(fields, "From")],
                    "to": [first(fields, "To")],
                    "date": first(fields, "Date"),
                    "messageId": first(fields, "Message-ID"),
                    "subject": first(fields, "Subject"),
                },
            },
            "receipt": {"timestamp": now, "processingTimeMillis": 10, "recipients": to, **verdicts},
        }


def headers(raw: bytes) -> list[tuple[str, str]]:
    """The header lines as they stand, unfolded, within bounds; garbage gives fewer, never an error."""
    text = raw[:HEADER_BYTES].decode("latin-1").replace("\r\n", "\n").replace("\x00", "")
    block = re.sub(r"\n[ \t]+", " ", text.partition("\n\n")[0])
    pairs = (line.partition(":") for line in block.split("\n")[:HEADERS])
    return [(name.strip(), value.strip()[:2000]) for name, colon, value in pairs if colon and name.strip()]


def first(fields: list[tuple[str, str]], wanted: str) -> str:
    """The first header of that name."""
    return next((value for name, value in fields if name.lower() == wanted.lower()), "")


def address(written: str) -> str:
    """The bare address, roughly: what the envelope would have said."""
    found = re.search(r"<([^<>]{1,254})>", written)
    return (found.group(1) if found else written).strip()[:254]
