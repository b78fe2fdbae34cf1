"""Which URLs are called at all (F36). Nothing here opens a socket."""

from ipaddress import ip_address

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.core import guarded
from chalicelib.core.errors import Invalid
from chalicelib.core.guarded.addresses import REFUSED, why_refused
from chalicelib.core.guarded.target import read

PUBLIC = "93.184.215.14"


def leads_to(*addresses):
    return lambda host, port: addresses


def nowhere(host, port):
    raise AssertionError(f"{host} was looked up")


INWARD = {
    "loopback": "http://127.0.0.1/",
    "the far end of loopback": "http://127.255.255.254:8080/",
    "unspecified": "http://0.0.0.0/",
    "private 10": "http://10.1.2.3/",
    "private 172": "http://172.31.255.255/",
    "private 192": "http://192.168.0.1/",
    "carrier": "http://100.64.0.1/",
    "metadata": "http://169.254.169.254/latest/meta-data/",
    "container credentials": "http://169.254.170.2/v2/credentials",
    "another cloud's metadata": "http://168.63.129.16/",
    "oracle's metadata": "http://192.0.0.192/",
    "documentation": "http://203.0.113.7/",
    "benchmark": "http://198.18.0.1/",
    "multicast": "http://224.0.0.1/",
    "broadcast": "http://255.255.255.255/",
    "reserved": "http://240.0.0.1/",
    "6to4 relay": "http://192.88.99.1/",
    "IPv6 loopback": "http://[::1]/",
    "IPv6 unspecified": "http://[::]/",
    "IPv6 link-local": "http://[fe80::1]/",
    "IPv6 site-local": "http://[fec0::1]/",
    "IPv6 private, AWS metadata": "http://[fd00:ec2::254]/",
    "IPv6 multicast": "http://[ff02::1]/",
    "IPv6 documentation": "http://[2001:db8::1]/",
    "IPv6 new documentation": "http://[3fff::1]/",
    "IPv6 discard": "http://[100::1]/",
    "mapped": "http://[::ffff:127.0.0.1]/",
    "mapped in hexadecimal": "http://[::ffff:7f00:1]/",
    "mapped public": "http://[::ffff:93.184.215.14]/",
    "compatible": "http://[::127.0.0.1]/",
    "translated": "http://[::ffff:0:127.0.0.1]/",
    "NAT64": "http://[64:ff9b::7f00:1]/",
    "NAT64 local": "http://[64:ff9b:1::a00:1]/",
    "6to4": "http://[2002:7f00:1::]/",
    "Teredo": "http://[2001:0:4136:e378:8000:63bf:3fff:fdd2]/",
    "segment routing": "http://[5f00::1]/",
    "hexadecimal": "http://0x7f000001/",
    "hexadecimal part": "http://0x7f.1/",
    "decimal": "http://2130706433/",
    "short": "http://127.1/",
    "octal": "http://0177.0.0.1/",
    "leading zeros": "http://127.000.000.001/",
    "five parts": "http://1.2.3.4.5/",
    "a part too large": "http://300.1.1.1/",
    "trailing dot": "http://127.0.0.1./",
    "two trailing dots": "http://127.0.0.1../",
    "full-width digits": "http://\uff11\uff12\uff17.\uff10.\uff10.\uff11/",
    "ideographic dots": "http://127。0。0。1/",
    "circled digits": "http://①②⑦.⓪.⓪.①/",
    "encoded dot": "http://127%2e0%2e0%2e1/",
    "encoded letter": "http://%6cocalhost/",
    "a zone": "http://[fe80::1%25eth0]/",
    "a zone on a public address": "http://[2600::1%25eth0]/",
}


@pytest.mark.parametrize("url", INWARD.values(), ids=INWARD.keys())
def test_an_inward_or_oddly_spelt_address_is_blocked_without_a_look_up_f36(url):
    with pytest.raises(guarded.Blocked):
        guarded.check(url, resolve=nowhere)


UNREADABLE = [
    "", "example.com", "//example.com/", "http://", "http:///path", "http://:80/", "file:///etc/passwd",
    "gopher://example.com/", "ftp://example.com/", "javascript:alert(1)", "unix:///run/docker.sock",
    "http://alice@example.com/", "http://alice:secret@example.com/", "http://@example.com/",
    "http://example.com@127.0.0.1/", "http://example.com:0/", "http://example.com:65536/",
    "http://example.com:80:80/", "http://example.com:-1/", "http://example.com:8_0/",
    "http://exa mple.com/", "http://example.com/a b", "http://example.com\\@127.0.0.1/",
    "http://example.com/\r\nHost: inner", "http://example.com/\t", " http://example.com/", "http://exam\x00ple.com/",
    "http://[::1", "http://::1/", "http://[example.com]/", "http://[127.0.0.1]/", "http://[v1.x]/",
    "http://ex*mple.com/", "http://a..b/", "http://./", "http://" + "a" * 64 + ".com/",
    "http://" + "a." * 130 + "com/", "http://example.com/" + "a" * 2048, "http://ex℀mple.com/",
    "http://example.com/\ud800", "http://\ud800.com/",
]  # fmt: skip


@pytest.mark.parametrize("url", UNREADABLE)
def test_what_is_not_a_plain_http_url_is_blocked_f36(url):
    with pytest.raises(guarded.Blocked) as refusal:
        guarded.check(url, resolve=nowhere)
    assert isinstance(refusal.value, Invalid) and refusal.value.reason in refusal.value.message


READABLE = [
    ("http://example.com", "http://example.com/"),
    ("HTTPS://EXAMPLE.com:443/Path?q=1#part", "https://example.com/Path?q=1"),
    ("http://example.com.:8080/", "http://example.com:8080/"),
    ("https://example.com:80?x", "https://example.com:80/?x"),
    ("http://bücher.example/ü", "http://xn--bcher-kva.example/%C3%BC"),
    ("http://93.184.215.14/a%20b", "http://93.184.215.14/a%20b"),
    ("http://[2600:0:0::1]:81/", "http://[2600::1]:81/"),
    ("http://under_score.example/", "http://under_score.example/"),
    ("http://1.example/", "http://1.example/"),
]


@pytest.mark.parametrize(("url", "plain"), READABLE)
def test_an_outward_url_is_given_back_in_its_plain_form(url, plain):
    assert guarded.check(url, resolve=leads_to(PUBLIC)) == plain


@pytest.mark.parametrize(
    "inward", ["127.0.0.1", "10.0.0.1", "::1", "fe80::1%2", "::ffff:10.0.0.1", "garbage"]
)
@pytest.mark.parametrize("place", [0, 1, 2])
def test_one_inward_address_among_public_ones_blocks_the_name_f36(inward, place):
    answers = [PUBLIC, "2600::1"]
    answers.insert(place, inward)
    with pytest.raises(guarded.Blocked) as refusal:
        guarded.check("https://mallory.example/", resolve=leads_to(*answers))
    assert inward not in refusal.value.message


def test_a_setting_allows_named_networks_and_nothing_beside_them():
    allow = guarded.networks("127.0.0.0/8, ::1/128")
    assert guarded.check("http://127.0.0.1:9/", allow=allow) == "http://127.0.0.1:9/"
    for url in ("http://10.0.0.1/", "http://[::ffff:127.0.0.1]/", "http://127.1/", "http://169.254.169.254/"):
        with pytest.raises(guarded.Blocked):
            guarded.check(url, allow=allow, resolve=nowhere)


def test_an_empty_setting_allows_nothing():
    assert guarded.networks("") == guarded.networks(" , ") == ()


@given(st.ip_addresses())
def test_no_address_that_python_calls_inward_is_ever_let_through_f36(address):
    inward = (
        address.is_private
        or address.is_loopback
        or address.is_link_local
        or address.is_multicast
        or address.is_reserved
        or address.is_unspecified
    )
    if inward:
        assert why_refused(address)


@given(st.data())
def test_every_address_of_a_refused_network_is_refused_f36(data):
    network, _ = data.draw(st.sampled_from(REFUSED))
    offset = data.draw(st.integers(0, network.num_addresses - 1))
    assert why_refused(network[offset])


@pytest.mark.parametrize(
    "address",
    [
        "1.1.1.1",
        "8.8.8.8",
        "100.63.255.255",
        "100.128.0.0",
        "172.32.0.0",
        "192.0.1.1",
        "2600::1",
        "2a00:1450:4001::1",
        "2001:4860:4860::8888",
    ],
)
def test_ordinary_public_addresses_are_let_through(address):
    assert why_refused(ip_address(address)) is None


@given(st.text(max_size=60))
def test_any_text_for_a_url_is_blocked_or_read_never_an_error(text):
    for url in (text, f"http://{text}", f"http://example.com/{text}"):
        try:
            there = read(url)
        except guarded.Blocked:
            continue
        assert there.host.isascii() and there.path.startswith("/") and read(there.url) == there
