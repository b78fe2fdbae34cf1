"""Write units as AWS bills them: one a kilobyte and item, one for each index that changes, twice that in a transaction.

DynamoDB Local's own figures for transactions are off (see facts), so the book is applied to the items
as they were before and after. https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/GSI.html
"""

from typing import Any

Item = dict[str, dict[str, Any]]
# Indexes of the desk table, each with its own keys; all are KEYS_ONLY.
INDEXES = {
    "due": ("due_shard", "due_at"),
    "queue": ("queue", "queue_order"),
    "listing": ("list_key", "list_order"),
    "number": ("number",),
}
TABLE_KEYS = ("pk", "sk")


def item_size(item: Item) -> int:
    """Names and values in bytes, as DynamoDB counts them."""
    return sum(len(name.encode()) + _value_size(value) for name, value in item.items())


def write_units(before: Item | None, after: Item | None) -> int:
    """The units of one write outside a transaction."""
    table = _kilobytes(max(item_size(before or {}), item_size(after or {})))
    return table + sum(_index_units(keys, before or {}, after or {}) for keys in INDEXES.values())


def indexes_touched(before: Item | None, after: Item | None) -> list[str]:
    """The indexes in which this write puts or removes an entry."""
    return [name for name, keys in INDEXES.items() if _index_units(keys, before or {}, after or {})]


def _index_units(keys: tuple[str, ...], before: Item, after: Item) -> int:
    was, is_ = _entry(keys, before), _entry(keys, after)
    if was == is_:
        return 0  # projected attributes are unchanged: free
    return sum(_kilobytes(item_size(entry)) for entry in (was, is_) if entry)


def _entry(keys: tuple[str, ...], item: Item) -> Item | None:
    """What the index holds of the item; None while it lacks one of the keys."""
    if any(key not in item for key in keys):
        return None
    return {name: item[name] for name in (*TABLE_KEYS, *keys)}


def _kilobytes(size: int) -> int:
    return max(1, -(-size // 1024))


def _value_size(value: dict[str, Any]) -> int:
    ((kind, content),) = value.items()
    if kind == "S":
        return len(content.encode())
    if kind == "N":
        return len(content.lstrip("-").replace(".", "").strip("0")) // 2 + 2
    if kind in ("SS", "NS"):
        return sum(_value_size({kind[0]: member}) for member in content) + 3
    raise NotImplementedError(f"the desk keeps no {kind}")
