"""A customer's contacts keep its webhooks; nobody else knows of them (F1, F2, F8, F29, F36, F42)."""

from datetime import UTC, datetime, timedelta

from standardwebhooks import Webhook

from chalicelib import wiring
from chalicelib.aws import desk as table
from chalicelib.core.settings import settings
from tests.escalation.desk import PEOPLE

NEW = {"address": "https://93.184.216.34/in", "events": ["ticket.solved"]}


def test_the_secret_is_shown_once_and_kept_nowhere(ask, hook):
    assert hook["secret"].startswith("whsec_")
    assert "secret" not in ask("alice", "GET", f"/webhooks/{hook['id']}")[1]
    (shown,) = ask("alice", "GET", "/webhooks")[1]["items"]
    assert "secret" not in shown
    record = table.get(hook["id"], "SUBSCRIPTION")
    assert hook["secret"].removeprefix("whsec_") not in record.state


def test_the_same_key_makes_one_webhook_and_another_body_is_refused_f1_f2(ask):
    same = {"Idempotency-Key": "first-try"}
    first, second = (ask("alice", "POST", "/webhooks", NEW, **same) for _ in range(2))
    assert first == second and first[0] == 201
    assert len(ask("alice", "GET", "/webhooks")[1]["items"]) == 1
    assert ask("alice", "POST", "/webhooks", NEW | {"events": ["ticket.closed"]}, **same)[0] == 409
    assert ask("karl", "POST", "/webhooks", NEW, **same)[1]["id"] != first[1]["id"]


def test_a_rotated_secret_signs_beside_the_old_one_for_a_day_f42(desk, ask, receiver, hook):
    desk.clock.at = datetime.now(UTC)
    status, rotated = ask("alice", "POST", f"/webhooks/{hook['id']}/secret")
    assert status == 200 and rotated["secret"] != hook["secret"]
    desk.register(3)
    desk.settle()
    headers, body = receiver.taken[0]
    for secret in (hook["secret"], rotated["secret"]):
        Webhook(secret).verify(body, {name.lower(): value for name, value in headers.items()})
    desk.clock.at += timedelta(hours=24)
    desk.register(3)
    desk.settle()
    assert len(receiver.taken[-1][0]["webhook-signature"].split()) == 1


def test_a_rotation_that_is_repeated_is_one_rotation_f1(ask, hook):
    twice = [
        ask("alice", "POST", f"/webhooks/{hook['id']}/secret", **{"Idempotency-Key": "r1"}) for _ in range(2)
    ]
    assert twice[0] == twice[1] and twice[0][1]["version"] == 2


def test_the_second_of_two_editors_is_told_f8(ask, hook):
    assert ask("alice", "POST", f"/webhooks/{hook['id']}/secret", **{"If-Match": '"1"'})[0] == 200
    assert ask("alice", "POST", f"/webhooks/{hook['id']}/secret", **{"If-Match": '"1"'})[0] == 412


FOREIGN = [
    ("GET", ""),
    ("DELETE", ""),
    ("POST", "/secret"),
    ("POST", "/enabling"),
    ("POST", "/ping"),
    ("GET", "/deliveries"),
    ("GET", "/deliveries/{delivery}"),
    ("POST", "/deliveries/{delivery}/resending"),
]


def test_somebody_elses_webhook_is_as_one_that_is_not_there_f29(ask, hook):
    _, delivery = ask("alice", "POST", f"/webhooks/{hook['id']}/ping")
    for method, written in FOREIGN:
        path = written.format(delivery=delivery["id"])
        theirs = ask("karl", method, f"/webhooks/{hook['id']}{path}")
        missing = ask("karl", method, f"/webhooks/W-0{path}")
        assert theirs[0] == missing[0] == 404
        assert str(theirs[1]).replace(hook["id"], "W-0") == str(missing[1])
    assert ask("alice", "GET", f"/webhooks/{hook['id']}")[1]["version"] == 1


def test_a_delivery_to_another_webhook_of_ones_own_is_not_found_there(ask, hook):
    other = ask("alice", "POST", "/webhooks", NEW)[1]
    _, delivery = ask("alice", "POST", f"/webhooks/{hook['id']}/ping")
    assert ask("alice", "GET", f"/webhooks/{hook['id']}/deliveries/{delivery['id']}")[0] == 200
    assert ask("alice", "GET", f"/webhooks/{other['id']}/deliveries/{delivery['id']}")[0] == 404


def test_staff_see_a_customers_webhooks_and_make_none(ask, hook):
    assert [h["id"] for h in ask("bob", "GET", "/webhooks?customer_id=acme")[1]["items"]] == [hook["id"]]
    assert ask("bob", "GET", "/webhooks")[0] == 422
    assert ask("bob", "POST", "/webhooks", NEW)[0] == 403
    assert ask("karl", "GET", "/webhooks?customer_id=acme")[0] == 404
    assert ask("alice", "GET", "/undelivered/webhooks")[0] == 403


def test_without_the_scope_nothing_opens(desk, ask, hook):
    from chalice.test import Client

    from app import app
    from chalicelib.customers.domain import Scope

    headers = desk.key("alice", Scope.TICKETS_READ)
    assert Client(app).http.get("/v1/webhooks", headers=headers).status_code == 403


def test_a_ping_is_sent_once_and_the_same_key_sends_the_same_one_f1(desk, ask, receiver, hook):
    receiver.statuses = [500]
    pings = [
        ask("alice", "POST", f"/webhooks/{hook['id']}/ping", **{"Idempotency-Key": "p"})[1] for _ in range(2)
    ]
    assert pings[0] == pings[1]
    desk.settle()
    desk.pass_time(days=4)
    assert receiver.types == ["webhook.ping"]
    _, found = ask("alice", "GET", f"/webhooks/{hook['id']}/deliveries/{pings[0]['id']}")
    assert (found["state"], found["outcomes"][0]["status"]) == ("given_up", 500)
    assert ask("carol", "GET", "/undelivered/webhooks")[1]["items"] == []


def test_a_disabled_webhook_can_be_tried_by_ping_before_it_is_enabled(desk, ask, receiver, hook):
    found = wiring.subscriptions().get(hook["id"], by=PEOPLE["alice"].actor())
    wiring.subscription_store().save(found.disable("the receiver answered 410"), 1)
    ask("alice", "POST", f"/webhooks/{hook['id']}/ping")
    desk.settle()
    assert receiver.types == ["webhook.ping"]


def test_what_is_on_its_way_is_not_sent_again_and_nothing_to_a_disabled_one(desk, ask, receiver, hook):
    _, ping = ask("alice", "POST", f"/webhooks/{hook['id']}/ping")
    again = f"/webhooks/{hook['id']}/deliveries/{ping['id']}/resending"
    assert ask("alice", "POST", again)[0] == 409
    receiver.statuses = [410]
    desk.settle()
    status, problem = ask("alice", "POST", again)
    assert status == 409 and "enable it first" in problem["detail"]


INWARD = [
    "http://93.184.216.34/in",  # what is told there concerns nobody else
    "https://127.0.0.1/",
    "https://0x7f.1/",
    "https://2130706433/",
    "https://169.254.169.254/latest/meta-data",
    "https://[::ffff:10.0.0.1]/",
    "https://[64:ff9b::a00:1]/",
    "https://user:pass@93.184.216.34/",
    "file:///etc/passwd",
    "gopher://93.184.216.34/",
    "https://exa mple/",
]


def test_an_address_that_leads_inward_or_is_not_https_is_refused_when_it_is_saved_f36(ask, monkeypatch):
    monkeypatch.setenv("WEBHOOK_NETWORKS", "")
    wiring.forget()
    settings.cache_clear()
    for address in INWARD:
        assert ask("alice", "POST", "/webhooks", NEW | {"address": address})[0] == 422, address
    assert ask("alice", "GET", "/webhooks")[1]["items"] == []


def test_faults_are_named_and_foreign_fields_refused_f28(ask):
    status, problem = ask("alice", "POST", "/webhooks", NEW | {"events": ["ticket.solved", "ticket.eaten"]})
    assert status == 422 and problem["errors"] == ["there is no event 'ticket.eaten'"]
    assert ask("alice", "POST", "/webhooks", NEW | {"customer_id": "knowbank"})[0] == 422
    assert ask("alice", "POST", "/webhooks", NEW | {"events": []})[0] == 422


def test_a_customer_has_a_bounded_number_of_webhooks(ask):
    statuses = [ask("alice", "POST", "/webhooks", NEW)[0] for _ in range(21)]
    assert statuses == [201] * 20 + [409]


def test_lists_are_paged(ask):
    made = [ask("alice", "POST", "/webhooks", NEW)[1]["id"] for _ in range(3)]
    _, first = ask("alice", "GET", "/webhooks?limit=2")
    _, rest = ask("alice", "GET", f"/webhooks?limit=2&cursor={first['next']}")
    assert [h["id"] for h in (*first["items"], *rest["items"])] == sorted(made) and not rest["next"]
