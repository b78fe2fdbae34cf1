"""B10 and decision 7: severity 1 is told every hour, by people or else by the desk itself."""

from datetime import timedelta

import pytest

from chalicelib.tickets import events as e
from tests.tickets.desk import HOUR, MINUTE, MONDAY, Desk


def statuses(desk: Desk) -> list[timedelta]:
    """When the desk wrote by itself, counted from the report."""
    return [event.at - MONDAY for event in desk.events(e.HoldingStatusSent)]


def broken(desk: Desk) -> dict[str, timedelta]:
    return {event.promise.id: event.promise.due_at - MONDAY for event in desk.events(e.PromiseBroken)}


def test_the_desk_writes_exactly_hourly_from_the_mark_when_nobody_does():
    desk = Desk().register(1).pass_time(hours=5, minutes=30)
    assert statuses(desk) == [HOUR * n for n in (1, 2, 3, 4, 5)]
    kept = [event.promise for event in desk.events(e.PromiseKept)]
    assert [p.id for p in kept] == [f"update.{n}" for n in (1, 2, 3, 4, 5)]
    assert all(p.automatic for p in kept)
    assert desk.ticket.last_update_at is None  # a holding status is nobody's word


def test_a_status_names_when_the_next_one_comes():
    desk = Desk().register(1).pass_time(hours=3)
    for event in desk.events(e.HoldingStatusSent):
        assert event.next_at == event.due_at + HOUR
    assert desk.due("update") == desk.events(e.HoldingStatusSent)[-1].next_at


@pytest.mark.parametrize("late", [0, 7, 59, 299])
def test_a_sweep_some_seconds_late_neither_breaks_nor_shifts_the_hours(late):
    desk = Desk().register(1)
    for hour in (1, 2, 3):
        desk.at = MONDAY + HOUR * hour + timedelta(seconds=late)
        desk.sweep()
        assert desk.due("update") == MONDAY + HOUR * (hour + 1)
    assert {settled for id_, settled in desk.settled().items() if "update" in id_} == {"PromiseKept"}


def test_a_persons_update_restarts_the_hour():
    desk = Desk().register(1).pass_time(minutes=40)
    desk.reply()
    desk.pass_time(hours=2)
    assert statuses(desk) == [HOUR + 40 * MINUTE, 2 * HOUR + 40 * MINUTE]
    assert desk.events(e.PromiseKept)[0].promise.automatic is False


@pytest.mark.parametrize("marked_after", [0, 25, 61])
def test_the_hour_begins_with_the_mark_of_severity_1(marked_after):
    desk = Desk().register(3).pass_time(minutes=marked_after)
    desk.acknowledge(1)
    desk.pass_time(hours=1)
    assert statuses(desk) == [HOUR + marked_after * MINUTE]


def test_after_a_standstill_of_three_hours_one_status_leaves_and_the_missed_ones_are_broken():
    """F14: due at 10, 11, 12 and 13 o'clock; the sweep is back half a minute after the last."""
    desk = Desk().register(1)
    desk.do("start_work")
    desk.wait(hours=4, seconds=30).sweep()
    assert len(statuses(desk)) == 1
    assert {id_: due for id_, due in broken(desk).items() if "update" in id_} == {
        "update.1": HOUR, "update.2": 2 * HOUR, "update.3": 3 * HOUR,
    }  # fmt: skip
    assert desk.settled()["update.4"] == "PromiseKept"
    assert desk.ticket.promise("update").id == "update.5"
    assert desk.due("update") == MONDAY + 5 * HOUR


def test_a_standstill_that_ends_between_two_hours_makes_the_last_one_late():
    desk = Desk().register(1).wait(hours=3, minutes=20)
    desk.sweep()
    assert [due for id_, due in broken(desk).items() if "update" in id_] == [HOUR, 2 * HOUR, 3 * HOUR]
    (late,) = desk.events(e.PromiseFulfilledLate)
    assert (late.promise.id, late.promise.fulfilled_at) == ("update.3", MONDAY + 3 * HOUR + 20 * MINUTE)
    assert desk.due("update") == MONDAY + 4 * HOUR


def test_a_person_who_ends_a_standstill_is_late_for_the_last_hour_alone():
    desk = Desk().register(1).wait(hours=3, minutes=20)
    desk.reply()
    assert [due for id_, due in broken(desk).items() if "update" in id_] == [HOUR, 2 * HOUR, 3 * HOUR]
    assert [
        event.promise.id for event in desk.events(e.PromiseFulfilledLate) if "update" in event.promise.id
    ] == ["update.3"]
    desk.sweep()
    assert statuses(desk) == []
    assert desk.due("update") == desk.at + HOUR


def test_a_week_of_standstill_is_one_change_of_bounded_size():
    desk = Desk().register(1).wait(days=7, seconds=5)
    desk.sweep()
    assert len(statuses(desk)) == 1
    assert desk.due("update") == MONDAY + timedelta(days=7, hours=1)
    assert len(desk.store.changes[desk.id][-1]) < 80


@pytest.mark.parametrize("verb", ["note", "hold", "escalate", "attach"])
def test_whatever_else_happens_between_the_hour_and_the_sweep_the_status_still_leaves(verb):
    """A note in that second must not leave the customer without a word for the rest of the incident."""
    desk = Desk().register(1).wait(hours=1, seconds=2)
    if verb == "note":
        desk.do("note", message=e.Message(text="looking"))
    elif verb == "attach":
        desk.reply(sort="auto_reply")
    else:
        desk.do(verb, reason="vendor")
    desk.wait(seconds=3).sweep()
    assert len(statuses(desk)) == 1
    desk.pass_time(hours=2)
    assert len(statuses(desk)) == 3


def test_a_status_that_was_broken_at_a_lower_severity_does_not_keep_severity_1_silent():
    """The contract asks for word every 4 hours at severity 2; that was broken before it became severity 1."""
    desk = Desk().register(2, "signed").pass_time(hours=5)
    assert broken(desk)["update.1"] == 4 * HOUR
    desk.do("decide_severity", severity=1, reason="all users")
    desk.pass_time(hours=2)
    assert statuses(desk) == [6 * HOUR, 7 * HOUR]


def test_at_severity_2_a_missed_update_is_broken_and_the_desk_writes_nothing():
    desk = Desk().register(2, "signed").pass_time(hours=20)
    assert statuses(desk) == []
    assert [id_ for id_ in broken(desk) if "update" in id_] == ["update.1"]


def test_the_hours_stand_still_while_we_wait_for_the_customer_and_go_on_afterwards():
    desk = Desk().register(1).pass_time(minutes=30)
    desk.do("await_customer", question="which site?")
    desk.pass_time(hours=5)
    assert statuses(desk) == []
    desk.do("resume")
    desk.pass_time(hours=2)
    assert statuses(desk) == [6 * HOUR + 30 * MINUTE, 7 * HOUR + 30 * MINUTE]


def test_after_a_pause_within_the_hour_the_statuses_are_an_hour_apart_again():
    desk = Desk().register(1).pass_time(minutes=10)
    desk.do("await_customer", question="which site?")
    desk.pass_time(hours=2)
    desk.do("resume")
    desk.pass_time(hours=3, minutes=1)
    first, second, third = statuses(desk)
    assert (second - first, third - second) == (HOUR, HOUR)
    assert all(event.next_at == event.due_at + HOUR for event in desk.events(e.HoldingStatusSent))


@pytest.mark.parametrize("ending", ["solve", "close", "decline", "lower"])
def test_hourly_until_closed(ending):
    desk = Desk().register(1).pass_time(hours=1, minutes=30)
    said = {
        "solve": {"resolution": "fixed"},
        "close": {"reason": "wish of the customer"},
        "decline": {"reason": "beyond_control"},
        "lower": {"severity": 3, "reason": "one user"},
    }[ending]
    desk.do("decide_severity" if ending == "lower" else ending, **said)
    before = len(statuses(desk))
    desk.pass_time(hours=12)
    assert len(statuses(desk)) == before == 1
    assert desk.settled()["update.2"] in {"PromiseWithdrawn", "PromiseKept"}
