"""The on-call rota against a minute-by-minute reading of the wall clock (B6, B17)."""

from datetime import UTC, datetime, time, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from chalicelib.core.errors import Invalid
from chalicelib.escalation.domain import Rota, Shift, Substitute
from chalicelib.sla.domain.calendar import WEEK

KNOWN = frozenset({"bob", "carol", "dave", "erin"})
DAYS = WEEK[:5]


def at(text):
    return datetime.fromisoformat(text).astimezone(UTC)


def shift(persons="bob", days=WEEK, starts="09:00", ends="17:00", team="engineers"):
    return Shift(
        team=team,
        persons=tuple(persons.split()),
        days=tuple(days),
        starts=time.fromisoformat(starts),
        ends=time.fromisoformat(ends),
    )


def away(absent, stand_in, starts="2026-01-01T00:00Z", ends="2027-01-01T00:00Z"):
    return Substitute(absent=absent, stand_in=stand_in, starts=at(starts), ends=at(ends))


def rota(*shifts, zone="UTC", substitutes=()):
    return Rota(id="support", zone=zone, shifts=shifts, substitutes=tuple(substitutes))


DAY_AND_NIGHT = rota(
    shift("bob", DAYS, "09:00", "17:00"),
    shift("dave erin", DAYS, "17:00", "09:00"),
    shift("carol", DAYS, "08:00", "18:00", team="operations"),
    zone="Europe/Berlin",
)
MOMENTS = [  # 2026-11-20 is a Friday; Berlin is an hour ahead
    ("2026-11-20T07:59:59Z", ("dave", "erin", "carol"), "just before nine the night is still on"),
    ("2026-11-20T08:00:00Z", ("bob", "carol"), "a shift includes its start"),
    ("2026-11-20T15:59:59Z", ("bob", "carol"), "and goes up to its end"),
    ("2026-11-20T16:00:00Z", ("dave", "erin", "carol"), "which belongs to the next"),
    ("2026-11-20T17:00:00Z", ("dave", "erin"), "operations has gone home"),
    ("2026-11-21T07:59:59Z", ("dave", "erin"), "Friday's night reaches into Saturday"),
    ("2026-11-21T08:00:00Z", (), "where nobody follows"),
    ("2026-11-23T06:59:59Z", (), "nor does a night start on Sunday"),
]


@pytest.mark.parametrize(("moment", "persons", "_why"), MOMENTS, ids=[row[2] for row in MOMENTS])
def test_the_shift_decides_by_the_wall_clock_of_the_rotas_zone(moment, persons, _why):
    assert DAY_AND_NIGHT.on_call(at(moment)) == persons


def test_one_team_can_be_asked_for():
    assert DAY_AND_NIGHT.on_call(at("2026-11-20T16:30Z"), team="operations") == ("carol",)
    assert DAY_AND_NIGHT.on_call(at("2026-11-20T16:30Z"), team="engineers") == ("dave", "erin")
    assert DAY_AND_NIGHT.on_call(at("2026-11-20T16:30Z"), team="cooks") == ()


def test_a_person_of_two_shifts_is_called_once():
    both = rota(shift("bob dave"), shift("dave bob", team="operations"))
    assert both.on_call(at("2026-11-20T10:00Z")) == ("bob", "dave")


def test_a_shift_that_ends_when_it_starts_is_a_whole_day():
    monday = rota(shift("bob", ["monday"], "09:00", "09:00"))
    moments = ("23T08:59", "23T09:00", "24T08:59", "24T09:00")
    called = [monday.on_call(at(f"2026-11-{moment}Z")) for moment in moments]
    assert called == [(), ("bob",), ("bob",), ()]


@pytest.mark.parametrize(("night", "hours"), [("2026-03-28", 7), ("2026-10-24", 9), ("2026-11-20", 8)])
def test_a_night_shift_is_an_hour_shorter_or_longer_when_clocks_change(night, hours):
    nights = rota(shift("bob", WEEK, "22:00", "06:00"), zone="Europe/Berlin")
    opens = datetime.fromisoformat(f"{night}T22:00").replace(tzinfo=ZoneInfo("Europe/Berlin")).astimezone(UTC)
    assert nights.on_call(opens) == ("bob",)
    assert nights.next_change(opens) == opens + timedelta(hours=hours)


SUBSTITUTES = [
    ([], ("bob",), "nobody is away"),
    ([away("bob", "dave")], ("dave",), "a stand-in is called instead"),
    ([away("bob", "dave"), away("dave", "erin")], ("erin",), "a stand-in of a stand-in"),
    ([away("bob", "dave"), away("dave", "bob")], ("bob",), "in a circle the person on the rota"),
    ([away("bob", "dave"), away("dave", "erin"), away("erin", "dave")], ("bob",), "also behind a chain"),
    ([away("bob", "bob")], ("bob",), "one's own stand-in"),
    ([away("erin", "dave")], ("bob",), "somebody else is away"),
    ([away("bob", "dave", ends="2026-11-20T10:00Z")], ("bob",), "the end is not included"),
    ([away("bob", "dave", starts="2026-11-20T10:00Z")], ("dave",), "the start is"),
    ([away("bob", "dave", starts="2026-11-20T10:01Z")], ("bob",), "not yet"),
]


@pytest.mark.parametrize(("substitutes", "persons", "_why"), SUBSTITUTES, ids=[row[2] for row in SUBSTITUTES])
def test_substitutes_are_called_instead_of_the_absent(substitutes, persons, _why):
    assert rota(shift("bob"), substitutes=substitutes).on_call(at("2026-11-20T10:00Z")) == persons


def test_a_stand_in_who_is_on_call_anyway_is_called_once():
    assert rota(shift("bob dave"), substitutes=[away("bob", "dave")]).on_call(at("2026-11-20T10:00Z")) == (
        "dave",
    )


def test_gaps_are_shown_for_all_or_for_one_team():
    monday, tuesday = at("2026-11-23T00:00Z"), at("2026-11-24T00:00Z")
    desk = rota(
        shift("bob", DAYS, "09:00", "17:00"), shift("carol", DAYS, "08:00", "20:00", team="operations")
    )
    assert [(gap.starts.hour, gap.ends.hour) for gap in desk.gaps(monday, tuesday)] == [(0, 8), (20, 0)]
    assert [(gap.starts.hour, gap.ends.hour) for gap in desk.gaps(monday, tuesday, team="engineers")] == [
        (0, 9),
        (17, 0),
    ]


def test_a_rota_that_never_changes_has_no_next_change():
    always = rota(shift("bob", WEEK, "00:00", "00:00"), zone="America/New_York")
    assert always.next_change(at("2026-10-30T12:00Z")) is None
    assert always.gaps(at("2026-10-30T12:00Z"), at("2026-11-30T12:00Z")) == ()


def test_a_substitute_months_away_is_the_next_change_of_a_steady_rota():
    steady = rota(shift("bob", WEEK, "00:00", "00:00"),
                  substitutes=[away("bob", "dave", "2027-02-06T12:00Z", "2027-02-08T12:00Z")])  # fmt: skip
    assert steady.next_change(at("2026-11-20T00:00Z")) == at("2027-02-06T12:00Z")
    assert steady.next_change(at("2027-02-06T12:00Z")) == at("2027-02-08T12:00Z")
    assert steady.next_change(at("2027-02-08T12:00Z")) is None


def test_a_sound_rota_is_kept_as_it_is():
    assert DAY_AND_NIGHT.checked(KNOWN) is DAY_AND_NIGHT


def test_every_fault_of_a_rota_is_named_at_once():
    naive = Substitute(absent="bob", stand_in="dave", starts=datetime(2026, 1, 1), ends=datetime(2026, 1, 2))  # noqa: DTZ001
    bad = rota(
        shift("bob frank", ["monday", "funday"]),
        shift("", [], team=""),
        zone="Europe/Nowhere",
        substitutes=[
            away("bob", "grace"),
            away("carol", "dave", "2026-05-01T00:00Z", "2026-04-01T00:00Z"),
            naive,
            away("dave", "erin"),
            away("erin", "dave"),
        ],
    )
    with pytest.raises(Invalid) as refusal:
        bad.checked(KNOWN)
    assert refusal.value.details["errors"] == (
        "there is no time zone 'Europe/Nowhere'",
        "shift 1: there is no day 'funday'",
        "shift 1: nobody is called 'frank'",
        "shift 2: it names no team",
        "shift 2: it names nobody",
        "shift 2: it names no day",
        "substitute 1: nobody is called 'grace'",
        "substitute 2: it ends before it starts",
        "substitute 3: its times need a zone",
        "substitute 4: a circle: dave -> erin -> dave",
        "substitute 5: a circle: erin -> dave -> erin",
    )


@pytest.mark.parametrize(("faulty", "fault"), [
    (rota(), "it has no shift: give it at least one"),
    (rota(shift(), zone=""), "there is no time zone ''"),
    (rota(shift(), zone="../etc"), "there is no time zone '../etc'"),
    (rota(shift(), substitutes=[away("bob", "dave"), away("bob", "erin", "2026-06-01T00:00Z")]),
     "somebody has two substitutes at the same time: keep one"),
    (rota(shift(), substitutes=[away("bob", "bob")]), "substitute 1: a circle: bob -> bob"),
    (rota(shift(), substitutes=[away("dave", "bob"), away("bob", "dave", "2026-06-01T00:00Z")]),
     "substitute 2: a circle: bob -> dave -> bob"),
])  # fmt: skip
def test_a_rota_with_a_fault_is_refused(faulty, fault):
    with pytest.raises(Invalid) as refusal:
        faulty.checked(KNOWN)
    assert refusal.value.details["errors"] == (fault,)


def test_substitutes_one_after_the_other_are_no_fault():
    june = "2026-06-01T00:00Z"
    three = [away("bob", "dave", ends=june), away("dave", "bob", june), away("erin", "dave", june)]
    kept = rota(shift(), substitutes=three)
    assert kept.checked(KNOWN) is kept


ZONES = ["UTC", "Europe/Berlin", "America/New_York", "Asia/Kolkata", "Australia/Lord_Howe", "America/Havana",
         "Africa/Cairo", "Asia/Beirut", "Pacific/Chatham"]  # fmt: skip
CLOCK_CHANGES = [
    *("2026-03-29T00:00Z", "2026-10-25T00:00Z", "2026-03-08T06:00Z", "2026-11-01T05:00Z"),
    *("2026-04-04T15:00Z", "2026-10-03T15:30Z", "2026-04-23T22:00Z", "2026-11-20T00:00Z"),
]
clock_times = st.integers(0, 95).map(lambda quarter: time(quarter // 4, quarter % 4 * 15))
shifts = st.builds(
    Shift,
    team=st.sampled_from(["engineers", "operations"]),
    persons=st.lists(st.sampled_from(sorted(KNOWN)), min_size=1, max_size=2).map(tuple),
    days=st.lists(st.sampled_from(WEEK), min_size=1, max_size=7, unique=True).map(tuple),
    starts=clock_times,
    ends=clock_times,
)
beginnings = st.builds(
    lambda change, quarters: at(change) + timedelta(minutes=15 * quarters),
    st.sampled_from(CLOCK_CHANGES),
    st.integers(-150, 50),
)
absences = st.builds(
    lambda pair, start, length: Substitute(
        absent=pair[0], stand_in=pair[1], starts=start, ends=start + timedelta(minutes=15 * length)
    ),
    st.permutations(sorted(KNOWN)),
    beginnings,
    st.integers(1, 300),
)
rotas = st.builds(
    Rota,
    id=st.just("any"),
    zone=st.sampled_from(ZONES),
    shifts=st.lists(shifts, min_size=1, max_size=4).map(tuple),
    substitutes=st.lists(absences, max_size=4).map(tuple),
)


def minutes_of_the_week(one):
    """The oracle: each minute of the week, as a wall clock counts them, in which a shift is on."""
    first = one.starts.hour * 60 + one.starts.minute
    length = (one.ends.hour * 60 + one.ends.minute - first) % 1440 or 1440
    return {(WEEK.index(day) * 1440 + first + passed) % 10080 for day in one.days for passed in range(length)}


def on_the_wall(any_rota, weeks, moment):
    """The oracle: whoever has a shift in the minute that the wall clock shows, or their stand-in."""
    local = moment.astimezone(ZoneInfo(any_rota.zone))
    minute = local.weekday() * 1440 + local.hour * 60 + local.minute
    called = [
        person
        for one, on in zip(any_rota.shifts, weeks, strict=True)
        if minute in on
        for person in one.persons
    ]
    return list(dict.fromkeys(stand_in_of(any_rota, person, moment) for person in called))


def stand_in_of(any_rota, person, moment):
    """The oracle: follows absences as often as there are people; who still goes round is in a circle."""
    current = person
    for _ in range(len(KNOWN) + 1):
        away_now = [s for s in any_rota.substitutes if s.absent == current and s.starts <= moment < s.ends]
        if not away_now:
            return current
        current = away_now[0].stand_in
    return person


@given(rotas, beginnings)
def test_whoever_the_wall_clock_names_is_on_call(any_rota, beginning):
    weeks = [minutes_of_the_week(one) for one in any_rota.shifts]
    for quarters in range(0, 192, 5):
        moment = beginning + timedelta(minutes=15 * quarters)
        assert list(any_rota.on_call(moment)) == on_the_wall(any_rota, weeks, moment)


@given(rotas, beginnings, st.sampled_from([None, "engineers"]))
@example(rota(shift("bob", WEEK, "02:30", "02:45"), zone="Europe/Berlin"), at("2026-10-24T23:00Z"), None)
@example(rota(shift("bob", WEEK, "02:30", "02:45"), zone="Europe/Berlin"), at("2026-03-28T23:00Z"), None)
@example(rota(shift("bob", WEEK, "01:30", "02:30"), zone="Europe/Berlin"), at("2026-03-28T23:00Z"), None)
def test_turns_tell_every_change_and_leave_no_moment_out(any_rota, beginning, team):
    end = beginning + timedelta(hours=30)
    turns = list(any_rota.turns(beginning, end, team=team))
    assert (turns[0].starts, turns[-1].ends) == (beginning, end)
    assert all(one.ends == two.starts and one.persons != two.persons for one, two in pairwise(turns))
    for turn in turns:
        for minute in range(0, int((turn.ends - turn.starts) / timedelta(minutes=1)), 15):
            assert any_rota.on_call(turn.starts + timedelta(minutes=minute), team=team) == turn.persons


@given(rotas, beginnings)
def test_the_next_change_is_the_first_moment_with_others_on_call(any_rota, beginning):
    now, change = any_rota.on_call(beginning), any_rota.next_change(beginning)
    until = change or beginning + timedelta(days=8)
    quarter = beginning
    while quarter < until:
        assert any_rota.on_call(quarter) == now
        quarter += timedelta(minutes=15)
    assert change is None or any_rota.on_call(change) != now
