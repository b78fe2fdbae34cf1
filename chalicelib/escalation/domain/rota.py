"""The on-call rota: weekly shifts by the wall clock of its zone, and who stands in for whom."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from itertools import combinations
from zoneinfo import ZoneInfo

from chalicelib.core.errors import Invalid
from chalicelib.escalation.domain import wall_clock
from chalicelib.sla.domain.calendar import WEEK

# A week repeats, so what has not changed after this long never will, substitutes apart.
_LONGER_THAN_A_WEEK = timedelta(days=9)


@dataclass(frozen=True, slots=True, kw_only=True)
class Shift:
    """Persons of a team, from `starts` up to, not including, `ends`; not later than it starts = next day."""

    team: str
    persons: tuple[str, ...]
    days: tuple[str, ...]  # on which it starts, as named in WEEK
    starts: time
    ends: time

    def covers(self, wall: datetime) -> bool:
        """Whether it is on when the wall clock shows this."""
        if self.starts < self.ends:
            return self._starts_on(wall) and self.starts <= wall.time() < self.ends
        since_yesterday = self._starts_on(wall - timedelta(days=1)) and wall.time() < self.ends
        return since_yesterday or (self._starts_on(wall) and self.starts <= wall.time())

    def _starts_on(self, wall: datetime) -> bool:
        return WEEK[wall.weekday()] in self.days


@dataclass(frozen=True, slots=True, kw_only=True)
class Substitute:
    """`stand_in` is called instead of `absent`, from a moment up to, not including, another."""

    absent: str
    stand_in: str
    starts: datetime
    ends: datetime

    def covers(self, at: datetime) -> bool:
        return self.starts <= at < self.ends

    def overlaps(self, other: "Substitute") -> bool:
        return self.absent == other.absent and self.starts < other.ends and other.starts < self.ends


@dataclass(frozen=True, slots=True, kw_only=True)
class Turn:
    """A stretch of time with the same persons on call; nobody in a gap."""

    starts: datetime
    ends: datetime
    persons: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Rota:
    """Who is called, and when (B6, B17). What the wall clock of `zone` shows decides, as at work."""

    id: str
    zone: str
    shifts: tuple[Shift, ...]
    substitutes: tuple[Substitute, ...] = ()

    def on_call(self, at: datetime, *, team: str | None = None) -> tuple[str, ...]:
        """The persons to call at this moment, each once, those of one team or of all."""
        wall = wall_clock.shown(at, ZoneInfo(self.zone))
        scheduled = (
            person
            for shift in self.shifts
            if team in {None, shift.team} and shift.covers(wall)
            for person in shift.persons
        )
        return tuple(dict.fromkeys(self._standing_in(person, at) for person in scheduled))

    def turns(self, start: datetime, end: datetime, *, team: str | None = None) -> Iterator[Turn]:
        """The whole stretch, turn by turn, without gaps between them."""
        since, persons = start, self.on_call(start, team=team)
        for moment in self._moments(start, end):
            if (after := self.on_call(moment, team=team)) != persons:
                yield Turn(starts=since, ends=moment, persons=persons)
                since, persons = moment, after
        if since < end:
            yield Turn(starts=since, ends=end, persons=persons)

    def gaps(self, start: datetime, end: datetime, *, team: str | None = None) -> tuple[Turn, ...]:
        """When nobody would be called: to be shown where the rota is edited."""
        return tuple(turn for turn in self.turns(start, end, team=team) if not turn.persons)

    def next_change(self, at: datetime, *, team: str | None = None) -> datetime | None:
        """The first moment after `at` with others on call; None if it stays so for ever."""
        last = max([at, *(substitute.ends for substitute in self.substitutes)]) + _LONGER_THAN_A_WEEK
        now = self.on_call(at, team=team)
        later = self._moments(at, last)
        return next((moment for moment in later if self.on_call(moment, team=team) != now), None)

    def checked(self, known: frozenset[str]) -> "Rota":
        """Itself, or Invalid with every fault; `known` are the persons that can be called."""
        if faults := tuple(self._faults(known)):
            raise Invalid(f"the rota {self.id} cannot be kept: {'; '.join(faults)}", errors=faults)
        return self

    def _standing_in(self, person: str, at: datetime) -> str:
        chain = self._chain(person, at)
        # In a circle everybody is away: rather the person on the rota than nobody.
        return person if chain[-1] in chain[:-1] else chain[-1]

    def _chain(self, person: str, at: datetime) -> list[str]:
        chain = [person]
        while chain[-1] not in chain[:-1] and (stand_in := self._stand_in(chain[-1], at)):
            chain.append(stand_in)
        return chain

    def _stand_in(self, person: str, at: datetime) -> str | None:
        absences = (s for s in self.substitutes if s.absent == person and s.covers(at))
        return next((substitute.stand_in for substitute in absences), None)

    def _moments(self, start: datetime, end: datetime) -> list[datetime]:
        """Every moment strictly between at which something could change, in order."""
        zone = ZoneInfo(self.zone)
        times = {moment for shift in self.shifts for moment in (shift.starts, shift.ends)}
        edges = {edge for s in self.substitutes for edge in (s.starts, s.ends)}
        found = edges.union(wall_clock.moments(times, start, end, zone), wall_clock.changes(start, end, zone))
        return sorted(moment.astimezone(UTC) for moment in found if start < moment < end)

    def _faults(self, known: frozenset[str]) -> Iterator[str]:
        if not self.shifts:
            yield "it has no shift: give it at least one"
        if not wall_clock.is_zone(self.zone):
            yield f"there is no time zone {self.zone!r}"
        for number, shift in enumerate(self.shifts, 1):
            yield from (f"shift {number}: {fault}" for fault in _shift_faults(shift, known))
        for number, substitute in enumerate(self.substitutes, 1):
            yield from (
                f"substitute {number}: {fault}" for fault in self._substitute_faults(substitute, known)
            )
        if any(one.overlaps(other) for one, other in combinations(self._dated(), 2)):
            yield "somebody has two substitutes at the same time: keep one"

    def _substitute_faults(self, substitute: Substitute, known: frozenset[str]) -> Iterator[str]:
        yield from _unknown((substitute.absent, substitute.stand_in), known)
        if substitute not in self._dated():
            yield "its times need a zone"
        elif substitute.starts >= substitute.ends:
            yield "it ends before it starts"
        # A circle is closed by the substitute that starts last, so looking at each start finds every one.
        elif len(chain := Rota._chain(self._only_dated(), substitute.absent, substitute.starts)) != len(
            set(chain)
        ):
            yield f"a circle: {' -> '.join(chain)}"

    def _dated(self) -> tuple[Substitute, ...]:
        return tuple(s for s in self.substitutes if s.starts.tzinfo and s.ends.tzinfo)

    def _only_dated(self) -> "Rota":
        return Rota(id=self.id, zone=self.zone, shifts=self.shifts, substitutes=self._dated())


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptRota:
    """The rota in force; `version` counts its changes."""

    rota: Rota
    version: int


def _shift_faults(shift: Shift, known: frozenset[str]) -> Iterator[str]:
    if not shift.team:
        yield "it names no team"
    if not shift.persons:
        yield "it names nobody"
    if not shift.days:
        yield "it names no day"
    yield from (f"there is no day {day!r}" for day in shift.days if day not in WEEK)
    yield from _unknown(shift.persons, known)


def _unknown(persons: tuple[str, ...], known: frozenset[str]) -> Iterator[str]:
    yield from (f"nobody is called {person!r}" for person in persons if person not in known)
