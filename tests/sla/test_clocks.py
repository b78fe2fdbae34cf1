"""Clocks, rule by rule: D11, D12, D13, B10, decisions 4 to 6, edge cases Clocks 1-6."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from chalicelib.core.errors import Invalid
from chalicelib.sla import reader
from chalicelib.sla.domain import (
    HoursKind,
    Kind,
    Override,
    OwnDay,
    Pause,
    SeverityAt,
    Timeline,
    clock,
    explain,
)

EXPERT, KNOWLEDGE, STANDARD = map(reader.plan, ("expert", "knowledge", "standard"))
HOURS = reader.hours_of(reader.business_hours("UTC", "GB"))
RESOLVED_IN_16_BUSINESS_HOURS = STANDARD.overridden(
    *(
        Override(
            clause="MSA 9",
            kind=Kind.RESOLUTION,
            severity=severity,
            duration=timedelta(hours=hours),
            hours=HoursKind.BUSINESS,
        )
        for severity, hours in ((1, 4), (2, 16), (3, 40))
    )
)


def at(text: str) -> datetime:
    """`23 09:00` is in November 2026, of which the 23rd is a Monday."""
    return datetime.strptime(f"2026-11-{text}", "%Y-%m-%d %H:%M").replace(tzinfo=UTC)


def history(reported="23 09:00", severity=2, changes=(), pauses=(), **fields) -> Timeline:
    return Timeline(
        reported_at=at(reported),
        severities=(
            SeverityAt(at=at(reported), severity=severity),
            *(SeverityAt(at=at(when), severity=new) for when, new in changes),
        ),
        pauses=tuple(Pause(from_=at(since), to=at(to) if to else None) for since, to in pauses),
        **fields,
    )


def due(kind, timeline, plan):
    found = clock(kind, timeline, plan, HOURS, timeline.reported_at)
    return found and found.due_at


@pytest.mark.parametrize(
    ("plan", "severity", "reported", "expected"),
    [
        (STANDARD, 2, "27 16:00", "28 16:00"),  # 24 h around the clock
        (STANDARD, 3, "27 16:00", "29 16:00"),
        (STANDARD, 4, "27 16:00", "29 16:00"),  # its lowest
        (KNOWLEDGE, 1, "27 16:00", "30 16:00"),  # 8 business hours, over the weekend
        (KNOWLEDGE, 1, "23 09:00", "23 17:00"),
        (KNOWLEDGE, 2, "22 12:00", "24 17:00"),  # reported on Sunday
        (EXPERT, 3, "23 17:00", "25 17:00"),  # reported exactly at closing
        (EXPERT, 4, "23 09:00", "25 17:00"),
    ],
)
def test_the_response_clock_runs_from_the_report_in_the_plans_hours(plan, severity, reported, expected):
    """D11, B11, D5; Clocks 1."""
    assert due(Kind.FIRST_RESPONSE, history(reported, severity), plan) == at(expected)


@pytest.mark.parametrize(
    ("case", "called", "expected", "clause"),
    [
        ("not called", None, "23 17:00", "until the support phone is called the Knowledge target counts"),
        ("called at once", "23 09:00", "23 11:00", "counted from the support phone call"),
        ("called later", "23 12:00", "23 14:00", "counted from the support phone call"),
        ("called so late that Knowledge is earlier", "23 16:00", "23 17:00", "the Knowledge target from the"),
        ("called after the Knowledge target", "23 18:00", "23 17:00", "the Knowledge target from the"),
        ("called before the ticket was written", "23 08:55", "23 11:00", "from the support phone call"),
    ],
)
def test_expert_times_hold_from_the_phone_call_and_knowledge_times_until_then(case, called, expected, clause):
    """D12 and decision 4: the earlier of the two deadlines counts."""
    timeline = history(severity=1, called_at=called and at(called))
    found = clock(Kind.FIRST_RESPONSE, timeline, EXPERT, HOURS, at("23 10:00"))
    assert found.due_at == at(expected)
    assert (
        found.clause.startswith("Expert plan v1, severity 1, first response, D12: ")
        and clause in found.clause
    )


def test_the_phone_changes_nothing_for_severities_3_and_4():
    """D12 speaks of severities 1 and 2."""
    quiet, called = history(severity=3), history(severity=3, called_at=at("23 09:30"))
    assert due(Kind.FIRST_RESPONSE, quiet, EXPERT) == due(Kind.FIRST_RESPONSE, called, EXPERT)


def test_a_product_lines_own_channel_has_no_response_clock_and_keeps_the_others():
    """D13."""
    chat = history(severity=1, own_channel=True)
    assert due(Kind.FIRST_RESPONSE, chat, EXPERT) is None
    assert due(Kind.UPDATE, chat, EXPERT) == at("23 10:00")


def test_a_plan_without_the_target_has_no_clock():
    assert clock(Kind.RESOLUTION, history(), EXPERT, HOURS, at("23 10:00")) is None
    assert explain(Kind.UPDATE, history(severity=2), EXPERT, HOURS, at("23 10:00")) is None


@pytest.mark.parametrize(
    ("case", "changes", "expected", "graced"),
    [
        ("raised in time: counts from the report", [("23 10:00", 2)], "24 09:00", False),
        ("lowered", [("23 10:00", 2), ("23 11:00", 3)], "25 09:00", False),
        ("raised when the new target is past", [("24 12:00", 2)], "24 12:15", True),
        ("raised at the very moment it would be due", [("24 09:00", 2)], "24 09:15", True),
        ("raised a minute before it would be due", [("24 08:59", 2)], "24 09:00", False),
        ("raised twice, both past", [("24 12:00", 2), ("24 12:10", 1)], "24 12:25", True),
        ("raised past it and lowered again", [("24 12:00", 2), ("24 12:10", 3)], "25 09:00", False),
        ("marked again the same: nothing begins anew", [("24 12:00", 2), ("24 12:10", 2)], "24 12:15", True),
        ("the fourth of three severities is the third", [("24 12:00", 4)], "25 09:00", False),
        (
            "changed twice in one minute: the last counts",
            [("24 12:00", 1), ("24 12:00", 3)],
            "25 09:00",
            False,
        ),
    ],
)
def test_a_new_severity_counts_from_the_report_but_is_never_broken_in_hindsight(
    case, changes, expected, graced
):
    """D11 and decision 5; Clocks 5. Whoever recomputes finds the same, however the events arrived (F10)."""
    timeline = history(severity=3, changes=changes)
    found = clock(Kind.FIRST_RESPONSE, timeline, STANDARD, HOURS, at("24 12:30"))
    assert found.due_at == at(expected)
    assert any("decision 5" in note for note in found.notes) is graced
    assert found.target == (
        STANDARD.grace if graced else STANDARD.target(found.kind, found.severity).duration
    )
    if len({change for change, _ in changes}) == len(changes):
        shuffled = replace(timeline, severities=timeline.severities[::-1])
        assert clock(Kind.FIRST_RESPONSE, shuffled, STANDARD, HOURS, at("24 12:30")) == found


def test_a_grace_in_business_hours_ends_when_somebody_works():
    """Decision 5 with Clocks 9: raised at 20:00, the quarter of an hour is that of the next morning."""
    timeline = history("23 09:00", severity=2, changes=[("24 20:00", 1)])
    assert due(Kind.FIRST_RESPONSE, timeline, KNOWLEDGE) == at("25 09:15")


def test_a_phone_call_gives_no_grace_to_what_was_already_late():
    """Decision 4: only a change of severity moves a deadline that has passed."""
    timeline = history(severity=1, called_at=at("24 10:00"))
    assert due(Kind.FIRST_RESPONSE, timeline, EXPERT) == at("23 17:00")


def test_raised_before_the_call_has_the_grace_and_keeps_it_after_the_call():
    timeline = history("23 09:00", severity=3, changes=[("24 10:00", 1)])
    called = replace(timeline, called_at=at("24 10:05"))
    assert due(Kind.FIRST_RESPONSE, timeline, EXPERT) == at("24 10:15")
    assert due(Kind.FIRST_RESPONSE, called, EXPERT) == at("24 10:15")


@pytest.mark.parametrize(
    ("case", "updates", "expected", "cycle"),
    [
        ("none yet: an hour after the mark", [], "23 10:20", 1),
        ("each reply begins a new hour", ["23 09:40", "23 10:30"], "23 11:30", 3),
        ("replies before the mark do not shorten it", ["23 09:10"], "23 10:20", 2),
        ("two in one minute are one", ["23 09:40", "23 09:40"], "23 10:40", 2),
        ("in any order", ["23 10:30", "23 09:40"], "23 11:30", 3),
    ],
)
def test_the_hourly_status_restarts_at_the_mark_and_at_every_public_update(case, updates, expected, cycle):
    """B10; Clocks 7."""
    timeline = history("23 09:20", severity=1, updates=tuple(map(at, updates)))
    found = clock(Kind.UPDATE, timeline, KNOWLEDGE, HOURS, at("23 09:30"))
    assert (found.due_at, found.cycle) == (at(expected), cycle)


def test_marking_severity_1_starts_the_hourly_status_and_the_two_hours_to_begin_work():
    """B10: as soon as it is marked."""
    timeline = history("23 09:00", severity=3, changes=[("23 13:00", 1)])
    assert due(Kind.UPDATE, timeline, EXPERT) == at("23 14:00")
    assert due(Kind.WORK_START, timeline, EXPERT) == at("23 15:00")
    assert due(Kind.UPDATE, history("23 09:00", severity=3), EXPERT) is None


@pytest.mark.parametrize(
    ("case", "pauses", "expected"),
    [
        ("none", [], "24 17:00"),
        ("inside hours: as long as it lasted", [("23 10:00", "23 12:00")], "25 11:00"),
        ("wholly outside hours: nothing", [("23 18:00", "24 08:00")], "24 17:00"),
        ("over the night: its working part", [("23 16:00", "24 10:00")], "25 11:00"),
        ("across a weekend", [("23 10:00", "30 10:00")], "01 17:00"),
        ("straight into another pause", [("23 10:00", "23 11:00"), ("23 11:00", "23 12:00")], "25 11:00"),
        ("overlapping", [("23 10:00", "23 11:30"), ("23 11:00", "23 12:00")], "25 11:00"),
        ("one inside the other", [("23 10:00", "23 12:00"), ("23 10:30", "23 11:00")], "25 11:00"),
        ("two in one minute", [("23 10:00", "23 10:00"), ("23 10:00", "23 10:00")], "24 17:00"),
        ("in any order", [("23 14:00", "23 15:00"), ("23 10:00", "23 11:00")], "25 11:00"),
        ("created paused", [("23 09:00", "23 11:00")], "25 11:00"),
        ("ended before it began, by a clock that was off: nothing", [("23 11:00", "23 10:00")], "24 17:00"),
        ("still paused", [("23 10:00", None)], None),
        ("still paused, within another", [("23 10:00", None), ("23 10:30", "23 11:00")], None),
        ("paused only after it was due", [("25 09:00", None)], "24 17:00"),
        ("paused at the moment it was due", [("24 17:00", None)], "24 17:00"),
        ("solved, then pending, then open", [("23 10:00", "23 11:00"), ("23 12:00", "23 13:00")], "25 11:00"),
    ],
)
def test_time_spent_waiting_for_the_customer_does_not_count_towards_resolution(case, pauses, expected):
    """Decision 6; Clocks 4."""
    found = due(Kind.RESOLUTION, history(pauses=pauses), RESOLVED_IN_16_BUSINESS_HOURS)
    if case == "across a weekend":
        assert found == datetime(2026, 12, 1, 17, tzinfo=UTC)
    else:
        assert found == (at(expected) if expected else None)


@pytest.mark.parametrize("kind", [Kind.FIRST_RESPONSE, Kind.WORK_START])
def test_a_pause_never_stops_the_response_or_the_start_of_work(kind):
    """Decision 6."""
    paused = history(severity=1, pauses=[("23 09:00", None)])
    assert due(kind, paused, EXPERT) == due(kind, history(severity=1), EXPERT)


def test_a_pause_stops_the_hourly_status_and_an_update_while_paused_starts_a_fresh_hour():
    """Decision 6."""
    pause = [("23 09:30", "23 10:30")]
    assert due(Kind.UPDATE, history(severity=1, pauses=pause), EXPERT) == at("23 11:00")
    asked = history(severity=1, pauses=pause, updates=(at("23 09:45"),))
    assert due(Kind.UPDATE, asked, EXPERT) == at("23 11:30")


def test_edited_while_paused_never_shows_a_breach_however_long_it_waits():
    """Clocks 4 and 5: raised while paused, with a target that was used up before the pause."""
    timeline = history("23 09:00", severity=3, pauses=[("23 15:00", None)], changes=[("26 12:00", 1)])
    found = clock(Kind.RESOLUTION, timeline, RESOLVED_IN_16_BUSINESS_HOURS, HOURS, at("30 12:00"))
    assert (found.due_at, found.warn_at, found.consumed) == (None, (), timedelta())
    resumed = replace(timeline, pauses=(Pause(from_=at("23 15:00"), to=at("30 10:00")),))
    assert due(Kind.RESOLUTION, resumed, RESOLVED_IN_16_BUSINESS_HOURS) == at("30 10:15")


def test_a_breach_before_the_pause_stays_at_its_true_time():
    """F14: a sweep that comes late, after the ticket was paused, still finds when it fell due."""
    timeline = history(pauses=[("25 09:00", None)])
    found = clock(Kind.RESOLUTION, timeline, RESOLVED_IN_16_BUSINESS_HOURS, HOURS, at("27 12:00"))
    assert (found.due_at, found.remaining) == (at("24 17:00"), timedelta())


def test_the_due_time_does_not_depend_on_who_asks_when():
    """F14: two sweeps, a late one and a reader years later find the same minute."""
    timeline = history(severity=3, changes=[("24 12:00", 2)], pauses=[("23 10:00", "23 12:00")])
    for kind in (Kind.FIRST_RESPONSE, Kind.RESOLUTION):
        asked = (at("23 09:00"), at("24 12:00"), at("30 09:00"), datetime(2031, 1, 1, tzinfo=UTC))
        found = [clock(kind, timeline, RESOLVED_IN_16_BUSINESS_HOURS, HOURS, now) for now in asked]
        assert len({(c.due_at, c.warn_at, c.started_at, c.clause, c.notes) for c in found}) == 1


def test_warnings_come_at_three_quarters_of_the_counted_time():
    timeline = history(pauses=[("23 10:00", "23 12:00")])
    found = clock(Kind.RESOLUTION, timeline, RESOLVED_IN_16_BUSINESS_HOURS, HOURS, at("23 10:00"))
    assert found.warn_at == (at("24 15:00"),)  # 12 of 16 hours, two of them lost to the pause


def test_what_is_used_and_what_is_left_make_the_target_before_and_after_it_is_due():
    for now in ("23 09:00", "23 13:00", "24 17:00", "26 12:00"):
        found = clock(Kind.RESOLUTION, history(), RESOLVED_IN_16_BUSINESS_HOURS, HOURS, at(now))
        assert found.consumed + found.remaining == found.target == timedelta(hours=16)
    assert found.remaining == timedelta(hours=-11)


def test_a_clock_read_before_the_report_by_a_clock_that_is_behind_has_used_nothing():
    """F15."""
    found = clock(Kind.FIRST_RESPONSE, history(), EXPERT, HOURS, at("23 08:58"))
    assert (found.consumed, found.due_at) == (timedelta(), at("24 17:00"))


def test_a_clock_names_the_clause_of_the_contract_that_set_it():
    """D1."""
    found = clock(Kind.RESOLUTION, history(), RESOLVED_IN_16_BUSINESS_HOURS, HOURS, at("23 10:00"))
    assert found.clause == (
        "MSA 9 (changing Standard plan v1), severity 2, resolution, D11: counted from the report"
    )


def test_an_explanation_lists_every_stretch_with_its_reason_and_sums_to_the_clock():
    """D1: intervals counted and not counted, summing to the figure shown."""
    timeline = history("27 15:00", pauses=[("27 16:00", "30 10:00")])
    until = at("30 12:00")
    found = explain(Kind.RESOLUTION, timeline, RESOLVED_IN_16_BUSINESS_HOURS, HOURS, until)
    assert [(f"{s.start:%a %H:%M}", s.counted, s.reason) for s in found.spans] == [
        ("Fri 15:00", True, "business hours"),
        ("Fri 16:00", False, "waiting for the customer"),
        ("Mon 10:00", True, "business hours"),
    ]
    shown = clock(Kind.RESOLUTION, timeline, RESOLVED_IN_16_BUSINESS_HOURS, HOURS, until)
    assert (found.counted, found.due_at) == (shown.consumed, shown.due_at)
    assert found.counted == timedelta(hours=3)


def test_an_explanation_begins_with_the_report_and_has_no_spans_before_it():
    found = explain(Kind.FIRST_RESPONSE, history(), EXPERT, HOURS, at("20 09:00"))
    assert (found.spans, found.counted, found.until) == ((), timedelta(), at("23 09:00"))


def test_a_settled_clock_is_explained_from_the_history_as_it_was_then():
    """Clocks 6: what happens after an answer does not change what the answer was worth."""
    timeline = history(
        severity=3,
        changes=[("23 15:00", 1)],
        called_at=at("23 15:10"),
        updates=(at("23 11:00"), at("23 16:00")),
        pauses=[("23 10:00", "23 14:00"), ("23 16:00", None)],
    )
    then = timeline.until(at("23 12:00"))
    assert then == history(severity=3, updates=(at("23 11:00"),), pauses=[("23 10:00", None)])
    assert due(Kind.FIRST_RESPONSE, then, EXPERT) == at("24 17:00")
    ended = timeline.until(at("23 14:00"))
    assert ended.pauses == (Pause(from_=at("23 10:00"), to=at("23 14:00")),)


def test_a_first_severity_that_comes_late_is_no_change_and_gives_no_grace():
    late = Timeline(reported_at=at("23 09:00"), severities=(SeverityAt(at=at("25 09:00"), severity=2),))
    assert due(Kind.FIRST_RESPONSE, late, STANDARD) == at("24 09:00")


def test_a_holiday_added_later_moves_an_open_deadline_and_not_one_of_the_old_calendar():
    """Clocks 6."""
    before = reader.business_hours("UTC", "GB")
    after = replace(before, version=2, own_days=(OwnDay(day=at("24 00:00").date(), name="mourning"),))
    moved, kept = (
        clock(Kind.FIRST_RESPONSE, history(), KNOWLEDGE, reader.hours_of(c), at("23 09:00")).due_at
        for c in (after, before)
    )
    assert (moved, kept) == (at("25 17:00"), at("24 17:00"))


def test_a_history_without_a_severity_or_without_a_time_zone_is_refused():
    with pytest.raises(Invalid, match="needs a severity"):
        Timeline(reported_at=at("23 09:00"), severities=())
    with pytest.raises(Invalid, match="no time zone"):
        history(called_at=at("23 09:00").replace(tzinfo=None))
