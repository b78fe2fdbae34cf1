"""Moves the desk's time from one interesting moment to the next, so that each thing happens at its own time.

Interesting is: the next tick of a schedule, and the second at which a waiting message may be read. Ticks of a
once-a-minute sweep are passed over while nothing new falls due before the next one: three days take seconds.
"""

import json
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from threading import RLock

from infra.local.clock import BackwardsRefused, MovableClock
from infra.local.driver import Driver
from infra.local.due import DueIndex
from infra.local.envelopes import tick_event
from infra.local.functions import Function
from infra.local.runner import Ran
from infra.local.schedules import Cron, Rate, schedule

MINUTE = timedelta(minutes=1)
RESTLESS = 2_000  # looks in a row that all found something: a loop between functions, not work
REMEMBERED = 500


@dataclass(slots=True, kw_only=True)
class Alarm:
    """One schedule of one function, and when it last ticked."""

    function: Function
    trigger: str
    schedule: Rate | Cron
    last: datetime

    @property
    def next(self) -> datetime:
        """Its next tick."""
        return self.schedule.after(self.last)

    @property
    def every_minute(self) -> bool:
        """A sweep, whose ticks mean nothing while nothing is due."""
        return isinstance(self.schedule, Rate) and self.schedule.every == MINUTE


@dataclass(frozen=True, slots=True, kw_only=True)
class Journey:
    """What happened on the way."""

    now: datetime
    ran: list[Ran]
    quiet: bool


@dataclass(slots=True, kw_only=True)
class Traveller:
    """The one loop that drives everything: at the wall's pace, or as fast as it can to a moment ahead."""

    clock: MovableClock
    driver: Driver
    due: DueIndex
    alarms: list[Alarm]
    lock: RLock = field(default_factory=RLock)

    def live(self) -> list[Ran]:
        """One step at the pace of the wall clock."""
        with self.lock:
            self._ring(self.clock.now())
            return self.driver.sweep()

    def travel(self, target: datetime) -> Journey:
        """Everything due until `target`, in order, each at its own time; then it is `target`, and quiet."""
        with self.lock:
            if target < self.clock.now():
                raise BackwardsRefused(f"{target.isoformat()} has passed: the desk's time only moves forward")
            ran, quiet = self.settle()
            while quiet:
                first_due = self.due.earliest_new()
                moment = self._next_moment(first_due)
                if moment is None or moment > target:
                    break
                self._arrive(moment, first_due)
                more, quiet = self.settle()
                ran = [*ran, *more][-REMEMBERED:]
            self._arrive(target, self.due.earliest_new())
            more, quiet = self.settle()
            return Journey(now=self.clock.now(), ran=[*ran, *more][-REMEMBERED:], quiet=quiet)

    def settle(self) -> tuple[list[Ran], bool]:
        """Works until a look finds nothing; False when that never comes."""
        ran: list[Ran] = []
        with self.lock:
            for _ in range(RESTLESS):
                done = self.driver.sweep()
                if not done:
                    return ran, True
                if any(one.failed for one in done):
                    self.due.forget()
                ran = [*ran, *done][-REMEMBERED:]
        return ran, False

    def _next_moment(self, first_due: datetime | None) -> datetime | None:
        """The earliest moment at which something happens."""
        ticks = [tick for alarm in self.alarms if (tick := meaningful_tick(alarm, first_due))]
        waiting = self.driver.queues.next_moment(self.driver.queue_names())
        return min([*ticks, *([waiting] if waiting else [])], default=None)

    def _arrive(self, moment: datetime, first_due: datetime | None) -> None:
        """It is `moment`: ticks passed over on the way are gone, and what ticks now is rung."""
        for alarm in self.alarms:
            tick = meaningful_tick(alarm, first_due)
            if tick is None or tick > moment:
                alarm.last = max(alarm.last, moment)
        self.clock.jump_to(moment)
        self._ring(self.clock.now())

    def _ring(self, now: datetime) -> None:
        """Each schedule whose tick has come, once however many were missed."""
        for alarm in self.alarms:
            if alarm.next <= now:
                alarm.last = now
                if alarm.every_minute:
                    self.due.seen_by_sweep(now + MINUTE)
                event = tick_event(alarm.function, alarm.trigger, now)
                self.driver.queues.send(alarm.function.inbox, json.dumps(event))


def meaningful_tick(alarm: Alarm, first_due: datetime | None) -> datetime | None:
    """Its next tick; for a sweep, which looks a minute ahead, the first that sees what is due."""
    if not alarm.every_minute:
        return alarm.next
    if first_due is None:
        return None
    return max(alarm.next, alarm.schedule.after(first_due - MINUTE - timedelta(microseconds=1)))


def alarms(functions: dict[str, Function], now: datetime) -> list[Alarm]:
    """Every schedule of the template, counted from now."""
    return [
        Alarm(
            function=function,
            trigger=trigger.name,
            schedule=schedule(trigger.properties["Schedule"]),
            last=now,
        )
        for function in functions.values()
        for trigger in function.of_kind("Schedule")
    ]
