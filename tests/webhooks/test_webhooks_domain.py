"""Webhooks out: the Standard Webhooks form, and what each answer leads to (F42, F9)."""

import json
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st
from standardwebhooks import Webhook, WebhookVerificationError

from chalicelib.core.errors import Conflict, Invalid
from chalicelib.webhooks.domain import (
    RETRIES,
    Delivery,
    DeliveryState,
    Message,
    Outcome,
    SecretRef,
    Subscription,
    SubscriptionState,
    new_secret,
)

NOW = datetime(2026, 11, 21, 14, 5, tzinfo=UTC)
OLD, NEW = new_secret(bytes(range(32))), new_secret(bytes(range(1, 33)))
MESSAGE = Message(id="msg_1", type="ticket.numbered", at=NOW, data={"ticket_id": "t1", "number": 1042})
HOOK = Subscription(
    id="s1",
    customer_id="acme",
    url="https://hook.example/pledge",
    events=frozenset({"ticket.numbered"}),
    secrets=(SecretRef(key="first"),),
    created_at=NOW,
)


def failed(at=NOW, status=500):
    return Outcome(at=at, status=status)


def test_a_message_has_the_standard_form():
    assert json.loads(MESSAGE.body) == {
        "type": "ticket.numbered",
        "timestamp": "2026-11-21T14:05:00Z",
        "data": {"ticket_id": "t1", "number": 1042},
    }


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)


@given(st.dictionaries(st.text(), json_values, max_size=5), st.binary(min_size=24, max_size=64))
def test_the_receivers_library_accepts_what_we_sign(data, randomness):
    now = datetime.now(UTC)  # the library compares with the true time
    message = Message(id="msg_2", type="ticket.replied", at=now, data=data)
    secret = new_secret(randomness)
    headers = message.headers(at=now, secrets=[secret])
    Webhook(secret).verify(message.body, headers)
    assert headers["webhook-signature"] == Webhook(secret).sign("msg_2", now, message.body.decode())


def test_one_changed_byte_or_another_secret_is_not_accepted():
    now = datetime.now(UTC)
    headers = MESSAGE.headers(at=now, secrets=[OLD])
    for body, secret in ((MESSAGE.body.replace(b"1042", b"1043"), OLD), (MESSAGE.body, NEW)):
        with pytest.raises(WebhookVerificationError):
            Webhook(secret).verify(body, headers)


def test_while_secrets_rotate_receivers_with_either_are_served():
    now = datetime.now(UTC)
    rotated = HOOK.rotate("second", now)
    secrets = {"first": OLD, "second": NEW}
    during = [secrets[ref.key] for ref in rotated.signing(now)]
    headers = MESSAGE.headers(at=now, secrets=during)
    assert during == [NEW, OLD]
    for secret in during:
        Webhook(secret).verify(MESSAGE.body, headers)
    assert [ref.key for ref in rotated.signing(now + timedelta(hours=24))] == ["second"]


def test_a_second_rotation_does_not_lengthen_the_life_of_the_first_secret():
    twice = HOOK.rotate("second", NOW).rotate("third", NOW + timedelta(hours=20))
    at = NOW + timedelta(hours=24)
    assert [ref.key for ref in twice.signing(at)] == ["third", "second"]
    assert [ref.key for ref in twice.rotate("fourth", at).secrets] == ["fourth", "third", "second"]


@pytest.mark.parametrize("length", [0, 23, 65])
def test_a_secret_of_another_length_is_refused(length):
    with pytest.raises(ValueError, match="24 to 64"):
        new_secret(bytes(length))


def test_a_subscription_is_refused_with_every_fault_in_it():
    empty = Subscription(
        id="s", customer_id="acme", url="", events=frozenset({"a.b", "c"}), secrets=(), created_at=NOW
    )
    with pytest.raises(Invalid) as refusal:
        empty.checked(frozenset({"ticket.numbered"}))
    assert refusal.value.details["errors"] == (
        "there is no event 'a.b'",
        "there is no event 'c'",
        "a secret is needed",
    )
    assert HOOK.checked(HOOK.events) is HOOK


def test_only_an_active_subscription_wants_its_own_events():
    assert HOOK.wants("ticket.numbered")
    assert not HOOK.wants("ticket.closed")
    assert not HOOK.disable("asked").wants("ticket.numbered")
    assert HOOK.disable("asked").enable() == HOOK


def test_410_disables_the_subscription_and_ends_the_delivery_f42():
    gone = failed(status=410)
    hook, delivery = HOOK.after(gone), Delivery.of(MESSAGE, HOOK, NOW).after(gone)
    assert hook.state is SubscriptionState.DISABLED
    assert hook.disabled_because == "the receiver answered 410, gone, at 2026-11-21T14:05:00Z"
    assert (delivery.state, delivery.wake_at) == (DeliveryState.GIVEN_UP, None)


@pytest.mark.parametrize("status", [200, 201, 204, 299])
def test_any_2xx_is_delivered_and_clears_the_failures_f42(status):
    delivery = Delivery.of(MESSAGE, HOOK, NOW).after(Outcome(at=NOW, status=status))
    assert (delivery.state, delivery.wake_at) == (DeliveryState.DELIVERED, None)
    assert HOOK.after(failed()).after(Outcome(at=NOW, status=status)).failures == 0


@pytest.mark.parametrize("status", [None, 100, 199, 300, 301, 302, 307, 400, 401, 404, 409, 429, 500, 503])
def test_everything_else_is_tried_again_f42(status):
    outcome = Outcome(at=NOW, status=status)
    delivery = Delivery.of(MESSAGE, HOOK, NOW).after(outcome)
    assert (delivery.state, delivery.wake_at) == (DeliveryState.WAITING, NOW + timedelta(seconds=5))
    assert (HOOK.after(outcome).failures, HOOK.after(outcome).state) == (1, SubscriptionState.ACTIVE)


def test_the_attempts_spread_over_days_and_then_end_f42():
    delivery, moments = Delivery.of(MESSAGE, HOOK, NOW), []
    while delivery.wake_at:
        moments.append(delivery.wake_at - NOW)
        delivery = delivery.after(failed(at=delivery.wake_at))
    steps = [later - earlier for earlier, later in pairwise(moments)]
    assert steps == [timedelta(seconds=s) for s in (5, 300, 1800, 7200, 18000, 36000, 50400, 72000, 86400)]
    assert moments[0] == timedelta(0) and moments[-1] > timedelta(days=3)
    assert (delivery.state, len(delivery.outcomes)) == (DeliveryState.GIVEN_UP, len(RETRIES))


def test_a_late_attempt_counts_its_pause_from_itself():
    late = NOW + timedelta(hours=3)
    assert Delivery.of(MESSAGE, HOOK, NOW).after(failed(at=late)).wake_at == late + timedelta(seconds=5)


def test_what_was_given_up_can_be_sent_again_with_the_same_id_and_bytes():
    delivery = Delivery.of(MESSAGE, HOOK, NOW).after(failed(status=410))
    again = delivery.again(NOW + timedelta(days=9))
    assert again.wake_at == NOW + timedelta(days=9) and again.state is DeliveryState.WAITING
    assert (again.id, again.message.body) == (delivery.id, delivery.message.body)
    assert again.after(failed()).wake_at == NOW + timedelta(seconds=5)
    assert len(again.after(failed()).outcomes) == 2


def test_what_is_on_its_way_is_not_sent_again():
    with pytest.raises(Conflict):
        Delivery.of(MESSAGE, HOOK, NOW).again(NOW)


def test_an_outcome_that_comes_after_the_end_changes_nothing_f9():
    done = Delivery.of(MESSAGE, HOOK, NOW).after(Outcome(at=NOW, status=200))
    assert done.after(failed()) is done and done.withdraw() is done
    withdrawn = Delivery.of(MESSAGE, HOOK, NOW).withdraw()
    assert (withdrawn.state, withdrawn.wake_at) == (DeliveryState.WITHDRAWN, None)
    assert withdrawn.after(Outcome(at=NOW, status=200)) is withdrawn
