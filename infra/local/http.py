"""A plain threaded HTTP server that bad requests cannot stop: the API and the control server stand on it."""

import json
import socket
import sys
from dataclasses import dataclass, field
from email.message import Message
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any, ClassVar

from infra.local.ports import HOST

IDLE_SECONDS = 60


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """Status, headers and body; a header may come several times."""

    status: int
    body: bytes = b""
    headers: list[tuple[str, str]] = field(default_factory=list)


def as_json(status: int, value: Any) -> Answer:
    """A JSON answer."""
    return Answer(
        status=status, body=json.dumps(value).encode(), headers=[("Content-Type", "application/json")]
    )


class RefusedBody(Exception):
    """The body is too large, of unknown length, or broke off."""

    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self.status = status


class Handler(BaseHTTPRequestHandler):
    """Reads one request whole and asks `respond`; subclasses say how large a body may be."""

    protocol_version = "HTTP/1.1"
    timeout = IDLE_SECONDS
    disable_nagle_algorithm = True  # else each answer on a kept connection waits 40 ms for an acknowledgement
    limit: ClassVar[int] = 10 * 1024 * 1024

    def respond(self, method: str, target: str, headers: Message, body: bytes) -> Answer:
        """What to answer."""
        raise NotImplementedError

    def handle_one_request(self) -> None:
        """Any of the methods goes the same way."""
        try:
            self.raw_requestline = self.rfile.readline(65537)
            if len(self.raw_requestline) > 65536:
                self.requestline = self.request_version = self.command = ""
                self.send_error(414)
                return
            if not self.raw_requestline or not self.parse_request():
                self.close_connection = True
                return
            self._answer()
        except (TimeoutError, ConnectionError, ValueError):  # the client went away, or sent what is not HTTP
            self.close_connection = True

    def _answer(self) -> None:
        try:
            answer = self.respond(self.command, self.path, self.headers, self._body())
        except RefusedBody as refused:
            self.close_connection = True  # what follows on this connection is the rest of the body
            answer = as_json(refused.status, {"message": str(refused)})
        self.send_response(answer.status)
        for name, value in answer.headers:
            self.send_header(name, " ".join(str(value).splitlines()))
        self.send_header("Content-Length", str(len(answer.body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(answer.body)
        self.wfile.flush()

    def _body(self) -> bytes:
        if "Transfer-Encoding" in self.headers:
            raise RefusedBody(411, "Length Required")
        length = self.headers.get("Content-Length", "0")
        if not length.isdigit():
            raise RefusedBody(400, "Bad Request")
        if int(length) > self.limit:
            raise RefusedBody(413, "Request Too Long")
        body = self.rfile.read(int(length))
        if len(body) < int(length):
            raise RefusedBody(400, "Bad Request")
        return body

    def version_string(self) -> str:
        """Says nothing of what runs here."""
        return "pledge"

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the standard library's name
        """Nothing: a request line may name a person."""


class Server(ThreadingHTTPServer):
    """Listens on loopback; a broken connection is no news."""

    daemon_threads = True
    request_queue_size = 128
    allow_reuse_address = True

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Only what is not the client's doing is worth a line."""
        error = sys.exception() if hasattr(sys, "exception") else sys.exc_info()[1]
        if not isinstance(error, OSError | socket.timeout):
            print(f"request failed: {type(error).__name__}: {error}", file=sys.stderr)


def listen(port: int, handler: type[Handler]) -> Server:
    """A server that already answers, in a thread of its own."""
    server = Server((HOST, port), handler)
    Thread(target=server.serve_forever, name=f"http-{port}", daemon=True).start()
    return server
