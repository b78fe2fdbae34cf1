"""One exchange over one checked address, under one deadline that counts every phase (F37)."""

import io
import socket
import ssl
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import cache
from http.client import HTTPConnection, HTTPResponse
from time import monotonic
from typing import Any

from chalicelib.core.guarded.errors import TooMuch

HEADERS = 64 * 1024  # bytes of an answer before its body
PIECE = 8 * 1024

Resolve = Callable[[str, int], Sequence[str]]
Connect = Callable[[str, int, float], socket.socket]


@dataclass(frozen=True, slots=True)
class Deadline:
    """The moment by which all must be over. A socket's own time-out starts anew with each byte."""

    at: float

    @classmethod
    def after(cls, seconds: float) -> "Deadline":
        return cls(monotonic() + seconds)

    def left(self) -> float:
        """Seconds left; TimeoutError when there are none."""
        left = self.at - monotonic()
        if left <= 0:
            raise TimeoutError
        return left


class Line:
    """What http.client takes for a socket: each send and read gets only the time and bytes that are left."""

    def __init__(self, sock: socket.socket, deadline: Deadline) -> None:
        self.sock = sock
        self.deadline = deadline
        self.reader = Reader(sock, deadline)

    def sendall(self, content: bytes) -> None:
        rest = memoryview(content)
        while rest:
            self.sock.settimeout(self.deadline.left())
            rest = rest[self.sock.send(rest) :]

    def makefile(self, mode: str) -> io.BufferedReader:
        return io.BufferedReader(self.reader)

    def close(self) -> None:
        """Not yet: http.client closes before the body is read. Whoever opened the socket closes it."""


@dataclass(eq=False)
class Reader(io.RawIOBase):
    """Reads until the deadline or the allowance of bytes is spent."""

    sock: socket.socket
    deadline: Deadline
    allowance: int = field(default=HEADERS)

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        if not self.allowance:
            raise TooMuch("too many bytes")
        self.sock.settimeout(self.deadline.left())
        count = self.sock.recv_into(buffer, min(len(buffer), self.allowance))
        self.allowance -= count
        return count


def resolved(host: str, port: int, *, resolve: Resolve, deadline: Deadline) -> Sequence[str]:
    """The addresses of a name. In a thread of its own, because the system's resolver knows no time-out."""
    thread = ThreadPoolExecutor(max_workers=1)
    try:
        return thread.submit(resolve, host, port).result(timeout=deadline.left())
    finally:
        thread.shutdown(wait=False)


def system_addresses(host: str, port: int) -> Sequence[str]:
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return tuple(dict.fromkeys(str(entry[4][0]) for entry in found))


def open_socket(address: str, port: int, seconds: float) -> socket.socket:
    """Connects to an address, never to a name: nothing is looked up again between check and use."""
    sock = socket.socket(socket.AF_INET6 if ":" in address else socket.AF_INET, socket.SOCK_STREAM)
    try:
        sock.settimeout(seconds)
        sock.connect((address, port))
    except OSError:
        sock.close()
        raise
    return sock


def secured(sock: socket.socket, *, host: str, context: ssl.SSLContext, deadline: Deadline) -> ssl.SSLSocket:
    """The same connection under TLS, its certificate checked against the name that was asked for."""
    try:
        sock.settimeout(deadline.left())
        return context.wrap_socket(sock, server_hostname=host)
    except OSError:
        sock.close()
        raise


@cache
def default_context() -> ssl.SSLContext:
    context = ssl.create_default_context()
    context.set_alpn_protocols(["http/1.1"])
    return context


def connection(line: Line, host: str) -> HTTPConnection:
    """http.client over our line; it can open no other connection by itself, and knows no proxy."""
    made = HTTPConnection(host)
    made.auto_open = 0
    made.sock = line
    return made


def body_of(response: HTTPResponse, *, reader: Reader, most: int) -> tuple[bytes, bool]:
    """At most so many bytes of the body as they came (gzip stays gzip), and whether it was cut there."""
    reader.allowance = 2 * most + HEADERS  # room for chunk sizes
    body = b""
    while len(body) <= most and (piece := response.read(min(PIECE, most + 1 - len(body)))):
        body += piece
    return body[:most], len(body) > most
