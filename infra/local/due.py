"""A peek at the table's `due` index: when something next falls due that the sweep has not seen yet."""

from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from chalicelib.promises.domain import SHARDS

PAGE = 100


@dataclass(slots=True, kw_only=True)
class DueIndex:
    """What the sweep already saw and left is no reason to wake it each minute of a long journey."""

    client: Any
    table: str
    _seen: set[tuple[str, str, str]] = field(default_factory=set)

    def earliest_new(self) -> datetime | None:
        """The due time of the first record that the sweep has not looked at with that due time."""
        found = [first for shard in SHARDS if (first := self._first_new(shard))]
        return min(found, default=None)

    def seen_by_sweep(self, until: datetime) -> None:
        """A sweep is about to look at everything due by then."""
        last = text(until)
        self._seen = {
            key(item) for shard in SHARDS for item in self._page(shard) if item["due_at"]["S"] <= last
        }

    def forget(self) -> None:
        """Something failed: what the sweep left may need it again."""
        self._seen.clear()

    def _first_new(self, shard: str) -> datetime | None:
        page = self._page(shard)
        new = [item for item in page if key(item) not in self._seen]
        # A page full of what was seen hides the rest: better one look too many.
        first = new[:1] or (page[-1:] if len(page) == PAGE else [])
        return moment(first[0]["due_at"]["S"]) if first else None

    def _page(self, shard: str) -> list[dict[str, Any]]:
        answer = self.client.query(
            TableName=self.table,
            IndexName="due",
            KeyConditionExpression="due_shard = :shard",
            ExpressionAttributeValues={":shard": {"S": shard}},
            Limit=PAGE,
        )
        items: list[dict[str, Any]] = answer["Items"]
        return items


def key(item: dict[str, Any]) -> tuple[str, str, str]:
    """A record with its due time: another due time makes it new."""
    return item["pk"]["S"], item["sk"]["S"], item["due_at"]["S"]


def moment(written: str) -> datetime:
    """The due time of an index entry; what goes before the ISO text or after it is left out."""
    found = datetime.fromisoformat(written.split("#", maxsplit=1)[0].replace("Z", "+00:00"))
    return found if found.tzinfo else found.replace(tzinfo=UTC)


def text(at: datetime) -> str:
    """The same moment as the index writes it (`clock.sortable`)."""
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
