"""Frozen dataclasses to JSON and back. A reader skips fields it does not know and fills those it misses (F46)."""

import json
from collections.abc import Iterable, Set
from dataclasses import fields
from datetime import date, datetime, time, timedelta
from functools import cache
from typing import Any, TypeVar, get_args

from cattrs import Converter
from cattrs.strategies import configure_tagged_union

from chalicelib.core.clock import iso

T = TypeVar("T")


def dumps(value: object) -> str:
    """Compact JSON; equal values give equal texts."""
    return json.dumps(_converter().unstructure(value), separators=(",", ":"), ensure_ascii=False)


def loads(text: str, form: type[T]) -> T:
    """The value again."""
    return _converter().structure(json.loads(text), form)


def plain(value: object) -> Any:
    """The value as dictionaries, lists, texts and numbers."""
    return _converter().unstructure(value)


def of_plain(value: Any, form: type[T]) -> T:
    """The value again, from dictionaries, lists, texts and numbers."""
    return _converter().structure(value, form)


def dump_events(events: Iterable[object]) -> str:
    """A change's events: each with its `type`, and its private fields apart under `private`."""
    return json.dumps([_split(event) for event in events], separators=(",", ":"), ensure_ascii=False)


def load_events(text: str, union: Any) -> tuple[Any, ...]:
    """The events again; `union` is the capability's union of its event classes."""
    converter = _union(union)
    joined = ({**row.pop("private", {}), **row} for row in json.loads(text))
    return tuple(converter.structure(row, union) for row in joined if row["type"] in _names(union))


def public(text: str) -> list[dict[str, Any]]:
    """The same events as the bus may see them: nobody's words, nobody's name."""
    rows: list[dict[str, Any]] = json.loads(text)
    return [{key: value for key, value in row.items() if key != "private"} for row in rows]


def _split(event: object) -> dict[str, Any]:
    row = _converter().unstructure(event)
    hidden = {f.name for f in fields(event) if f.metadata.get("private")}  # type: ignore[arg-type]
    private = {key: value for key, value in row.items() if key in hidden}
    shown = {key: value for key, value in row.items() if key not in hidden}
    return {"type": type(event).__name__, **shown, **({"private": private} if private else {})}


@cache
def _converter() -> Converter:
    # omit_if_default keeps items small: an item is paid by the kilobyte, at each index again.
    converter = Converter(omit_if_default=True, unstruct_collection_overrides={Set: sorted})
    converter.register_unstructure_hook(datetime, iso)
    converter.register_structure_hook(datetime, lambda text, _: datetime.fromisoformat(text))
    converter.register_unstructure_hook(timedelta, lambda span: int(span.total_seconds()))
    converter.register_structure_hook(timedelta, lambda seconds, _: timedelta(seconds=seconds))
    for kind in (date, time):
        converter.register_unstructure_hook(kind, lambda value: value.isoformat())
        converter.register_structure_hook(kind, lambda text, cls: cls.fromisoformat(text))
    return converter


@cache
def _union(union: Any) -> Converter:
    converter = _converter().copy()
    configure_tagged_union(union, converter, tag_name="type")
    return converter


@cache
def _names(union: Any) -> frozenset[str]:
    return frozenset(cls.__name__ for cls in get_args(union))
