"""Business time against a minute-by-minute judge: F16, edge cases Clocks 1-3."""

from datetime import timedelta
from random import Random

import pytest

from tests.sla.desks import DESKS

CASES = 8_000  # of `add` and as many of `between`, for each of thirteen desks: 208,000 in all


@pytest.mark.parametrize("name", DESKS)
def test_adding_and_measuring_agree_with_the_judge_in_every_random_case(name):
    """At least 100,000 random cases, none wrong (F16)."""
    hours, oracle = DESKS[name].working_time(), DESKS[name].oracle()
    random = Random(name)  # noqa: S311 - the same cases in every run, no secret
    last, total = (oracle.minutes - 1) * 60, oracle.worked((oracle.minutes - 1) * 60)
    wrong = []
    for case in range(CASES):
        start, end, share = _times(random, last, whole_minutes=case % 4 > 0)
        target = int((total - oracle.worked(start)) * share)
        if case % 4 > 0:
            target -= target % 60
        began, measured = oracle.moment(start), hours.between(oracle.moment(start), oracle.moment(end))
        if measured != timedelta(seconds=oracle.between(start, end)):
            wrong.append(("between", began, oracle.moment(end), measured))
        due = hours.add(began, timedelta(seconds=target))
        if due != (oracle.moment(oracle.add(start, target)) if target else began):
            wrong.append(("add", began, target, due))
    assert wrong == []


def _times(random, last, *, whole_minutes):
    unit = 60 if whole_minutes else 1
    start, end = (random.randrange(last // unit) * unit for _ in range(2))
    # Mostly short targets, as promises are, some as long as the year.
    return start, end, random.choice((0, 0.001, 0.01, 0.1, 1)) * random.random()


@pytest.mark.parametrize("name", DESKS)
def test_every_window_edge_of_the_year_agrees_with_the_judge(name):
    """Exactly at opening and at closing, where half-open windows are got wrong."""
    hours, oracle = DESKS[name].working_time(), DESKS[name].oracle()
    edges = [m for m in range(1, oracle.minutes - 1) if oracle.open[m] != oracle.open[m - 1]]
    pairs = list(zip(edges, edges[5:], strict=False))
    wrong = [
        (oracle.moment(a * 60), oracle.moment(b * 60))
        for a, b in pairs
        if hours.between(oracle.moment(a * 60), oracle.moment(b * 60)).total_seconds()
        != oracle.between(a * 60, b * 60)
        or hours.add(oracle.moment(a * 60), timedelta(minutes=30)) != oracle.moment(oracle.add(a * 60, 1800))
    ]
    assert pairs and wrong == []
