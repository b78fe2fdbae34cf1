"""A guarded request: read the URL, resolve, check, connect to the checked address; again at each redirect."""

import socket
import ssl
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from chalicelib.core.guarded import target, wire
from chalicelib.core.guarded.addresses import Network, checked
from chalicelib.core.guarded.errors import Unreachable, phase
from chalicelib.core.guarded.exchange import NONE, Answer, Request, exchange, readable

BODY = 64 * 1024
TRIED_ADDRESSES = 4
REDIRECTS = frozenset({301, 302, 303, 307, 308})


@dataclass(frozen=True, slots=True, kw_only=True)
class Ways:
    """How this call gets out, and what it may use."""

    deadline: wire.Deadline
    max_body: int
    allow: Sequence[Network]
    resolve: wire.Resolve
    connect: wire.Connect
    context: ssl.SSLContext | None


def request(  # noqa: PLR0913 - each is a limit that a caller or a test may tighten
    method: str,
    url: str,
    *,
    body: bytes = b"",
    headers: Mapping[str, str] = NONE,
    timeout: float = 8.0,
    max_body: int = BODY,
    redirects: int = 3,
    allow: Sequence[Network] = (),
    resolve: wire.Resolve = wire.system_addresses,
    connect: wire.Connect = wire.open_socket,
    context: ssl.SSLContext | None = None,
) -> Answer:
    """Calls a customer's URL and nothing inward (F36), in `timeout` seconds over all hops and phases (F37).

    Raises Blocked before a packet leaves, or Unreachable with the phase that failed. With `redirects=0`
    a redirect is an answer like any other and is not followed (F42). Any port may be called.
    """
    ways = Ways(
        deadline=wire.Deadline.after(timeout),
        max_body=max_body,
        allow=allow,
        resolve=resolve,
        connect=connect,
        context=context,
    )
    wanted = Request(method=method, target=target.read(url), headers=readable(headers), body=body)
    for _ in range(redirects + 1):
        answer = _once(wanted, ways)
        if not redirects or answer.status not in REDIRECTS or "location" not in answer.headers:
            return answer
        wanted = wanted.redirected(answer)
    raise Unreachable("answer", "too many redirects")


def check(
    url: str,
    *,
    allow: Sequence[Network] = (),
    timeout: float = 3.0,
    resolve: wire.Resolve = wire.system_addresses,
) -> str:
    """The URL in its plain form, or Blocked: for when it is saved. Every call checks again."""
    there = target.read(url)
    _addresses(there, resolve=resolve, deadline=wire.Deadline.after(timeout), allow=allow)
    return there.url


def _once(wanted: Request, ways: Ways) -> Answer:
    addresses = _addresses(wanted.target, resolve=ways.resolve, deadline=ways.deadline, allow=ways.allow)
    with phase("connect"):
        sock, address = _connected(addresses, wanted.target.port, ways)
    if wanted.target.scheme == "https":
        with phase("tls"):
            sock = wire.secured(
                sock,
                host=wanted.target.host,
                deadline=ways.deadline,
                context=ways.context or wire.default_context(),
            )
    with sock:
        return exchange(wanted, wire.Line(sock, ways.deadline), most=ways.max_body, address=address)


def _addresses(
    there: target.Target, *, resolve: wire.Resolve, deadline: wire.Deadline, allow: Sequence[Network]
) -> tuple[str, ...]:
    if there.is_address:
        found: Sequence[str] = (there.host,)
    else:
        with phase("dns"):
            found = wire.resolved(there.host, there.port, resolve=resolve, deadline=deadline)
    if not found:
        raise Unreachable("dns", "name not found")
    return tuple(str(address) for address in checked(found, allow=allow))


def _connected(addresses: Sequence[str], port: int, ways: Ways) -> tuple[socket.socket, str]:
    tried = addresses[:TRIED_ADDRESSES]
    for index, address in enumerate(tried):
        try:
            return ways.connect(address, port, ways.deadline.left() / (len(tried) - index)), address
        except OSError:
            if index == len(tried) - 1:
                raise
    raise OSError("no address")
