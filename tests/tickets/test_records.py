"""Single records: the losing writer is told, and what the engine does not answer is never taken for a refusal (F7)."""

import itertools

import pytest
from botocore.awsrequest import AWSResponse
from botocore.exceptions import ReadTimeoutError
from botocore.httpsession import URLLib3Session

from chalicelib import wiring
from chalicelib.aws import desk
from chalicelib.aws.records import Record
from chalicelib.core.errors import PreconditionFailed, Unavailable
from tests.tickets.conftest import at_once


@pytest.fixture
def table(desk_table):
    wiring.customers()  # names the table
    yield desk


def record(state: str = "one", version: int = 1) -> Record:
    return Record("R-1", "RECORD", version=version, state=state)


class Body:
    def __init__(self, content: bytes) -> None:
        self.content = content

    def stream(self, **_):
        yield self.content


def answer(request, status: int, code: str) -> AWSResponse:
    body = b'{"__type":"com.amazonaws.dynamodb.v20120810#%s","message":"no"}' % code.encode()
    return AWSResponse(request.url, status, {"x-amzn-requestid": "r"}, Body(body))


@pytest.fixture
def engine(monkeypatch, table):
    """`engine(status, code, times)`: the next calls are answered so; `.waited` says how long botocore paused."""
    real, planned, waited = URLLib3Session.send, [], []

    def send(self, request):
        if not planned:
            return real(self, request)
        status, code = planned.pop(0)
        if status == 0:
            raise ReadTimeoutError(endpoint_url=request.url)
        return answer(request, status, code)

    def plan(status: int, code: str = "InternalServerError", times: int = 1000) -> None:
        planned.extend([(status, code)] * times)

    monkeypatch.setattr(URLLib3Session, "send", send)
    monkeypatch.setattr("botocore.endpoint.time.sleep", waited.append)
    plan.waited = waited
    Record._connection = None  # a client of our own: botocore stops retrying where too much has failed before
    yield plan
    Record._connection = None


CALLS = {
    "get": lambda: desk.get("R-1", "RECORD"),
    "get_many": lambda: desk.get_many([("R-1", "RECORD")]),
    "create": lambda: desk.create(record("two")),
    "put": lambda: desk.put(record("two")),
    "write": lambda: desk.write([(record("two", 2), 1)]),
    "update_state": lambda: desk.update_state(record("two", 2), 1),
    "delete": lambda: desk.delete("R-1", "RECORD"),
    "join": lambda: desk.join("G", "G", "alice", most=3, expires=1),
    "next_number": desk.next_number,
    "under": lambda: desk.under("R-1", "REC"),
    "listed": lambda: desk.listed(Record.listing, "L"),
    "due": lambda: list(desk.due("DUE#0", "9999")),
    "by_number": lambda: desk.by_number(1),
}


@pytest.mark.parametrize(
    ("status", "code"), [(500, "InternalServerError"), (0, ""), (400, "ValidationException")]
)
def test_what_the_engine_does_not_do_is_unavailable_and_never_a_refusal(table, engine, status, code):
    """F7: 503 with Retry-After, within three seconds of pauses, and no half state."""
    table.create(record())
    engine(status, code)
    for name, call in CALLS.items():
        engine.waited.clear()
        with pytest.raises(Unavailable) as error:
            pytest.fail(f"{name} answered {call()}")
        assert error.value.details["retry_after"] > 0, name
        assert sum(engine.waited) < 3, name


def test_two_throttled_tries_are_nobodys_concern(table, engine):
    """F7."""
    for call in CALLS.values():
        table.put(record())
        engine.waited.clear()
        engine(400, "ProvisionedThroughputExceededException", times=2)
        call()
        assert len(engine.waited) == 2


def test_the_second_writer_of_a_record_is_told_and_writes_nothing(table):
    table.create(record())
    table.update_state(record("bob's", 2), 1)
    with pytest.raises(PreconditionFailed, match="read it again"):
        table.update_state(record("erin's", 2), 1)
    assert table.get("R-1", "RECORD").state == "bob's"


def test_a_record_that_does_not_exist_is_not_updated_into_being(table):
    with pytest.raises(PreconditionFailed):
        table.update_state(record("two", 2), 1)
    assert table.get("R-1", "RECORD") is None


def test_of_sixteen_writers_at_once_one_wins(table):
    table.create(record())
    answers = at_once(16, lambda n: table.update_state(record(f"{n}", 2), 1))
    lost = [a for a in answers if isinstance(a, PreconditionFailed)]
    assert len(lost) == 15
    assert answers[int(table.get("R-1", "RECORD").state)] is None


def test_of_sixteen_creators_at_once_one_creates(table):
    answers = at_once(16, lambda n: table.create(record(f"{n}")))
    assert answers.count(True) == 1
    assert table.get("R-1", "RECORD").state == str(answers.index(True))


def test_a_bounded_group_takes_so_many_and_knows_its_members_again(table):
    """F19: automatic answers are counted by what they answer."""
    answers = at_once(12, lambda n: table.join("G", "G", f"m{n}", most=5, expires=1))
    assert answers.count(True) == 5
    again = [table.join("G", "G", f"m{n}", most=5, expires=1) for n in range(12)]
    assert again == answers


@pytest.mark.parametrize("fails", ["condition", "existence"])
def test_a_transaction_that_fails_writes_none_of_its_items(table, fails):
    table.create(record())
    other = Record("R-2", "RECORD", state="new")
    if fails == "existence":
        table.create(Record("R-2", "RECORD", state="old"))
    with pytest.raises(PreconditionFailed):
        table.write([(record("two", 2), 7 if fails == "condition" else 1)], [other])
    assert table.get("R-1", "RECORD").state == "one"
    assert (table.get("R-2", "RECORD") is None) == (fails == "condition")


CONFLICTS = [
    ("TransactionConflict", PreconditionFailed),
    ("ThrottlingError", Unavailable),
    ("ValidationError", Unavailable),
]


@pytest.mark.parametrize(("code", "raised"), CONFLICTS)
def test_only_a_transaction_that_met_another_one_is_tried_again(table, monkeypatch, code, raised):
    """A throttled or invalid one is not somebody else's change."""
    table.create(record())
    tries = itertools.count()

    def send(self, request):
        next(tries)
        body = (
            b'{"__type":"x#TransactionCanceledException","CancellationReasons":[{"Code":"%s"}]}'
            % code.encode()
        )
        return AWSResponse(request.url, 400, {}, Body(body))

    with monkeypatch.context() as patch:
        patch.setattr(URLLib3Session, "send", send)
        patch.setattr("botocore.endpoint.time.sleep", lambda _: None)
        with pytest.raises(raised):
            table.write([(record("two", 2), 1)])
    assert next(tries) == (3 if code == "TransactionConflict" else 1)


def test_a_record_that_has_left_a_list_is_not_shown_in_it_although_the_index_lags(table, monkeypatch):
    """F14: the index says so still; the record itself decides."""
    for n in (1, 2):
        table.create(Record(f"R-{n}", "RECORD", queue="QUEUE#support", queue_order=str(n)))
    moved = {("R-1", "RECORD"): Record("R-1", "RECORD"), ("R-2", "RECORD"): table.get("R-2", "RECORD")}
    monkeypatch.setattr(desk, "get_many", lambda keys: moved)
    assert [r.pk for r in table.listed(Record.by_queue, "QUEUE#support").records] == ["R-2"]
