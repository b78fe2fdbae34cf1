"""Which addresses a customer's URL may lead to (F36): public ones, and nothing that can hide another."""

from collections.abc import Sequence
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network

from chalicelib.core.guarded.errors import Blocked

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network

# Written out, because `is_global` differs between Python versions and passes multicast, NAT64 and 6to4.
REFUSED: tuple[tuple[Network, str], ...] = tuple(
    (ip_network(network), word)
    for network, word in (
        ("0.0.0.0/8", "an unspecified address"),
        ("10.0.0.0/8", "a private address"),
        ("100.64.0.0/10", "a carrier's private address"),
        ("127.0.0.0/8", "a loopback address"),
        ("168.63.129.16/32", "a metadata address"),
        ("169.254.0.0/16", "a link-local or metadata address"),
        ("172.16.0.0/12", "a private address"),
        ("192.0.0.0/24", "a reserved address"),
        ("192.0.2.0/24", "a documentation address"),
        ("192.88.99.0/24", "a 6to4 relay"),
        ("192.168.0.0/16", "a private address"),
        ("198.18.0.0/15", "a test network's address"),
        ("198.51.100.0/24", "a documentation address"),
        ("203.0.113.0/24", "a documentation address"),
        ("224.0.0.0/4", "a multicast address"),
        ("240.0.0.0/4", "a reserved address"),
        ("::/128", "an unspecified address"),
        ("::1/128", "a loopback address"),
        ("::/96", "an IPv4 address inside IPv6"),
        ("::ffff:0:0/96", "an IPv4 address inside IPv6"),
        ("::ffff:0:0:0/96", "an IPv4 address inside IPv6"),
        ("64:ff9b::/96", "a NAT64 address"),
        ("64:ff9b:1::/48", "a NAT64 address"),
        ("2001::/32", "a Teredo address"),
        ("2001::/23", "a reserved address"),
        ("2001:db8::/32", "a documentation address"),
        ("2002::/16", "a 6to4 address"),
        ("3fff::/20", "a documentation address"),
        ("fc00::/7", "a private address"),
        ("fe80::/10", "a link-local address"),
        ("fec0::/10", "a private address"),
        ("ff00::/8", "a multicast address"),
    )
)
GLOBAL_UNICAST = IPv6Network("2000::/3")  # all that IANA has given out; the rest is reserved


def checked(addresses: Sequence[str], *, allow: Sequence[Network] = ()) -> tuple[Address, ...]:
    """All of them, or Blocked if a single one may not be called: a name could lead to either."""
    found = tuple(_parsed(address) for address in addresses)
    for address in found:
        if reason := why_refused(address, allow=allow):
            raise Blocked(reason)
    return found


def why_refused(address: Address, *, allow: Sequence[Network] = ()) -> str | None:
    """The reason why this address may not be called, or None if it may."""
    if any(address in network for network in allow):
        return None
    listed = next((word for network, word in REFUSED if address in network), None)
    return listed or _not_public(address)


def networks(text: str) -> tuple[Network, ...]:
    """Networks that a setting allows besides the public ones, comma-separated: for development only."""
    return tuple(ip_network(part.strip()) for part in text.split(",") if part.strip())


def _parsed(address: str) -> Address:
    try:
        return ip_address(address)
    except ValueError:
        raise Blocked("an address that cannot be read") from None


def _not_public(address: Address) -> str | None:
    given_out = address.version == 4 or address in GLOBAL_UNICAST
    return None if given_out and address.is_global else "a reserved address"
