"""The one shape of everything on the desk table, and the four questions that its indexes answer.

`state` is the domain object as JSON, `events` the change that wrote it (what the stream tells the world).
The index attributes are sparse: a record without `due_at` costs nothing in the index `due`.
"""

from pynamodb.attributes import NumberAttribute, UnicodeAttribute, UnicodeSetAttribute
from pynamodb.indexes import GlobalSecondaryIndex, KeysOnlyProjection
from pynamodb.models import Model

# Three tries that all time out, and the pauses between them, stay below three seconds (F7).
PATIENCE = {"connect_timeout_seconds": 0.8, "read_timeout_seconds": 0.8, "max_retry_attempts": 2}


class DueIndex(GlobalSecondaryIndex["Record"]):  # type: ignore[no-untyped-call]
    """What falls due, shard by shard, nearest first."""

    class Meta:
        index_name = "due"
        projection = KeysOnlyProjection()

    due_shard = UnicodeAttribute(hash_key=True)
    due_at = UnicodeAttribute(range_key=True)


class QueueIndex(GlobalSecondaryIndex["Record"]):  # type: ignore[no-untyped-call]
    """The technical support queue, most urgent first (B3, B9)."""

    class Meta:
        index_name = "queue"
        projection = KeysOnlyProjection()

    queue = UnicodeAttribute(hash_key=True)
    queue_order = UnicodeAttribute(range_key=True)


class ListingIndex(GlobalSecondaryIndex["Record"]):  # type: ignore[no-untyped-call]
    """Lists: a customer's tickets, promises, failed deliveries."""

    class Meta:
        index_name = "listing"
        projection = KeysOnlyProjection()

    list_key = UnicodeAttribute(hash_key=True)
    list_order = UnicodeAttribute(range_key=True)


class NumberIndex(GlobalSecondaryIndex["Record"]):  # type: ignore[no-untyped-call]
    """A ticket by its number (D7)."""

    class Meta:
        index_name = "number"
        projection = KeysOnlyProjection()

    number = NumberAttribute(hash_key=True)


class Record(Model):
    """One item of the desk table."""

    class Meta:
        table_name = ""  # use_table() names it
        connect_timeout_seconds = PATIENCE["connect_timeout_seconds"]
        read_timeout_seconds = PATIENCE["read_timeout_seconds"]
        max_retry_attempts = PATIENCE["max_retry_attempts"]

    pk = UnicodeAttribute(hash_key=True)
    sk = UnicodeAttribute(range_key=True)
    version = NumberAttribute(null=True)
    state = UnicodeAttribute(null=True)
    events = UnicodeAttribute(null=True)
    source = UnicodeAttribute(null=True)  # the capability whose events these are
    due_shard = UnicodeAttribute(null=True)
    due_at = UnicodeAttribute(null=True)
    queue = UnicodeAttribute(null=True)
    queue_order = UnicodeAttribute(null=True)
    list_key = UnicodeAttribute(null=True)
    list_order = UnicodeAttribute(null=True)
    number = NumberAttribute(null=True)
    drawn = NumberAttribute(null=True)  # the last ticket number, on the counter alone
    members = UnicodeSetAttribute(null=True)  # of a bounded group
    expires = NumberAttribute(null=True)  # TTL, seconds since 1970

    due = DueIndex()
    by_queue = QueueIndex()
    listing = ListingIndex()
    by_number = NumberIndex()


def use_table(name: str) -> None:
    """All records are in table `name` from now on."""
    if Record.Meta.table_name != name:
        Record.Meta.table_name = name
        Record._connection = None
