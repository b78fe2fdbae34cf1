"""What follows when a customer's hours or contract change."""

from chalice.app import Blueprint, CloudWatchEvent

from chalicelib import wiring
from chalicelib.web.jobs import job

bp = Blueprint(__name__)


@bp.on_cw_event({"source": ["pledge.customers"], "detail-type": ["CalendarChanged", "OverridesChanged"]})
@job
def move_deadlines(event: CloudWatchEvent) -> int:
    """Open deadlines of the customer are computed anew; settled ones stay (Clocks 6)."""
    return wiring.accounts().move_deadlines(event.detail["customer_id"], event.detail["terms"])
