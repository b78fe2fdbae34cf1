"""The stream of the desk table."""

from chalice.app import Blueprint, DynamoDBEvent

from chalicelib.audit import relay
from chalicelib.core.log import log
from chalicelib.web.jobs import job

bp = Blueprint(__name__)

DESK_STREAM = "arn:aws:dynamodb:eu-west-1:000000000000:table/desk/stream/label"


@bp.on_dynamodb_record(stream_arn=DESK_STREAM, batch_size=100, starting_position="TRIM_HORIZON")
@job
def publish_events(event: DynamoDBEvent) -> dict[str, list[dict[str, str]]]:
    """Every kept event goes to the bus, at least once; a record that cannot be read holds up no other (F12)."""
    entries, failed = [], []
    for record in event:
        # Only inserts: a change is one new item, a ticket's first change lies in the new ticket.
        if record.event_name != "INSERT" or not record.new_image:
            continue
        try:
            entries += list(relay.entries_of(record.new_image))
        # Damage has many faces; the stream comes back to this record, and puts it away in the end.
        except Exception as error:
            log.warning("record of the stream not readable", fault=type(error).__name__)
            failed.append({"itemIdentifier": record.sequence_number})
    relay.publish(entries)
    return {"batchItemFailures": failed[:1]}
