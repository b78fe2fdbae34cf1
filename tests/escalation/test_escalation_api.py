"""Pages, taking and the rota over JSON: for staff alone, faults named, two editors told (B6, F8, F29)."""

import json

import pytest
from chalice.test import Client

from app import app
from chalicelib import wiring
from chalicelib.customers.domain import Scope

NIGHTS = {
    "zone": "Europe/Berlin",
    "shifts": [
        {"team": "engineers", "persons": ["bob"], "days": ["monday", "tuesday"], "starts": "08:00",
         "ends": "20:00"},
        {"team": "engineers", "persons": ["dave"], "days": ["monday"], "starts": "20:00", "ends": "08:00"},
    ],
    "substitutes": [
        {"absent": "bob", "stand_in": "dave", "starts": "2026-11-24T07:00:00Z",
         "ends": "2026-11-25T07:00:00Z"},
    ],
}  # fmt: skip


@pytest.fixture
def ask(desk):
    """`ask("carol", "GET", "/rota")`: status, answer and ETag."""
    client = Client(app)
    keys = {}

    def asked(person, method, path, body=None, **headers):
        keys.setdefault(person, desk.key(person))
        sent = {"Content-Type": "application/json", **keys[person], **headers}
        raw = json.dumps(body).encode() if body is not None else b""
        found = client.http.request(method, f"/v1{path}", headers=sent, body=raw)
        return found.status_code, json.loads(found.body or b"null"), found.headers.get("ETag")

    return asked


def test_who_was_paged_and_who_took_it_is_shown_b6(desk, ask):
    ticket = desk.register(1)
    desk.settle()
    status, taken, _ = ask("dave", "POST", f"/tickets/{ticket}/taking")
    assert (status, taken["assignee"], taken["status"]) == (200, "dave", "open")
    desk.settle()
    _, shown, _ = ask("carol", "GET", "/tickets/1001/pages")
    call = next(call for call in shown["items"] if call["must_be_taken"])
    assert (call["state"], call["taken_by"], call["taken_at"]) == ("taken", "dave", "2026-11-23T09:00:00Z")
    assert [(p["person"], p["channel"], p["sent_at"]) for p in call["pages"]] == [
        ("bob", "page", "2026-11-23T09:00:00Z"),
        ("bob", "sms", "2026-11-23T09:00:00Z"),
        ("dave", "page", "2026-11-23T09:00:00Z"),
    ]


def test_the_second_taker_gets_a_conflict_that_names_the_first_f8(desk, ask):
    ticket = desk.register(1)
    desk.settle()
    ask("dave", "POST", f"/tickets/{ticket}/taking")
    status, problem, _ = ask("bob", "POST", f"/tickets/{ticket}/taking")
    assert (status, problem["taken_by"]) == (409, "dave")


STAFF_ONLY = [
    ("GET", "/tickets/1001/pages"),
    ("POST", "/tickets/1001/taking"),
    ("GET", "/pages/undelivered"),
    ("POST", "/pages/C-1.0.1.bob.page/resending"),
    ("GET", "/rota"),
    ("GET", "/on-call"),
]


def test_contacts_see_nothing_of_it(desk, ask):
    desk.register(1)
    assert {ask("alice", method, path)[0] for method, path in STAFF_ONLY} == {403}
    assert ask("alice", "PUT", "/rota", NIGHTS)[0] == 403


def test_a_rota_is_put_read_and_asked(desk, ask):
    status, put, tag = ask("carol", "PUT", "/rota", NIGHTS)
    assert (status, put["version"], tag) == (200, 2, '"2"')
    _, read, _ = ask("bob", "GET", "/rota")
    assert read == put and {name: read[name] for name in NIGHTS} == NIGHTS
    assert read["gaps"][0] == {
        "team": "engineers", "starts": "2026-11-24T19:00:00Z", "ends": "2026-11-30T07:00:00Z"
    }  # fmt: skip
    _, now, _ = ask("bob", "GET", "/on-call")
    assert (now["persons"], now["next_change"]) == ([{"id": "bob", "name": "Bob"}], "2026-11-23T19:00:00Z")
    _, later, _ = ask("bob", "GET", "/on-call?at=2026-11-24T12:00:00Z&team=engineers")
    assert later["persons"] == [{"id": "dave", "name": "Dave"}]


def test_putting_the_same_rota_twice_changes_nothing(ask):
    assert ask("carol", "PUT", "/rota", NIGHTS) == ask("carol", "PUT", "/rota", NIGHTS)


def test_the_second_of_two_editors_is_told_f8(ask):
    assert ask("carol", "PUT", "/rota", NIGHTS, **{"If-Match": '"1"'})[0] == 200
    other = NIGHTS | {"substitutes": []}
    assert ask("carol", "PUT", "/rota", other, **{"If-Match": '"1"'})[0] == 412


def test_an_engineer_reads_the_rota_and_a_manager_changes_it(ask):
    assert ask("bob", "GET", "/rota")[0] == 200
    status, problem, _ = ask("bob", "PUT", "/rota", NIGHTS)
    assert status == 403 and "operations manager" in problem["detail"]


def test_every_fault_of_a_rota_is_named(ask):
    faulty = NIGHTS | {"zone": "Mars/Base", "substitutes": [NIGHTS["substitutes"][0] | {"stand_in": "zoe"}]}
    status, problem, _ = ask("carol", "PUT", "/rota", faulty)
    assert status == 422 and problem["errors"] == [
        "there is no time zone 'Mars/Base'",
        "substitute 1: nobody is called 'zoe'",
    ]


def test_a_shift_starts_by_the_clock_on_the_wall(ask):
    for starts in ("8:00", "08:00Z", "24:00", "08:00:00", 8):
        shifts = [NIGHTS["shifts"][0] | {"starts": starts}]
        assert ask("carol", "PUT", "/rota", NIGHTS | {"shifts": shifts})[0] == 422, starts


def test_every_version_of_the_rota_is_kept(desk, ask):
    from chalicelib.aws import desk as table

    ask("carol", "PUT", "/rota", NIGHTS)
    kept = table.under("ROTA", "CHANGE#").records
    assert [record.sk for record in kept] == ["CHANGE#000001", "CHANGE#000002"]
    told = [e["detail"] for e in desk.settle() if e["detail-type"] == "RotaChanged"]
    assert [(detail["by"], detail["version"]) for detail in told] == [("carol", 2)]


def test_a_failed_page_is_listed_and_sent_again(desk, ask, monkeypatch):
    from chalicelib.core.errors import Unavailable
    from chalicelib.escalation.pager import Pager

    def refuse(self, sending, to):
        raise Unavailable("SNS did not answer")

    with monkeypatch.context() as broken:
        broken.setattr(Pager, "publish", refuse)
        desk.register(1)
        with pytest.raises(Unavailable):
            desk.settle()
    _, listed, _ = ask("carol", "GET", "/pages/undelivered")
    (failed,) = listed["items"]
    status, again, _ = ask("carol", "POST", f"/pages/{failed['id']}/resending")
    assert (status, again["failed"], again["tries"]) == (200, "", 2)
    assert ask("carol", "GET", "/pages/undelivered")[1]["items"] == []


def test_a_key_without_the_desk_scope_opens_nothing(desk):
    desk.register(1)
    headers = desk.key("bob", Scope.TICKETS_READ)
    assert Client(app).http.get("/v1/tickets/1001/pages", headers=headers).status_code == 403


def test_before_there_is_a_rota_its_absence_is_said_and_nobody_is_on_call(desk, ask):
    from chalicelib.aws import desk as table

    table.delete("ROTA", "ROTA")
    assert ask("bob", "GET", "/rota")[0] == 404
    assert wiring.rotas().on_call(desk.clock.at) == ()
