"""What the sample's handlers keep and tell."""

import json
import os
from functools import cache
from typing import Any

import boto3

from chalicelib.core import clock


@cache
def client(service: str) -> Any:
    return boto3.client(service)


def note(what: str, **more: str) -> None:
    """One item for each thing that happened, with the desk's time."""
    item = {"pk": f"NOTE#{what}", "sk": clock.sortable(clock.now()) + os.urandom(4).hex(), **more}
    client("dynamodb").put_item(
        TableName=os.environ["DESK_TABLE"], Item={key: {"S": value} for key, value in item.items()}
    )


def notes(what: str) -> list[dict[str, str]]:
    """What was noted, oldest first."""
    found = client("dynamodb").query(
        TableName=os.environ["DESK_TABLE"],
        KeyConditionExpression="pk = :pk",
        ExpressionAttributeValues={":pk": {"S": f"NOTE#{what}"}},
        ConsistentRead=True,
    )
    return [{key: value["S"] for key, value in item.items()} for item in found["Items"]]


def tell(kind: str, detail: dict[str, Any]) -> None:
    """One event on the bus."""
    entry = {"Source": "pledge.sample", "DetailType": kind, "Detail": json.dumps(detail)}
    client("events").put_events(Entries=[entry])


def mail(to: str, subject: str) -> None:
    """One raw mail, with a tag as the desk sends it."""
    head = ("From: support@desk.example", f"To: {to}", f"Subject: {subject}", "X-Ours: yes")
    raw = "\r\n".join((*head, "", "Hello.", "")).encode()
    client("sesv2").send_email(
        FromEmailAddress="support@desk.example",
        Destination={"ToAddresses": [to]},
        Content={"Raw": {"Data": raw}},
        EmailTags=[{"Name": "delivery", "Value": "D-1"}],
        ConfigurationSetName=os.environ["MAIL_CONFIGURATION_SET"],
    )
