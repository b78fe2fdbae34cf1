"""One question and its answer over an open line, and the question that a redirect makes of it."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from http.client import HTTPResponse
from types import MappingProxyType

from chalicelib.core.errors import Invalid
from chalicelib.core.guarded import wire
from chalicelib.core.guarded.errors import phase
from chalicelib.core.guarded.target import Target

KEEP_METHOD = frozenset({307, 308})
FRAMING = frozenset(
    {"host", "connection", "content-length", "transfer-encoding", "accept-encoding", "trailer"}
)
OURS = FRAMING | {"te", "upgrade", "expect", "keep-alive", "proxy-authorization"}
HEADER_NAME = re.compile(r"[A-Za-z0-9!#$%&'*+.^_`|~-]+")
HEADER_VALUE = re.compile(r"[\t\x20-\x7e\x80-\xff]*")
ABOUT_BODY = frozenset({"content-type"})
CREDENTIALS = frozenset({"authorization", "cookie"})
NONE: Mapping[str, str] = MappingProxyType({})


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What came back: `headers` by lower-case name, `cut` if the body went on, `address` that gave it."""

    status: int
    headers: Mapping[str, str]
    body: bytes
    cut: bool
    final_url: str
    address: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """What is asked of a target. `headers` are by lower-case name."""

    method: str
    target: Target
    headers: Mapping[str, str]
    body: bytes

    def redirected(self, answer: Answer) -> "Request":
        """What to ask next: the body goes along as HTTP says, credentials only to the same origin."""
        there = self.target.redirected(answer.headers["location"])
        kept = self if answer.status in KEEP_METHOD or self.method == "HEAD" else self._as_get()
        foreign = frozenset() if there.origin == self.target.origin else CREDENTIALS
        return replace(kept, target=there, headers=_without(kept.headers, foreign))

    def _as_get(self) -> "Request":
        return replace(self, method="GET", body=b"", headers=_without(self.headers, ABOUT_BODY))


def exchange(wanted: Request, line: wire.Line, *, most: int, address: str) -> Answer:
    """Sends and reads within the line's deadline; Unreachable with the phase when that fails (F37)."""
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


def readable(headers: Mapping[str, str]) -> Mapping[str, str]:
    """Headers by lower-case name, or Invalid when they could split, frame or disguise a request."""
    if mine := sorted(name for name in headers if name.lower() in OURS):
        raise Invalid(f"these headers are set by the desk: {', '.join(mine)}; leave them out")
    if any(not HEADER_NAME.fullmatch(name) or not HEADER_VALUE.fullmatch(headers[name]) for name in headers):
        raise Invalid("a header has characters that HTTP does not allow; remove them")
    return {name.lower(): value for name, value in headers.items()}


def _without(headers: Mapping[str, str], names: frozenset[str]) -> Mapping[str, str]:
    return {name: value for name, value in headers.items() if name not in names}
