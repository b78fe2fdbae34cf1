"""Business time, case by case: edge cases Clocks 1-3 and 6, F16."""

from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest

from chalicelib.core.errors import Invalid
from chalicelib.sla.domain import AlwaysOpen, Calendar, OwnDay, Region, Window, WorkingTime

NINE_TO_FIVE = Window(opens=time(9), closes=time(17))
OFFICE_WEEK = ((NINE_TO_FIVE,),) * 5 + ((), ())
LONDON = ZoneInfo("Europe/London")
EASTER = {date(2026, 4, 3): "Good Friday", date(2026, 4, 6): "Easter Monday"}


def office(zone="Europe/London", holidays=EASTER, **fields) -> WorkingTime:
    calendar = Calendar(id="office", zone=zone, week=OFFICE_WEEK, regions=(Region(country="GB"),), **fields)
    return WorkingTime(calendar, lambda _region, _year: holidays)


def london(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=LONDON)


def hours(count: float) -> timedelta:
    return timedelta(hours=count)


@pytest.mark.parametrize(
    ("case", "reported", "target", "due"),
    [
        ("before hours", "2026-11-23 07:00", 2, "2026-11-23 11:00"),
        ("inside hours", "2026-11-23 10:30", 2, "2026-11-23 12:30"),
        ("after hours", "2026-11-23 19:00", 2, "2026-11-24 11:00"),
        ("on a holiday", "2026-04-03 11:00", 2, "2026-04-07 11:00"),
        ("exactly at opening", "2026-11-23 09:00", 2, "2026-11-23 11:00"),
        ("exactly at closing", "2026-11-23 17:00", 2, "2026-11-24 11:00"),
        ("a whole day ends at closing, not at the next opening", "2026-11-23 09:00", 8, "2026-11-23 17:00"),
        ("over the weekend", "2026-11-27 16:00", 2, "2026-11-30 10:00"),
        ("five days", "2026-11-23 09:00", 40, "2026-11-27 17:00"),
        ("longer than a week", "2026-11-23 09:00", 48, "2026-11-30 17:00"),
        ("over the end of the year", "2026-12-31 16:00", 2, "2027-01-01 10:00"),
        ("over the change of clocks", "2026-10-23 16:00", 2, "2026-10-26 10:00"),
        ("nothing to count", "2026-11-22 03:00", 0, "2026-11-22 03:00"),
    ],
)
def test_a_target_falls_due_at_the_minute_that_the_calendar_says(case, reported, target, due):
    """Clocks 1 and 2: reported before, inside and after hours, on a holiday, at the very edges."""
    assert office().add(london(reported), hours(target)) == london(due)


def test_a_target_longer_than_a_year_extends_the_table():
    """Clocks 2: 2,600 hours are 325 working days of eight hours."""
    assert office(holidays={}).add(london("2026-01-05 09:00"), hours(2600)) == london("2027-04-02 17:00")


def test_sixty_holidays_in_a_row_are_walked_over():
    """Clocks 2."""
    days = {date.fromordinal(date(2026, 5, 4).toordinal() + n): "feast" for n in range(60)}
    assert office(holidays=days).add(london("2026-05-01 16:00"), hours(2)) == london("2026-07-03 10:00")


def test_seconds_and_microseconds_are_counted_exactly():
    start = london("2026-11-23 16:59:59.400000")
    assert office().add(start, timedelta(seconds=1)) == london("2026-11-24 09:00:00.400000")
    assert office().between(start, london("2026-11-24 09:00:00.500000")) == timedelta(seconds=1.1)


def test_time_measured_backwards_is_negative():
    start, end = london("2026-11-23 16:00"), london("2026-11-24 10:00")
    assert office().between(start, end) == hours(2) == -office().between(end, start)


@pytest.mark.parametrize(("day", "real_hours"), [("2026-03-29", 23), ("2026-06-01", 24), ("2026-10-25", 25)])
def test_24x7_counts_real_hours_on_days_of_any_length(day, real_hours):
    """Clocks 3: eight hours on 24x7 are eight real hours on every day."""
    midnight = london(day)
    tomorrow = london((midnight + timedelta(days=1)).date().isoformat())
    assert AlwaysOpen().between(midnight, tomorrow) == hours(real_hours)
    assert AlwaysOpen().add(midnight, hours(8)) == midnight.astimezone(UTC) + hours(8)


@pytest.mark.parametrize(
    ("case", "start", "due"),
    [
        ("inside the skipped hour", datetime(2026, 3, 29, 1, 30, tzinfo=LONDON), "2026-03-29T09:30:00+00:00"),
        ("first reading", datetime(2026, 10, 25, 1, 30, tzinfo=LONDON), "2026-10-25T08:30:00+00:00"),
        ("second reading", datetime(2026, 10, 25, 1, 30, fold=1, tzinfo=LONDON), "2026-10-25T09:30:00+00:00"),
    ],
)
def test_a_start_inside_a_changed_hour_counts_on_from_there(case, start, due):
    """Clocks 3."""
    assert AlwaysOpen().add(start, hours(8)) == datetime.fromisoformat(due)


def test_a_night_shift_has_a_longer_and_a_shorter_night_each_year():
    """Clocks 3: a night shift across midnight, on days of 23 and 25 hours."""
    week = ((Window(opens=time(22), closes=time(6)),),) * 7
    nights = WorkingTime(Calendar(id="nights", zone="Europe/Berlin", week=week))
    berlin = ZoneInfo("Europe/Berlin")

    def night(month: int, day: int) -> timedelta:
        noon = datetime(2026, month, day, 12, tzinfo=berlin)
        return nights.between(noon, noon + timedelta(days=1))

    assert (night(3, 28), night(6, 1), night(10, 24)) == (hours(7), hours(8), hours(9))


def test_a_holiday_closes_the_shift_that_opens_on_it_and_not_the_one_still_running():
    week = ((Window(opens=time(22), closes=time(6)),),) * 7
    calendar = Calendar(id="nights", zone="UTC", week=week, regions=(Region(country="GB"),))
    nights = WorkingTime(calendar, lambda _region, _year: EASTER)
    eve = datetime(2026, 4, 2, 22, tzinfo=UTC)
    assert nights.between(eve, eve + timedelta(days=1)) == hours(8)
    assert nights.opening(eve + hours(8)) == datetime(2026, 4, 4, 22, tzinfo=UTC)


def test_the_customers_zone_counts_and_not_the_servers():
    """Clocks 3 and D5: nine o'clock in Kolkata is half past three in UTC."""
    due = office(zone="Asia/Kolkata").add(datetime(2026, 11, 23, 3, tzinfo=UTC), hours(2))
    assert due == datetime(2026, 11, 23, 5, 30, tzinfo=UTC)


def test_the_next_opening_is_now_while_open_and_the_next_morning_at_closing():
    assert office().opening(london("2026-11-23 12:00")) == london("2026-11-23 12:00")
    assert office().opening(london("2026-11-23 17:00")) == london("2026-11-24 09:00")
    assert office().opening(london("2026-04-03 12:00")) == london("2026-04-07 09:00")


def test_spans_name_the_reason_of_every_hour_that_does_not_count():
    """Clocks 1: each stretch is counted or not, and says why."""
    own = (OwnDay(day=date(2026, 4, 7), name="stocktaking", windows=(NINE_TO_FIVE,)),)
    spans = office(own_days=own).spans(london("2026-04-02 16:00"), london("2026-04-07 10:00"))
    assert [(s.start.astimezone(LONDON).strftime("%a %H:%M"), s.counted, s.reason) for s in spans] == [
        ("Thu 16:00", True, "business hours"),
        ("Thu 17:00", False, "outside hours"),
        ("Fri 00:00", False, "holiday: Good Friday"),
        ("Sat 00:00", False, "outside hours"),
        ("Mon 00:00", False, "holiday: Easter Monday"),
        ("Tue 00:00", False, "outside hours: stocktaking"),
        ("Tue 09:00", True, "business hours"),
    ]


@pytest.mark.parametrize("zone", ["America/Sao_Paulo", "America/St_Johns", "Pacific/Apia", "Europe/London"])
def test_spans_leave_no_gap_and_sum_to_the_measure_where_midnight_is_skipped_or_repeated(zone):
    week = ((Window(opens=time(20), closes=time(2)),),) * 7
    for year in (2010, 2011, 2018):
        desk = WorkingTime(Calendar(id="x", zone=zone, week=week))
        start, end = datetime(year, 1, 1, tzinfo=UTC), datetime(year + 1, 1, 1, tzinfo=UTC)
        spans = desk.spans(start, end)
        assert (spans[0].start, spans[-1].end) == (start, end)
        assert all(a.end == b.start for a, b in pairwise(spans))
        assert sum((s.end - s.start for s in spans if s.counted), hours(0)) == desk.between(start, end)


def test_an_own_day_goes_before_a_bank_holiday_and_a_bank_holiday_before_the_week():
    open_on_good_friday = (OwnDay(day=date(2026, 4, 3), name="open", windows=(NINE_TO_FIVE,)),)
    friday = london("2026-04-03 09:00")
    assert office(own_days=open_on_good_friday).between(friday, friday + hours(24)) == hours(8)
    assert office().between(friday, friday + hours(24)) == hours(0)


@pytest.mark.parametrize("switch", ["Good Friday", "2026-04-03"])
def test_each_holiday_can_be_switched_off_by_name_or_by_date(switch):
    friday = london("2026-04-03 09:00")
    assert office(off=frozenset({switch})).between(friday, friday + hours(96)) == hours(8)


def test_a_day_with_two_names_stays_closed_until_both_are_switched_off():
    both = {date(2026, 4, 3): "Good Friday; Founders' Day"}
    friday = london("2026-04-03 09:00")
    desk = office(holidays=both, off=frozenset({"Good Friday"}))
    assert desk.between(friday, friday + hours(9)) == hours(0)


def test_a_switched_off_own_day_changes_nothing():
    off = (OwnDay(day=date(2026, 11, 23), name="fair", on=False),)
    assert office(own_days=off).opening(london("2026-11-23 09:00")) == london("2026-11-23 09:00")


def test_a_holiday_added_later_moves_deadlines_and_the_old_version_keeps_its_minutes():
    """Clocks 6: the same history gives the same minutes years later."""
    before = Calendar(id="office", version=1, zone="Europe/London", week=OFFICE_WEEK)
    funeral = OwnDay(day=date(2026, 11, 24), name="day of mourning")
    after = Calendar(id="office", version=2, zone="Europe/London", week=OFFICE_WEEK, own_days=(funeral,))
    reported = london("2026-11-23 15:00")
    assert WorkingTime(after).add(reported, hours(4)) == london("2026-11-25 11:00")
    assert WorkingTime(before).add(reported, hours(4)) == london("2026-11-24 11:00")


@pytest.mark.parametrize(
    ("fault", "fields"),
    [
        ("no working time", {}),
        ("no time zone", {"week": OFFICE_WEEK, "zone": "Europe/Atlantis"}),
        ("no time zone", {"week": OFFICE_WEEK, "zone": "../../etc/passwd"}),
        ("no time zone", {"week": OFFICE_WEEK, "zone": "Europe"}),
        ("no time zone", {"week": OFFICE_WEEK, "zone": ""}),
        ("seven days", {"week": OFFICE_WEEK[:5]}),
        ("24x7 has no windows", {"week": OFFICE_WEEK, "always": True}),
        ("two own days", {"week": OFFICE_WEEK, "own_days": (OwnDay(day=date(2026, 1, 1), name="a"),) * 2}),
    ],
)
def test_a_calendar_that_makes_no_sense_is_refused(fault, fields):
    """F16 and Clocks 2: an empty calendar is refused, with the reason."""
    with pytest.raises(Invalid, match=fault):
        Calendar(id="odd", **fields)


def test_a_calendar_closed_all_year_by_its_own_days_is_refused_and_never_loops():
    """F16."""
    closed = tuple(
        OwnDay(day=date.fromordinal(date(2027, 1, 1).toordinal() + n), name="closed") for n in range(365)
    )
    with pytest.raises(Invalid, match="no working time in 2027"):
        office(own_days=closed)


def test_a_calendar_whose_only_weekday_is_always_a_holiday_is_refused_when_first_counted():
    """F16: no endless loop, whatever the holidays from outside say."""
    mondays = Calendar(
        id="mondays",
        week=((NINE_TO_FIVE,), *((),) * 6),
        regions=(Region(country="XX"),),
    )
    all_year = {date.fromordinal(date(2026, 1, 1).toordinal() + n): "feast" for n in range(365)}
    with pytest.raises(Invalid, match="no working time in 2026"):
        WorkingTime(mondays, lambda _region, _year: all_year).opening(london("2026-11-23 09:00"))


@pytest.mark.parametrize("desk", [office(), AlwaysOpen()])
@pytest.mark.parametrize("target", [timedelta(seconds=-1), timedelta.max])
def test_a_target_below_zero_or_beyond_reason_is_refused(desk, target):
    with pytest.raises(Invalid, match="out of range"):
        desk.add(london("2026-11-23 09:00"), target)


def test_a_target_that_would_end_after_the_last_year_is_refused_and_not_searched_for_ever():
    saturday = Calendar(id="rare", week=((),) * 5 + ((Window(opens=time(9), closes=time(9, 1)),), ()))
    with pytest.raises(Invalid, match="after the year"):
        WorkingTime(saturday).add(london("2026-11-23 09:00"), timedelta(days=300))


@pytest.mark.parametrize("desk", [office(), AlwaysOpen()])
def test_a_time_without_a_zone_is_refused(desk):
    with pytest.raises(Invalid, match="no time zone"):
        desk.opening(london("2026-11-23 09:00").replace(tzinfo=None))


def test_a_time_far_outside_the_table_is_answered_or_refused_but_never_wrong():
    desk = office(holidays={})
    assert desk.between(london("2026-11-23 09:00"), london("2026-11-24 09:00")) == hours(8)
    assert desk.between(london("1995-06-05 09:00"), london("1995-06-06 09:00")) == hours(8)
    assert desk.add(london("2040-01-02 09:00"), hours(8)) == london("2040-01-02 17:00")
    back = office(holidays={}).between(london("2040-01-02 09:00"), london("1995-06-05 09:00"))
    assert back == -office(holidays={}).between(london("1995-06-05 09:00"), london("2040-01-02 09:00"))
    with pytest.raises(Invalid, match="between the years"):
        desk.opening(london("1850-01-01 09:00"))


@pytest.mark.parametrize("zone", ["Pacific/Kiritimati", "Pacific/Pago_Pago"])
@pytest.mark.parametrize("years", range(-4, 5))
def test_a_table_made_for_one_year_is_right_at_the_turn_of_every_other(zone, years):
    """The edges of the table: open 22 hours a day over midnight, so every missing day would show."""
    week = ((Window(opens=time(20), closes=time(18)),),) * 7
    turn = datetime(2026 + years, 12, 25, tzinfo=UTC)
    for days in range(5, 11):
        desk = WorkingTime(Calendar(id="turns", zone=zone, week=week))
        desk.opening(datetime(2026, 6, 1, tzinfo=UTC))
        start = turn + timedelta(days=days)
        assert desk.between(start, start + hours(24)) == hours(22)
        assert desk.add(start, hours(22 * 30)) - start in {hours(24 * 30), hours(24 * 30 - 2)}
