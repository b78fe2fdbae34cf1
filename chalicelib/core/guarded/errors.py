"""Why a guarded call did not end in an answer: refused by us, or not to be had from them."""

import socket
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from http.client import BadStatusLine, HTTPException, IncompleteRead, RemoteDisconnected, UnknownProtocol

from chalicelib.core.errors import DeskError, Invalid


class Blocked(Invalid):
    """We will not call this address; `reason` says why, and never which address a name led to (F36)."""

    def __init__(self, reason: str) -> None:
        super().__init__(
            f"this address may not be called: {reason}; give a public http or https address", reason=reason
        )
        self.reason = reason


class Unreachable(DeskError):
    """No usable answer: `phase` is dns, connect, tls, send or answer; `cause` a word or two (F37)."""

    def __init__(self, phase: str, cause: str) -> None:
        super().__init__(f"no answer: {cause} at {phase}", phase=phase, cause=cause)
        self.phase = phase
        self.cause = cause


class TooMuch(HTTPException):
    """The answer went over the bytes we are ready to read."""


@contextmanager
def phase(name: str) -> Iterator[None]:
    """What goes wrong inside becomes Unreachable with this phase.

    ValueError too: the standard library raises it on a chunk of negative size.
    """
    try:
        yield
    except (OSError, HTTPException, ValueError) as fault:
        raise Unreachable(name, _cause(fault)) from fault


def _cause(fault: Exception) -> str:
    return next((cause for kind, cause in CAUSES if isinstance(fault, kind)), "network")


# Order matters: the particular before the general.
CAUSES: tuple[tuple[type[Exception], str], ...] = (
    (TimeoutError, "timeout"),
    (socket.gaierror, "name not found"),
    (ssl.SSLCertVerificationError, "certificate"),
    (ssl.SSLError, "tls"),
    (RemoteDisconnected, "closed"),
    (ConnectionRefusedError, "refused"),
    (ConnectionError, "reset"),
    (BadStatusLine, "not http"),
    (UnknownProtocol, "not http"),
    (IncompleteRead, "not http"),
    (HTTPException, "too large"),  # a line too long, too many headers, TooMuch
    (ValueError, "not http"),
)
