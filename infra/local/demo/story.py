"""The story as it is printed, and the list of what was checked."""

import sys
import textwrap
from dataclasses import dataclass, field
from datetime import date, datetime

BOLD, DIM, GREEN, RED, BLUE = "1", "2", "32", "31", "34"
WIDTH, INDENT = 110, 19


@dataclass(frozen=True, slots=True)
class Check:
    """One thing that had to be so."""

    sentence: str
    holds: bool
    found: str = ""


@dataclass(slots=True)
class Story:
    """Prints what happens, at the desk's own time (UTC), and remembers what held."""

    colours: bool = field(default_factory=sys.stdout.isatty)
    checks: list[Check] = field(default_factory=list)
    _day: date | None = None

    @property
    def failed(self) -> list[Check]:
        """What did not hold."""
        return [check for check in self.checks if not check.holds]

    def chapter(self, title: str, at: datetime) -> None:
        """A new scene."""
        self._day = at.date()
        print(f"\n{self._paint(BOLD, title)}  {self._paint(DIM, _named(at))}", flush=True)

    def tell(self, at: datetime, sign: str, words: str) -> None:
        """One thing that happened; `sign` says which way it went."""
        self._line(self._time(at), self._paint(BLUE, f"{sign:6}"), words)

    def arrived(self, at: datetime, sign: str, sentence: str, words: str) -> None:
        """Something foreseen that left the desk, once and in time."""
        self.checks.append(Check(sentence, holds=True))
        self._line(self._time(at), self._paint(GREEN, "✓ ") + self._paint(BLUE, f"{sign:4}"), words)

    def check(self, sentence: str, holds: bool, found: object = "") -> bool:
        """Something that must be so; `found` says what was there instead."""
        self.checks.append(Check(sentence, holds, str(found)))
        mark = self._paint(GREEN, "✓     ") if holds else self._paint(RED, "✗     ")
        self._line(" " * 8, mark, sentence if holds else f"{sentence} (found: {found})")
        return holds

    def note(self, words: str, *, bad: bool = False) -> None:
        """A line of a table."""
        print(self._paint(RED, words) if bad else words)

    def end(self) -> int:
        """The check list; the exit code."""
        print(f"\n{self._paint(BOLD, 'Check list')}")
        for number, check in enumerate(self.checks, start=1):
            mark = self._paint(GREEN, "✓") if check.holds else self._paint(RED, "✗ FAILED")
            print(f"  {number:3} {mark} {check.sentence}")
        for check in self.failed:
            print(self._paint(RED, f"\nFAILED: {check.sentence}\n  found: {check.found}"))
        held, all_ = len(self.checks) - len(self.failed), len(self.checks)
        print(f"\n{held} of {all_} hold{'.' if not self.failed else ': the demo FAILED.'}")
        return 1 if self.failed else 0

    def _time(self, at: datetime) -> str:
        """The time; before it the day, when another one has begun."""
        if at.date() != self._day:
            self._day = at.date()
            print(f"  {self._paint(DIM, _named(at))}")
        return f"{at:%H:%M:%S}"

    def _line(self, time: str, mark: str, words: str) -> None:
        first, *more = textwrap.wrap(words, WIDTH - INDENT) or [""]
        print(f"  {self._paint(DIM, time)}  {mark} {first}")
        for line in more:
            print(f"{'':{INDENT}}{line}")

    def _paint(self, code: str, words: str) -> str:
        return f"\033[{code}m{words}\033[0m" if self.colours else words


def _named(at: datetime) -> str:
    return f"{at:%A} {at.day} {at:%B %Y}"
