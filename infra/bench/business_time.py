"""Business time against the libraries in use: `python -m infra.bench.business_time`, part of `make bench`.

The task is a real one: UTC moments, 09:00-17:00 on London's bank working days (D5). Every answer is
compared with the peers' before the watch is started. Fails (exit 1) when an operation takes 5 us or
more, or is not 100 times faster than each. business-duration knows neither zones nor adding, so it is handed
local times; at 8 h it has nothing to walk. Below, as information, the easier task that suits the peers best:
UTC, no holidays.
"""

import sys
import warnings
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from timeit import Timer
from typing import Any, TypeAlias
from zoneinfo import ZoneInfo

import businesstimedelta
import holidays
import pytz  # type: ignore[import-untyped]  # comes with businesstimedelta, which takes no other zones
from business_duration import businessDuration

from chalicelib.sla import reader
from chalicelib.sla.domain import Hours

Operation: TypeAlias = Callable[[], object]
SPANS = (8, 240, 2000)
LIMIT_US = 5.0
RATIO = 100.0
OPENS, CLOSES = time(9), time(17)
LONDON = "Europe/London"
START = datetime(2026, 11, 23, 10, 30, tzinfo=UTC)
ROUNDS = 7


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    """One desk's hours, as each library takes them."""

    zone: str
    ours: Hours
    rules: Any
    holidays: Any

    @classmethod
    def of(cls, zone: str, region: str | None, days_off: Any) -> "Task":
        """Monday to Friday 09:00-17:00 there."""
        there = pytz.timezone(zone)
        week = businesstimedelta.WorkDayRule(
            start_time=OPENS, end_time=CLOSES, working_days=[0, 1, 2, 3, 4], tz=there
        )
        off = [businesstimedelta.HolidayRule(days_off, tz=there)] if days_off else []
        ours = reader.working_time(reader.business_hours(zone, region))
        return cls(zone=zone, ours=ours, rules=businesstimedelta.Rules([week, *off]), holidays=days_off)

    def adds(self, span: int) -> list[Operation]:
        """The moment `span` working hours later."""
        target = timedelta(hours=span)
        delta = businesstimedelta.BusinessTimeDelta(self.rules, hours=span)
        _same(self.ours.add(START, target), START + delta)
        return [lambda: self.ours.add(START, target), lambda: START + delta]

    def betweens(self, span: int) -> list[Operation]:
        """The working time between two moments."""
        end, there = self.ours.add(START, timedelta(hours=span)), ZoneInfo(self.zone)

        def duration() -> float:
            start, until = (at.astimezone(there).replace(tzinfo=None) for at in (START, end))
            return float(
                businessDuration(start, until, OPENS, CLOSES, holidaylist=self.holidays, unit="hour")
            )

        _same(self.ours.between(START, end), self.rules.difference(START, end).timedelta)
        _same(float(span), duration())
        return [
            lambda: self.ours.between(START, end),
            lambda: self.rules.difference(START, end),
            duration,
        ]


def main() -> int:
    """Prints both tables; the exit code."""
    warnings.simplefilter("ignore")
    bank_holidays = holidays.country_holidays("GB", subdiv="ENG", years=range(2026, 2029))
    passed = _table(Task.of(LONDON, "GB", bank_holidays), "London's bank working days")
    print(f"under {LIMIT_US:.0f} us and {RATIO:.0f} times faster than each: {'yes' if passed else 'NO'}")
    print()
    _table(Task.of("UTC", None, None), "UTC, no holidays")
    return 0 if passed else 1


def _table(task: Task, title: str) -> bool:
    print(f"{title:29}{'pledge':>9}{'businesstimedelta':>26}{'business-duration':>26}")
    rows = [_row(name, task, span) for span in SPANS for name in ("add", "between")]
    return all(rows)


def _row(name: str, task: Task, span: int) -> bool:
    mine, *theirs = _microseconds(task.adds(span) if name == "add" else task.betweens(span))
    times = [figure / mine for figure in theirs]
    shown = "".join(f"{f:12,.0f} us {t:8,.0f} x" for f, t in zip(theirs, times, strict=True))
    print(f"{name:17}{span:7,} h {mine:9.2f} us{shown}")
    return mine < LIMIT_US and min(times) >= RATIO


def _microseconds(operations: list[Operation]) -> list[float]:
    """The best of some rounds, by turns: the others only show what else the machine was doing."""
    timers = [Timer(operation) for operation in operations]
    counts = [max(1, int(0.03 / max(timer.timeit(1), 1e-6))) for timer in timers]
    rounds = [[t.timeit(n) / n * 1e6 for t, n in zip(timers, counts, strict=True)] for _ in range(ROUNDS)]
    return [min(figures) for figures in zip(*rounds, strict=True)]


def _same(ours: object, theirs: object) -> None:
    if ours != theirs:
        raise SystemExit(f"the answers differ, ours is {ours}, the peer's {theirs}")


if __name__ == "__main__":
    sys.exit(main())
