"""The cloud on a laptop, with a sample app that has every kind of trigger."""

import os
import signal
import socket
import subprocess
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from infra.local.client import CloudFailed, LocalCloud

SAMPLE = Path(__file__).parent / "sample"


@pytest.fixture(scope="module")
def cloud(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalCloud]:
    with LocalCloud(data=tmp_path_factory.mktemp("cloud"), project=SAMPLE) as running:
        yield running


def notes(cloud: LocalCloud, what: str) -> list[dict[str, str]]:
    found: list[dict[str, str]] = cloud.request("GET", f"/notes/{what}").json()
    return found


def put(cloud: LocalCloud, path: str) -> None:
    assert cloud.request("PUT", path, body={}).status == 200


def moment(note: dict[str, str]) -> datetime:
    return datetime.fromisoformat(note["sk"][:27])


def said_over_socket(port: int, text: bytes) -> bytes:
    with socket.create_connection(("127.0.0.1", port), timeout=5) as connection:
        connection.sendall(text)
        return connection.recv(1000)


def test_a_request_reaches_the_function_as_api_gateway_would_hand_it_over(cloud: LocalCloud) -> None:
    seen = cloud.request("POST", "/echo/a%20b?x=1&x=2&y=", body={"k": 1}).json()
    assert (seen["name"], seen["query"], seen["body"]) == ("a b", {"x": ["1", "2"], "y": [""]}, '{"k": 1}')
    assert seen["context"]["identity"]["sourceIp"] == "127.0.0.1"
    assert seen["context"]["requestId"]


def test_bytes_come_back_as_bytes(cloud: LocalCloud) -> None:
    accept = {"Accept": "application/octet-stream"}
    assert cloud.request("GET", "/bytes", headers=accept).body == b"\x00\xff"


@pytest.mark.parametrize(
    ("request_text", "status"),
    [
        (b"GET /nowhere HTTP/1.1\r\nHost: x\r\n\r\n", b"404"),
        (b"POST /echo/x HTTP/1.1\r\nContent-Length: 10485761\r\n\r\n", b"413"),
        (b"POST /echo/x HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n", b"411"),
        (b"POST /echo/x HTTP/1.1\r\nContent-Length: ten\r\n\r\n", b"400"),
        (b"complete nonsense\r\n\r\n", b"400"),
    ],
)
def test_what_is_no_proper_request_is_refused_and_the_next_one_answered(
    cloud: LocalCloud, request_text: bytes, status: bytes
) -> None:
    assert status in said_over_socket(cloud.port, request_text)
    assert cloud.request("GET", "/echo/x").status == 200


def test_a_function_that_dies_gives_502_and_the_next_request_a_new_container(cloud: LocalCloud) -> None:
    assert cloud.request("GET", "/crash").status == 502
    assert cloud.request("GET", "/echo/x").status == 200


def test_sixteen_requests_at_once_run_in_sixteen_containers(cloud: LocalCloud) -> None:
    with ThreadPoolExecutor(16) as threads:
        answers = threads.map(lambda _: cloud.request("GET", "/slow/0.8").json()["container"], range(16))
    assert len(set(answers)) == 16


def test_each_function_has_containers_of_its_own(cloud: LocalCloud) -> None:
    put(cloud, "/due/where/0")
    cloud.settle()
    (note,) = [note for note in notes(cloud, "due") if note["body"] == "where"]
    containers = {str(cloud.request("GET", "/echo/x").json()["container"]) for _ in range(5)}
    assert note["container"] not in containers


def test_a_change_goes_through_stream_and_bus_to_a_mail_and_its_feedback(cloud: LocalCloud) -> None:
    put(cloud, "/tickets/TICKET%231")
    cloud.settle()
    (mail,) = [sent for sent in cloud.mailbox() if sent["subject"] == "about TICKET#1"]
    assert (mail["channel"], mail["to"], mail["failed"]) == ("mail", ["alice@customer.example"], "")
    told = [note["notice"] for note in notes(cloud, "feedback") if mail["message_id"] in note["notice"]]
    sent = next(notice for notice in told if '"eventType": "Send"' in notice)
    assert '"delivery": ["D-1"]' in sent
    assert '"X-Ours"' in sent
    assert any('"eventType": "Delivery"' in notice for notice in told)


def test_mail_to_an_address_that_bounces_is_told_as_a_bounce(cloud: LocalCloud) -> None:
    put(cloud, "/mails/gone@bounce.example")
    cloud.settle()
    assert cloud.mailbox()[-1]["failed"] == "bounced"
    assert any('"eventType": "Bounce"' in note["notice"] for note in notes(cloud, "feedback"))


def test_a_failing_service_fails_as_often_as_planned(cloud: LocalCloud) -> None:
    cloud.fail_next("ses", 20)
    assert cloud.request("PUT", "/mails/alice@customer.example", body={}).status == 500
    cloud.fail_next("ses", 0)
    put(cloud, "/mails/alice@customer.example")


def test_pages_and_text_messages_show_in_the_mailbox_and_on_its_page(cloud: LocalCloud) -> None:
    before = len(cloud.mailbox())
    put(cloud, "/pages")
    page, sms = cloud.mailbox(since=before)
    assert (page["channel"], page["to"], page["text"]) == ("page", ["pledge-pages"], "Severity 1")
    assert (sms["channel"], sms["to"]) == ("sms", ["+447700900000"])


@pytest.mark.parametrize(
    "raw", [b"", b"\x00" * 500, b"From: <a@b.example>\r\n folded\r\nSubject: x\r\n\r\nhello"]
)
def test_any_mail_is_stored_and_its_notice_has_the_wished_verdicts(cloud: LocalCloud, raw: bytes) -> None:
    message_id = cloud.mail(raw, spf="FAIL", recipient="other@desk.example")
    cloud.settle()
    (notice,) = [note["notice"] for note in notes(cloud, "mail") if message_id in note["notice"]]
    assert '"spfVerdict": {"status": "FAIL"}' in notice
    assert '"dkimVerdict": {"status": "PASS"}' in notice
    assert f'"objectKey": "inbound/{message_id}"' in notice
    assert list((cloud.data / "s3").rglob(f"*{message_id}*"))


def test_delayed_work_happens_in_order_each_at_its_own_second(cloud: LocalCloud) -> None:
    start = datetime.fromisoformat(cloud.now())
    put(cloud, "/due/later/600")
    put(cloud, "/due/sooner/90")
    cloud.advance("PT15M")
    sooner, later = [note for note in notes(cloud, "due") if note["body"] in {"later", "sooner"}]
    assert (sooner["body"], later["body"]) == ("sooner", "later")
    assert moment(sooner) - start == pytest.approx(timedelta(seconds=90), abs=timedelta(seconds=2))
    assert moment(later) - start == pytest.approx(timedelta(seconds=600), abs=timedelta(seconds=2))


def test_a_poison_message_ends_in_the_dead_letters_and_its_neighbours_are_done(cloud: LocalCloud) -> None:
    """F11."""
    for body in ("one", "poison", "two"):
        put(cloud, f"/due/{body}/0")
    cloud.advance("PT1H")
    assert cloud.control("GET", "/queues")["pledge-due-dead"] == 1
    assert {"one", "two"} <= {note["body"] for note in notes(cloud, "due")}


def test_a_poison_record_is_given_up_and_the_stream_goes_on(cloud: LocalCloud) -> None:
    """F12."""
    put(cloud, "/tickets/POISON")
    put(cloud, "/tickets/TICKET%232")
    cloud.settle()
    assert cloud.control("GET", "/queues")["pledge-stream-dead"] == 1
    assert "TICKET#2" in [note["ticket"] for note in notes(cloud, "reacted")]


def test_a_reaction_that_always_fails_is_tried_three_times_and_kept(cloud: LocalCloud) -> None:
    put(cloud, "/events/Other")
    tries = [ran["summary"] for ran in cloud.advance("PT10M")["ran"] if ran["function"] == "AlwaysFail"]
    assert tries[-1].startswith("given up after 3 tries")
    assert cloud.control("GET", "/queues")["pledge-reactions-dead"] == 1


def test_schedules_tick_at_their_time_and_an_idle_sweep_costs_nothing(cloud: LocalCloud) -> None:
    midnight = datetime.fromisoformat(cloud.now()[:10]) + timedelta(days=2)
    cloud.set_clock(f"{midnight.isoformat()}Z")
    before = len(notes(cloud, "sweep"))
    put(cloud, f"/promises/due/{midnight.date()}T02:00:00.000000Z")
    cloud.advance("P2DT12H")
    reports = [note["event_time"] for note in notes(cloud, "report")][-3:]
    assert reports == [f"{(midnight + timedelta(days=day)).date()}T06:00:00Z" for day in range(3)]
    sweeps = [note["event_time"] for note in notes(cloud, "sweep")[before:]]
    assert f"{midnight.date()}T01:59:00Z" in sweeps  # the first that looks a minute ahead and finds it
    assert len(sweeps) < 5


@pytest.mark.parametrize(
    "body",
    [
        {"set": "2020-01-01T00:00:00Z"},
        {"set": "soon"},
        {"set": "2031-01-01"},
        {"advance": "P1M"},
        {"go": 1},
        [],
    ],
)
def test_the_clock_refuses_what_goes_backwards_or_is_unclear(cloud: LocalCloud, body: Any) -> None:
    with pytest.raises(CloudFailed, match="422"):
        cloud.control("POST", "/clock", body)


def test_a_taken_port_is_said_in_one_sentence(cloud: LocalCloud, tmp_path: Path) -> None:
    again = LocalCloud(data=tmp_path, project=SAMPLE, port=cloud.port)
    with pytest.raises(CloudFailed, match=rf"port {cloud.port} is taken: .* set PORT\."):
        again.start()


def test_everything_survives_a_restart_and_a_killed_supervisor_leaves_no_orphans(tmp_path: Path) -> None:
    with LocalCloud(data=tmp_path, project=SAMPLE) as cloud:
        cloud.advance("P2D")
        put(cloud, "/tickets/TICKET%23kept")
        cloud.settle()
        kept, sent, message = len(notes(cloud, "reacted")), cloud.mailbox(), cloud.mail(b"raw")
        cloud.settle()
        then = cloud.now()
        os.kill(cloud.pid, signal.SIGKILL)
        assert nobody_left(cloud.data)
    with LocalCloud(data=tmp_path, project=SAMPLE) as cloud:
        cloud.settle()
        assert cloud.now() > then
        assert cloud.mailbox()[: len(sent)] == sent
        assert len(notes(cloud, "reacted")) >= kept
        assert list((tmp_path / "s3").rglob(f"*{message}*"))
        assert cloud.stop() == 0
        assert nobody_left(cloud.data)


def nobody_left(data: Path) -> bool:
    """Whether every process that works in this folder ends within a few seconds."""
    for _ in range(100):
        listed = subprocess.run(["ps", "-eo", "args"], capture_output=True, text=True, check=True).stdout  # noqa: S607
        if str(data) not in listed:
            return True
        time.sleep(0.1)
    return False
