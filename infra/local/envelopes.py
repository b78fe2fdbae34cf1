"""The shapes in which AWS hands things to a function, and in which it puts away what failed."""

import json
import uuid
from datetime import UTC, datetime
from typing import Any

from infra.local.container import Outcome
from infra.local.functions import Function
from infra.local.names import ACCOUNT, REGION, Json


def sqs_event(messages: list[Any], arn: str) -> Json:
    """What a queue's function is given."""
    return {"Records": [sqs_record(message, arn) for message in messages]}


def sqs_record(message: Any, arn: str) -> Json:
    """One message of it."""
    return {
        "messageId": message.id,
        "receiptHandle": message.receipt_handle,
        "body": message.body,
        "attributes": {
            "ApproximateReceiveCount": str(message.approximate_receive_count),
            "SentTimestamp": str(message.sent_timestamp),
            "SenderId": str(message.sender_id),
            "ApproximateFirstReceiveTimestamp": str(message.approximate_first_receive_timestamp),
        },
        "messageAttributes": {
            name: {
                "stringValue": value.get("StringValue"),
                "dataType": value.get("DataType"),
                "stringListValues": [],
                "binaryListValues": [],
            }
            for name, value in message.message_attributes.items()
        },
        "md5OfBody": message.body_md5,
        "eventSource": "aws:sqs",
        "eventSourceARN": arn,
        "awsRegion": REGION,
    }


def async_event(body: str, function: Function) -> Json:
    """What lies in a function's inbox, as the function is given it: an SNS notice or an EventBridge event."""
    found: Json = json.loads(body)
    if found.get("Type") == "Notification":
        return {"Records": [sns_record(found, function)]}
    # moto writes an event's time as a number and may leave its account out; EventBridge does neither.
    if isinstance(found.get("time"), int | float):
        found["time"] = event_time(datetime.fromtimestamp(found["time"], UTC))
    found.pop("ingestion-time", None)
    return {"version": "0", "account": ACCOUNT, "region": REGION, "resources": [], **found}


def sns_record(envelope: Json, function: Function) -> Json:
    """One notice."""
    attributes = envelope.get("MessageAttributes", {})
    return {
        "EventSource": "aws:sns",
        "EventVersion": "1.0",
        "EventSubscriptionArn": f"{envelope['TopicArn']}:{function.name}",
        "Sns": {"Subject": None, **envelope, "MessageAttributes": attributes},
    }


def tick_event(function: Function, trigger: str, at: datetime) -> Json:
    """What a schedule gives its function."""
    return {
        "version": "0",
        "id": str(uuid.uuid4()),
        "detail-type": "Scheduled Event",
        "source": "aws.events",
        "account": ACCOUNT,
        "time": event_time(at),
        "region": REGION,
        "resources": [f"arn:aws:events:{REGION}:{ACCOUNT}:rule/{trigger}"],
        "detail": {},
    }


def event_time(moment: datetime) -> str:
    """EventBridge's time, to the second."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def failed_event(function: Function, event: Json, outcome: Outcome, attempts: int) -> Json:
    """What Lambda's on-failure destination is given: enough to send the event again."""
    kind, _, text = (outcome.error or "").partition(": ")
    return {
        "version": "1.0",
        "requestContext": {
            "functionArn": f"{function.arn}:$LATEST",
            "condition": "RetriesExhausted",
            "approximateInvokeCount": attempts,
        },
        "requestPayload": event,
        "responseContext": {"statusCode": 200, "executedVersion": "$LATEST", "functionError": "Unhandled"},
        "responsePayload": {"errorType": kind, "errorMessage": text},
    }


def given_up(function: Function, records: list[Json], outcome: Outcome) -> Json:
    """What is kept of stream records that failed every time: where they lie, not what they hold (F12)."""
    numbers = [record["dynamodb"]["SequenceNumber"] for record in records]
    return {
        "requestContext": {"functionArn": function.arn, "condition": "RetryAttemptsExhausted"},
        "responseContext": {"statusCode": 200, "functionError": outcome.error},
        "version": "1.0",
        "DDBStreamBatchInfo": {
            "startSequenceNumber": numbers[0],
            "endSequenceNumber": numbers[-1],
            "batchSize": len(numbers),
            "streamArn": records[0]["eventSourceARN"],
        },
    }
