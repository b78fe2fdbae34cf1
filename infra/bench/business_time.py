"""Business time against the libraries in use: `python -m infra.bench.business_time`, part of `make bench`.

The task is a real one: UTC moments, 09:00-17:00 on London's bank working days (D5). Every answer is
compared with the peers' before the watch is started. Fails (exit 1) when an operation takes 5 us or
more, or is not 100 times faster. business-duration knows neither zones nor adding, so it is handed
local times; within one day it has nothing to walk, so there its figure is shown and does not decide.
"""

import sys
import warnings
from collections.abc import Callable
from datetime import UTC, datetime, time, timedelta
from timeit import Timer
from zoneinfo import ZoneInfo

import businesstimedelta
import holidays
import pytz  # type: ignore[import-untyped]  # comes with businesstimedelta, which takes no other zones
from business_duration import businessDuration

from chalicelib.sla import reader

SPANS = (8, 240, 2000)
LIMIT_US = 5.0
RATIO = 100.0
OPENS, CLOSES = time(9), time(17)
LONDON = "Europe/London"
START = datetime(2026, 11, 23, 10, 30, tzinfo=UTC)

BANK_HOLIDAYS = holidays.country_holidays("GB", subdiv="ENG", years=range(2026, 2029))
DESK = reader.working_time(reader.business_hours(LONDON, "GB"))
PEER = businesstimedelta.Rules(
    [
        businesstimedelta.WorkDayRule(
            start_time=OPENS, end_time=CLOSES, working_days=[0, 1, 2, 3, 4], tz=pytz.timezone(LONDON)
        ),
        businesstimedelta.HolidayRule(BANK_HOLIDAYS, tz=pytz.timezone(LONDON)),
    ]
)


def main() -> int:
    warnings.simplefilter("ignore")
    print(f"{'operation':17}{'pledge':>12}{'businesstimedelta':>26}{'business-duration':>26}")
    passed = [_row(name, span) for span in SPANS for name in ("add", "between")]
    print(f"under {LIMIT_US:.0f} us and {RATIO:.0f} times faster: {'yes' if all(passed) else 'NO'}")
    return 0 if all(passed) else 1


def _row(name: str, span: int) -> bool:
    ours, *peers = _adds(span) if name == "add" else _betweens(span)
    mine, theirs = _microseconds(ours), [_microseconds(peer) for peer in peers]
    times = [figure / mine for figure in theirs]
    shown = "".join(f"{f:12,.0f} us {t:8,.0f} x" for f, t in zip(theirs, times, strict=True))
    print(f"{name:8}{span:7,} h {mine:9.2f} us{shown}")
    deciding = times if span > SPANS[0] else times[:1]
    return mine < LIMIT_US and min(deciding) >= RATIO


def _adds(span: int) -> list[Callable[[], object]]:
    target = timedelta(hours=span)
    delta = businesstimedelta.BusinessTimeDelta(PEER, hours=span)
    _same(DESK.add(START, target), START + delta)
    return [lambda: DESK.add(START, target), lambda: START + delta]


def _betweens(span: int) -> list[Callable[[], object]]:
    end, london = DESK.add(START, timedelta(hours=span)), ZoneInfo(LONDON)

    def duration() -> float:
        start, until = (at.astimezone(london).replace(tzinfo=None) for at in (START, end))
        return float(businessDuration(start, until, OPENS, CLOSES, holidaylist=BANK_HOLIDAYS, unit="hour"))

    _same(DESK.between(START, end), PEER.difference(START, end).timedelta)
    _same(float(span), duration())
    return [lambda: DESK.between(START, end), lambda: PEER.difference(START, end), duration]


def _microseconds(operation: Callable[[], object]) -> float:
    """The best of five runs: the others only show what else the machine was doing."""
    timer = Timer(operation)
    once = timer.timeit(1)
    count = max(1, int(0.05 / max(once, 1e-6)))
    return min(timer.repeat(repeat=5, number=count)) / count * 1e6


def _same(ours: object, theirs: object) -> None:
    if ours != theirs:
        raise SystemExit(f"the answers differ, ours is {ours}, the peer's {theirs}")


if __name__ == "__main__":
    sys.exit(main())
