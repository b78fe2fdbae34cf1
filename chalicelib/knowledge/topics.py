"""The topics, and which of them fit a subject (B2)."""

import re
import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path


@dataclass(frozen=True, slots=True, kw_only=True)
class Topic:
    """A page that may help: what to check, and what to send us."""

    id: str
    title: str
    summary: str
    checks: tuple[str, ...]
    send: tuple[str, ...]
    words: tuple[str, ...] = ()
    always: bool = False  # helps whatever the subject


@dataclass(frozen=True, slots=True)
class Pointer:
    """A link to a topic."""

    title: str
    url: str


@dataclass(frozen=True, slots=True)
class Topics:
    """All topics, in the order in which they are listed."""

    most: int
    all: tuple[Topic, ...]

    def find(self, topic_id: str) -> Topic | None:
        """The topic with this id."""
        return next((topic for topic in self.all if topic.id == topic_id), None)

    def fitting(self, subject: str) -> list[Topic]:
        """Those whose words occur in the subject, most fitting first, then those that always help."""
        said = subject.casefold()
        hits = {topic.id: sum(_occurs(word, said) for word in topic.words) for topic in self.all}
        ranked = sorted((topic for topic in self.all if hits[topic.id]), key=lambda t: -hits[t.id])
        always = (topic for topic in self.all if topic.always)
        return list(dict.fromkeys((*ranked[: self.most], *always)))


def topics_for(subject: str, base: str) -> list[Pointer]:
    """Links to the pages that fit a subject."""
    return [Pointer(topic.title, f"{base}/help/{topic.id}") for topic in topics().fitting(subject)]


@cache
def topics() -> Topics:
    """The table as it was shipped."""
    table = tomllib.loads((Path(__file__).parent / "topics.toml").read_text(encoding="utf-8"))
    lists = ("checks", "send", "words")
    rows = (Topic(**{**row, **{name: tuple(row.get(name, ())) for name in lists}}) for row in table["topic"])
    return Topics(table["most"], tuple(rows))


def _occurs(word: str, text: str) -> bool:
    return re.search(rf"\b{re.escape(word)}\b", text) is not None
