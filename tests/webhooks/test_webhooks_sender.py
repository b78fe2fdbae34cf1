"""One attempt to tell a receiver, over a real socket on loopback (F42)."""

import socket
import threading
from contextlib import contextmanager
from datetime import UTC, datetime

import pytest
from standardwebhooks import Webhook

from chalicelib.core import guarded
from chalicelib.webhooks.domain import Message, Outcome, SecretRef, Subscription, new_secret
from chalicelib.webhooks.sender import Sender

NOW = datetime.now(UTC)  # the receivers' library compares with the true time
SECRETS = {"old": new_secret(b"o" * 32), "new": new_secret(b"n" * 32)}
LOCAL = guarded.networks("127.0.0.1/32")
SENDER = Sender(secret=lambda ref: SECRETS[ref.key], allow=LOCAL)
MESSAGE = Message(id="msg_7", type="ticket.numbered", at=NOW, data={"ticket_id": "t1", "number": 1042})


def subscription(url):
    return Subscription(
        id="s1",
        customer_id="acme",
        url=url,
        events=frozenset({"ticket.numbered"}),
        secrets=(SecretRef(key="new"), SecretRef(key="old")),
        created_at=NOW,
    )


@contextmanager
def receiver(answer):
    """Takes one request, keeps it, answers with these bytes."""
    door = socket.create_server(("127.0.0.1", 0))
    door.settimeout(3)
    taken = []

    def serve():
        line, _ = door.accept()
        with line:
            line.settimeout(3)
            read = b""
            while not read.endswith(MESSAGE.body):
                read += line.recv(65536)
            taken.append(read)
            line.sendall(answer)

    thread = threading.Thread(target=serve)
    thread.start()
    try:
        yield f"http://127.0.0.1:{door.getsockname()[1]}/in", taken
    finally:
        thread.join()
        door.close()


def test_a_receiver_can_verify_what_arrives_with_either_secret():
    with receiver(b"HTTP/1.1 204 No Content\r\n\r\n") as (url, taken):
        outcome = SENDER.send(MESSAGE, to=subscription(url), at=NOW)
    head, _, body = taken[0].partition(b"\r\n\r\n")
    headers = dict(row.split(": ", 1) for row in head.decode().split("\r\n")[1:])
    for secret in SECRETS.values():
        assert Webhook(secret).verify(body, headers)["data"] == {"ticket_id": "t1", "number": 1042}
    assert outcome == Outcome(at=NOW, status=204)
    assert headers["content-type"] == "application/json" and headers["webhook-id"] == "msg_7"


@pytest.mark.parametrize("status", [410, 500, 302])
def test_the_status_is_reported_and_a_redirect_is_not_followed_f42(status):
    answer = f"HTTP/1.1 {status} X\r\nLocation: http://169.254.169.254/\r\nContent-Length: 0\r\n\r\n".encode()
    with receiver(answer) as (url, taken):
        assert SENDER.send(MESSAGE, to=subscription(url), at=NOW) == Outcome(at=NOW, status=status)
    assert len(taken) == 1


def test_an_inward_address_is_an_outcome_and_no_packet_leaves_f42():
    outcome = SENDER.send(MESSAGE, to=subscription("http://169.254.169.254/"), at=NOW)
    assert outcome.status is None and outcome.cause == "blocked: a link-local or metadata address"


def test_silence_is_an_outcome_f42():
    with socket.create_server(("127.0.0.1", 0)) as door:
        url = f"http://127.0.0.1:{door.getsockname()[1]}/"
    assert SENDER.send(MESSAGE, to=subscription(url), at=NOW) == Outcome(at=NOW, cause="connect: refused")
