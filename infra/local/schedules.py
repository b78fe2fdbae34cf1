"""When an EventBridge schedule ticks next: `rate(5 minutes)`, or `cron(0 6 ? * MON-FRI *)` in UTC."""

import re
from calendar import monthrange
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

MONTHS = dict(
    zip(
        ["JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"],
        range(1, 13),
        strict=True,
    )
)
DAYS = dict(zip(["SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"], range(1, 8), strict=True))
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
HORIZON = 366 * 5
MINUTE = timedelta(minutes=1)


class UnknownExpression(ValueError):
    """Not a schedule that this reads."""


@dataclass(frozen=True, slots=True)
class Rate:
    """Every so often, counted from 1970 so that ticks are the same after a restart."""

    every: timedelta

    def after(self, moment: datetime) -> datetime:
        """The first tick later than `moment`."""
        return EPOCH + ((moment - EPOCH) // self.every + 1) * self.every


@dataclass(frozen=True, slots=True, kw_only=True)
class Cron:
    """The values each field allows; `last_day` stands for L in the day of the month."""

    minutes: frozenset[int]
    hours: frozenset[int]
    days: frozenset[int]
    months: frozenset[int]
    weekdays: frozenset[int]
    years: frozenset[int]
    last_day: bool

    def after(self, moment: datetime) -> datetime:
        """The first tick later than `moment`."""
        day = moment.date()
        for _ in range(HORIZON):
            if self._runs_on(day):
                for hour in sorted(self.hours):
                    for minute in sorted(self.minutes):
                        tick = datetime(day.year, day.month, day.day, hour, minute, tzinfo=UTC)
                        if tick > moment:
                            return tick
            day += timedelta(days=1)
        raise UnknownExpression("this cron expression never ticks in the next five years")

    def _runs_on(self, day: date) -> bool:
        is_last = self.last_day and day.day == monthrange(day.year, day.month)[1]
        return (
            day.year in self.years
            and day.month in self.months
            and (is_last or day.day in self.days)
            and day.isoweekday() % 7 + 1 in self.weekdays
        )


def schedule(expression: str) -> Rate | Cron:
    """The schedule of an EventBridge expression."""
    if found := re.fullmatch(r"rate\((\d+) (minute|hour|day)s?\)", expression):
        return Rate(timedelta(**{f"{found.group(2)}s": int(found.group(1))}))
    if found := re.fullmatch(r"cron\((.+)\)", expression):
        fields = found.group(1).split()
        if len(fields) == 6:
            return cron(*fields)
    raise UnknownExpression(
        f"cannot read the schedule {expression!r}: use rate(...) or cron(...) with six fields"
    )


def cron(minute: str, hour: str, day: str, month: str, weekday: str, year: str) -> Cron:
    """The six fields, in their order."""
    return Cron(
        minutes=values(minute, 0, 59),
        hours=values(hour, 0, 23),
        days=frozenset() if day == "L" else values(day, 1, 31),
        months=values(month, 1, 12, MONTHS),
        weekdays=values(weekday, 1, 7, DAYS),
        years=values(year, 1970, 2199),
        last_day=day == "L",
    )


def values(text: str, low: int, high: int, words: dict[str, int] | None = None) -> frozenset[int]:
    """`*`, `?`, `5`, `1-5`, `0/15`, `MON,WED`."""
    found: set[int] = set()
    for part in text.split(","):
        span, _, step = part.partition("/")
        first, dash, last = span.partition("-")
        start = low if first in {"*", "?"} else number(first, words)
        end = number(last, words) if dash else (high if step or first in {"*", "?"} else start)
        found.update(range(start, end + 1, int(step or 1)))
    return frozenset(found)


def number(text: str, words: dict[str, int] | None) -> int:
    """A number, or a month or day by name."""
    if words and text.upper() in words:
        return words[text.upper()]
    if not text.isdigit():
        raise UnknownExpression(f"cannot read {text!r} in a cron expression")
    return int(text)
