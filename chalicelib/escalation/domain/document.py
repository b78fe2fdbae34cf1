"""A ladder as it is written down, read with every fault named."""

from collections.abc import Iterator, Mapping
from datetime import timedelta
from enum import StrEnum
from typing import Any, TypeVar

from chalicelib.core.errors import Invalid
from chalicelib.customers.domain import Role
from chalicelib.escalation.domain.ladder import Action, Hours, Ladder, Occasion, Step, Target, TargetKind

_Word = TypeVar("_Word", bound=StrEnum)

HEAD = frozenset({"name", "version", "rounds", "every_minutes", "steps"})
STEP = frozenset(
    {
        "id",
        "occasion",
        "action",
        "target",
        "hours",
        "severities",
        "plans",
        "only_if_involved",
        "must_be_taken",
    }
    | {"then", "text"}
)
LISTS = ("severities", "plans", "then")
NAMED = frozenset({TargetKind.ROLE, TargetKind.ON_CALL})
SEVERITIES = frozenset({1, 2, 3, 4})


def ladder_of(document: Mapping[str, Any]) -> Ladder:
    """The ladder, or Invalid with every fault of the document."""
    if faults := tuple(_faults(document)):
        raise Invalid(f"this ladder cannot be used: {'; '.join(faults)}", errors=faults)
    return Ladder(
        name=document["name"],
        version=document["version"],
        rounds=document["rounds"],
        every=timedelta(minutes=document["every_minutes"]),
        steps=tuple(_step(row) for row in document["steps"]),
    )


def _step(row: Mapping[str, Any]) -> Step:
    return Step(
        id=row["id"],
        occasion=Occasion(row["occasion"]),
        action=Action(row["action"]),
        target=_target(row["target"]),
        hours=Hours(row["hours"]),
        severities=frozenset(row.get("severities", ())),
        plans=frozenset(row.get("plans", ())),
        only_if_involved=row.get("only_if_involved", False),
        must_be_taken=row.get("must_be_taken", False),
        then=tuple(_target(written) for written in row.get("then", ())),
        text=row.get("text", ""),
    )


def _target(written: str) -> Target:
    kind, _, name = written.partition(":")
    return Target(kind=TargetKind(kind), name=name)


def _faults(document: Mapping[str, Any]) -> Iterator[str]:
    yield from _strange(document, HEAD)
    if not _is_text(document.get("name")):
        yield "it has no name"
    for key, most in (("version", 1_000_000), ("rounds", 10), ("every_minutes", 120)):
        if not _is_count(document.get(key), most):
            yield f"{key} is a whole number from 1 to {most}"
    rows = document.get("steps")
    if not isinstance(rows, list) or not rows or not all(isinstance(row, Mapping) for row in rows):
        yield "it needs steps, each a table"
        return
    for number, row in enumerate(rows, 1):
        yield from (f"step {row.get('id', number)!r}: {fault}" for fault in _step_faults(row))
    ids = [row.get("id") for row in rows]
    yield from (f"two steps are called {id_!r}" for id_ in dict.fromkeys(ids) if ids.count(id_) > 1)


def _step_faults(row: Mapping[str, Any]) -> Iterator[str]:
    yield from _strange(row, STEP)
    if not _is_text(row.get("id")):
        yield "it has no id"
    yield from _word_faults(row, "occasion", Occasion)
    yield from _word_faults(row, "action", Action)
    yield from _word_faults(row, "hours", Hours)
    if odd := [key for key in LISTS if not isinstance(row.get(key, []), list)]:
        yield f"{', '.join(odd)} must be lists"
        return
    for written in (row.get("target"), *row.get("then", ())):
        yield from _target_faults(written)
    if not SEVERITIES.issuperset(row.get("severities", ())):
        yield "severities are 1, 2, 3 or 4"
    yield from _page_faults(row)


def _page_faults(row: Mapping[str, Any]) -> Iterator[str]:
    """What only a page, or only a task, has."""
    is_page, is_task = row.get("action") == Action.PAGE, row.get("action") == Action.TASK
    targets = (row.get("target"), *row.get("then", ()))
    if is_page and TargetKind.ESCALATION_CONTACTS in targets:
        yield "a customer is written to, never paged"
    if row.get("must_be_taken") and not is_page:
        yield "only a page can be taken"
    if row.get("then") and not row.get("must_be_taken"):
        yield "there is a next level only when it must be taken"
    if is_task != bool(row.get("text")):
        yield "a task has a text, and nothing else has one"


def _target_faults(written: Any) -> Iterator[str]:
    kind, colon, name = str(written).partition(":")
    if kind not in set(TargetKind):
        yield f"there is no target {written!r}; there is {_choice(TargetKind)}"
    elif kind in NAMED and not name:
        yield f"{kind} needs a name, as in {kind}:name"
    elif kind not in NAMED and colon:
        yield f"{kind} takes no name"
    elif kind == TargetKind.ROLE and name not in set(Role):
        yield f"there is no role {name!r}"


def _word_faults(row: Mapping[str, Any], key: str, words: type[_Word]) -> Iterator[str]:
    if row.get(key) not in set(words):
        yield f"there is no {key} {row.get(key)!r}; there is {_choice(words)}"


def _strange(found: Mapping[str, Any], known: frozenset[str]) -> Iterator[str]:
    yield from (f"it has no place for {key!r}" for key in found if key not in known)


def _choice(words: type[StrEnum]) -> str:
    return ", ".join(words)


def _is_text(found: Any) -> bool:
    return isinstance(found, str) and bool(found.strip())


def _is_count(found: Any, most: int) -> bool:
    return isinstance(found, int) and not isinstance(found, bool) and 1 <= found <= most
