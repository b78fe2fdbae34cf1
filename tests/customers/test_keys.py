"""Keys: made by their owner, shown once, changed over without a gap, revoked at once (F30)."""

import pytest

from tests.web.http_desk import HttpDesk


def test_a_key_is_changed_over_without_a_moment_in_which_none_works(desk: HttpDesk) -> None:
    """Rotation: make, use, revoke; revoked is 401 at once."""
    me = desk.get("/v1/me", "alice").json()
    made = desk.post("/v1/keys", "alice", {"label": "next", "scopes": me["scopes"]})
    assert made.status == 201
    new = made.json()
    assert desk.get("/v1/me", new["key"]).json() == me
    (old,) = [one for one in desk.get("/v1/keys", new["key"]).json()["items"] if one["label"] == "alice"]
    assert desk.delete(f"/v1/keys/{old['id']}", new["key"]).json()["revoked"] is True
    assert desk.get("/v1/me", "alice").status == 401
    assert desk.get("/v1/me", new["key"]).status == 200


def test_a_secret_is_shown_once_and_never_again(desk: HttpDesk) -> None:
    """Hashed; a repeat makes no second key, and cannot show the first one's secret."""
    form = {"label": "export", "scopes": ["tickets:read"]}
    made = desk.post("/v1/keys", "alice", form, idempotency_key="k1").json()
    secret = made["key"].split("_", 2)[2]
    assert secret.encode() not in desk.get("/v1/keys", "alice").body
    again = desk.post("/v1/keys", "alice", form, idempotency_key="k1")
    assert again.status == 409
    assert again.json()["key_id"] == made["id"]
    assert len(desk.get("/v1/keys", "alice").json()["items"]) == 2


def test_a_key_can_only_give_what_it_has(desk: HttpDesk) -> None:
    """F28."""
    assert desk.post("/v1/keys", "alice", {"label": "x", "scopes": ["desk"]}).status == 403
    narrow = desk.post("/v1/keys", "alice", {"label": "x", "scopes": ["keys"]}).json()["key"]
    assert desk.get("/v1/tickets", narrow).status == 403
    assert desk.post("/v1/keys", narrow, {"label": "y", "scopes": ["tickets:read"]}).status == 403


@pytest.mark.parametrize(
    "form",
    [
        {"label": "x", "scopes": []},
        {"label": "x", "scopes": ["root"]},
        {"label": " ", "scopes": ["keys"]},
        {"label": "x", "scopes": ["keys"], "roles": ["administrator"]},
        {"label": "x", "scopes": ["keys"], "expires_at": "2020-01-01T00:00:00Z"},
        {"label": "x", "scopes": ["keys"], "expires_at": "2027-01-01T00:00:00"},
    ],
    ids=str,
)
def test_a_key_that_cannot_be_is_refused(desk: HttpDesk, form: dict[str, object]) -> None:
    """F28."""
    assert desk.post("/v1/keys", "alice", form).status == 422
    assert len(desk.get("/v1/keys", "alice").json()["items"]) == 1


def test_an_administrator_revokes_anybodys_key_and_nobody_else_does(desk: HttpDesk) -> None:
    """F29: for others it does not exist."""
    key_id = desk.keys["mallory"].split("_")[1]
    for person in ("alice", "bob", "carol"):
        assert desk.delete(f"/v1/keys/{key_id}", person).status == 404
    assert desk.get("/v1/me", "mallory").status == 200
    assert desk.delete(f"/v1/keys/{key_id}", "ada").status == 200
    assert desk.get("/v1/me", "mallory").status == 401
    assert desk.delete(f"/v1/keys/{key_id}", "ada").json()["revoked"] is True  # again does no harm
