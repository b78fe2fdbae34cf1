"""Input that hurts, and fields that are nobody's to set: refused quickly, clearly, without a trace of our insides."""

import gzip
import json
import time
from collections.abc import Callable
from functools import partial
from typing import Any

import pytest

from chalicelib import wiring
from tests.web.http_desk import HttpDesk, Reply

GOOD = {"subject": "Payroll is down", "text": "Nothing works."}
PROBLEM = "application/problem+json"
JSON = {"Content-Type": "application/json"}

HURTS: dict[str, tuple[bytes, dict[str, str], int]] = {
    "nested 10,000 deep": (b"[" * 10_000 + b"]" * 10_000, JSON, 400),
    "nested 10,000 deep inside an object": (b'{"subject":' + b'{"a":' * 10_000, JSON, 400),
    "a million keys": (b"{" + b",".join(b'"%d":1' % n for n in range(1_000_000)) + b"}", JSON, 413),
    "40,000 keys": (b"{" + b",".join(b'"%d":1' % n for n in range(40_000)) + b"}", JSON, 400),
    "half a megabyte of text": (json.dumps({**GOOD, "text": "x" * 500_000}).encode(), JSON, 422),
    "half a megabyte of opening brackets in a text": (
        json.dumps({**GOOD, "text": "[{" * 240_000}).encode(),
        JSON,
        422,
    ),
    "NaN": (b'{"subject": "a", "text": "b", "severity": NaN}', JSON, 400),
    "Infinity": (b'{"subject": "a", "text": "b", "severity": -Infinity}', JSON, 400),
    "10^400": (b'{"subject": "a", "text": "b", "severity": 1e400}', JSON, 400),
    "a number of 10,000 digits": (
        b'{"subject": "a", "text": "b", "severity": %s}' % (b"9" * 10_000),
        JSON,
        400,
    ),
    "a number of 400,000 digits": (b'{"subject": "a", "severity": %s}' % (b"9" * 400_000), JSON, 400),
    "a key twice": (b'{"subject": "a", "text": "b", "subject": "c"}', JSON, 400),
    "a key twice, deeper": (b'{"subject": "a", "text": "b", "signals": [{"a": 1, "a": 2}]}', JSON, 400),
    "a lone surrogate": (b'{"subject": "a\\ud800", "text": "b"}', JSON, 400),
    "a lone surrogate in a key": (b'{"subject": "a", "text": "b", "\\udc00": 1}', JSON, 400),
    "overlong UTF-8": (b'{"subject": "a\xc0\xaf", "text": "b"}', JSON, 400),
    "invalid UTF-8": (b'{"subject": "a\xff", "text": "b"}', JSON, 400),
    "a surrogate in UTF-8": (b'{"subject": "a\xed\xa0\x80", "text": "b"}', JSON, 400),
    "UTF-16": ('{"subject": "a", "text": "b"}'.encode("utf-16"), JSON, 400),
    "nothing": (b"", JSON, 400),
    "not JSON": (b"subject=a&text=b", JSON, 400),
    "half of it": (b'{"subject": "a", "te', JSON, 400),
    "two values": (b"{}{}", JSON, 400),
    "a list": (b"[]", JSON, 422),
    "a text": (b'"x"', JSON, 422),
    "null": (b"null", JSON, 422),
    "a form": (b"subject=a&text=b", {"Content-Type": "application/x-www-form-urlencoded"}, 415),
    "a text as plain": (json.dumps(GOOD).encode(), {"Content-Type": "text/plain"}, 415),
    "octets": (json.dumps(GOOD).encode(), {"Content-Type": "application/octet-stream"}, 415),
    "no type": (json.dumps(GOOD).encode(), {"Content-Type": ""}, 415),
    "gzip": (gzip.compress(json.dumps(GOOD).encode()), {**JSON, "Content-Encoding": "gzip"}, 415),
    "gzip that says it is not": (gzip.compress(json.dumps(GOOD).encode()), JSON, 400),
}


def test_json_that_hurts_is_refused_within_a_tenth_of_a_second(
    desk: HttpDesk, subtests: pytest.Subtests
) -> None:
    """F27."""
    for name, (body, headers, status) in HURTS.items():
        with subtests.test(name):
            ask = partial(desk.send, "POST", "/v1/tickets", "alice", body, headers=headers)
            seconds, reply = quickest(ask)
            assert is_problem(reply, status), reply.body[:300]
            assert seconds < 0.1, f"{seconds:.3f} s of work"
    assert tickets(desk) == []


def quickest(ask: Callable[[], Reply]) -> tuple[float, Reply]:
    """The work that it takes, undisturbed by what else this machine does: the best of three."""
    times = []
    for _ in range(3):
        began = time.process_time()
        reply = ask()
        times.append(time.process_time() - began)
    return min(times), reply


NOT_THEIRS: tuple[dict[str, Any], ...] = (
    {"status": "closed"},
    {"role": "administrator"},
    {"roles": ["administrator"]},
    {"tenant": "rival"},
    {"price": 1},
    {"number": 7},
    {"id": "T-1"},
    {"decision": {"severity": 1}},
    {"verified": True},
    {"plan": "expert"},
    {"consultancy": True},
    {"__class__": "Ticket"},
    {"customer_id": "rival"},
    {"customer_id": "acme"},
    {"requester": "carol"},
)


def test_a_field_that_is_not_the_callers_to_set_is_refused_and_nothing_is_kept(
    desk: HttpDesk, subtests: pytest.Subtests
) -> None:
    """F28."""
    for field in NOT_THEIRS:
        with subtests.test(str(field)):
            reply = desk.post("/v1/tickets", "alice", GOOD | field)
            assert reply.status in (403, 422)
            assert is_problem(reply, reply.status)
    assert tickets(desk) == tickets(desk, "mallory") == []


def test_a_refusal_names_every_fault_with_its_place(desk: HttpDesk) -> None:
    """Everywhere: what is wrong and what to do (RFC 9457)."""
    reply = desk.post("/v1/tickets", "alice", {"subject": "", "severity": 9, "prio": 1})
    told = reply.json()
    assert reply.status == 422
    assert {fault["field"] for fault in told["errors"]} == {"subject", "text", "severity", "prio"}
    assert "subject" in told["detail"]


QUERIES = {"limit=0", "limit=101", "limit=x", "limit=1&limit=2", "page=2", "state=all", "number=0", "cursor="}
CURSORS = {"x", "e30", "W10", "WzFd", "WyJhIl0", "%00", "A" * 1500}


def test_a_query_that_is_not_declared_and_a_cursor_that_is_none_of_ours_are_refused(
    desk: HttpDesk, subtests: pytest.Subtests
) -> None:
    """F28, F29."""
    for query, status in [(query, 422) for query in QUERIES] + [(f"cursor={text}", 400) for text in CURSORS]:
        with subtests.test(query):
            reply = desk.send("GET", "/v1/tickets", "alice", query=query)
            assert is_problem(reply, status)


def test_a_get_with_a_body_is_refused(desk: HttpDesk) -> None:
    """F27."""
    assert desk.send("GET", "/v1/me", "alice", {"a": 1}).status == 400


def test_a_method_that_an_address_does_not_have_is_refused_with_those_it_has(desk: HttpDesk) -> None:
    """Everywhere: what is wrong and what to do."""
    for method, path, allowed in (
        ("DELETE", "/v1/tickets", "GET, POST"),
        ("PUT", "/v1/queue", "GET"),
        ("GET", "/v1/tickets/x/notes", "POST"),
    ):
        reply = desk.send(method, path, "alice")
        assert (reply.status, reply.headers["allow"]) == (405, allowed)
        assert is_problem(reply, 405)


def test_what_breaks_inside_shows_nothing_but_a_number_to_ask_for(
    desk: HttpDesk, monkeypatch: pytest.MonkeyPatch
) -> None:
    """F27: no stack trace."""

    def break_down(*_: Any, **__: Any) -> Any:
        raise RuntimeError("secret insides")

    monkeypatch.setattr(type(wiring.tickets()), "get", break_down)
    reply = desk.get("/v1/tickets/T-1", "alice")
    assert is_problem(reply, 500)
    assert set(reply.json()) == {"type", "title", "status", "detail", "id"}
    assert b"secret" not in reply.body and b"Traceback" not in reply.body


def test_every_answer_carries_the_safe_headers(desk: HttpDesk) -> None:
    """Answers and refusals alike; nothing is cached, framed or sniffed."""
    replies = [
        desk.get("/health"),
        desk.get("/"),
        desk.get("/v1/openapi.json"),
        desk.get("/v1/me", "alice"),
        desk.get("/v1/me"),
        desk.get("/v1/tickets/none", "alice"),
        desk.delete("/v1/me", "alice"),
        desk.post("/v1/tickets", "alice", b"["),
    ]
    for reply in replies:
        assert reply.headers["x-content-type-options"] == "nosniff"
        assert reply.headers["cache-control"] == "no-store"
        assert "frame-ancestors 'none'" in reply.headers["content-security-policy"]
        assert reply.headers["referrer-policy"] == "no-referrer"
        assert "max-age" in reply.headers["strict-transport-security"]


def is_problem(reply: Any, status: int) -> bool:
    """A problem document of this status that says something."""
    told = reply.json()
    assert reply.headers["content-type"] == PROBLEM
    assert told["status"] == reply.status == status
    return bool(told["title"] and told["detail"] and told["type"])


def tickets(desk: HttpDesk, by: str = "alice") -> list[Any]:
    """What that person sees."""
    return list(desk.get("/v1/tickets", by).json()["items"])
