"""A desk whose webhooks leave for real, and a receiver on loopback that takes them."""

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from chalice.test import Client

from app import app
from tests.escalation.desk import Desk, open_desk


class Receiver(ThreadingHTTPServer):
    """Answers with `statuses`, the last one for ever; keeps what it was sent."""

    def __init__(self):
        super().__init__(("127.0.0.1", 0), _Taking)
        self.statuses, self.taken = [204], []

    @property
    def url(self):
        return f"http://127.0.0.1:{self.server_port}/in"

    @property
    def types(self):
        """What was told, in the order of its ids' first arrival."""
        return [json.loads(body)["type"] for _, body in self.taken]


class _Taking(BaseHTTPRequestHandler):
    def do_POST(self):
        body = self.rfile.read(int(self.headers["content-length"]))
        self.server.taken.append((dict(self.headers), body))
        statuses = self.server.statuses
        self.send_response(statuses.pop(0) if len(statuses) > 1 else statuses[0])
        self.send_header("location", "http://169.254.169.254/")
        self.send_header("content-length", "0")
        self.end_headers()

    def log_message(self, *_):
        """Silence."""


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    """A customer's system."""
    server = Receiver()
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield server
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.fixture
def desk(cloud, still, tmp_path) -> Desk:
    """Webhooks react; nobody else does."""
    return open_desk(still, tmp_path, "webhooks")


@pytest.fixture
def ask(desk):
    """`ask("alice", "GET", "/webhooks")`: status and answer."""
    client = Client(app)
    keys = {}

    def asked(person, method, path, body=None, **headers):
        keys.setdefault(person, desk.key(person))
        sent = {"Content-Type": "application/json", **keys[person], **headers}
        raw = json.dumps(body).encode() if body is not None else b""
        found = client.http.request(method, f"/v1{path}", headers=sent, body=raw)
        return found.status_code, json.loads(found.body or b"null")

    return asked


@pytest.fixture
def hook(ask, receiver):
    """Alice's webhook for what happens to tickets; its id and secret."""
    names = ["ticket.registered", "ticket.acknowledged", "ticket.severity_changed", "ticket.solved",
             "promise.kept"]  # fmt: skip
    status, made = ask("alice", "POST", "/webhooks", {"address": receiver.url, "events": names})
    assert status == 201
    return made
