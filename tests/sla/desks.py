"""Calendars that an expert would try, each with its minute-by-minute judge."""

from dataclasses import dataclass, field
from datetime import date, time

from chalicelib.sla.domain import Calendar, OwnDay, Region, Window, WorkingTime
from tests.sla.oracle import MinuteOracle

FIVE_DAYS = ((("09:00", "17:00"),),) * 5 + ((), ())
LUNCH = ((("08:30", "12:15"), ("13:00", "17:45")),) * 5 + ((("09:00", "12:00"),), ())
NIGHTS = ((("22:00", "06:00"),),) * 7
NIGHTS_OF_WORKDAYS = ((("20:30", "04:30"),),) * 5 + ((), ())
SMALL_HOURS = ((("01:30", "02:45"),),) * 7
ROUND_THE_CLOCK = ((("00:00", "00:00"),),) * 7
OVERLAPPING = ((("06:00", "14:00"), ("13:30", "22:00"), ("22:00", "07:00")),) * 6 + ((),)
SATURDAYS = ((),) * 5 + ((("10:00", "10:30"),), ())


@dataclass(frozen=True)
class Desk:
    """A calendar described in plain words: the same description feeds the desk and the judge."""

    zone: str
    week: tuple
    year: int = 2026
    closed: frozenset = frozenset()
    own: dict = field(default_factory=dict)

    def working_time(self) -> WorkingTime:
        calendar = Calendar(
            id=f"test/{self.zone}",
            zone=self.zone,
            week=tuple(tuple(map(window, day)) for day in self.week),
            regions=(Region(country="XX"),),
            own_days=tuple(
                OwnDay(day=day, name="own", windows=tuple(map(window, windows)))
                for day, windows in self.own.items()
            ),
        )
        return WorkingTime(calendar, lambda _region, _year: dict.fromkeys(self.closed, "day off"))

    def oracle(self, days: int = 400) -> MinuteOracle:
        first = date(self.year, 1, 1)
        return MinuteOracle(
            self.zone,
            self.week,
            first,
            date.fromordinal(first.toordinal() + days),
            closed=self.closed,
            own=self.own,
        )


def window(pair) -> Window:
    return Window(opens=time.fromisoformat(pair[0]), closes=time.fromisoformat(pair[1]))


# Easter, Christmas on a weekend, and the days on which clocks change.
FEASTS = frozenset(
    date.fromisoformat(day)
    for day in ("2026-04-03", "2026-04-06", "2026-03-29", "2026-10-25", "2026-12-25", "2027-01-01")
)
SIXTY_DAYS = frozenset(date.fromordinal(date(2026, 5, 4).toordinal() + n) for n in range(60))

DESKS = {
    "London office hours with holidays": Desk("Europe/London", FIVE_DAYS, closed=FEASTS),
    "Berlin, two windows and Saturday mornings": Desk("Europe/Berlin", LUNCH, closed=FEASTS),
    "Kolkata, half an hour off": Desk("Asia/Kolkata", FIVE_DAYS, closed=SIXTY_DAYS),
    "Lord Howe, clocks move by half an hour": Desk("Australia/Lord_Howe", NIGHTS),
    "St John's, overlapping shifts": Desk("America/St_Johns", OVERLAPPING, closed=FEASTS),
    "New York, windows inside the changed hour": Desk("America/New_York", SMALL_HOURS),
    "Auckland, round the clock in windows": Desk("Pacific/Auckland", ROUND_THE_CLOCK, closed=FEASTS),
    "Chicago, night shifts of workdays, leap year": Desk("America/Chicago", NIGHTS_OF_WORKDAYS, year=2028),
    "Kathmandu, half an hour a week": Desk("Asia/Kathmandu", SATURDAYS),
    "Casablanca, clocks change for Ramadan": Desk("Africa/Casablanca", LUNCH),
    "Sao Paulo 2018, midnight skipped": Desk("America/Sao_Paulo", NIGHTS, year=2018),
    "Apia 2011, a whole day skipped": Desk("Pacific/Apia", FIVE_DAYS, year=2011),
    "UTC with own days": Desk(
        "UTC",
        FIVE_DAYS,
        closed=FEASTS,
        own={
            date(2026, 12, 24): (("09:00", "13:00"),),
            date(2026, 12, 25): (("10:00", "11:00"),),
            date(2026, 7, 1): (),
            date(2026, 10, 24): (("23:00", "02:00"),),
        },
    ),
}
