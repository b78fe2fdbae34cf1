"""What happens to tickets climbs the ladder; pages that were decided leave."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from chalice.app import Blueprint, CloudWatchEvent

from chalicelib import wiring
from chalicelib.aws import codec
from chalicelib.core.log import log, metric
from chalicelib.escalation.domain import Happening
from chalicelib.escalation.domain.happening import REOPENINGS
from chalicelib.escalation.events import PersonPaged
from chalicelib.web.jobs import job

bp = Blueprint(__name__)

TICKETS, OURS = ["pledge.tickets"], ["pledge.escalation"]
SEVERITY_MARKED = ["TicketRegistered", "SeverityProposed", "SeverityChanged"]
CLIMBS = ["PromiseWarned", "PromiseBroken", "TicketEscalated", "CustomerAttributed"]
ENDS = ["TicketSolved", "TicketClosed", "TicketDeclined", "TicketMerged", "WorkStarted"]
EASES = ["SeverityProposed", "SeverityChanged"]


@bp.on_cw_event({"source": TICKETS, "detail-type": SEVERITY_MARKED, "detail": {"severity": [1]}})
@job
def mobilise_support(event: CloudWatchEvent) -> None:
    """Severity 1 calls the operations manager, the team, the customer's escalation contacts (B6, B10)."""
    wiring.escalations().react(happening(event.detail_type, event.detail))


@bp.on_cw_event({"source": TICKETS, "detail-type": list(REOPENINGS)})
@job
def mobilise_again(event: CloudWatchEvent) -> None:
    """A severity 1 that was solved or closed is open again (B10, D14)."""
    if event.detail_type == "TicketReopened" or event.detail.get("reopened"):
        wiring.escalations().react(happening(event.detail_type, event.detail))


@bp.on_cw_event({"source": TICKETS, "detail-type": CLIMBS})
@job
def climb_ladder(event: CloudWatchEvent) -> None:
    """A promise near or past its time, or an escalated ticket (B10, D15)."""
    wiring.escalations().react(happening(event.detail_type, event.detail))


@bp.on_cw_event({"source": TICKETS, "detail-type": ENDS})
@job
def end_calls(event: CloudWatchEvent) -> None:
    """Nobody is called for what is done, or what somebody works on."""
    wiring.mobilisations().review(event.detail["record"])


@bp.on_cw_event({"source": TICKETS, "detail-type": EASES, "detail": {"severity": [{"numeric": [">", 1]}]}})
@job
def ease_calls(event: CloudWatchEvent) -> None:
    """A lower severity calls nobody any more."""
    wiring.mobilisations().review(event.detail["record"])


@bp.on_cw_event({"source": OURS, "detail-type": ["PersonPaged"]})
@job
def send_pages(event: CloudWatchEvent) -> None:
    """One page leaves."""
    wiring.pages().send(codec.of_plain(event.detail, PersonPaged))


@bp.on_cw_event({"source": OURS, "detail-type": ["MobilisationUnanswered", "NobodyOnCall"]})
@job
def report_silence(event: CloudWatchEvent) -> None:
    """Nobody could be called, or nobody answered: the alarm watches this figure."""
    log.error("call unanswered", sort=event.detail_type, ticket_id=event.detail["ticket_id"])
    metric("UnansweredCalls", 1)


def happening(sort: str, detail: Mapping[str, Any]) -> Happening:
    """An event of a ticket as it came over the bus."""
    promise = detail.get("promise", {})
    due_at = promise.get("due_at")
    return Happening(
        id=detail["id"],
        type=sort,
        ticket_id=detail["record"],
        at=datetime.fromisoformat(detail["at"]),
        promise=promise.get("id", ""),
        kind=promise.get("kind", ""),
        due_at=datetime.fromisoformat(due_at) if due_at else None,
    )
