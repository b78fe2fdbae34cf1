"""Loopback ports: free ones for tests, and a clear word when one is taken."""

import socket
import time
from urllib.error import HTTPError, URLError
from urllib.request import urlopen

HOST = "127.0.0.1"


class PortTaken(RuntimeError):
    """Another process listens there."""


def free_port() -> int:
    """A port that nobody listens on now."""
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        port: int = probe.getsockname()[1]
        return port


def claim(port: int, *, variable: str) -> None:
    """Refuses a port that is taken, naming the variable that changes it."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError:
            raise PortTaken(f"port {port} is taken: stop what listens there, or set {variable}.") from None


def wait_until_answering(url: str, *, patience: float) -> bool:
    """True as soon as anything answers over HTTP; an error status is an answer too."""
    end = time.monotonic() + patience
    while time.monotonic() < end:
        try:
            urlopen(url, timeout=1).close()  # noqa: S310 - always http on loopback
        except HTTPError:
            return True
        except (URLError, OSError):
            time.sleep(0.03)
        else:
            return True
    return False
