"""Webhooks out, end to end: told once, signed, tried again for days, never inward (F9, F10, F42)."""

import json
from datetime import UTC, datetime, timedelta

import pytest
from standardwebhooks import Webhook

from chalicelib import wiring
from chalicelib.webhooks.domain import LEASE, Outcome
from tests.escalation.desk import by


def deliveries(ask, hook):
    return ask("alice", "GET", f"/webhooks/{hook['id']}/deliveries")[1]["items"]


def test_what_happens_is_told_signed_and_verified_by_the_receivers_library(desk, ask, receiver, hook):
    desk.clock.at = datetime.now(UTC)  # the receivers' library compares with the true time
    ticket = desk.register(3)
    desk.settle()
    (headers, body), *more = receiver.taken
    told = Webhook(hook["secret"]).verify(body, {name.lower(): value for name, value in headers.items()})
    assert not more and told["type"] == "ticket.registered"
    assert told["data"] == {
        "ticket_id": ticket, "number": 1001, "url": "http://127.0.0.1:8000/v1/tickets/1001", "version": 1,
        "channel": "api", "kind": "bug", "severity": 3, "automatic": False,
    }  # fmt: skip
    (delivery,) = deliveries(ask, hook)
    assert (delivery["state"], delivery["outcomes"][0]["status"]) == ("delivered", 204)
    assert headers["webhook-id"] == delivery["message_id"]


def test_no_word_and_no_name_of_anybody_leaves(desk, receiver, hook):
    ticket = desk.register(2)
    desk.pass_time(minutes=1)
    wiring.tickets().acknowledge(ticket, by("bob"), severity=3, reason="one user", text="we look at it")
    desk.settle()
    assert sorted(receiver.types) == [
        "promise.kept", "ticket.acknowledged", "ticket.registered", "ticket.severity_changed"
    ]  # fmt: skip
    everything = b"".join(body for _, body in receiver.taken)
    for word in (b"Payroll", b"one user", b"we look", b"bob", b"Bob", b"alice", b"Alice"):
        assert word not in everything
    changed = next(json.loads(body)["data"] for _, body in receiver.taken if b"severity_changed" in body)
    assert (changed["before"], changed["severity"], changed["version"]) == (2, 3, 2)


def test_events_that_come_three_times_are_told_once_f9(desk, receiver, hook):
    desk.register(3)
    desk.settle()
    desk.again()
    desk.again()
    assert receiver.types == ["ticket.registered"]


def test_only_the_customers_own_subscriptions_hear_and_only_what_they_want_f29(desk, ask, receiver, hook):
    ask("karl", "POST", "/webhooks", {"address": receiver.url, "events": ["ticket.solved"]})
    theirs, ours = desk.register(3, by="karl"), desk.register(3)
    desk.settle()
    assert receiver.types == ["ticket.registered"] and ours.encode() in receiver.taken[0][1]
    wiring.tickets().note(ours, by("bob"), message=message("between us"))
    wiring.tickets().start_work(ours, by("bob"))
    wiring.tickets().solve(theirs, by("bob"), resolution="restarted")
    desk.settle()
    assert receiver.types == ["ticket.registered", "ticket.solved"]


def test_a_strangers_ticket_is_told_to_nobody(desk, receiver, hook):
    from chalicelib.customers.domain import DESK
    from chalicelib.tickets.domain.report import Report
    from chalicelib.tickets.events import Requester

    report = Report(
        channel="mail", subject="hello", message=message("help"), requester=Requester(name="mallory"),
        customer_id=None,
    )  # fmt: skip
    wiring.tickets().register(report, by=DESK)
    desk.settle()
    assert not receiver.taken


def test_a_receiver_that_sleeps_is_told_again_for_days_with_the_same_bytes_f42(desk, ask, receiver, hook):
    receiver.statuses = [500] * 9 + [200]
    desk.register(3)
    desk.settle()
    desk.pass_time(days=4)
    assert len(receiver.taken) == 10 and len({body for _, body in receiver.taken}) == 1
    assert len({headers["webhook-id"] for headers, _ in receiver.taken}) == 1
    (delivery,) = deliveries(ask, hook)
    moments = [datetime.fromisoformat(outcome["at"]) for outcome in delivery["outcomes"]]
    waits = [int((moment - moments[0]).total_seconds()) for moment in moments]
    assert waits[:5] == [0, 5, 305, 2105, 9305] and moments[-1] - moments[0] > timedelta(days=3)
    assert (delivery["state"], delivery["tried"]) == ("delivered", 10)


def test_what_is_given_up_is_listed_for_staff_and_sent_again_f42(desk, ask, receiver, hook):
    receiver.statuses = [500]
    desk.register(3)
    desk.settle()
    desk.pass_time(days=4)
    (delivery,) = deliveries(ask, hook)
    assert delivery["state"] == "given_up" and len(receiver.taken) == 10
    assert ask("alice", "GET", f"/webhooks/{hook['id']}")[1]["failures"] == 10
    (lost,) = ask("carol", "GET", "/undelivered/webhooks")[1]["items"]
    assert lost["id"] == delivery["id"]
    receiver.statuses = [200]
    status, again = ask("alice", "POST", f"/webhooks/{hook['id']}/deliveries/{delivery['id']}/resending")
    assert (status, again["state"]) == (202, "waiting")
    desk.settle()
    assert receiver.taken[-1][1] == receiver.taken[0][1] and len(receiver.taken) == 11
    assert ask("carol", "GET", "/undelivered/webhooks")[1]["items"] == []
    assert ask("alice", "GET", f"/webhooks/{hook['id']}")[1]["failures"] == 0


def test_410_disables_and_the_customer_enables_it_again_f42(desk, ask, receiver, hook):
    receiver.statuses = [410]
    desk.register(3)
    desk.settle()
    shown = ask("alice", "GET", f"/webhooks/{hook['id']}")[1]
    assert shown["state"] == "disabled" and "410" in shown["disabled_because"]
    desk.register(3)
    desk.settle()
    desk.pass_time(days=4)
    assert len(receiver.taken) == 1
    assert ask("alice", "POST", f"/webhooks/{hook['id']}/enabling")[1]["state"] == "active"
    receiver.statuses = [204]
    desk.register(3)
    desk.settle()
    assert len(receiver.taken) == 2


def test_what_waits_for_a_webhook_that_was_disabled_is_withdrawn_f42(desk, ask, receiver, hook):
    receiver.statuses = [500, 410]
    desk.register(3)
    desk.settle()
    desk.register(3)
    desk.settle()
    desk.pass_time(days=4)
    assert len(receiver.taken) == 2
    assert {delivery["state"] for delivery in deliveries(ask, hook)} == {"withdrawn", "given_up"}


def test_nothing_is_tried_before_its_time_f14(desk, ask, receiver, hook):
    receiver.statuses = [500]
    desk.register(3)
    desk.settle()
    wiring.due(deliveries(ask, hook)[0]["id"], "WEBHOOK")
    desk.settle()
    assert len(receiver.taken) == 1


def test_what_waits_for_a_webhook_that_was_removed_is_withdrawn(desk, ask, receiver, hook):
    receiver.statuses = [500]
    desk.register(3)
    desk.settle()
    assert ask("alice", "DELETE", f"/webhooks/{hook['id']}") == (204, None)
    assert ask("alice", "GET", f"/webhooks/{hook['id']}")[0] == 404
    assert ask("alice", "GET", "/webhooks")[1]["items"] == []
    desk.pass_time(days=4)
    assert len(receiver.taken) == 1
    waiting, _ = wiring.delivery_store().of_subscription(hook["id"], cursor=None, limit=10)
    assert [delivery.state.value for delivery in waiting] == ["withdrawn"]


def test_a_redirect_inward_is_not_followed_and_an_inward_address_is_not_called_f42(
    desk, ask, receiver, hook, monkeypatch
):
    receiver.statuses = [302]
    desk.register(3)
    desk.settle()
    (delivery,) = deliveries(ask, hook)
    assert delivery["outcomes"][0]["status"] == 302 and len(receiver.taken) == 1
    monkeypatch.setenv("WEBHOOK_NETWORKS", "")  # now a name that resolves inward, as on AWS
    wiring.forget()
    from chalicelib.core.settings import settings

    settings.cache_clear()
    desk.pass_time(seconds=5)
    (delivery,) = deliveries(ask, hook)
    assert delivery["outcomes"][1]["cause"] == "blocked: a loopback address" and len(receiver.taken) == 1


class Killed(BaseException):
    """SIGKILL, as far as the code can tell."""


@pytest.mark.parametrize("after_sending", [False, True])
def test_killed_while_sending_it_is_sent_when_the_lease_is_over_f5(
    desk, ask, receiver, hook, monkeypatch, after_sending
):
    deliver, send = wiring.deliveries(), wiring.deliveries().sender.send

    def die(sent, *, to, at):
        if after_sending:
            send(sent, to=to, at=at)
        raise Killed

    with monkeypatch.context() as broken:
        broken.setattr(type(deliver.sender), "send", lambda self, *given, **more: die(*given, **more))
        desk.register(3)
        with pytest.raises(Killed):
            desk.settle()
    already = len(receiver.taken)
    desk.again()  # the event is delivered again while the lease lasts
    assert len(receiver.taken) == already
    desk.pass_time(seconds=int(LEASE.total_seconds()))
    assert len(receiver.taken) == already + 1
    assert deliveries(ask, hook)[0]["state"] == "delivered"
    assert len({headers["webhook-id"] for headers, _ in receiver.taken}) == 1


def test_two_workers_at_once_make_one_attempt_f8(desk, receiver, hook):
    from concurrent.futures import ThreadPoolExecutor

    desk.register(3)
    events = []
    while fresh := list(desk._fresh()):
        events += fresh
        for event in fresh:
            if event["source"] == "pledge.tickets":
                desk.deliver(event)
    (due,) = (event for event in events if event["detail-type"] == "DeliveryFellDue")
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(desk.deliver, [due] * 8))
    assert len(receiver.taken) == 1


def test_an_outcome_is_noted_beside_a_change_that_came_first_f8(desk, ask, hook, monkeypatch):
    store = wiring.subscription_store()
    stale, fresh = store.get(hook["id"]), type(store).get
    ask("alice", "POST", f"/webhooks/{hook['id']}/secret")
    seen = iter([stale])
    monkeypatch.setattr(type(store), "get", lambda self, id_: next(seen, None) or fresh(self, id_))
    wiring.deliveries()._note(hook["id"], Outcome(at=desk.clock.at, status=500))
    noted = ask("alice", "GET", f"/webhooks/{hook['id']}")[1]
    assert (noted["failures"], noted["version"]) == (1, 3)


def message(text):
    from chalicelib.tickets.events import Message

    return Message(text=text)
