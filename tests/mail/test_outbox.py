"""Outgoing mail: each once, tried again, given up in sight, and told of by SES (F9, F10, F41)."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from threading import Lock

import pytest

from chalicelib import wiring
from chalicelib.core.errors import Conflict, NotFound
from chalicelib.mail import jobs
from chalicelib.mail.domain.outgoing import LEASE, RETRIES, Draft, MailState, News, OutgoingMail
from chalicelib.mail.outbox import Outbox
from chalicelib.mail.sender import NotSentError, UnknownError
from tests.conftest import StillClock
from tests.mail.mailroom import as_sns

THROTTLED = NotSentError("SES refused it: Throttling", final=False)
REFUSED = NotSentError("SES refused it: MessageRejected", final=True)
DRAFT = Draft(key="T-1.1.0#reply#alice", to="alice@acme.example", subject="x", text="y", ticket_id="T-1")


class Killed(BaseException):
    """The worker ends in the middle."""


@dataclass
class Ses:
    """Takes mail, or fails as often as planned."""

    plan: list[BaseException] = field(default_factory=list)
    taken: list[str] = field(default_factory=list)
    lock: Lock = field(default_factory=Lock)

    def send(self, mail: OutgoingMail, _at: datetime) -> str:
        with self.lock:
            if self.plan:
                raise self.plan.pop(0)
            self.taken.append(mail.id)
            return f"ses-{len(self.taken):08}"


@dataclass
class Desk:
    """An outbox with its SES and its clock."""

    box: Outbox
    ses: Ses
    clock: StillClock

    def later(self, mail: OutgoingMail, by: timedelta) -> OutgoingMail:
        self.clock.at += by
        return self.box.fall_due(mail.id)


@pytest.fixture
def desk(desk_table: str, still: StillClock) -> Desk:
    ses = Ses()
    return Desk(Outbox(wiring.mail_store(), ses, still), ses, still)


def undelivered() -> list[OutgoingMail]:
    return wiring.mail_store().undelivered(cursor=None, limit=50)[0]


def test_a_draft_leaves_once_however_often_it_is_posted(desk: Desk) -> None:
    """F9: three times at once, again an hour later, eight threads."""
    with ThreadPoolExecutor(8) as threads:
        mails = list(threads.map(lambda _: desk.box.post(DRAFT), range(8)))
    desk.clock.at += timedelta(hours=1)
    assert {desk.box.post(DRAFT).id, *(mail.id for mail in mails)} == {mails[0].id}
    assert desk.ses.taken == [mails[0].id]
    assert desk.box.store.get(mails[0].id).state is MailState.SENT


def test_another_key_is_another_mail(desk: Desk) -> None:
    desk.box.post(DRAFT)
    desk.box.post(Draft(key="T-1.2.0#reply#alice", to=DRAFT.to, subject="x", text="y"))
    assert len(desk.ses.taken) == 2


def test_a_throttled_mail_is_tried_ever_more_rarely_and_then_arrives(desk: Desk) -> None:
    desk.ses.plan = [THROTTLED] * 3
    mail = desk.box.post(DRAFT)
    for wait in RETRIES[:3]:
        assert (mail.state, mail.wake_at) == (MailState.WAITING, desk.clock.at + wait)
        assert desk.box.fall_due(mail.id).state is MailState.WAITING  # too early
        mail = desk.later(mail, wait)
    assert (mail.state, mail.attempts, len(desk.ses.taken)) == (MailState.SENT, 4, 1)
    assert undelivered() == []


def test_after_a_day_of_refusals_it_is_given_up_in_sight_and_can_be_sent_again(desk: Desk) -> None:
    """Everything that cannot be delivered is kept, visible and can be sent again."""
    desk.ses.plan = [THROTTLED] * (len(RETRIES) + 1)
    mail = desk.box.post(DRAFT)
    for wait in RETRIES:
        mail = desk.later(mail, wait)
    assert (mail.state, mail.wake_at) == (MailState.FAILED, None)
    assert [one.id for one in undelivered()] == [mail.id]
    again = desk.box.resend(mail.id)
    assert (again.state, undelivered()) == (MailState.SENT, [])
    with pytest.raises(Conflict, match="only an undelivered one"):
        desk.box.resend(mail.id)


def test_a_final_refusal_is_not_tried_again(desk: Desk) -> None:
    desk.ses.plan = [REFUSED]
    mail = desk.box.post(DRAFT)
    assert (mail.state, mail.reason, mail.wake_at) == (MailState.FAILED, REFUSED.reason, None)
    listed, _ = wiring.mail_store().of_ticket("T-1", cursor=None, limit=5)
    assert listed == undelivered() == [mail]  # still among the ticket's mails


def test_an_answer_that_was_lost_is_settled_by_the_send_event(desk: Desk) -> None:
    """F5: sent once."""
    desk.ses.plan = [UnknownError()]
    mail = desk.box.post(DRAFT)
    assert mail.state is MailState.SENDING
    desk.box.hear(mail.id, News(kind="Send", ses_id="ses-lost"))
    settled = desk.later(mail, LEASE)
    assert (settled.state, settled.ses_id, desk.ses.taken) == (MailState.SENT, "ses-lost", [])
    assert wiring.mail_store().leads_of(["ses-lost@eu-west-1.amazonses.com"]) == [("T-1", True)]


def test_without_any_answer_it_is_sent_again_when_the_lease_ends_but_not_for_ever(desk: Desk) -> None:
    """F5."""
    desk.ses.plan = [UnknownError()]
    mail = desk.box.post(DRAFT)
    assert desk.box.fall_due(mail.id).state is MailState.SENDING
    assert desk.later(mail, LEASE).state is MailState.SENT
    desk.ses.plan = [UnknownError()] * 99
    mute = desk.box.post(Draft(key="mute", to="b@acme.example", subject="x", text="y"))
    for _ in range(20):
        mute = desk.later(mute, timedelta(hours=13))
    assert (mute.state, mute.attempts) == (MailState.FAILED, len(RETRIES) + 1)


def test_whoever_stopped_between_claim_and_sending_is_stood_in_for_once(desk: Desk) -> None:
    """F5, F8: eight workers find the ended lease at once."""
    desk.ses.plan = [Killed()]
    with pytest.raises(Killed):
        desk.box.post(DRAFT)
    mail = desk.box.post(DRAFT)
    assert mail.state is MailState.SENDING
    desk.clock.at += LEASE
    with ThreadPoolExecutor(8) as threads:
        list(threads.map(lambda _: desk.box.fall_due(mail.id), range(8)))
    assert desk.ses.taken == [mail.id]


def test_nothing_goes_to_an_address_that_bounced_until_somebody_sends_again(desk: Desk) -> None:
    """F41."""
    wiring.mail_store().suppress("Alice@acme.example", "Permanent General")
    for _ in range(2):
        mail = desk.box.post(DRAFT)
        assert (mail.state, mail.reason) == (MailState.SUPPRESSED, "Permanent General")
    assert (desk.ses.taken, [one.id for one in undelivered()]) == ([], [mail.id])
    assert desk.box.resend(mail.id).state is MailState.SENT
    assert wiring.mail_store().suppressed("alice@acme.example") is None


def test_a_waiting_mail_whose_address_bounced_meanwhile_stays_here(desk: Desk) -> None:
    desk.ses.plan = [THROTTLED]
    mail = desk.box.post(DRAFT)
    wiring.mail_store().suppress("alice@acme.example", "Complaint")
    assert desk.later(mail, RETRIES[0]).state is MailState.SUPPRESSED


SES = "ses-00000001"
S, D, B, C = (News(kind=kind, ses_id=SES) for kind in ("Send", "Delivery", "Bounce", "Complaint"))
SOFT = News(kind="Bounce", ses_id=SES, reason="Transient MailboxFull", permanent=False)
REJECT = News(kind="Reject", ses_id=SES, reason="Bad content")


@pytest.mark.parametrize(
    ("news", "state", "suppressed"),
    [
        ([S, D], MailState.DELIVERED, False),
        ([D, S, D], MailState.DELIVERED, False),
        ([S, B, B], MailState.BOUNCED, True),
        ([B, S, D], MailState.BOUNCED, True),
        ([S, D, B], MailState.BOUNCED, True),
        ([D, C, C], MailState.COMPLAINED, True),
        ([S, SOFT], MailState.BOUNCED, False),
        ([D, SOFT], MailState.DELIVERED, False),
        ([REJECT, S], MailState.BOUNCED, False),
        ([News(kind="Open", ses_id=SES)], MailState.SENT, False),
    ],
)
def test_what_ses_tells_counts_once_and_in_any_order(
    desk: Desk, news: list[News], state: MailState, suppressed: bool
) -> None:
    """F10, F41."""
    mail = desk.box.post(DRAFT)
    for one in (*news, *news[-1:]):
        desk.box.hear(mail.id, one)
    kept = wiring.mail_store().get(mail.id)
    assert (kept.state, wiring.mail_store().suppressed(DRAFT.to) is not None) == (state, suppressed)
    assert (kept in undelivered()) == kept.is_undelivered


def test_late_news_of_an_earlier_sending_does_not_undo_the_next(desk: Desk) -> None:
    """F41: the bounce comes a second time, after the address was mended and the mail sent again."""
    mail = desk.box.post(DRAFT)
    desk.box.hear(mail.id, B)
    desk.box.resend(mail.id)
    for old in (B, C, S):
        desk.box.hear(mail.id, old)
    kept = wiring.mail_store().get(mail.id)
    assert (kept.state, kept.ses_id) == (MailState.SENT, "ses-00000002")
    assert wiring.mail_store().suppressed(DRAFT.to) is None


def event(kind: str, mail_id: str | None, **more: object) -> dict[str, object]:
    tags = {"pledge-mail": [mail_id]} if mail_id else {}
    return as_sns({"eventType": kind, "mail": {"messageId": SES, "tags": tags}, **more})


def test_the_deployed_function_hears_ses(desk: Desk) -> None:
    """F41: a bounce twice; an id that is not ours; a mail without a tag."""
    mail = desk.box.post(DRAFT)
    bounce = {"bounceType": "Permanent", "bounceSubType": "General"}
    for _ in range(2):
        assert jobs.hear_of_mail(event("Bounce", mail.id, bounce=bounce), None) == "Bounce"
    assert wiring.mail_store().get(mail.id).reason == "Permanent General"
    assert jobs.hear_of_mail(event("Bounce", "M-UNKNOWN", bounce=bounce), None) == "Bounce"
    assert jobs.hear_of_mail(event("Send", None), None) is None
    with pytest.raises(NotFound):
        wiring.mail_store().get("M-UNKNOWN")


def test_the_list_of_undelivered_mail_is_paged_and_oldest_first(desk: Desk) -> None:
    desk.ses.plan = [REFUSED] * 5
    mails = []
    for n in range(5):
        desk.clock.at += timedelta(seconds=1)
        mails.append(desk.box.post(Draft(key=str(n), to="a@acme.example", subject="x", text="y")))
    page, cursor = wiring.mail_store().undelivered(cursor=None, limit=3)
    rest, end = wiring.mail_store().undelivered(cursor=cursor, limit=3)
    assert [one.id for one in (*page, *rest)] == [one.id for one in mails]
    assert end is None


def test_a_mail_whose_sending_kills_every_worker_is_given_up_in_sight(desk: Desk) -> None:
    """F5, F6: it must not be tried for ever."""
    desk.ses.plan = [Killed()] * 99
    with pytest.raises(Killed):
        desk.box.post(DRAFT)
    mail = desk.box.post(DRAFT)
    for _ in RETRIES:
        with pytest.raises(Killed):
            desk.later(mail, LEASE)
    assert desk.later(mail, LEASE).state is MailState.FAILED
    assert len(undelivered()) == 1


def test_answers_of_the_last_hour_leave_room_for_the_rest(desk_table: str, still: StillClock) -> None:
    """F19: three before the hour strikes and two after make five."""
    store = wiring.mail_store()
    minutes = [40, 50, 55, 61, 62, 63]
    said = [
        store.may_answer("a@x.example", still.at + timedelta(minutes=m), most=5, answering=f"{m}")
        for m in minutes
    ]
    assert said == [True] * 5 + [False]


@pytest.mark.parametrize("most", [1, 5])
def test_automatic_answers_are_counted_over_the_last_hour(
    desk_table: str, still: StillClock, most: int
) -> None:
    """F19: asked again for the same mail it says the same, at the limit too."""
    store = wiring.mail_store()

    def ask(minute: int, name: str) -> bool:
        return store.may_answer(
            "A@x.example", still.at + timedelta(minutes=minute), most=most, answering=name
        )

    def allowed(minute: int) -> Callable[[int], bool]:
        return lambda n: ask(minute, f"{minute}/{n}")

    with ThreadPoolExecutor(8) as threads:
        assert sum(threads.map(allowed(50), range(8))) == most
    assert not ask(65, "late")
    assert sum(map(allowed(50), range(8))) == most
    assert ask(111, "next")
    assert ask(111, "next")
