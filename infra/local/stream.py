"""Reads the table's stream from DynamoDB Local for one function, and remembers how far it came."""

import base64
import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from infra.local.names import REGION, Json


@dataclass(slots=True, kw_only=True)
class StreamReader:
    """`read()` gives the next batch of each shard; `advance()` keeps the position on disk."""

    client: Any
    stream_arn: str
    batch_size: int
    file: Path
    _positions: dict[str, str] = field(init=False)
    _kept: dict[str, str] = field(init=False)
    _iterators: dict[str, str] = field(default_factory=dict)
    _exhausted: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        self._positions = json.loads(self.file.read_text()) if self.file.exists() else {}
        self._kept = dict(self._positions)

    def read(self) -> Iterator[tuple[str, list[Json]]]:
        """Batches that have records, one a shard, in the order written."""
        if not self._iterators:
            self._find_shards()
        for shard, iterator in list(self._iterators.items()):
            try:
                answer = self.client.get_records(ShardIterator=iterator, Limit=self.batch_size)
            except self.client.exceptions.ClientError:  # an expired iterator: begin again where we were
                del self._iterators[shard]
                continue
            if answer["Records"]:
                yield shard, [as_lambda_sees_it(record, self.stream_arn) for record in answer["Records"]]
            elif following := answer.get("NextShardIterator"):
                self._iterators[shard] = following
            else:  # a closed shard, read to its end
                self._exhausted.add(shard)
                del self._iterators[shard]

    def advance(self, shard: str, record: Json) -> None:
        """Everything up to this record is dealt with."""
        self._positions[shard] = record["dynamodb"]["SequenceNumber"]
        self._iterators.pop(shard, None)

    def keep(self) -> None:
        """Nothing that these records led to is under way any more: after a crash it goes on from here.

        The queues are in memory: a position kept earlier would lose what was in them when the power went.
        """
        if self._positions != self._kept:
            self._kept = dict(self._positions)
            self.file.write_text(json.dumps(self._kept))

    def _find_shards(self) -> None:
        shards = self.client.describe_stream(StreamArn=self.stream_arn)["StreamDescription"]["Shards"]
        for shard in shards:
            if shard["ShardId"] not in self._exhausted:
                self._iterators[shard["ShardId"]] = self._iterator(shard["ShardId"])

    def _iterator(self, shard: str) -> str:
        place = {"StreamArn": self.stream_arn, "ShardId": shard}
        if position := self._positions.get(shard):
            after = {"ShardIteratorType": "AFTER_SEQUENCE_NUMBER", "SequenceNumber": position}
            try:
                return str(self.client.get_shard_iterator(**place, **after)["ShardIterator"])
            except (
                self.client.exceptions.ClientError
            ):  # trimmed meanwhile: what is left comes twice, never not at all
                del self._positions[shard]
        return str(self.client.get_shard_iterator(**place, ShardIteratorType="TRIM_HORIZON")["ShardIterator"])


def as_lambda_sees_it(record: Json, stream_arn: str) -> Json:
    """A record of GetRecords in the shape of a Lambda event."""
    return {
        "eventID": record["eventID"],
        "eventName": record["eventName"],
        "eventVersion": record.get("eventVersion", "1.1"),
        "eventSource": "aws:dynamodb",
        "awsRegion": REGION,
        "dynamodb": as_json(record["dynamodb"]),
        "eventSourceARN": stream_arn,
    }


def as_json(value: Any) -> Any:
    """Moments as seconds, bytes as base64, as in the event."""
    if isinstance(value, dict):
        return {key: as_json(item) for key, item in value.items()}
    if isinstance(value, list | set | tuple):
        return [as_json(item) for item in value]
    if isinstance(value, datetime):
        return int(value.timestamp())
    return base64.b64encode(value).decode() if isinstance(value, bytes) else value
