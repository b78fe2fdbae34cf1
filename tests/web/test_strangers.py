"""Nobody reaches what is another customer's, and a key that opens nothing opens nothing (F29, F30)."""

from typing import Any

import pytest

import app  # noqa: F401 - declares the operations
from chalicelib import wiring
from chalicelib.customers.domain import Scope
from chalicelib.web.api import OPERATIONS, Operation
from tests.web.http_desk import HttpDesk, Reply
from tests.web.samples import smallest

GOOD = {"subject": "Payroll is down", "text": "Nothing works."}
NOBODYS = "T-00000000000000000000000000"
OF_TICKETS = [one for one in OPERATIONS if "{ticket_id}" in one.path]


def test_another_customers_ticket_is_answered_like_one_that_does_not_exist(
    desk: HttpDesk, subtests: pytest.Subtests
) -> None:
    """F29, over every operation that there is: ticket, history, promise, explanation, mails, pages."""
    theirs = desk.post("/v1/tickets", "alice", GOOD).json()
    before = desk.get(theirs["url"], "alice").json()
    assert len(OF_TICKETS) > 30
    for operation in OF_TICKETS:
        for name in (theirs["id"], str(theirs["number"])):
            with subtests.test(f"{operation.method} {operation.path} by {name}"):
                found = asked(desk, operation, name)
                missing = asked(desk, operation, NOBODYS if name == theirs["id"] else "999999")
                assert shape(found, name) == shape(missing, NOBODYS if name == theirs["id"] else "999999")
                assert found.status == (403 if operation.staff else 404)
    assert desk.get(theirs["url"], "alice").json() == before


def test_everything_else_with_an_id_is_answered_like_what_does_not_exist(
    desk: HttpDesk, subtests: pytest.Subtests
) -> None:
    """F29: another's key, webhook and whatever else has an id."""
    key = desk.keys["alice"].split("_")[1]
    owned = {"key_id": (key, "0" * len(key))} | webhook_of_alice(desk)
    others = [one for one in OPERATIONS if "{" in one.path and "{ticket_id}" not in one.path]
    for operation in others:
        names = [part[1:-1] for part in operation.path.split("/") if part.startswith("{")]
        if operation.staff:
            continue  # 403 whatever the id: see the test of roles
        with subtests.test(f"{operation.method} {operation.path}"):
            real, missing = owned[names[0]]
            replies = [asked(desk, operation, name, parameter=names[0]) for name in (real, missing)]
            assert shape(replies[0], real) == shape(replies[1], missing)
            assert replies[0].status == 404
    assert desk.get("/v1/me", "alice").status == 200


def webhook_of_alice(desk: HttpDesk) -> dict[str, tuple[str, str]]:
    """A webhook of hers, whatever its parameter is called."""
    declared = next(one for one in OPERATIONS if one.method == "POST" and one.path == "/v1/webhooks")
    body = smallest(declared.body) | {
        "address": "https://93.184.215.14/desk"
    }  # by number: no name to look up
    made = desk.post("/v1/webhooks", "alice", body)
    assert made.status == 201, made.body
    real = made.json()["id"]
    return {"webhook_id": (real, real[:-4] + "0000"), "delivery_id": ("D-1", "D-2")}


def test_lists_of_another_customer_show_nothing_even_with_its_cursor(desk: HttpDesk) -> None:
    """F29."""
    for _ in range(3):
        desk.post("/v1/tickets", "alice", GOOD)
    page = desk.get("/v1/tickets", "alice", limit=2).json()
    assert len(page["items"]) == 2
    taken = desk.get("/v1/tickets", "mallory", limit=2, cursor=page["next"])
    assert taken.json() == {"items": [], "next": None}
    for path in ("/v1/tickets", "/v1/promises"):
        assert desk.get(path, "mallory", customer_id="acme").status == 404
        assert shape(desk.get(path, "mallory", customer_id="acme"), "acme") == shape(
            desk.get(path, "mallory", customer_id="nobody"), "nobody"
        )
    assert desk.get("/v1/tickets", "mallory", number=page["items"][0]["number"]).json()["items"] == []


def test_contacts_with_one_name_at_two_customers_are_two_people(desk: HttpDesk) -> None:
    """F29: the same Idempotency-Key and the same id never meet."""
    ours = desk.post("/v1/tickets", "alice", GOOD, idempotency_key="1").json()
    desk.contact("alice", "rival")
    theirs = desk.post("/v1/tickets", "alice", GOOD, idempotency_key="1")
    assert theirs.status == 201
    assert theirs.json()["id"] != ours["id"]
    assert theirs.json()["customer_id"] == "rival"
    assert [key["label"] for key in desk.get("/v1/keys", "alice").json()["items"]] == ["alice"]


def test_staff_work_is_refused_to_contacts_and_to_staff_without_the_scope(
    desk: HttpDesk, subtests: pytest.Subtests
) -> None:
    """F28: a contact cannot do what is the desk's to do, nor read what is the desk's to read."""
    desk.staff("reader", scopes=frozenset({Scope.KEYS}))
    desk.contact("narrow", "acme", scopes=frozenset({Scope.KEYS}))
    ticket = desk.post("/v1/tickets", "alice", GOOD).json()["id"]
    for operation in OPERATIONS:
        with subtests.test(f"{operation.method} {operation.path}"):
            if operation.staff:
                assert asked(desk, operation, ticket, by="alice").status == 403
            if operation.scope not in (None, Scope.KEYS):
                assert asked(desk, operation, ticket, by="reader").status == 403
                assert asked(desk, operation, ticket, by="narrow").status == 403


def test_a_key_that_is_wrong_in_any_way_is_refused_in_the_same_words(
    desk: HttpDesk, still: Any, subtests: pytest.Subtests
) -> None:
    """F30: missing, malformed, tampered, another's id, revoked, expired: 401, all alike."""
    good, other = desk.keys["alice"], desk.keys["mallory"]
    _, key_id, secret = good.split("_", 2)
    revoked = desk.post("/v1/keys", "alice", {"label": "old", "scopes": ["keys"]}).json()
    desk.delete(f"/v1/keys/{revoked['id']}", "alice")
    short = {"label": "short", "scopes": ["keys"], "expires_at": "2026-11-23T10:00:00Z"}
    expired = desk.post("/v1/keys", "alice", short).json()
    assert desk.get("/v1/me", expired["key"]).status == 200
    still.at = still.at.replace(hour=10)
    wrong = {
        "nothing": None,
        "empty": "Bearer ",
        "basic": "Basic YWxpY2U6eA==",
        "no scheme": good,
        "another's secret": f"Bearer pk_{key_id}_{other.split('_', 2)[2]}",
        "one letter off": f"Bearer {good[:-1]}{'A' if good[-1] != 'A' else 'B'}",
        "cut": f"Bearer {good[:-3]}",
        "longer": f"Bearer {good}x",
        "no secret": f"Bearer pk_{key_id}_",
        "unknown": f"Bearer pk_ZZZZ_{secret}",
        "odd id": f"Bearer pk_../../{key_id}_{secret}",
        "long": "Bearer " + "x" * 5_000,
        "not ASCII": "Bearer pk_é_ü",
        "a token without algorithm": "Bearer eyJhbGciOiJub25lIn0.eyJzdWIiOiJhZGEifQ.",
        "revoked": f"Bearer {revoked['key']}",
        "expired": f"Bearer {expired['key']}",
    }
    first = desk.get("/v1/me")
    assert first.status == 401 and first.headers["www-authenticate"].startswith("Bearer")
    for name, header in wrong.items():
        with subtests.test(name):
            reply = desk.send("GET", "/v1/me", headers={"Authorization": header} if header else {})
            assert (reply.status, reply.body) == (401, first.body)
    assert desk.get("/v1/me", "alice").status == 200


def test_a_refused_key_is_logged_without_its_secret(desk: HttpDesk, caplog: pytest.LogCaptureFixture) -> None:
    """F30."""
    _, key_id, secret = desk.keys["alice"].split("_", 2)
    desk.get("/v1/me", f"pk_{key_id}_{secret[::-1]}")
    (logged,) = [vars(record) for record in caplog.records if record.message == "key refused"]
    assert logged["key_id"] == key_id
    assert secret not in str(logged) and secret[::-1] not in str(logged)


def asked(
    desk: HttpDesk, operation: Operation, name: str, *, by: str = "mallory", parameter: str = "ticket_id"
) -> Reply:
    """The operation with a valid body, about this id."""
    path = operation.path.replace(f"{{{parameter}}}", name)
    for part in operation.path.split("/"):
        if part.startswith("{"):
            path = path.replace(part, "first_response" if part == "{promise_id}" else "1")
    return desk.send(operation.method, path, by, smallest(operation.body))


def shape(reply: Reply, name: str) -> Any:
    """All that could tell one answer from another, but for the id that was asked for."""
    headers = {key: value for key, value in reply.headers.items() if key != "x-amzn-requestid"}
    return reply.status, reply.body.replace(name.encode(), b"*"), headers


def test_the_store_itself_knows_no_key_in_plain_text(desk: HttpDesk) -> None:
    """Keys are hashed."""
    _, key_id, secret = desk.keys["alice"].split("_", 2)
    kept = wiring.customers().key(key_id)
    assert secret not in repr(kept) and len(kept.digest) == 64
