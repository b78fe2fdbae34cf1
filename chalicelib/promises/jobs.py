"""The sweep once a minute, and the worker that hands each due record to its capability."""

import json

from chalice.app import Blueprint, CloudWatchEvent, SQSEvent

from chalicelib import wiring
from chalicelib.core import clock
from chalicelib.core.log import log, metric
from chalicelib.core.settings import settings
from chalicelib.promises.sweep import oldest_overdue, remind, sweep
from chalicelib.web.jobs import job

bp = Blueprint(__name__)

DUE_QUEUE = "arn:aws:sqs:eu-west-1:000000000000:pledge-due"


@bp.schedule("rate(1 minute)")
@job
def sweep_promises(_event: CloudWatchEvent) -> int:
    """Queues what is due now or within the next minute, and reports the oldest that waits."""
    wiring.table()
    now = clock.now()
    waits = oldest_overdue(now)
    metric("OldestOverdueSeconds", waits.total_seconds(), unit="Seconds")
    return sweep(now, settings().due_queue_url)


@bp.on_sqs_message(queue_arn=DUE_QUEUE, batch_size=10)
@job
def keep_promises(event: SQSEvent) -> dict[str, list[dict[str, str]]]:
    """Each due record to its capability; one that fails goes back alone (F11)."""
    failed = []
    for message in event:
        try:
            work = json.loads(message.body)
            again = wiring.due(work["pk"], work["sk"])
            remind(work["pk"], work["sk"], again, now=clock.now(), queue_url=settings().due_queue_url)
        # Whatever is wrong with one record must not keep the other nine; the queue tries it again, then the DLQ.
        except Exception:
            log.exception("due work failed", message_id=message.to_dict()["messageId"])
            failed.append({"itemIdentifier": message.to_dict()["messageId"]})
    return {"batchItemFailures": failed}
