"""Pages leave once as far as anybody can know, and rather twice than never (F5, F7, F9, F15)."""

from datetime import UTC, datetime, timedelta

import pytest

from chalicelib import wiring
from chalicelib.core.errors import Conflict, NotFound, Unavailable
from chalicelib.customers.domain import Role, Staff
from chalicelib.escalation.domain import LEASE, Callee, Mobilisation, Occasion
from chalicelib.escalation.events import PersonPaged
from chalicelib.escalation.reader import ladder
from chalicelib.escalation.use_cases import Pages
from chalicelib.escalation.use_cases.people import channels, dialable

NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
BOB = Staff(id="bob", name="Bob", email="bob@desk.example", roles=frozenset({Role.SUPPORT_ENGINEER}))


class SNS:
    """Publishes, or does not answer, or publishes while we are killed."""

    def __init__(self):
        self.sent, self.dies_before, self.dies_after = [], None, None

    def publish(self, sending, to):
        if self.dies_before:
            raise self.dies_before
        self.sent.append((to.id, sending.page_id))
        if self.dies_after:
            raise self.dies_after


class People:
    def staff(self, staff_id):
        if staff_id != BOB.id:
            raise NotFound(f"there is no staff {staff_id}")
        return BOB


class Killed(BaseException):
    """SIGKILL, as far as the code can tell."""


@pytest.fixture
def sns():
    return SNS()


@pytest.fixture
def pages(desk_table, still, sns):
    return Pages(wiring.sending_store(), wiring.mobilisation_store(), People(), sns, still)


@pytest.fixture
def page(desk_table):
    """Bob is to be paged; the call is kept."""
    _, step = ladder().steps_for(Occasion.SEVERITY_1_MARKED, severity=1, plan="Standard")
    call = Mobilisation.of(step, ladder(), id_="C-1", ticket_id="T-1", text="S1 T-1", at=NOW)
    called, (event,) = call.fall_due(NOW, crew=(Callee(person="bob", channels=("page",)),))
    wiring.mobilisation_store().begin(called)
    assert isinstance(event, PersonPaged)
    return event


def test_a_page_told_three_times_leaves_once_f9(pages, page, sns):
    for _ in range(3):
        pages.send(page)
    assert sns.sent == [("bob", "C-1.0.1.bob.page")]


@pytest.mark.parametrize("when", ["dies_before", "dies_after"])
def test_killed_before_or_after_publishing_it_is_sent_when_the_lease_is_over_f5(
    pages, page, sns, still, when
):
    setattr(sns, when, Killed())
    with pytest.raises(Killed):
        pages.send(page)
    sns.dies_before = sns.dies_after = None
    already = len(sns.sent)
    still.at += LEASE - timedelta(seconds=1)
    with pytest.raises(Unavailable):  # another try may be under way: Lambda tries this one again
        pages.send(page)
    assert len(sns.sent) == already
    still.at += timedelta(seconds=1)
    pages.send(page)
    pages.send(page)
    assert len(sns.sent) == already + 1


def test_a_lease_from_a_clock_that_is_ahead_holds_nobody_up_f15(pages, page, sns, still):
    sns.dies_before = Killed()
    still.at += timedelta(minutes=5)
    with pytest.raises(Killed):
        pages.send(page)
    still.at, sns.dies_before = NOW, None
    pages.send(page)
    assert len(sns.sent) == 1


def test_what_sns_does_not_take_is_tried_again_and_visible_until_then_f7(pages, page, sns):
    sns.dies_before = Unavailable("SNS did not answer")
    with pytest.raises(Unavailable):
        pages.send(page)
    (failed,), _ = wiring.sending_store().undelivered(cursor=None, limit=10)
    assert (failed.person, failed.failed, failed.sent_at) == ("bob", "SNS did not answer", None)
    sns.dies_before = None
    pages.send(page)
    assert len(sns.sent) == 1 and wiring.sending_store().undelivered(cursor=None, limit=10)[0] == []


def test_a_failed_page_is_sent_again_by_hand_and_no_other_is(pages, page, sns):
    sns.dies_before = Unavailable("SNS did not answer")
    with pytest.raises(Unavailable):
        pages.send(page)
    sns.dies_before = None
    assert pages.resend(page.page_id).sent_at == NOW
    with pytest.raises(Conflict, match="has not failed"):
        pages.resend(page.page_id)
    assert len(sns.sent) == 1


@pytest.mark.parametrize("how", ["take", "withdraw"])
def test_a_page_that_comes_late_wakes_nobody_for_what_is_over_f10(pages, page, sns, how):
    store = wiring.mobilisation_store()
    over, events = (
        getattr(store.load("C-1"), how)("dave", NOW)
        if how == "take"
        else store.load("C-1").withdraw(NOW, "solved")
    )
    store.save(over, 1, events)
    pages.send(page)
    assert not sns.sent


def test_somebody_who_left_us_fails_visibly(pages, page, sns, monkeypatch):
    monkeypatch.setattr(People, "staff", lambda self, staff_id: (_ for _ in ()).throw(NotFound("gone")))
    with pytest.raises(NotFound):
        pages.send(page)
    assert wiring.sending_store().undelivered(cursor=None, limit=10)[0][0].failed == "gone"


PHONES = [
    ("+44 20 7946 0101", ("page", "sms")),
    ("+1 (212) 555-0101", ("page", "sms")),
    ("020 7946 0101", ("page",)),
    ("+0123456789", ("page",)),
    ("+44207946010111111", ("page",)),
    ("ask Bob", ("page",)),
    (None, ("page",)),
]


def test_a_trunk_zero_is_not_dialled_from_abroad():
    assert dialable("+44 (0)20 7946 0101") == "+442079460101"


@pytest.mark.parametrize(("phone", "expected"), PHONES)
def test_only_a_number_that_can_be_dialled_gets_a_text(phone, expected):
    from dataclasses import replace

    assert channels(replace(BOB, phone=phone)) == expected
