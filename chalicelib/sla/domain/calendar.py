"""A calendar: the hours that count, as data that a person can read and change."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, time, timedelta
from typing import TypeAlias
from zoneinfo import ZoneInfo

from chalicelib.core.errors import Invalid

WEEK = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")


@dataclass(frozen=True, slots=True, kw_only=True)
class Window:
    """Working hours from `opens` up to, not including, `closes`; not later than it opens = the next day."""

    opens: time
    closes: time

    def seconds(self) -> tuple[int, int]:
        """Wall-clock seconds from the midnight of the day on which the window opens."""
        opens, closes = _seconds(self.opens), _seconds(self.closes)
        return opens, closes if closes > opens else closes + 86_400


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnDay:
    """One date of the customer's own: closed, or open in its own windows instead of the week's."""

    day: date
    name: str
    windows: tuple[Window, ...] = ()
    on: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Region:
    """Whose bank holidays close the calendar: an ISO 3166 country, and a part of it where they differ."""

    country: str
    subdivision: str | None = None


# The dates come from outside: the domain knows no country's holidays.
HolidaysOf: TypeAlias = Callable[[Region, int], Mapping[date, str]]


def no_holidays(_region: Region, _year: int) -> Mapping[date, str]:
    return {}


@dataclass(frozen=True, slots=True, kw_only=True)
class Calendar:
    """Which hours count, in which zone (C14, D5). A window belongs to the day on which it opens.

    A calendar that can never count an hour is refused (F16). `off` switches single holidays off,
    by their name or by their ISO date. `always` is 24x7: real time, no windows, no holidays.
    """

    id: str
    version: int = 1
    zone: str = "UTC"
    week: tuple[tuple[Window, ...], ...] = ((),) * 7
    always: bool = False
    regions: tuple[Region, ...] = ()
    own_days: tuple[OwnDay, ...] = ()
    off: frozenset[str] = frozenset()

    def __post_init__(self) -> None:
        if faults := tuple(self._faults()):
            raise Invalid(f"calendar {self.id}: {'; '.join(faults)}", errors=faults)

    def _faults(self) -> Iterator[str]:
        try:
            ZoneInfo(self.zone)
        except (KeyError, ValueError, OSError):  # unknown, malformed, and the name of a folder
            yield f"there is no time zone {self.zone!r}"
        if len(self.week) != len(WEEK):
            yield "the week needs seven days"
        if self.always and (any(self.week) or self.regions or self.own_days):
            yield "24x7 has no windows, holidays or own days"
        if not self.always and not any(self.week):
            yield "it has no working time: give at least one weekday a window"
        days = [own.day for own in self.own_days if own.on]
        if len(days) != len(set(days)):
            yield "two own days on one date: keep one, or switch the others off"


class Days:
    """What each day of a calendar is: its windows, and the reason when it is not an ordinary day."""

    def __init__(self, calendar: Calendar, holidays: HolidaysOf) -> None:
        self._calendar = calendar
        self._holidays = holidays
        self._own = {own.day: own for own in calendar.own_days if own.on}
        self._named: dict[int, Mapping[date, str]] = {}

    def windows(self, day: date) -> tuple[Window, ...]:
        """An own day goes before a bank holiday, a bank holiday before the week."""
        if own := self._own.get(day):
            return own.windows
        return () if day in self._holidays_in(day.year) else self._calendar.week[day.weekday()]

    def reason(self, day: date) -> str:
        """Why time on this day, outside its windows, does not count."""
        if own := self._own.get(day):
            return f"outside hours: {own.name}" if own.windows else f"closed: {own.name}"
        name = self._holidays_in(day.year).get(day)
        return f"holiday: {name}" if name else "outside hours"

    def _holidays_in(self, year: int) -> Mapping[date, str]:
        if year not in self._named:
            self._named[year] = dict(self._switched_on(year))
        return self._named[year]

    def _switched_on(self, year: int) -> Iterator[tuple[date, str]]:
        for region in self._calendar.regions:
            for day, names in self._holidays(region, year).items():
                kept = [name for name in names.split("; ") if name not in self._calendar.off]
                if kept and day.isoformat() not in self._calendar.off:
                    yield day, "; ".join(kept)


def days_of(year: int) -> Iterator[date]:
    day = date(year, 1, 1)
    while day.year == year:
        yield day
        day += timedelta(days=1)


def _seconds(wall: time) -> int:
    return wall.hour * 3600 + wall.minute * 60 + wall.second
