"""Whatever happens to a ticket, its clock adds up: F17, judged minute by minute."""

from datetime import timedelta
from functools import cache
from itertools import accumulate, pairwise
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chalicelib.sla import reader
from chalicelib.sla.domain import (
    HoursKind,
    Kind,
    Override,
    Pause,
    SeverityAt,
    Timeline,
    clock,
    explain,
)
from tests.sla.desks import DESKS

DESK = DESKS["Berlin, two windows and Saturday mornings"]
TARGETS = {1: 4 * 60, 2: 16 * 60, 3: 40 * 60}  # minutes
GRACE = 15
MINUTES = 60 * 24 * 60  # sixty days over the change of clocks in March
FIRST = 45 * 24 * 60

PLAN = reader.plan("standard").overridden(
    *(
        Override(
            clause="test",
            kind=Kind.RESOLUTION,
            severity=severity,
            duration=timedelta(minutes=target),
            hours=HoursKind.BUSINESS,
        )
        for severity, target in TARGETS.items()
    )
)


@cache
def judge():
    return DESK.oracle(days=365)


@cache
def hours():
    working_time = DESK.working_time()
    return lambda kind: working_time if kind is HoursKind.BUSINESS else reader.ALWAYS


class Simulated:
    """A ticket's life in minutes, and a judge that looks at each of them."""

    def __init__(self, pauses, severities):
        self.pauses, self.severities = pauses, severities

    @property
    def timeline(self):
        return Timeline(
            reported_at=moment(0),
            severities=tuple(SeverityAt(at=moment(m), severity=s) for m, s in self.severities),
            pauses=tuple(Pause(from_=moment(a), to=None if b is None else moment(b)) for a, b in self.pauses),
        )

    def counted(self):
        """Minutes counted before each minute from the report on."""
        open_ = bytearray(judge().open[FIRST:])
        for start, end in self.pauses:
            stop = len(open_) if end is None else end
            open_[start:stop] = bytes(max(0, stop - start))
        return list(accumulate(open_, initial=0))

    def due(self, counted):
        """Decision 5, played forward over the minutes; None when a pause without end comes first."""
        severity = self.severities[-1][1]
        changes = [minute for (_, before), (minute, after) in pairwise(self.severities) if after != before]
        due = first_minute(counted, TARGETS[severity])
        if changes and due is not None and due <= changes[-1]:
            return first_minute(counted, counted[changes[-1]] + GRACE), changes[-1], GRACE
        return due, 0, TARGETS[severity]


def first_minute(counted, goal):
    return next((minute for minute, sum_ in enumerate(counted) if sum_ >= goal), None)


def moment(minute):
    return judge().moment((FIRST + minute) * 60)


def check(life, now):
    counted = life.counted()
    due, start, target = life.due(counted)
    found = clock(Kind.RESOLUTION, life.timeline, PLAN, hours(), moment(now))
    assert found.due_at == (None if due is None else moment(due))
    assert found.target == timedelta(minutes=target)
    assert found.consumed == timedelta(minutes=max(0, counted[now] - counted[start]) if now > start else 0)
    assert found.consumed + found.remaining == found.target
    why = explain(Kind.RESOLUTION, life.timeline, PLAN, hours(), moment(now))
    assert why.counted == found.consumed
    assert sum((s.end - s.start for s in why.spans if s.counted), timedelta()) == found.consumed
    assert all(a.end == b.start for a, b in pairwise(why.spans))
    if now > start:
        assert (why.spans[0].start, why.spans[-1].end) == (moment(start), moment(now))


MINUTE = st.integers(0, MINUTES)
LIVES = st.builds(
    Simulated,
    st.lists(st.tuples(MINUTE, MINUTE | st.none()), max_size=12),
    st.lists(st.tuples(MINUTE, st.integers(1, 3)), max_size=6, unique_by=lambda mark: mark[0]).map(
        lambda marks: [(0, 2), *sorted(mark for mark in marks if mark[0])]
    ),
)


@settings(max_examples=250, deadline=None)
@given(life=LIVES, now=MINUTE)
def test_consumed_and_remaining_make_the_target_and_the_explanation_sums_to_it(life, now):
    """F17: overlapping, endless, empty and backward pauses, and changes of severity in between."""
    check(life, now)


@pytest.mark.parametrize("seed", range(6))
def test_a_thousand_pauses_and_changes_of_severity_still_add_up(seed):
    """F17: pause, resume and reopen 1,000 times, priority changed mid-clock."""
    random = Random(seed)  # noqa: S311 - the same lives in every run, no secret
    edges = sorted(random.sample(range(1, MINUTES), 2000))
    pauses = list(zip(edges[::2], edges[1::2], strict=True))
    marks = sorted(random.sample(range(1, MINUTES), 1000))
    life = Simulated(pauses, [(0, 3), *((minute, random.choice((1, 2, 3))) for minute in marks)])
    for now in (0, MINUTES // 3, MINUTES):
        check(life, now)
    # And at every stage of that life, not only at its end.
    for changes in (1, 10, 100, 500):
        check(Simulated(pauses, life.severities[: changes + 1]), MINUTES)
