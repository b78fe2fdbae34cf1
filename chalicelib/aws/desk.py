"""Reading and writing the desk table. Every write is conditional: it keeps one whole change, or nothing."""

import base64
import binascii
import json
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError
from pynamodb.connection import Connection
from pynamodb.exceptions import PutError, PynamoDBException, TransactWriteError, UpdateError
from pynamodb.expressions.condition import Condition, size
from pynamodb.indexes import GlobalSecondaryIndex
from pynamodb.transactions import TransactWrite

from chalicelib.aws.records import Record
from chalicelib.core.errors import Malformed, PreconditionFailed, Unavailable

Key = tuple[str, str]
COUNTER = ("COUNTER", "TICKET")
FIRST_NUMBER = 1000  # "#1 priority" in a subject is no ticket number
MOST_IN_BATCH = 100
CONDITION_FAILED, REFUSED = "ConditionalCheckFailed", "ConditionalCheckFailedException"
NOT_OURS = "this cursor is not one of ours; begin again without it"
_AGAIN = 3  # tries when another transaction is at the same items just now


@dataclass(frozen=True, slots=True)
class Page:
    """Some records, and where the next page begins; None at the end."""

    records: list[Record]
    cursor: str | None


def get(pk: str, sk: str) -> Record | None:
    """One record as it is now (strongly consistent), or None."""
    with reaching():
        try:
            return Record.get(pk, sk, consistent_read=True)
        except Record.DoesNotExist:
            return None


def get_many(keys: Sequence[Key]) -> dict[Key, Record]:
    """The records that exist, by key: one trip per hundred."""
    found: dict[Key, Record] = {}
    unique = list(dict.fromkeys(keys))
    with reaching():
        for start in range(0, len(unique), MOST_IN_BATCH):
            batch = unique[start : start + MOST_IN_BATCH]
            found |= {(r.pk, r.sk): r for r in Record.batch_get(batch, consistent_read=True)}
    return found


def create(record: Record) -> bool:
    """Keeps a new record in one write; False when it exists already, and then nothing is changed."""
    with reaching():
        try:
            record.save(condition=Record.pk.does_not_exist())
        except PutError as error:
            if _code(error) != REFUSED:
                raise
            return False
    return True


def put(record: Record) -> None:
    """Keeps a record that is one person's to write, whatever was there."""
    with reaching():
        record.save()


def write(
    changed: Iterable[tuple[Record, int]] = (),
    new: Iterable[Record] = (),
    *,
    replacing: Iterable[Record] = (),
) -> None:
    """One transaction: `changed` records still at the given version, `new` ones that do not exist yet.

    `replacing` are guarded by the others. Raises PreconditionFailed when another change came first;
    then nothing is written.
    """
    changed, new, replacing = list(changed), list(new), list(replacing)
    for tries_left in reversed(range(_AGAIN)):
        try:
            _transact(changed, new, replacing)
        except TransactWriteError as error:
            codes = {reason.code for reason in error.cancellation_reasons or () if reason}
            crowded = codes == {"TransactionConflict"}
            if CONDITION_FAILED in codes or (crowded and not tries_left):
                raise PreconditionFailed("somebody else changed it first; read it again") from None
            if not crowded:
                raise _unavailable(error) from error
        else:
            return


def _transact(changed: list[tuple[Record, int]], new: list[Record], replacing: list[Record]) -> None:
    with reaching(), TransactWrite(connection=_connection()) as transaction:
        for record, version in changed:
            transaction.save(record, condition=Record.version == version)
        for record in new:
            transaction.save(record, condition=Record.pk.does_not_exist())
        for record in replacing:
            transaction.save(record)


def update_state(record: Record, version: int) -> None:
    """One record alone, still at `version`; PreconditionFailed when it is not."""
    with reaching():
        try:
            record.save(condition=Record.version == version)
        except PutError as error:
            if _code(error) != REFUSED:
                raise
            raise PreconditionFailed("somebody else changed it first; read it again") from None


def delete(pk: str, sk: str) -> None:
    """The record is gone; nothing happens when there was none."""
    with reaching():
        Record(pk, sk).delete()


def join(pk: str, sk: str, member: str, *, most: int, expires: int) -> bool:
    """`member` is one of at most `most` here; False when others fill it. Asked again it says the same."""
    place = Record(pk, sk)
    few: Condition = size(Record.members) < most  # type: ignore[no-untyped-call]
    room = Record.members.does_not_exist() | few | Record.members.contains(member)
    try:
        with reaching():
            place.update(actions=[Record.members.add({member}), Record.expires.set(expires)], condition=room)
    except UpdateError:
        return False
    return True


def next_number() -> int:
    """The next ticket number: unique, rising, never reused; a crash may leave a gap (decision 1)."""
    with reaching():
        counter = Record(*COUNTER)
        counter.update(actions=[Record.drawn.set((Record.drawn | FIRST_NUMBER) + 1)])
        return int(counter.drawn)


def under(pk: str, prefix: str, *, cursor: str | None = None, limit: int = 50, newest: bool = False) -> Page:
    """A page of the records below `pk` whose sort key begins with `prefix`."""
    start = _opened(cursor, ("pk", "sk"), {"pk": pk})
    if start and not start["sk"]["S"].startswith(prefix):
        raise Malformed(NOT_OURS)
    with reaching():
        results = Record.query(
            pk,
            Record.sk.startswith(prefix),
            consistent_read=True,
            scan_index_forward=not newest,
            limit=limit,
            page_size=limit,
            last_evaluated_key=start,
        )
        records = list(results)
    return Page(records, _closed(results.last_evaluated_key, ("sk",)))


def listed(
    index: "GlobalSecondaryIndex[Record]",
    key: str,
    *,
    cursor: str | None = None,
    limit: int = 50,
    newest: bool = False,
) -> Page:
    """A page of an index in its order, with the records themselves: two trips."""
    hash_name, range_name = _names(index)
    start = _opened(cursor, (hash_name, range_name, "pk", "sk"), {hash_name: key})
    with reaching():
        results = index.query(
            key,
            scan_index_forward=not newest,
            limit=limit,
            page_size=limit,
            last_evaluated_key=start,
        )
        keys = [(record.pk, record.sk) for record in results]
    found = get_many(keys)
    cursor = _closed(results.last_evaluated_key, (range_name, "pk", "sk"))
    # The index may lag behind: what has left this list meanwhile is not shown in it.
    there = [found[place] for place in keys if place in found and getattr(found[place], hash_name) == key]
    return Page(there, cursor)


def due(shard: str, before: str) -> Iterator[Record]:
    """Keys and due times of what is due in a shard up to `before`, nearest first. Reads nothing else."""
    with reaching():
        yield from Record.due.query(shard, Record.due_at <= before, page_size=100)


def by_number(number: int) -> Key | None:
    """The key of the ticket with this number."""
    with reaching():
        found = next(iter(Record.by_number.query(number, limit=1)), None)
    return (found.pk, found.sk) if found else None


@contextmanager
def reaching() -> Iterator[None]:
    """What AWS does not answer becomes Unavailable: 503, try again, nothing was kept (F7)."""
    try:
        yield
    except (PutError, UpdateError, TransactWriteError) as error:
        if _is_refusal(error):
            raise
        raise _unavailable(error) from error
    except (PynamoDBException, BotoCoreError, ClientError) as error:
        if isinstance(error, Record.DoesNotExist):
            raise
        raise _unavailable(error) from error


def _unavailable(error: Exception) -> Unavailable:
    return Unavailable("a service that the desk stands on does not answer; try again", retry_after=5)


def _is_refusal(error: PutError | UpdateError | TransactWriteError) -> bool:
    return _code(error) in (REFUSED, "TransactionCanceledException")


def _code(error: PynamoDBException) -> str | None:
    # PynamoDB's own `cause_response_code` breaks on an error without an answer, such as a time-out.
    answer = getattr(error.cause, "response", None) or {}
    code: str | None = answer.get("Error", {}).get("Code")
    return code


def _connection() -> Connection:
    # The record's own connection: the same client, time-outs and pool as every other call.
    return Record._get_connection().connection


def _names(index: "GlobalSecondaryIndex[Record]") -> tuple[str, str]:
    schema = index._get_schema()["key_schema"]
    return schema[0]["AttributeName"], schema[1]["AttributeName"]


def _closed(last: dict[str, dict[str, Any]] | None, names: tuple[str, ...]) -> str | None:
    """A cursor holds a position alone, never whose list it is: in another list it shows nothing foreign (F29)."""
    if not last:
        return None
    raw = json.dumps([last[name]["S"] for name in names]).encode()
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")


def _opened(
    cursor: str | None, names: tuple[str, ...], fixed: dict[str, str]
) -> dict[str, dict[str, Any]] | None:
    if not cursor:
        return None
    try:
        values = json.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
        places = dict(zip([n for n in names if n not in fixed], values, strict=True)) | fixed
    except (ValueError, TypeError, binascii.Error, RecursionError):
        raise Malformed(NOT_OURS) from None
    if not all(isinstance(value, str) and 0 < len(value) <= 1024 for value in places.values()):
        raise Malformed(NOT_OURS)
    return {name: {"S": value} for name, value in places.items()}
