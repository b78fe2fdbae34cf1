"""The stream of the desk table."""

from chalice.app import Blueprint, DynamoDBEvent

from chalicelib.audit import relay
from chalicelib.web.jobs import job

bp = Blueprint(__name__)

DESK_STREAM = "arn:aws:dynamodb:eu-west-1:000000000000:table/desk/stream/label"


@bp.on_dynamodb_record(stream_arn=DESK_STREAM, batch_size=100, starting_position="TRIM_HORIZON")
@job
def publish_events(event: DynamoDBEvent) -> int:
    """Every kept event goes to the bus, at least once."""
    # Only inserts: a change is one new item, a ticket's first change lies in the new ticket.
    return relay.publish(r.new_image for r in event if r.event_name == "INSERT" and r.new_image)
