"""Where a URL leads, read so strictly that nobody else can read it differently (F36)."""

import re
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address
from urllib.parse import SplitResult, quote, urljoin, urlsplit

from chalicelib.core.guarded.errors import Blocked

PORTS = {"http": 80, "https": 443}
LONGEST_URL = 2048
# `urlsplit` drops tabs and line ends in silence, browsers take a backslash for a slash, and half a
# surrogate pair, which JSON can carry, has no bytes.
UNREADABLE = re.compile(r"[\x00-\x20\x7f\\\ud800-\udfff]")
NAME = re.compile(r"[a-z0-9_-]{1,63}(\.[a-z0-9_-]{1,63})*")
NUMBER = re.compile(r"0x[0-9a-f]*|[0-9]+")
KEPT_IN_PATHS = "/%:@!$&'()*+,;=~?-._"


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """A URL taken apart: `host` is a plain ASCII name or an address, `path` has the query. Any port but 0."""

    scheme: str
    host: str
    port: int
    path: str

    @property
    def is_address(self) -> bool:
        return ":" in self.host or _ends_in_number(self.host)

    @property
    def host_header(self) -> str:
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == PORTS[self.scheme] else f"{host}:{self.port}"

    @property
    def origin(self) -> tuple[str, str, int]:
        return self.scheme, self.host, self.port

    @property
    def url(self) -> str:
        return f"{self.scheme}://{self.host_header}{self.path}"

    def redirected(self, location: str) -> "Target":
        """Where a Location header leads from here; never from https down to http."""
        # Headers arrive as latin-1; what servers mean is UTF-8.
        meant = location.strip().encode("latin-1", "replace").decode("utf-8", "replace")
        there = read(_joined(self.url, meant))
        if self.scheme == "https" and there.scheme == "http":
            raise Blocked("a redirect from https to http")
        return there


def read(url: str) -> Target:
    """The target of a URL, or Blocked with what is wrong in it."""
    if len(url) > LONGEST_URL:
        raise Blocked(f"longer than {LONGEST_URL} characters")
    if UNREADABLE.search(url):
        raise Blocked("spaces, control characters or backslashes in it")
    parts, port = _split(url)
    return Target(scheme=parts.scheme, host=_host(parts), port=port, path=_path(parts))


def _split(url: str) -> tuple[SplitResult, int]:
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        raise Blocked("it is not a URL") from None
    if parts.scheme not in PORTS:
        raise Blocked("only http and https are called")
    if "@" in parts.netloc:
        raise Blocked("a user name or password in it")
    if port == 0:
        raise Blocked("port 0")
    return parts, port or PORTS[parts.scheme]


def _host(parts: SplitResult) -> str:
    written = parts.hostname or ""
    if "[" in parts.netloc:
        return _ipv6(written)
    name = _ascii(written.removesuffix("."))
    if not NAME.fullmatch(name) or len(name) > 253:
        raise Blocked("no readable host name in it")
    if _ends_in_number(name):
        return _ipv4(name)
    return name


def _ascii(name: str) -> str:
    """Full-width digits, ideographic dots and the like, folded as a resolver would fold them."""
    try:
        return name.encode("idna").decode("ascii").lower().removesuffix(".")
    except UnicodeError:
        raise Blocked("no readable host name in it") from None


def _ends_in_number(name: str) -> bool:
    # What ends in a number is never a name: resolvers read 0x7f.1, 127.1 and 2130706433 as addresses.
    return NUMBER.fullmatch(name.rpartition(".")[2]) is not None


def _ipv4(written: str) -> str:
    try:
        return str(IPv4Address(written))
    except ValueError:
        raise Blocked("an address in an odd spelling") from None


def _ipv6(written: str) -> str:
    try:
        address = IPv6Address(written)
    except ValueError:
        raise Blocked("an address in an odd spelling") from None
    if address.scope_id:
        raise Blocked("a link-local address")
    return str(address)


def _path(parts: SplitResult) -> str:
    path = parts.path if parts.path.startswith("/") else f"/{parts.path}"
    return quote(f"{path}?{parts.query}" if parts.query else path, safe=KEPT_IN_PATHS)


def _joined(base: str, location: str) -> str:
    try:
        return urljoin(base, location)
    except ValueError:
        raise Blocked("a redirect to something that is not a URL") from None
