"""A mobilisation: pages in rounds until somebody takes it, with a record of all of it (B6, B10)."""

from dataclasses import dataclass, replace
from datetime import UTC, datetime
from enum import StrEnum
from typing import TypeAlias, TypedDict

from chalicelib.core.errors import Conflict
from chalicelib.escalation.domain.ladder import Hours, Ladder, Level, Occasion, Step
from chalicelib.escalation.events import (
    MobilisationEvent,
    MobilisationTaken,
    MobilisationUnanswered,
    MobilisationWithdrawn,
    NobodyOnCall,
    PersonPaged,
)


class _About(TypedDict):
    mobilisation_id: str
    ticket_id: str
    at: datetime


class AlreadyTaken(Conflict):
    """Somebody else has it; the message says who and since when."""


class State(StrEnum):
    """Calling until taken; told when a page only tells; unanswered when every level was called in vain."""

    CALLING = "calling"
    TOLD = "told"
    TAKEN = "taken"
    UNANSWERED = "unanswered"
    WITHDRAWN = "withdrawn"


@dataclass(frozen=True, slots=True, kw_only=True)
class Callee:
    """A person and the channels by which pages reach them."""

    person: str
    channels: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """Who was called, how and when."""

    id: str
    person: str
    channel: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Mobilisation:
    """The calls of one step for one ticket. `level` and `round` are those called last; round 0 is none yet.

    Ask `calls_next` whom the next round is for, then `fall_due` with those people.
    """

    id: str
    version: int = 1
    ticket_id: str
    occasion: Occasion
    promise: str = ""  # the promise's id, where one is the occasion
    text: str
    hours: Hours
    must_be_taken: bool
    levels: tuple[Level, ...]
    began_at: datetime
    wake_at: datetime | None
    level: int = 0
    round: int = 0
    pages: tuple[Page, ...] = ()
    state: State = State.CALLING
    taken_by: str | None = None
    taken_at: datetime | None = None

    @classmethod
    def of(
        cls, step: Step, ladder: Ladder, *, id_: str, ticket_id: str, text: str, at: datetime
    ) -> "Mobilisation":
        """Due at once; the first round is a `fall_due` like the others."""
        return cls(
            id=id_,
            ticket_id=ticket_id,
            occasion=step.occasion,
            text=text,
            hours=step.hours,
            must_be_taken=step.must_be_taken,
            levels=ladder.levels(step),
            began_at=at,
            wake_at=at,
        )

    @property
    def paged(self) -> tuple[str, ...]:
        """Who was called so far, each once."""
        return tuple(dict.fromkeys(page.person for page in self.pages))

    @property
    def calls_next(self) -> Level | None:
        """Whom the next round calls; None when there is none."""
        place = self._next_place()
        return self.levels[place[0]] if place and self.state is State.CALLING else None

    def fall_due(
        self, now: datetime, *, crew: tuple[Callee, ...], opens_at: datetime | None = None
    ) -> "Change":
        """The next round, to `crew`, the people whom `calls_next` names now.

        Nothing before its time. Outside the contract's hours, whose next opening is `opens_at` (None for
        24x7), it waits for them (edge case Clocks 9). After a long sleep one round is called, not all
        that were missed (F14). With nobody in the crew the next level is due at once.
        """
        if self.state is not State.CALLING or self.wake_at is None or now < self.wake_at:
            return self, ()
        if self.hours is Hours.CONTRACT and opens_at is not None and opens_at > now:
            return replace(self, wake_at=opens_at), ()
        place = self._next_place()
        if place is None:
            return self._unanswered(now)
        level, round_ = place
        called = replace(self, level=level, round=round_)
        return called._call(crew, now) if _reachable(crew) else called._pass_on(now)

    def take(self, person: str, at: datetime) -> "Change":
        """Somebody is on it: no more rounds. A second taker is told who has it; the same one, nothing."""
        if self.state is State.TAKEN and self.taken_by == person:
            return self, ()
        if self.taken_by and self.taken_at:
            since = f"{self.taken_at.astimezone(UTC):%H:%M}Z"
            raise AlreadyTaken(f"{self.taken_by} has it since {since}; talk to them", taken_by=self.taken_by)
        if self.state is State.WITHDRAWN:
            raise Conflict("this call was withdrawn: nobody is needed any more")
        taken = replace(self, state=State.TAKEN, taken_by=person, taken_at=at, wake_at=None)
        return taken, (MobilisationTaken(**self._about(at), by=person, paged=self.paged),)

    def withdraw(self, at: datetime, because: str) -> "Change":
        """Nobody is needed any more: the ticket was solved, or is no longer so severe."""
        if self.state not in {State.CALLING, State.UNANSWERED}:
            return self, ()
        event = MobilisationWithdrawn(**self._about(at), because=because)
        return replace(self, state=State.WITHDRAWN, wake_at=None), (event,)

    def _next_place(self) -> tuple[int, int] | None:
        """The level and the round after the last."""
        if self.round < self.levels[self.level].rounds:
            return self.level, self.round + 1
        return (self.level + 1, 1) if self.level + 1 < len(self.levels) else None

    def _call(self, crew: tuple[Callee, ...], now: datetime) -> "Change":
        pages = tuple(
            self._page(callee.person, channel, now) for callee in crew for channel in callee.channels
        )
        events = tuple(
            PersonPaged(
                **self._about(now), page_id=page.id, person=page.person, channel=page.channel, text=self.text
            )
            for page in pages
        )
        wait = self.levels[self.level].every
        state, wake_at = (State.CALLING, now + wait) if self.must_be_taken else (State.TOLD, None)
        return replace(self, pages=(*self.pages, *pages), state=state, wake_at=wake_at), events

    def _page(self, person: str, channel: str, now: datetime) -> Page:
        id_ = f"{self.id}.{self.level}.{self.round}.{person}.{channel}"
        return Page(id=id_, person=person, channel=channel, at=now)

    def _pass_on(self, now: datetime) -> "Change":
        """This level has nobody, now or in ten minutes."""
        level = self.levels[self.level]
        event = NobodyOnCall(**self._about(now), target=str(level.target))
        passed = replace(self, round=level.rounds, wake_at=now)
        if passed.calls_next:
            return passed, (event,)
        ended, events = passed._unanswered(now)
        return ended, (event, *events)

    def _unanswered(self, now: datetime) -> "Change":
        event = MobilisationUnanswered(**self._about(now), paged=self.paged)
        return replace(self, state=State.UNANSWERED, wake_at=None), (event,)

    def _about(self, at: datetime) -> "_About":
        return {"mobilisation_id": self.id, "ticket_id": self.ticket_id, "at": at}


Change: TypeAlias = tuple[Mobilisation, tuple[MobilisationEvent, ...]]


def _reachable(crew: tuple[Callee, ...]) -> bool:
    return any(callee.channels for callee in crew)
