"""One handler for each kind of trigger."""

import json
import os
from typing import Any

from chalice import Blueprint, Rate

from sample import kept

bp = Blueprint(__name__)
ACCOUNT = "eu-west-1:000000000000"


@bp.schedule(Rate(1, unit=Rate.MINUTES))
def sweep_notes(event: Any) -> None:
    kept.note("sweep", event_time=event.to_dict()["time"])


@bp.schedule("cron(0 6 * * ? *)")
def write_report(event: Any) -> None:
    kept.note("report", event_time=event.to_dict()["time"])


@bp.on_dynamodb_record(f"arn:aws:dynamodb:{ACCOUNT}:table/desk/stream/any", batch_size=10)
def tell_world(event: Any) -> None:
    for record in event:
        key = record.keys["pk"]["S"]
        if key == "POISON":
            raise RuntimeError("poison record")
        if key.startswith("TICKET#"):
            kept.tell("TicketKept", {"ticket": {"id": key}})


@bp.on_cw_event(
    {
        "source": ["pledge.sample"],
        "detail-type": ["TicketKept"],
        "detail": {"ticket": {"id": [{"prefix": "TICKET#"}]}},
    }
)
def react_to_ticket(event: Any) -> None:
    kept.note("reacted", ticket=event.detail["ticket"]["id"])
    kept.mail("alice@customer.example", f"about {event.detail['ticket']['id']}")


@bp.on_cw_event({"source": ["pledge.sample"], "detail-type": [{"anything-but": "TicketKept"}]})
def always_fail(event: Any) -> None:
    raise RuntimeError("it never works")


@bp.on_sns_message(f"arn:aws:sns:{ACCOUNT}:pledge-mail-received")
def take_mail(event: Any) -> None:
    notice = json.loads(event.message)
    kept.note("mail", notice=json.dumps(notice))


@bp.on_sns_message(f"arn:aws:sns:{ACCOUNT}:pledge-mail-feedback")
def hear_feedback(event: Any) -> None:
    kept.note("feedback", notice=event.message)


@bp.on_sqs_message(queue_arn=f"arn:aws:sqs:{ACCOUNT}:pledge-due", batch_size=10)
def act_on_due(event: Any) -> dict[str, Any]:
    failed = []
    for record in event:
        if record.body == "poison":
            failed.append({"itemIdentifier": record.to_dict()["messageId"]})
        else:
            kept.note("due", body=record.body, container=str(os.getpid()))
    return {"batchItemFailures": failed}
