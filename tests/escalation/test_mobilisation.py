"""Pages in rounds until somebody takes it, all of it on record (B6, B10, F8, F9, F14, Clocks 9)."""

import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.core.errors import Conflict
from chalicelib.escalation.domain import (
    AlreadyTaken,
    Callee,
    Mobilisation,
    Occasion,
    State,
    Target,
    TargetKind,
    page_text,
)
from chalicelib.escalation.events import (
    MobilisationTaken,
    MobilisationUnanswered,
    MobilisationWithdrawn,
    NobodyOnCall,
    PersonPaged,
)
from chalicelib.escalation.reader import ladder

NOW = datetime(2026, 11, 21, 14, 5, tzinfo=UTC)
TEN = timedelta(minutes=10)
TELL, ONE_LEVEL = ladder().steps_for(Occasion.SEVERITY_1_MARKED, severity=1, plan="Standard")
MOBILISE = replace(
    ONE_LEVEL,
    then=tuple(Target(kind=TargetKind.ROLE, name=name) for name in ("operations_manager", "vp_operations")),
)
PEOPLE = {
    "on_call:engineers": (
        Callee(person="bob", channels=("sms", "email")),
        Callee(person="dave", channels=("sms",)),
    ),
    "role:operations_manager": (Callee(person="carol", channels=("sms",)),),
    "role:vp_operations": (Callee(person="victor", channels=("sms",)),),
}


def begun(step=MOBILISE):
    return Mobilisation.of(step, ladder(), id_="m1", ticket_id="t1", text="S1 #1042", at=NOW)


def rounds(mobilisation, people=PEOPLE, until=None, opening=lambda now: None):
    """Plays the sweep: wakes it at each of its moments; gives what happened, and the record after it."""
    told = []
    while mobilisation.wake_at and (until is None or mobilisation.wake_at <= until):
        now, level = mobilisation.wake_at, mobilisation.calls_next
        crew = people.get(str(level.target), ()) if level else ()
        mobilisation, events = mobilisation.fall_due(now, crew=crew, opens_at=opening(now))
        told += events
    return mobilisation, told


def calls(events):
    return [((event.at - NOW) // timedelta(minutes=1), event.person, event.channel)
            for event in events if isinstance(event, PersonPaged)]  # fmt: skip


def test_all_on_call_are_paged_at_once_on_every_channel_b6():
    _, events = rounds(begun(), until=NOW)
    assert calls(events) == [(0, "bob", "sms"), (0, "bob", "email"), (0, "dave", "sms")]
    assert {(event.mobilisation_id, event.ticket_id, event.text) for event in events} == {
        ("m1", "t1", "S1 #1042")
    }


def test_nobody_takes_it_so_each_level_is_called_three_times_then_it_is_an_alarm_b6():
    ended, events = rounds(begun())
    assert [(minute, person) for minute, person, channel in calls(events) if channel == "sms"] == [
        *((minute, person) for minute in (0, 10, 20) for person in ("bob", "dave")),
        *((minute, "carol") for minute in (30, 40, 50)),
        *((minute, "victor") for minute in (60, 70, 80)),
    ]  # fmt: skip
    assert events[-1] == MobilisationUnanswered(
        mobilisation_id="m1", ticket_id="t1", at=NOW + 9 * TEN, paged=("bob", "dave", "carol", "victor")
    )
    assert (ended.state, ended.wake_at) == (State.UNANSWERED, None)


def test_a_page_that_only_tells_is_sent_once_b10():
    told, events = rounds(begun(TELL))
    assert calls(events) == [(0, "carol", "sms")] and (told.state, told.wake_at) == (State.TOLD, None)


def test_who_takes_it_ends_the_rounds_and_is_on_record_b6():
    called, _ = rounds(begun(), until=NOW + TEN)
    taken, events = called.take("dave", NOW + timedelta(minutes=12))
    assert (taken.state, taken.taken_by, taken.wake_at) == (State.TAKEN, "dave", None)
    assert events == (
        MobilisationTaken(
            mobilisation_id="m1",
            ticket_id="t1",
            at=NOW + timedelta(minutes=12),
            by="dave",
            paged=("bob", "dave"),
        ),
    )
    assert taken.fall_due(NOW + 9 * TEN, crew=PEOPLE["on_call:engineers"]) == (taken, ())
    assert [(page.person, page.channel, page.at) for page in taken.pages[:2]] == [
        ("bob", "sms", NOW), ("bob", "email", NOW)
    ]  # fmt: skip


def test_the_second_taker_is_told_who_has_it_f8():
    taken, _ = begun().take("dave", NOW + timedelta(minutes=2))
    with pytest.raises(AlreadyTaken, match="dave has it since 14:07Z") as refusal:
        taken.take("bob", NOW + timedelta(minutes=3))
    assert isinstance(refusal.value, Conflict) and refusal.value.details == {"taken_by": "dave"}


def test_taking_twice_is_taking_once_f9():
    taken, _ = begun().take("dave", NOW)
    assert taken.take("dave", NOW + TEN) == (taken, ())


def test_what_nobody_answered_and_what_only_told_can_still_be_taken():
    for step in (MOBILISE, TELL):
        ended, _ = rounds(begun(step))
        assert ended.take("bob", NOW + 20 * TEN)[0].state is State.TAKEN


def test_a_solved_ticket_calls_nobody_any_more():
    called, _ = rounds(begun(), until=NOW)
    ended, events = called.withdraw(NOW + TEN, "the ticket was solved")
    assert events == (
        MobilisationWithdrawn(
            mobilisation_id="m1", ticket_id="t1", at=NOW + TEN, because="the ticket was solved"
        ),
    )
    assert ended.fall_due(NOW + TEN, crew=PEOPLE["on_call:engineers"]) == (ended, ())
    assert ended.withdraw(NOW + TEN, "again") == (ended, ()) and ended.calls_next is None
    with pytest.raises(Conflict, match="withdrawn"):
        ended.take("bob", NOW + TEN)


def test_withdrawing_what_is_taken_or_told_changes_nothing():
    for settled in (begun().take("bob", NOW)[0], rounds(begun(TELL))[0]):
        assert settled.withdraw(NOW, "solved") == (settled, ())


def test_nothing_is_called_before_its_time_f14():
    called, _ = rounds(begun(), until=NOW)
    early = NOW + TEN - timedelta(seconds=1)
    assert called.fall_due(early, crew=PEOPLE["on_call:engineers"]) == (called, ())


def test_two_sweeps_of_one_moment_page_the_same_page_f9():
    one = begun().fall_due(NOW, crew=PEOPLE["on_call:engineers"])
    other = begun().fall_due(NOW, crew=PEOPLE["on_call:engineers"])
    assert one == other
    assert len({event.page_id for event in one[1]}) == 3
    assert one[0].fall_due(NOW, crew=PEOPLE["on_call:engineers"]) == (one[0], ())


def test_after_a_long_sleep_one_round_is_called_and_the_next_in_its_time_f14():
    called, _ = rounds(begun(), until=NOW)
    late = NOW + timedelta(hours=2)
    woken, events = called.fall_due(late, crew=PEOPLE["on_call:engineers"])
    assert {event.at for event in events} == {late} and woken.wake_at == late + TEN and woken.round == 2


def test_each_round_calls_whoever_is_on_call_then():
    called, _ = rounds(begun(), until=NOW)
    _, events = called.fall_due(NOW + TEN, crew=(Callee(person="erin", channels=("sms",)),))
    assert calls(events) == [(10, "erin", "sms")]


def test_a_level_with_nobody_passes_to_the_next_at_once_and_says_so():
    people = PEOPLE | {"on_call:engineers": (Callee(person="bob", channels=()),)}
    called, events = rounds(begun(), people, until=NOW)
    assert isinstance(events[0], NobodyOnCall) and events[0].target == "on_call:engineers"
    assert calls(events) == [(0, "carol", "sms")] and called.wake_at == NOW + TEN


@pytest.mark.parametrize("step", [TELL, MOBILISE], ids=["tell", "mobilise"])
def test_with_nobody_anywhere_it_is_an_alarm_at_once(step):
    ended, events = rounds(begun(step), people={})
    assert ended.state is State.UNANSWERED and isinstance(events[-1], MobilisationUnanswered)
    assert len(events) == len(ended.levels) + 1 and {event.at for event in events} == {NOW}


def nine_to_five(now):
    opens = now.replace(hour=9, minute=0)
    return now if 9 <= now.hour < 17 else opens if now.hour < 9 else opens + timedelta(days=1)


def test_a_09_17_contract_is_not_paged_at_night_clocks_9():
    night = NOW.replace(hour=3)
    waiting = replace(begun(), began_at=night, wake_at=night)
    asleep, events = waiting.fall_due(night, crew=PEOPLE["on_call:engineers"], opens_at=nine_to_five(night))
    assert (events, asleep.wake_at) == ((), NOW.replace(hour=9, minute=0))
    _, events = rounds(asleep, until=asleep.wake_at, opening=nine_to_five)
    assert {event.at for event in events} == {NOW.replace(hour=9, minute=0)} and len(events) == 3


def test_rounds_that_began_before_closing_go_on_at_the_next_opening_clocks_9():
    late = NOW.replace(hour=16, minute=45)
    _, events = rounds(replace(begun(), wake_at=late), opening=nine_to_five)
    times = sorted({event.at for event in events})
    assert times[:2] == [late, late + TEN]
    assert times[2] == NOW.replace(hour=9, minute=0) + timedelta(days=1)
    assert all(9 <= moment.hour < 17 for moment in times)


def test_a_24x7_contract_is_paged_at_night_clocks_9():
    night = NOW.replace(hour=3)
    _, events = replace(begun(), wake_at=night).fall_due(
        night, crew=PEOPLE["on_call:engineers"], opens_at=night
    )
    assert len(events) == 3


moves = st.lists(
    st.one_of(
        st.tuples(st.just("wake"), st.integers(0, 30), st.integers(0, 2)),
        st.tuples(st.just("take"), st.integers(0, 5), st.sampled_from(["bob", "dave"])),
        st.tuples(st.just("withdraw"), st.integers(0, 5), st.none()),
    ),
    max_size=25,
)


@given(moves)
def test_whatever_happens_nobody_is_called_twice_for_a_round_nor_after_the_end(happenings):
    record, now, told = begun(), NOW, []
    for kind, minutes, extra in happenings:
        now += timedelta(minutes=minutes)
        before = record
        try:
            if kind == "wake":
                record, events = record.fall_due(now, crew=PEOPLE["on_call:engineers"][:extra])
            elif kind == "take":
                record, events = record.take(extra, now)
            else:
                record, events = record.withdraw(now, "solved")
        except Conflict:
            assert before.state in {State.TAKEN, State.WITHDRAWN}
            continue
        assert before.state is State.CALLING or not any(isinstance(event, PersonPaged) for event in events)
        told += events
    pages = [event.page_id for event in told if isinstance(event, PersonPaged)]
    assert len(pages) == len(set(pages)) and pages == [page.id for page in record.pages]
    assert sum(isinstance(event, MobilisationTaken) for event in told) == (record.taken_by is not None)
    assert (record.wake_at is not None) == (record.state is State.CALLING)


def test_a_page_says_what_to_get_up_for_and_fits_a_text_message():
    link = "https://desk.pledge.example/tickets/01JD8X4M3T9Q2W5Z7K6V"
    text = page_text(
        ticket="#1042", severity=1, plan="Expert", occasion=Occasion.SEVERITY_1_MARKED, at=NOW, link=link
    )
    assert text == f"S1 #1042 Expert: severity 1 marked 14:05Z. Take: {link}"
    longest = max((occasion for occasion in Occasion), key=lambda occasion: len(occasion.words))
    filled = page_text(ticket="t" * 99, severity=1, plan="P" * 99, occasion=longest, at=NOW, link="x" * 60)
    assert len(filled) <= 160


def test_without_a_link_there_is_nothing_to_take():
    text = page_text(ticket="t-9", severity=2, plan="Standard", occasion=Occasion.ESCALATED, at=NOW)
    assert text == "S2 t-9 Standard: escalated 14:05Z."


@given(st.text(), st.text(), st.sampled_from(Occasion))
def test_a_page_stays_one_plain_line_whatever_a_plan_is_called_f23(ticket, plan, occasion):
    text = page_text(ticket=ticket, severity=1, plan=plan, occasion=occasion, at=NOW)
    assert re.fullmatch(r"[ -~]+", text)
