"""What the API takes and gives for the on-call rota."""

from collections.abc import Mapping
from datetime import datetime, time
from typing import Annotated, Literal, get_args

from pydantic import AfterValidator, AwareDatetime, BaseModel, Field

from chalicelib.escalation.domain import Rota, Shift, Substitute, Turn
from chalicelib.escalation.domain.rota import KeptRota

StaffId = Annotated[str, Field(min_length=1, max_length=80)]
Team = Annotated[str, Field(min_length=1, max_length=40, pattern=r"^[a-z0-9_-]+$")]
Day = Literal["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"]
WallTime = Annotated[
    str,
    Field(pattern=r"^([01][0-9]|2[0-3]):[0-5][0-9]$", description="by the clocks of the rota's zone"),
]


class ShiftForm(BaseModel, extra="forbid"):
    """Persons of a team; a shift that ends not later than it starts ends on the next day."""

    team: Team
    persons: Annotated[list[StaffId], Field(min_length=1, max_length=50)]
    days: Annotated[list[Day], Field(min_length=1, max_length=7)]
    starts: WallTime
    ends: WallTime

    def shift(self) -> Shift:
        """As the domain has it."""
        return Shift(
            team=self.team,
            persons=tuple(self.persons),
            days=tuple(self.days),
            starts=time.fromisoformat(self.starts),
            ends=time.fromisoformat(self.ends),
        )

    @classmethod
    def of(cls, shift: Shift) -> "ShiftForm":
        """As the API shows it."""
        return cls(
            team=shift.team,
            persons=list(shift.persons),
            days=[day for day in get_args(Day) if day in shift.days],
            starts=f"{shift.starts:%H:%M}",
            ends=f"{shift.ends:%H:%M}",
        )


class SubstituteForm(BaseModel, extra="forbid"):
    """Somebody is called instead of somebody, for a while."""

    absent: StaffId
    stand_in: StaffId
    starts: AwareDatetime
    ends: AwareDatetime


class RotaForm(BaseModel, extra="forbid"):
    """The whole rota. The ladder calls the team `engineers`."""

    zone: Annotated[str, Field(min_length=1, max_length=60)]
    shifts: Annotated[list[ShiftForm], Field(min_length=1, max_length=100)]
    substitutes: Annotated[list[SubstituteForm], Field(max_length=100)] = []

    def rota(self) -> Rota:
        """As the domain has it; its rules are checked there."""
        return Rota(
            id="support",
            zone=self.zone,
            shifts=tuple(form.shift() for form in self.shifts),
            substitutes=tuple(Substitute(**dict(s)) for s in self.substitutes),
        )


class GapView(BaseModel):
    """When nobody of the team would be called."""

    team: str
    starts: datetime
    ends: datetime


class RotaView(RotaForm):
    """The rota in force, and its holes in the next two weeks."""

    version: int
    gaps: list[GapView]

    @classmethod
    def of(cls, kept: KeptRota, gaps: Mapping[str, tuple[Turn, ...]]) -> "RotaView":
        """As the API shows it."""
        return cls(
            zone=kept.rota.zone,
            shifts=[ShiftForm.of(shift) for shift in kept.rota.shifts],
            substitutes=[
                SubstituteForm.model_validate(s, from_attributes=True) for s in kept.rota.substitutes
            ],
            version=kept.version,
            gaps=[
                GapView(team=team, starts=turn.starts, ends=turn.ends)
                for team, turns in gaps.items()
                for turn in turns
            ],
        )


def _in_our_time(at: datetime) -> datetime:
    if not 2000 <= at.year <= 2100:
        raise ValueError("give a time between the years 2000 and 2100")
    return at


class OnCallQuery(BaseModel, extra="forbid"):
    """When, and which team; now and all of them without."""

    at: Annotated[AwareDatetime, AfterValidator(_in_our_time)] | None = None
    team: Team | None = None


class PersonView(BaseModel):
    """A colleague on call."""

    id: str
    name: str


class OnCallView(BaseModel):
    """Who is on call."""

    at: datetime
    persons: list[PersonView]
    next_change: datetime | None
