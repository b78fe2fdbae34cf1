"""Everything that leaves the desk is claimed once by what foresaw it; what nobody claims should not have left."""

import re
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from infra.local.demo.desk import Desk
from infra.local.demo.story import Story

Sent = dict[str, Any]
# The desk's own work and a busy laptop: what is due at a minute has left within it, never before.
LATE = timedelta(seconds=30)
LONGEST = 150  # of what is shown of a mail


@dataclass(slots=True)
class Ledger:
    """The mailbox, read entry by entry."""

    desk: Desk
    story: Story
    seen: int = 0
    open: list[Sent] = field(default_factory=list)
    claimed: int = 0

    def mail(
        self, what: str, *, to: str, at: datetime, says: tuple[str, ...] = (), lacks: tuple[str, ...] = ()
    ) -> Sent:
        """Exactly one mail to `to` that says all of `says`, within the minute of `at`."""
        found = [s for s in self._of("mail", at) if s["to"] == [to] and _says(s, says, lacks)]
        self._claim(found[:1], f"{what} → {to}", at, "mail")
        return found[0] if found else {"text": "", "subject": "", "message_id": "", "headers": {}}

    def page(self, what: str, *, person: str, at: datetime, phone: str | None = None, says: str = "") -> None:
        """Exactly one page to `person`, on the topic and, with a `phone`, as a text message."""
        topic = [
            s for s in self._of("page", at) if s["subject"] == f"Page for {person}" and says in s["text"]
        ]
        texts = [s for s in self._of("sms", at) if s["to"] == [phone] and says in s["text"]]
        ways = [topic[:1], texts[:1]] if phone else [topic[:1]]
        found = [one[0] for one in ways if one]
        self._claim(found if len(found) == len(ways) else [], f"{what} → {person}", at, "page")

    def nothing(self, sentence: str) -> None:
        """Nothing has left but what was claimed."""
        self._read()
        left = [
            f"{s['at'][11:19]} {s['channel']} to {s['to']}: {s['subject'] or s['text']}" for s in self.open
        ]
        self.story.check(sentence, not left, "; ".join(left))
        self.open.clear()  # said once is enough

    def _of(self, channel: str, at: datetime) -> list[Sent]:
        self._read()
        return [s for s in self.open if s["channel"] == channel and timedelta(0) <= _after(s, at) < LATE]

    def _claim(self, found: list[Sent], what: str, at: datetime, sign: str) -> None:
        if not found:
            near = [f"{s['at'][11:19]} {s['channel']} to {s['to']}: {s['subject']}" for s in self.open]
            self.story.check(f"{what} at {at:%H:%M:%S}", False, "; ".join(near) or "nothing")
            return
        for sent in found:
            self.open.remove(sent)
        self.claimed += len(found)
        late = f"+{_after(found[0], at).total_seconds():.1f} s"
        sentence = f"{what}, once, at {at:%d %b %H:%M:%S} ({late})"
        self.story.arrived(at, sign, sentence, f"{what} ({late}): “{_short(found[0])}”")

    def _read(self) -> None:
        fresh = self.desk.cloud.mailbox(self.seen)
        self.open += fresh
        self.seen += len(fresh)


def _after(sent: Sent, at: datetime) -> timedelta:
    return datetime.fromisoformat(sent["at"]) - at


def _says(sent: Sent, says: tuple[str, ...], lacks: tuple[str, ...]) -> bool:
    text = re.sub(r"\s+", " ", f"{sent['subject']} {sent['text']}").lower()
    return all(words.lower() in text for words in says) and not any(words.lower() in text for words in lacks)


def _short(sent: Sent) -> str:
    """What it says, after the greeting and before the small print."""
    said, _, _ = sent["text"].replace("\r\n", "\n").partition("\n\nTicket")
    _greeting, comma, rest = said.partition(",\n")
    words = " ".join((rest if comma else said).split())
    return words if len(words) <= LONGEST else f"{words[:LONGEST]}…"
