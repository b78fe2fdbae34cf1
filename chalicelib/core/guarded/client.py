"""A guarded request: read the URL, resolve, check, connect to the checked address, and again at each redirect."""

import re
import socket
import ssl
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from http.client import HTTPResponse
from types import MappingProxyType

from chalicelib.core.errors import Invalid
from chalicelib.core.guarded import target, wire
from chalicelib.core.guarded.addresses import Network, checked
from chalicelib.core.guarded.errors import Unreachable, phase

BODY = 64 * 1024
TRIED_ADDRESSES = 4
REDIRECTS = frozenset({301, 302, 303, 307, 308})
KEEP_METHOD = frozenset({307, 308})
OURS = frozenset(
    {
        "host",
        "connection",
        "content-length",
        "transfer-encoding",
        "accept-encoding",
        "te",
        "trailer",
        "upgrade",
        "expect",
        "keep-alive",
        "proxy-authorization",
    }
)
HEADER_NAME = re.compile(r"[A-Za-z0-9!#$%&'*+.^_`|~-]+")
HEADER_VALUE = re.compile(r"[\t\x20-\x7e\x80-\xff]*")
ABOUT_BODY = frozenset({"content-type"})
CREDENTIALS = frozenset({"authorization", "cookie"})
NONE: Mapping[str, str] = MappingProxyType({})


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What came back: `headers` by lower-case name, `cut` if the body went on, `address` the one that answered."""

    status: int
    headers: Mapping[str, str]
    body: bytes
    cut: bool
    final_url: str
    address: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    method: str
    target: target.Target
    headers: Mapping[str, str]
    body: bytes

    def redirected(self, answer: Answer) -> "Request":
        there = self.target.redirected(answer.headers["location"])
        kept = (
            self
            if answer.status in KEEP_METHOD or self.method == "HEAD"
            else replace(self, method="GET", body=b"", headers=_without(self.headers, ABOUT_BODY))
        )
        return replace(
            kept,
            target=there,
            headers=kept.headers
            if there.origin == self.target.origin
            else _without(kept.headers, CREDENTIALS),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Ways:
    """How this call gets out, and what it may use."""

    deadline: wire.Deadline
    max_body: int
    allow: Sequence[Network]
    resolve: wire.Resolve
    connect: wire.Connect
    context: ssl.SSLContext | None


def request(
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
    """Calls a customer's URL and nothing inward (F36), within `timeout` seconds over all hops and phases (F37).

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
    wanted = Request(method=method, target=target.read(url), headers=_readable(headers), body=body)
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
    """The URL in its plain form, or Blocked: to be asked when an address is saved. Every call checks again."""
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
        return _exchange(wanted, wire.Line(sock, ways.deadline), most=ways.max_body, address=address)


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


def _exchange(wanted: Request, line: wire.Line, *, most: int, address: str) -> Answer:
    connection = wire.connection(line, wanted.target.host)
    with phase("send"):
        connection.putrequest(wanted.method, wanted.target.path, skip_host=True, skip_accept_encoding=True)
        for name, value in _sent_headers(wanted).items():
            connection.putheader(name, value)
        connection.endheaders(wanted.body or None)
    with phase("answer"):
        response = connection.getresponse()
        body, cut = wire.body_of(response, reader=line.reader, most=most)
    return Answer(
        status=response.status,
        headers=_headers(response),
        body=body,
        cut=cut,
        final_url=wanted.target.url,
        address=address,
    )


def _sent_headers(wanted: Request) -> dict[str, str]:
    length = {"content-length": str(len(wanted.body))} if wanted.body else {}
    return {
        "host": wanted.target.host_header,
        "user-agent": "Pledge",
        "accept": "*/*",
        **wanted.headers,
        "accept-encoding": "identity",
        "connection": "close",
        **length,
    }


def _headers(response: HTTPResponse) -> Mapping[str, str]:
    found: dict[str, str] = {}
    for name, value in response.getheaders():
        found.setdefault(name.lower(), value)
    return MappingProxyType(found)


def _readable(headers: Mapping[str, str]) -> Mapping[str, str]:
    if mine := sorted(name for name in headers if name.lower() in OURS):
        raise Invalid(f"these headers are set by the desk: {', '.join(mine)}; leave them out")
    if any(not HEADER_NAME.fullmatch(name) or not HEADER_VALUE.fullmatch(headers[name]) for name in headers):
        raise Invalid("a header has characters that HTTP does not allow; remove them")
    return {name.lower(): value for name, value in headers.items()}


def _without(headers: Mapping[str, str], names: frozenset[str]) -> Mapping[str, str]:
    return {name: value for name, value in headers.items() if name not in names}
