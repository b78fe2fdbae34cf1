"""Links that fit a subject (B2)."""

import re
import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any


@dataclass(frozen=True, slots=True)
class Topic:
    """A page that may help."""

    title: str
    url: str


def topics_for(subject: str, base: str) -> list[Topic]:
    """The pages whose words occur in the subject, most fitting first, then those that always help."""
    table, said = _table(), subject.lower()
    fits = sorted(
        (
            (sum(_occurs(word, said) for word in topic["words"]), -place, topic)
            for place, topic in _numbered()
        ),
        key=lambda fit: fit[:2],
        reverse=True,
    )
    chosen = [topic for hits, _, topic in fits if hits][: table["most"]]
    return [Topic(topic["title"], base + topic["path"]) for topic in (*chosen, *table["always"])]


def _occurs(word: str, text: str) -> bool:
    return re.search(rf"\b{re.escape(word)}\b", text) is not None


def _numbered() -> list[tuple[int, dict[str, Any]]]:
    return list(enumerate(_table()["topic"]))


@cache
def _table() -> dict[str, Any]:
    return tomllib.loads((Path(__file__).parent / "topics.toml").read_text(encoding="utf-8"))
