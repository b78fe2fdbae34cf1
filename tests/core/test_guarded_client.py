"""Guarded calls over real sockets on loopback (F36, F37, F42): what they read, and what never leaves."""

import gzip
import select
import socket
import ssl
import threading
import time
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from chalicelib.core import guarded
from chalicelib.core.errors import Invalid
from chalicelib.core.guarded import wire

LOCAL = guarded.networks("127.0.0.0/8")
OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"


class Listener:
    """A server on loopback that answers each connection by the next script, and counts who came."""

    def __init__(self, *scripts, context=None):
        self.scripts = list(scripts)
        self.context = context
        self.received = []
        self.stop = threading.Event()
        self.socket = socket.create_server(("127.0.0.1", 0))
        self.socket.settimeout(0.02)
        self.port = self.socket.getsockname()[1]
        self.thread = threading.Thread(target=self.serve, daemon=True)

    def url(self, host="shop.example", path="/", scheme="http"):
        return f"{scheme}://{host}:{self.port}{path}"

    def serve(self):
        while not self.stop.is_set():
            try:
                line, _ = self.socket.accept()
            except TimeoutError:
                continue
            with line:
                self.answer(line)

    def answer(self, line):
        line.settimeout(2)
        script = self.scripts.pop(0) if self.scripts else OK
        try:
            if self.context:
                line = self.context.wrap_socket(line, server_side=True)
            self.received.append(self.question(line))
            script(line, self.stop) if callable(script) else line.sendall(script)
            line.shutdown(socket.SHUT_WR)
        except OSError:
            pass  # the caller hung up, as some tests want it to
        finally:
            line.close()

    @staticmethod
    def question(line):
        read = b""
        while b"\r\n\r\n" not in read:
            read += line.recv(65536)
        head, _, body = read.partition(b"\r\n\r\n")
        size = next(
            (int(row[15:]) for row in head.lower().split(b"\r\n") if row.startswith(b"content-length:")), 0
        )
        while len(body) < size:
            body += line.recv(65536)
        return head + b"\r\n\r\n" + body

    def waiting(self):
        """Whether anybody stands at the door who was not let in."""
        return bool(select.select([self.socket], [], [], 0)[0])


@contextmanager
def listening(*scripts, context=None):
    listener = Listener(*scripts, context=context)
    listener.thread.start()
    try:
        yield listener
    finally:
        listener.stop.set()
        listener.thread.join()
        listener.socket.close()


def local(host, port):
    return ["127.0.0.1"]


def call(url, method="GET", **options):
    return guarded.request(method, url, **{"allow": LOCAL, "resolve": local, "timeout": 3.0, **options})


def drip(content, pause=0.03):
    """Sends byte by byte, so that no single read ever waits long."""

    def script(line, stop):
        for byte in content:
            if stop.wait(pause):
                return
            line.sendall(bytes([byte]))

    return script


def endless(head, piece):
    def script(line, stop):
        line.sendall(head)
        while not stop.is_set():
            line.sendall(piece)

    return script


def silent(line, stop):
    stop.wait(5)


def redirect(to, status=302):
    return f"HTTP/1.1 {status} Moved\r\nLocation: {to}\r\nContent-Length: 0\r\n\r\n".encode()


def test_an_answer_carries_status_headers_body_and_the_address_that_gave_it():
    with listening(b"HTTP/1.1 418 Teapot\r\nX-Kind: Tea\r\nContent-Length: 5\r\n\r\nhello") as server:
        answer = call(server.url(path="/pot?x=1"))
    assert (answer.status, answer.headers["x-kind"], answer.body, answer.cut) == (418, "Tea", b"hello", False)
    assert (answer.address, answer.final_url) == ("127.0.0.1", server.url(path="/pot?x=1"))


def test_a_request_names_its_host_sends_its_body_and_asks_for_no_compression():
    with listening(OK) as server:
        call(server.url(path="/in"), "POST", body=b"{}", headers={"Content-Type": "application/json"})
    head, _, body = server.received[0].partition(b"\r\n\r\n")
    lines = head.decode().split("\r\n")
    assert lines[0] == "POST /in HTTP/1.1" and body == b"{}"
    assert {
        f"host: shop.example:{server.port}",
        "content-type: application/json",
        "content-length: 2",
        "accept-encoding: identity",
        "connection: close",
    } <= set(lines)
    assert len({line.partition(":")[0].lower() for line in lines}) == len(lines)


@pytest.mark.parametrize(
    "headers",
    [
        {"Host": "inner"},
        {"transfer-encoding": "chunked"},
        {"X-A": "1\r\nX-B: 2"},
        {"X A": "1"},
        {"X-A": "\u20ac"},
        {"": "1"},
    ],
)
def test_headers_that_could_split_or_disguise_a_request_are_refused(headers):
    with listening() as server:
        with pytest.raises(Invalid):
            call(server.url(), headers=headers)
        assert not server.received and not server.waiting()


@pytest.mark.parametrize(
    "host",
    [
        "127.0.0.1",
        "localhost",
        "2130706433",
        "0x7f.1",
        "127.1",
        "[::ffff:127.0.0.1]",
        "\uff11\uff12\uff17.\uff10.\uff10.\uff11",
        "127.0.0.1.",
        "inward.example",
    ],
)
def test_no_packet_leaves_for_an_inward_address_f36(host):
    with listening() as server:
        with pytest.raises(guarded.Blocked):
            guarded.request("GET", server.url(host), resolve=local)
        assert not server.received and not server.waiting()


def test_a_redirect_inward_is_blocked_before_a_packet_leaves_f36():
    with listening() as inner, listening(redirect(f"http://127.0.0.2:{inner.port}/admin")) as outer:
        with pytest.raises(guarded.Blocked):
            call(outer.url(), allow=guarded.networks("127.0.0.1/32"))
        assert len(outer.received) == 1
        assert not inner.received and not inner.waiting()


@pytest.mark.parametrize(
    "to",
    [
        "file:///etc/passwd",
        "gopher://shop.example/",
        "http://a@shop.example/",
        "http://169.254.169.254/",
        "//2130706433/",
        "http://[::1",
        "http://shop.example:0/",
    ],
)
def test_each_redirect_is_read_as_strictly_as_the_first_url_f36(to):
    with listening(redirect(to)) as server, pytest.raises(guarded.Blocked):
        call(server.url())


def test_a_name_whose_answer_changes_is_called_only_at_the_address_that_was_checked_f36():
    answers = [["127.0.0.1"], ["127.0.0.2"]]
    with listening(redirect("/again")) as server, pytest.raises(guarded.Blocked):
        call(server.url(), allow=guarded.networks("127.0.0.1/32"), resolve=lambda host, port: answers.pop(0))
    assert len(server.received) == 1 and not answers


def test_a_name_is_looked_up_once_a_hop_so_nothing_can_change_between_check_and_use_f36():
    asked = []
    with listening(OK) as server:
        answer = call(server.url(), resolve=lambda host, port: asked.append(host) or ["127.0.0.1"])
    assert asked == ["shop.example"] and answer.address == "127.0.0.1"


def test_the_connection_goes_to_an_address_never_to_a_name():
    opened = []

    def connect(address, port, seconds):
        opened.append(ip_address(address))
        return wire.open_socket("127.0.0.1", port, seconds)

    with listening(OK) as server:
        call(server.url(), resolve=lambda host, port: ["93.184.215.14"], connect=connect)
    assert opened == [ip_address("93.184.215.14")]


def test_when_one_checked_address_is_dead_the_next_is_tried():
    with listening(OK) as server:
        answer = call(server.url(), resolve=lambda host, port: ["127.0.0.9", "127.0.0.1"])
    assert answer.address == "127.0.0.1"


def test_redirects_are_followed_up_to_their_limit():
    with listening(redirect("/a", 301), redirect("b?x=1", 307)) as server:
        server.scripts.append(redirect(f"//other.example:{server.port}/c", 308))
        answer = call(server.url())
    assert answer.status == 200 and answer.final_url == f"http://other.example:{server.port}/c"
    assert [read.split(b" ")[1] for read in server.received] == [b"/", b"/a", b"/b?x=1", b"/c"]


def test_a_redirect_loop_ends_f37():
    with listening(*[redirect("/")] * 9) as server, pytest.raises(guarded.Unreachable) as fault:
        call(server.url(), redirects=3)
    assert (fault.value.phase, fault.value.cause) == ("answer", "too many redirects")
    assert len(server.received) == 4


def test_with_no_redirects_allowed_a_redirect_is_an_answer_f42():
    with listening(redirect("http://169.254.169.254/")) as server:
        answer = call(server.url(), "POST", body=b"x", redirects=0)
    assert answer.status == 302 and len(server.received) == 1


@pytest.mark.parametrize(
    ("status", "first", "then"),
    [
        (303, "POST", b"GET"),
        (302, "POST", b"GET"),
        (307, "POST", b"POST"),
        (308, "PUT", b"PUT"),
        (302, "HEAD", b"HEAD"),
    ],
)
def test_a_redirected_request_keeps_or_drops_its_body_as_http_says(status, first, then):
    with listening(redirect("/there", status)) as server:
        call(
            server.url(),
            first,
            body=b"" if first == "HEAD" else b"body",
            headers={"content-type": "text/plain"},
        )
    assert server.received[1].startswith(then + b" /there")
    assert server.received[1].endswith(b"body") == (then in {b"POST", b"PUT"})


def test_credentials_stay_with_the_origin_they_were_meant_for():
    with listening(redirect("/same")) as server:
        server.scripts.append(redirect(server.url("other.example")))
        call(server.url(), headers={"Authorization": "Bearer secret", "X-Kept": "1"})
    assert [b"secret" in read for read in server.received] == [True, True, False]
    assert b"x-kept: 1" in server.received[2]


FAULTY = {
    "never answers": (silent, "timeout"),
    "answers byte by byte": (drip(OK * 20), "timeout"),
    "sends its body byte by byte": (drip(b"HTTP/1.1 200 OK\r\n\r\n" + b"x" * 99), "timeout"),
    "never ends a header": (endless(b"HTTP/1.1 200 OK\r\nX: ", b"x" * 65536), "too large"),
    "never ends its headers": (endless(b"HTTP/1.1 200 OK\r\n", b"X: y\r\n" * 50), "too large"),
    "continues for ever": (endless(b"", b"HTTP/1.1 100 Continue\r\n\r\n" * 99), "too large"),
    "sends empty chunk names": (
        endless(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1;", b"x" * 65536),
        "too large",
    ),
    "trails for ever": (
        endless(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n", b"a: b\r\n" * 99),
        "too large",
    ),
    "hangs up": (b"", "closed"),
    "speaks something else": (b"SSH-2.0-OpenSSH_9.6\r\n", "not http"),
    "sends a chunk of negative size": (
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n-5\r\nhello",
        "not http",
    ),
    "breaks a chunk off": (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nff\r\nhello", "not http"),
}


@pytest.mark.parametrize(("script", "cause"), FAULTY.values(), ids=FAULTY.keys())
def test_a_site_that_misbehaves_costs_no_more_than_its_budget_f37(script, cause):
    with listening(script) as server:
        began = time.monotonic()
        with pytest.raises(guarded.Unreachable) as fault:
            call(server.url(), timeout=0.4)
        assert time.monotonic() - began < 1.5
    assert (fault.value.phase, fault.value.cause) == ("answer", cause)


def test_one_budget_counts_over_all_hops_f37():
    with listening(*[drip(redirect("/"), pause=0.005)] * 9) as server:
        began = time.monotonic()
        with pytest.raises(guarded.Unreachable) as fault:
            call(server.url(), timeout=0.6, redirects=8)
        assert time.monotonic() - began < 1.5
    assert fault.value.cause == "timeout"


def test_a_receiver_that_never_reads_ends_in_the_send_phase_f37():
    def connect(address, port, seconds):
        ours, theirs = socket.socketpair()
        ends.append(theirs)
        return ours

    ends = []
    with pytest.raises(guarded.Unreachable) as fault:
        call("http://shop.example/", "POST", body=b"x" * 4_000_000, connect=connect, timeout=0.3)
    assert (fault.value.phase, fault.value.cause) == ("send", "timeout")
    ends[0].close()


BODIES = {
    "endless": endless(b"HTTP/1.1 200 OK\r\n\r\n", b"x" * 65536),
    "endless in chunks": endless(
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", b"10000\r\n" + b"x" * 65536 + b"\r\n"
    ),
    "announced as ten gigabytes": endless(
        b"HTTP/1.1 200 OK\r\nContent-Length: 10000000000\r\n\r\n", b"x" * 65536
    ),
    "one chunk of a terabyte": endless(
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nffffffffff\r\n", b"x" * 65536
    ),
}


@pytest.mark.parametrize("script", BODIES.values(), ids=BODIES.keys())
def test_a_body_is_cut_at_its_limit_f37(script):
    with listening(script) as server:
        answer = call(server.url())
    assert (answer.status, answer.body, answer.cut) == (200, b"x" * 65536, True)


def test_a_body_of_exactly_the_limit_is_whole():
    with listening(b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n0123456789") as server:
        answer = call(server.url(), max_body=10)
    assert (answer.body, answer.cut) == (b"0123456789", False)


def test_a_gzip_bomb_stays_packed_f37():
    bomb = gzip.compress(bytes(10_000_000))
    head = f"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: {len(bomb)}\r\n\r\n"
    with listening(head.encode() + bomb) as server:
        assert call(server.url()).body == bomb


def test_a_closed_port_is_told_from_a_silent_one_f37():
    with listening() as server:
        url = server.url()
    with pytest.raises(guarded.Unreachable) as fault:
        call(url)
    assert (fault.value.phase, fault.value.cause) == ("connect", "refused")


def test_a_name_that_does_not_exist_fails_in_the_dns_phase():
    def unknown(host, port):
        raise socket.gaierror(socket.EAI_NONAME, "unknown")

    for resolve in (unknown, lambda host, port: []):
        with pytest.raises(guarded.Unreachable) as fault:
            call("http://shop.example/", resolve=resolve)
        assert (fault.value.phase, fault.value.cause) == ("dns", "name not found")


def test_a_resolver_that_hangs_does_not_hold_the_call_f37():
    release = threading.Event()
    with pytest.raises(guarded.Unreachable) as fault:
        call("http://shop.example/", resolve=lambda host, port: release.wait(5) or [], timeout=0.1)
    release.set()
    assert (fault.value.phase, fault.value.cause) == ("dns", "timeout")


def test_a_proxy_in_the_environment_is_not_used(monkeypatch):
    with listening() as proxy, listening(OK) as server:
        monkeypatch.setenv("http_proxy", f"http://127.0.0.1:{proxy.port}")
        monkeypatch.setenv("HTTP_PROXY", f"http://127.0.0.1:{proxy.port}")
        assert call(server.url()).status == 200
        assert not proxy.received and not proxy.waiting()


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    st.one_of(
        st.binary(max_size=200),
        st.binary(max_size=200).map(lambda tail: b"HTTP/1.1 200 OK\r\n" + tail),
        st.binary(max_size=99).map(
            lambda tail: b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n" + tail
        ),
    )
)
def test_any_bytes_for_an_answer_end_in_an_answer_or_unreachable_f37(content):
    def connect(address, port, seconds):
        ours, theirs = socket.socketpair()
        with theirs:
            theirs.sendall(content)
            theirs.shutdown(socket.SHUT_WR)
            ours.settimeout(1)
            kept.append(theirs.dup())
        return ours

    kept = []
    try:
        answer = call("http://shop.example/", connect=connect, redirects=0)
    except guarded.Unreachable as fault:
        assert fault.phase == "answer"
    else:
        assert content.startswith(b"HTTP/") and len(answer.body) <= len(content)
    kept[0].close()


@pytest.fixture(scope="module")
def certificates(tmp_path_factory):
    """A certificate for hook.example: the server's context, and one that trusts it."""
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec
    from cryptography.x509.oid import NameOID

    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "hook.example")])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("hook.example")]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    path = tmp_path_factory.mktemp("tls") / "server.pem"
    path.write_bytes(
        certificate.public_bytes(serialization.Encoding.PEM)
        + key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
    )
    serving = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    serving.load_cert_chain(path)
    return serving, ssl.create_default_context(cafile=str(path))


def test_https_is_checked_against_the_name_although_the_address_is_pinned(certificates):
    serving, trusting = certificates
    names = []
    serving.sni_callback = lambda line, name, context: names.append(name)
    with listening(OK, context=serving) as server:
        answer = call(server.url("hook.example", scheme="https"), context=trusting)
    assert (answer.status, answer.body, names) == (200, b"ok", ["hook.example"])
    assert f"host: hook.example:{server.port}".encode() in server.received[0]


@pytest.mark.parametrize(
    ("host", "trusted"), [("other.example", True), ("hook.example", False), ("127.0.0.1", True)]
)
def test_a_certificate_of_another_name_or_signer_is_a_fault_and_nothing_is_sent(certificates, host, trusted):
    serving, trusting = certificates
    with listening(OK, context=serving) as server, pytest.raises(guarded.Unreachable) as fault:
        call(server.url(host, scheme="https"), context=trusting if trusted else None)
    assert (fault.value.phase, fault.value.cause) == ("tls", "certificate")
    assert not server.received


@pytest.mark.parametrize(("script", "cause"), [(b"HTTP/1.1 400 Bad\r\n\r\n", "tls"), (silent, "timeout")])
def test_a_site_without_tls_fails_in_the_tls_phase_f37(script, cause):
    def plain(line, stop):
        script(line, stop) if callable(script) else line.sendall(script)

    class Plain(Listener):
        @staticmethod
        def question(line):
            return b""

    listener = Plain(plain)
    listener.thread.start()
    with pytest.raises(guarded.Unreachable) as fault:
        call(listener.url(scheme="https"), timeout=0.4)
    listener.stop.set()
    listener.thread.join()
    listener.socket.close()
    assert (fault.value.phase, fault.value.cause) == ("tls", cause)


def test_a_redirect_from_https_to_http_is_blocked(certificates):
    serving, trusting = certificates
    with listening() as plain, listening(redirect(plain.url("hook.example")), context=serving) as server:
        with pytest.raises(guarded.Blocked):
            call(server.url("hook.example", scheme="https"), context=trusting)
        assert not plain.received and not plain.waiting()
