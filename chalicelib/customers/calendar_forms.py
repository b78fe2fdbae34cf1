"""A customer's own hours, as the API takes and gives them."""

import datetime
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field

from chalicelib.sla.domain import Calendar
from chalicelib.sla.domain.calendar import WEEK, Window

Label = Annotated[str, Field(min_length=1, max_length=100, pattern=r"\S")]
WindowText = Annotated[
    str,
    Field(pattern=r"^([01][0-9]|2[0-3]):[0-5][0-9]-([01][0-9]|2[0-3]):[0-5][0-9]$", examples=["09:00-17:00"]),
]
Windows = Annotated[list[WindowText], Field(max_length=10)]
RegionText = Annotated[str, Field(pattern=r"^[A-Z]{2}(-[A-Z0-9]{1,6})?$", examples=["DE-BE"])]


class In(BaseModel, extra="forbid"):
    """Unknown fields are refused (F28)."""


class WeekForm(In):
    """Windows of each day, half-open; one that closes before it opens ends on the next day."""

    monday: Windows = []
    tuesday: Windows = []
    wednesday: Windows = []
    thursday: Windows = []
    friday: Windows = []
    saturday: Windows = []
    sunday: Windows = []


class OwnDayForm(In):
    """A day of the customer's own: closed, or open in its own windows; `on` switches it."""

    date: datetime.date
    name: Label
    windows: Windows = []
    on: bool = True


class CalendarForm(In):
    """Which hours count. `off` switches single bank holidays off, by name or date; `always` is 24x7."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "zone": "Europe/Berlin",
                    "week": {"monday": ["08:00-12:00", "13:00-17:00"], "friday": ["22:00-06:00"]},
                    "regions": ["DE-BE"],
                    "own_days": [{"date": "2026-12-24", "name": "Christmas Eve", "windows": ["09:00-12:00"]}],
                    "off": ["Good Friday"],
                }
            ]
        }
    )

    zone: Annotated[str, Field(min_length=1, max_length=80)]
    week: WeekForm = WeekForm()
    always: bool = False
    regions: Annotated[list[RegionText], Field(max_length=10)] = []
    own_days: Annotated[list[OwnDayForm], Field(max_length=200)] = []
    off: Annotated[list[Label], Field(max_length=100)] = []

    def document(self) -> dict[str, Any]:
        """As calendars are written in files."""
        return self.model_dump(mode="json")


class CalendarView(BaseModel):
    """The customer's own calendar."""

    id: str
    version: int
    zone: str
    always: bool
    week: dict[str, list[str]]
    regions: list[str]
    own_days: list[dict[str, Any]]
    off: list[str]

    @classmethod
    def of(cls, calendar: Calendar) -> "CalendarView":
        """As the API shows it."""
        return cls(
            id=calendar.id,
            version=calendar.version,
            zone=calendar.zone,
            always=calendar.always,
            week={day: _texts(windows) for day, windows in zip(WEEK, calendar.week, strict=True) if windows},
            regions=["-".join(p for p in (r.country, r.subdivision) if p) for r in calendar.regions],
            own_days=[
                {"date": own.day, "name": own.name, "windows": _texts(own.windows), "on": own.on}
                for own in calendar.own_days
            ],
            off=sorted(calendar.off),
        )


def _texts(windows: tuple[Window, ...]) -> list[str]:
    return [f"{window.opens:%H:%M}-{window.closes:%H:%M}" for window in windows]
