"""Deadlines as a person with a wall calendar would find them: nothing of the desk's own arithmetic is used."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

OPENS, CLOSES, FRIDAY = time(9), time(17), 4
BERLIN, NEW_YORK, LONDON = "Europe/Berlin", "America/New_York", "Europe/London"
# By hand, from the calendars on the wall.
HOLIDAYS = {
    BERLIN: {date(2026, 12, 25), date(2026, 12, 26), date(2027, 1, 1)},
    NEW_YORK: {date(2026, 12, 25), date(2027, 1, 1)},
}


def business(start: datetime, hours: float, zone: str) -> datetime:
    """`hours` later, counting Monday to Friday 09:00-17:00 there, but no holidays."""
    left, day = timedelta(hours=hours), start.astimezone(ZoneInfo(zone)).date()
    while True:
        if day.weekday() <= FRIDAY and day not in HOLIDAYS[zone]:
            opens, closes = (
                datetime.combine(day, at, ZoneInfo(zone)).astimezone(UTC) for at in (OPENS, CLOSES)
            )
            begins = max(start, opens)
            if begins < closes and left <= closes - begins:
                return begins + left
            left -= max(closes - begins, timedelta())
        day += timedelta(days=1)


def there(at: datetime | None, zone: str) -> str:
    """As the wall clock there shows it."""
    return f"{at.astimezone(ZoneInfo(zone)):%a %d %b %H:%M}" if at else "never"
