"""DynamoDB is away: 503 with Retry-After in under three seconds, no half state, and all is well afterwards (F7)."""

import socket
import time
from collections.abc import Iterator

import pytest

from chalicelib.aws.records import Record
from infra.local.ports import HOST, free_port
from tests.web.http_desk import HttpDesk

GOOD = {"subject": "Payroll is down", "text": "Nothing works."}
ENDPOINT = "AWS_ENDPOINT_URL_DYNAMODB"


@pytest.fixture
def black_hole() -> Iterator[str]:
    """Takes connections and never answers."""
    with socket.create_server((HOST, 0), backlog=64) as listener:
        yield f"http://{HOST}:{listener.getsockname()[1]}"


@pytest.fixture
def nobody() -> str:
    """Nothing listens there."""
    return f"http://{HOST}:{free_port()}"


@pytest.fixture(autouse=True)
def reconnected() -> Iterator[None]:
    """The next test speaks to the engine again."""
    yield
    Record._connection = None


@pytest.mark.parametrize("place", ["black_hole", "nobody"])
def test_while_the_engine_is_away_the_caller_is_asked_to_come_back_within_three_seconds(
    desk: HttpDesk, place: str, request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch
) -> None:
    """F7."""
    with monkeypatch.context() as away:
        away.setenv(ENDPOINT, request.getfixturevalue(place))
        Record._connection = None
        assert Record._get_connection().connection.client  # made, as in a warm function
        began = time.monotonic()
        reply = desk.post("/v1/tickets", "alice", GOOD)
        took = time.monotonic() - began
    assert reply.status == 503, reply.body
    assert int(reply.headers["retry-after"]) > 0
    assert reply.headers["content-type"] == "application/problem+json"
    assert took < 3
    Record._connection = None
    assert desk.get("/v1/tickets", "alice").json()["items"] == []
    assert desk.post("/v1/tickets", "alice", GOOD).status == 201


def test_the_desk_says_that_it_is_up_and_how_to_speak_with_it_while_the_engine_is_away(
    desk: HttpDesk, nobody: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """F7: what needs no data needs no engine."""
    monkeypatch.setenv(ENDPOINT, nobody)
    Record._connection = None
    assert desk.get("/health").json() == {"status": "ok"}
    assert desk.get("/v1/openapi.json").status == 200
