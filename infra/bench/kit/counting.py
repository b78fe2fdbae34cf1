"""Counts every call that the desk's own clients make, by botocore's events."""

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from chalicelib import wiring
from chalicelib.aws import clients
from chalicelib.aws.records import Record
from infra.bench.kit.engines import Engines
from infra.bench.kit.units import Item, indexes_touched, item_size, write_units

WRITES = frozenset({"PutItem", "UpdateItem", "DeleteItem", "TransactWriteItems", "BatchWriteItem"})
Key = tuple[str, str]


@dataclass(slots=True)
class Cost:
    """What one operation took."""

    reads: Counter[str] = field(default_factory=Counter)
    writes: Counter[str] = field(default_factory=Counter)
    others: Counter[str] = field(default_factory=Counter)
    read_units: float = 0.0  # as the engine says
    write_units: int = 0  # by the book
    engine_units: float = 0.0
    bytes: int = 0  # of the items written
    touched: Counter[str] = field(default_factory=Counter)

    @property
    def read_trips(self) -> int:
        """Trips that only read the table."""
        return self.reads.total()

    @property
    def write_trips(self) -> int:
        """Trips that write the table."""
        return self.writes.total()


class Counting:
    """`with counting.cost() as cost: ...`"""

    def __init__(self, engines: Engines) -> None:
        self.engines = engines
        self.cost_now = Cost()
        self._before: dict[Key, Item | None] = {}
        wiring.table()
        hooked: list[Any] = [Record._get_connection().connection.client]
        hooked += [clients.s3(), clients.ses(), clients.sns(), clients.sqs(), clients.bus()]
        for client in hooked:
            client.meta.events.register("before-parameter-build", self._asked)
            client.meta.events.register("after-call", self._answered)

    @contextmanager
    def cost(self) -> Iterator[Cost]:
        """Counts what happens inside."""
        self.cost_now = Cost()
        yield self.cost_now
        self.cost_now = Cost()

    def _asked(self, params: dict[str, Any], model: Any, **_: object) -> None:
        cost, name = self.cost_now, model.name
        if model.service_model.service_name != "dynamodb":
            cost.others[f"{model.service_model.service_name}.{name}"] += 1
            return
        params["ReturnConsumedCapacity"] = "INDEXES"
        (cost.writes if name in WRITES else cost.reads)[name] += 1
        if name in WRITES:
            self._before = {key: self._item(key) for key in _keys(name, params)}

    def _answered(self, parsed: dict[str, Any], model: Any, **_: object) -> None:
        if model.service_model.service_name != "dynamodb":
            return
        said = parsed.get("ConsumedCapacity") or []
        units = sum(one["CapacityUnits"] for one in (said if isinstance(said, list) else [said]))
        if model.name not in WRITES:
            self.cost_now.read_units += units
            return
        self.cost_now.engine_units += units
        times = 2 if model.name == "TransactWriteItems" else 1
        for key, before in self._before.items():
            after = self._item(key)
            self.cost_now.write_units += times * write_units(before, after)
            self.cost_now.bytes += item_size(after or {})
            self.cost_now.touched.update(indexes_touched(before, after))

    def _item(self, key: Key) -> Item | None:
        wanted = {"pk": {"S": key[0]}, "sk": {"S": key[1]}}
        found = self.engines.dynamodb.get_item(TableName=self.engines.table, Key=wanted, ConsistentRead=True)
        item: Item | None = found.get("Item")
        return item


def _keys(name: str, params: dict[str, Any]) -> list[Key]:
    if name == "TransactWriteItems":
        asked = [next(iter(one.items())) for one in params["TransactItems"]]
        return [_key(part.get("Item") or part["Key"]) for _, part in asked]
    if name == "BatchWriteItem":
        raise NotImplementedError("the desk writes no batches")
    return [_key(params.get("Item") or params["Key"])]


def _key(item: Item) -> Key:
    return item["pk"]["S"], item["sk"]["S"]
