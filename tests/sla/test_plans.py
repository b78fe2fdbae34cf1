"""Plans and calendars as data: the figures of B10, B11, D5, D12, D13 and what may be overridden (D1)."""

from datetime import UTC, date, datetime, timedelta

import pytest

from chalicelib.core.errors import Invalid, NotFound
from chalicelib.sla import reader
from chalicelib.sla.domain import HoursKind, Kind, Override, Region
from chalicelib.sla.forms import calendar_from, duration_from, plan_from
from chalicelib.sla.holidays import bank_holidays

MONDAY_TO_FRIDAY = {day: ["09:00-17:00"] for day in ("monday", "tuesday", "wednesday", "thursday", "friday")}


@pytest.mark.parametrize(
    ("plan_id", "severity", "hours", "counted_in"),
    [
        ("standard", 2, 24, "always"),  # B11
        ("standard", 3, 48, "always"),
        ("knowledge", 1, 8, "business"),  # D5
        ("knowledge", 2, 16, "business"),
        ("knowledge", 3, 24, "business"),
        ("knowledge", 4, 40, "business"),
        ("expert", 1, 2, "always"),
        ("expert", 2, 8, "always"),
        ("expert", 3, 16, "business"),
        ("expert", 4, 24, "business"),
        ("expert_partner", 1, 2, "always"),
        ("expert_partner", 2, 8, "always"),
        ("expert_partner", 3, 16, "business"),
        ("expert_partner", 4, 24, "business"),
    ],
)
def test_first_responses_are_promised_with_the_figures_of_the_policy(plan_id, severity, hours, counted_in):
    """B11 and D5."""
    target = reader.plan(plan_id).target(Kind.FIRST_RESPONSE, severity)
    assert (target.duration, target.hours) == (timedelta(hours=hours), counted_in)


@pytest.mark.parametrize("plan_id", reader.plan_ids())
def test_every_plan_promises_hourly_status_and_work_within_two_hours_for_severity_1_only(plan_id):
    """B10."""
    plan = reader.plan(plan_id)
    assert plan.target(Kind.UPDATE, 1).duration == timedelta(hours=1)
    assert plan.target(Kind.WORK_START, 1).duration == timedelta(hours=2)
    assert plan.target(Kind.UPDATE, 2) is plan.target(Kind.WORK_START, 2) is None


def test_the_support_phone_matters_for_expert_severities_1_and_2_and_falls_back_to_knowledge():
    """D12 and decision 4."""
    for plan in (reader.plan("expert"), reader.plan("expert_partner")):
        by_phone = [t.severity for t in plan.targets if t.by_phone]
        assert (by_phone, plan.fallback) == ([1, 2], reader.plan("knowledge"))
    assert reader.plan("knowledge").fallback is reader.plan("standard").fallback is None


def test_a_fourth_severity_on_a_plan_of_three_counts_as_the_lowest():
    assert reader.plan("standard").severity(4) == 3
    assert reader.plan("knowledge").severity(4) == 4
    with pytest.raises(Invalid, match="severity 0"):
        reader.plan("standard").severity(0)


@pytest.mark.parametrize(
    ("plan_id", "severity", "from_"),
    [
        ("knowledge", 1, "2026-11-24T09:00"),  # a 09-17 contract does not page at night
        ("expert", 1, "2026-11-23T22:00"),  # a 24x7 one does
        ("expert", 3, "2026-11-24T09:00"),
        ("standard", 3, "2026-11-23T22:00"),
    ],
)
def test_a_business_hours_contract_does_not_page_at_night_and_a_24x7_one_does(plan_id, severity, from_):
    """Clocks 9."""
    plan, night = reader.plan(plan_id), datetime(2026, 11, 23, 22, tzinfo=UTC)
    business = reader.hours_for(plan, "Europe/London", "GB")(HoursKind.BUSINESS)
    expected = datetime.fromisoformat(from_).replace(tzinfo=UTC)
    assert plan.paging_from(severity, business, night) == expected
    assert plan.may_page(severity, business, night) is (expected == night)


def test_an_old_version_of_a_plan_stays_readable_and_an_unknown_one_is_not_found():
    assert reader.plan("expert", 1).version == 1
    with pytest.raises(NotFound, match="no version 99"):
        reader.plan("expert", 99)
    for name in ("platinum", "../plans/expert", ""):
        with pytest.raises(NotFound, match="known are"):
            reader.plan(name)


def test_the_newest_version_is_taken_unless_one_is_pinned(tmp_path, monkeypatch):
    text = (reader._HERE / "plans" / "standard.toml").read_text()
    newer = (
        text[text.index("\n[[version]]\n") :].replace("version = 1", "version = 2").replace('"48h"', '"36h"')
    )
    (tmp_path / "plans").mkdir()
    (tmp_path / "plans" / "standard2.toml").write_text(text.replace('"standard"', '"standard2"') + newer)
    monkeypatch.setattr(reader, "_HERE", tmp_path)
    reader._ids.cache_clear()
    try:
        shown = [reader.plan("standard2", v).target(Kind.FIRST_RESPONSE, 3).duration for v in (None, 1, 2)]
    finally:
        reader._ids.cache_clear()
    assert shown == [timedelta(hours=36), timedelta(hours=48), timedelta(hours=36)]


def test_a_contract_changes_one_target_and_its_clause_is_named():
    """D1: the contract takes precedence."""
    clause = Override(clause="MSA 4.2", kind=Kind.FIRST_RESPONSE, severity=3, duration=timedelta(hours=4))
    plan = reader.plan("expert").overridden(clause)
    changed = plan.target(Kind.FIRST_RESPONSE, 3)
    assert (changed.duration, changed.hours, changed.clause) == (timedelta(hours=4), "business", "MSA 4.2")
    assert plan.target(Kind.FIRST_RESPONSE, 4) == reader.plan("expert").target(Kind.FIRST_RESPONSE, 4)
    assert reader.plan("expert").target(Kind.FIRST_RESPONSE, 3).clause == ""


def test_a_product_line_without_24x7_counts_expert_in_business_hours():
    """D5: the others run 24x7 only for product lines that offer it."""
    plan = reader.plan("expert").overridden(Override(clause="Annex B", hours=HoursKind.BUSINESS))
    assert {target.hours for target in plan.targets} == {HoursKind.BUSINESS}
    assert plan.target(Kind.FIRST_RESPONSE, 3).clause == ""  # it counted so already
    assert plan.target(Kind.FIRST_RESPONSE, 1).clause == "Annex B"


def test_a_contract_may_promise_what_the_plan_does_not_and_must_then_say_all_of_it():
    five_days = Override(
        clause="MSA 9",
        kind=Kind.RESOLUTION,
        severity=2,
        duration=timedelta(hours=40),
        hours=HoursKind.BUSINESS,
    )
    assert reader.plan("standard").overridden(five_days).target(Kind.RESOLUTION, 2).clause == "MSA 9"
    with pytest.raises(Invalid, match="MSA 9"):
        reader.plan("standard").overridden(
            Override(clause="MSA 9", kind=Kind.RESOLUTION, duration=timedelta(hours=40))
        )


def test_a_contract_may_name_its_own_calendar_and_pin_its_version():
    plan = reader.plan("knowledge").overridden(Override(clause="MSA 7", calendar="US@1"))
    hours = reader.hours_for(plan, "Europe/London", "GB")
    thanksgiving = datetime(2026, 11, 26, 15, tzinfo=UTC)
    assert hours(HoursKind.BUSINESS).opening(thanksgiving) == datetime(2026, 11, 27, 14, tzinfo=UTC)
    assert plan.target(Kind.FIRST_RESPONSE, 1).clause == "MSA 7"
    assert plan.target(Kind.UPDATE, 1).clause == ""  # counts in real time, whatever the calendar


SEVERITY_1 = {"first_response": {"target": "2h", "hours": "always"}, "paging": "always"}
VERSION = {"version": 1, "warnings": [0.5], "grace": "15min", "severity": {"1": SEVERITY_1}}


@pytest.mark.parametrize(
    ("fault", "change"),
    [
        ("unknown colour", {"colour": "red"}),
        ("no duration", {"grace": "soon"}),
        ("parts of the target", {"warnings": [1.5]}),
        ("unknown firstresponse", {"severity": {"1": {"firstresponse": {}}}}),
        ("hours must be one of", {"severity": {"1": {**SEVERITY_1, "paging": "sometimes"}}}),
        ("first_response target", {"severity": {"1": {"paging": "always"}}}),
        ("other than 1 to 1", {"severity": {"2": SEVERITY_1}}),
        (
            "no fallback plan",
            {
                "severity": {
                    "1": {
                        "first_response": {"target": "2h", "hours": "always", "by_phone": True},
                        "paging": "always",
                    }
                }
            },
        ),
        (
            "longer than nothing",
            {"severity": {"1": {**SEVERITY_1, "update": {"target": "0h", "hours": "always"}}}},
        ),
    ],
)
def test_a_plan_that_makes_no_sense_is_refused_with_the_fault(fault, change):
    assert plan_from({"id": "x", "name": "X"}, VERSION, None).severities == 1
    with pytest.raises(Invalid, match=fault):
        plan_from({"id": "x", "name": "X"}, {**VERSION, **change}, None)


@pytest.mark.parametrize(
    ("text", "minutes"), [("8h", 480), ("15min", 15), ("1h30min", 90), ("2000h", 120_000)]
)
def test_durations_are_read(text, minutes):
    assert duration_from(text) == timedelta(minutes=minutes)


@pytest.mark.parametrize(
    ("fault", "change"),
    [
        ("unknown colour", {"colour": "red"}),
        ("unknown moonday", {"week": {"moonday": []}}),
        ("monday: '9-5' is no window", {"week": {"monday": ["9-5"]}}),
        ("'25:00-26:00' is no window", {"week": {"monday": ["25:00-26:00"]}}),
        ("list of windows", {"week": {"monday": "09:00-17:00"}}),
        ("week must be a table", {"week": []}),
        ("no region", {"regions": ["England"]}),
        ("no bank holidays known", {"regions": ["XX"]}),
        ("no bank holidays known", {"regions": ["GB-QQQ"]}),
        ("must be a list", {"regions": 7}),
        ("must be a list", {"off": "Good Friday"}),
        ("no date", {"own_days": [{"date": "Christmas", "name": "x"}]}),
        ("name must be a text", {"own_days": [{"date": "2026-12-24"}]}),
        ("own day must be a table", {"own_days": ["2026-12-24"]}),
        ("version must be a number", {"version": "new"}),
        ("id must be a text", {"id": None}),
        ("no time zone", {"zone": "Europe/Atlantis"}),
        ("no working time", {"week": {}}),
        (
            "no working time in 2027",
            {
                "own_days": [
                    {"date": date.fromordinal(date(2027, 1, 1).toordinal() + n), "name": "closed"}
                    for n in range(365)
                ]
            },
        ),
    ],
)
def test_a_customers_calendar_that_makes_no_sense_is_refused_when_it_is_saved(fault, change):
    """F16 and Clocks 2."""
    document = {"id": "own", "zone": "Europe/London", "week": MONDAY_TO_FRIDAY, "regions": ["GB"]}
    now = datetime(2026, 11, 23, 12, tzinfo=UTC)
    assert reader.calendar_to_save(document, now).id == "own"
    with pytest.raises(Invalid, match=fault):
        reader.calendar_to_save({**document, **change}, now)


def test_a_customers_calendar_has_several_windows_own_days_and_holidays_switched_off():
    """C14: as written by a customer, in JSON or TOML alike."""
    document = {
        "id": "own",
        "week": {"monday": ["08:00-12:00", "13:00-17:00"], "friday": ["22:00-06:00"]},
        "regions": ["GB-SCT"],
        "off": ["Good Friday"],
        "own_days": [{"date": "2026-12-21", "name": "short day", "windows": ["08:00-10:00"]}],
    }
    hours = reader.working_time(calendar_from(document))
    week = [
        hours.between(datetime(2026, 12, d, tzinfo=UTC), datetime(2026, 12, d + 7, tzinfo=UTC))
        for d in (14, 21)
    ]
    # The second week has the short Monday, and its Friday is Christmas Day.
    assert week == [timedelta(hours=16), timedelta(hours=2)]
    good_friday = datetime(2026, 4, 3, 23, tzinfo=UTC)
    assert hours.opening(good_friday) == good_friday


def test_24x7_is_a_calendar_too_and_is_never_tabulated():
    always = reader.working_time(calendar_from({"id": "24x7", "always": True}))
    assert always is reader.ALWAYS


@pytest.mark.parametrize(
    ("region", "closed", "open_"),
    [
        ("GB", {"2026-04-06", "2026-08-31", "2026-12-28", "2027-12-27"}, {"2026-04-07", "2026-01-02"}),
        ("GB-SCT", {"2026-01-02", "2026-08-03"}, {"2026-08-31", "2026-04-06"}),
        ("US", {"2026-11-26", "2026-07-03", "2027-01-18"}, {"2026-11-27"}),
        ("DE", {"2026-10-03", "2026-12-25", "2026-05-25"}, {"2026-06-04"}),
        ("DE-BY", {"2026-06-04"}, {"2026-10-31"}),
        ("AT", {"2026-12-24"}, {"2026-12-23"}),  # a bank holiday that is no public one
    ],
)
def test_bank_holidays_are_those_of_the_country_and_its_parts(region, closed, open_):
    """D5; also tells when an upgrade of the library changes the past (Clocks 6)."""
    country, _, part = region.partition("-")
    days = {
        day.isoformat()
        for year in (2026, 2027)
        for day in bank_holidays(Region(country=country, subdivision=part or None), year)
    }
    assert closed <= days and not open_ & days


def test_standard_business_hours_are_nine_to_five_in_the_customers_zone_and_country():
    """D5: Berlin at Easter."""
    hours = reader.working_time(reader.business_hours("Europe/Berlin", "DE-BE"))
    maundy_thursday = datetime(2026, 4, 2, 13, 30, tzinfo=UTC)
    assert hours.add(maundy_thursday, timedelta(hours=2)) == datetime(2026, 4, 7, 7, 30, tzinfo=UTC)
    with pytest.raises(Invalid, match="no bank holidays"):
        reader.business_hours("Europe/Berlin", "XX")
    with pytest.raises(Invalid, match="no calendar"):
        reader.calendar("business:Europe/Berlin:DE:BE")


@pytest.mark.parametrize(("name", "opening"), [("GB", 9), ("US", 14), ("DE", 8)])
def test_the_built_in_calendars_open_at_nine_in_their_own_zone(name, opening):
    hours = reader.working_time(reader.calendar(name))
    assert hours.opening(datetime(2026, 11, 22, tzinfo=UTC)) == datetime(2026, 11, 23, opening, tzinfo=UTC)
