"""Mail that came in, what SES says of mail that left, and letters about what happened."""

import json

from chalice.app import Blueprint, CloudWatchEvent, SNSEvent

from chalicelib import wiring
from chalicelib.core.errors import NotFound
from chalicelib.core.log import log, metric
from chalicelib.mail.domain.outgoing import MAIL_TAG
from chalicelib.mail.notices import news_of, notice_of
from chalicelib.mail.telling import TOLD
from chalicelib.web.jobs import job

bp = Blueprint(__name__)

RECEIVED = "arn:aws:sns:eu-west-1:000000000000:pledge-mail-received"
FEEDBACK = "arn:aws:sns:eu-west-1:000000000000:pledge-mail-feedback"


@bp.on_sns_message(topic=RECEIVED)
@job
def receive_mail(event: SNSEvent) -> str:
    """A mail that SES has stored becomes a ticket or a reply."""
    return wiring.inbound().receive(notice_of(json.loads(event.message))).id


@bp.on_sns_message(topic=FEEDBACK)
@job
def hear_of_mail(event: SNSEvent) -> str | None:
    """SES tells what became of a mail of ours."""
    told = json.loads(event.message)
    tags = told.get("mail", {}).get("tags", {})
    mail_id = next(iter(tags.get(MAIL_TAG, [])), None)
    if mail_id is None:
        return None
    news = news_of(told)
    try:
        wiring.outbox().hear(mail_id, news)
    except NotFound:
        log.warning("feedback on a mail that is not ours", mail_id=mail_id)
    return news.kind


@bp.on_cw_event({"source": ["pledge.mail"], "detail-type": ["MailUndelivered"]})
@job
def note_undelivered(event: CloudWatchEvent) -> None:
    """Somebody was not told: the ticket says so to the staff, once an address, and the alarm watches the figure."""
    metric("UndeliveredMails", 1)
    wiring.noting().note(event.detail["mail_id"])


@bp.on_cw_event({"source": ["pledge.tickets"], "detail-type": TOLD})
@job
def tell_by_mail(event: CloudWatchEvent) -> int:
    """Whoever was promised to be told is told."""
    return wiring.telling().tell(event.detail)
