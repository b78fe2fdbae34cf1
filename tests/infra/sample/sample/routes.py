"""Routes that show what API Gateway hands over."""

import os
import time
from typing import Any

from chalice import Blueprint, Response

from chalicelib.core import clock
from sample import kept

web = Blueprint(__name__)


@web.route("/echo/{name}", methods=["GET", "POST"], content_types=["application/json", "text/plain"])
def echo(name: str) -> dict[str, Any]:
    request = web.current_request
    return {
        "name": name,
        "query": {key: request.query_params.getlist(key) for key in request.query_params or {}},
        "body": request.raw_body.decode("utf-8", "replace"),
        "context": request.context,
        "container": os.getpid(),
        "now": clock.iso(clock.now()),
    }


@web.route("/slow/{seconds}")
def slow(seconds: str) -> dict[str, int]:
    time.sleep(float(seconds))
    return {"container": os.getpid()}


@web.route("/crash")
def crash() -> None:
    os._exit(1)


@web.route("/bytes")
def some_bytes() -> Response:
    return Response(b"\x00\xff", headers={"Content-Type": "application/octet-stream"})


@web.route("/notes/{what}")
def list_notes(what: str) -> list[dict[str, str]]:
    return kept.notes(what)


@web.route("/tickets/{ticket}", methods=["PUT"])
def keep_ticket(ticket: str) -> dict[str, str]:
    table = os.environ["DESK_TABLE"]
    kept.client("dynamodb").put_item(TableName=table, Item={"pk": {"S": ticket}, "sk": {"S": "it"}})
    return {"kept": ticket}


@web.route("/events/{kind}", methods=["PUT"])
def put_event(kind: str) -> dict[str, str]:
    kept.tell(kind, {})
    return {"told": kind}


@web.route("/due/{body}/{delay}", methods=["PUT"])
def put_due(body: str, delay: str) -> dict[str, str]:
    url = os.environ["DUE_QUEUE_URL"]
    kept.client("sqs").send_message(QueueUrl=url, MessageBody=body, DelaySeconds=int(delay))
    return {"queued": body}


@web.route("/promises/{name}/{due_at}", methods=["PUT"])
def put_promise(name: str, due_at: str) -> dict[str, str]:
    item = {"pk": name, "sk": "it", "due_shard": "DUE#0", "due_at": due_at}
    table = os.environ["DESK_TABLE"]
    kept.client("dynamodb").put_item(TableName=table, Item={key: {"S": value} for key, value in item.items()})
    return {"due": due_at}


@web.route("/mails/{to}", methods=["PUT"])
def put_mail(to: str) -> dict[str, str]:
    kept.mail(to, "a mail")
    return {"sent": to}


@web.route("/pages", methods=["PUT"])
def put_page() -> dict[str, str]:
    sns = kept.client("sns")
    sns.publish(TopicArn=os.environ["PAGE_TOPIC_ARN"], Message="Severity 1", Subject="page")
    sns.publish(PhoneNumber="+447700900000", Message="Severity 1 by SMS")
    return {"paged": "all"}
