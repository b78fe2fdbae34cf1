"""Anything becomes a ticket or a reply: samples of real clients, and mails made to hurt."""

from dataclasses import replace

import pytest

from chalicelib import wiring
from chalicelib.customers.domain import DESK
from chalicelib.mail import jobs
from chalicelib.tickets import events as e
from tests.mail.hostile import DEAR, GIVEN_UP
from tests.mail.mailroom import PASSED, SAMPLES, Mailroom, as_sns, mail, notice

ROBOTS = {
    "calendar_answer",
    "exchange_ndr",
    "exim_bounce",
    "list_mail",
    "our_own",
    "out_of_office_exchange",
    "postfix_bounce",
    "read_receipt",
    "vacation_unix",
}


def first(room: Mailroom, ticket_id: str) -> e.TicketRegistered:
    event = room.history(ticket_id)[0].events[0]
    assert isinstance(event, e.TicketRegistered)
    return event


def test_every_sample_of_a_real_client_becomes_a_ticket_with_its_raw_mail_kept(room: Mailroom) -> None:
    """B1, F19, F22: people get into the queue, robots do not and are never answered."""
    tickets = {name: room.receive(raw) for name, raw in SAMPLES.items()}
    assert len({ticket.id for ticket in tickets.values()}) == len(SAMPLES)
    assert {name for name, ticket in tickets.items() if ticket.is_automatic_mail} == ROBOTS
    for name, ticket in tickets.items():
        key = first(room, ticket.id).message.raw_key
        assert key is not None
        assert wiring.raw_mail().get(key) == SAMPLES[name]
        room.tell(ticket)
    queued, _ = wiring.ticket_store().queue(cursor=None, limit=100)
    assert {ticket.id for ticket in queued} == {t.id for n, t in tickets.items() if n not in ROBOTS}
    assert not [letter for letter in room.letters() if "daemon" in str(letter["To"]).lower()]


def test_every_mail_made_to_hurt_is_a_ticket_all_the_same(room: Mailroom) -> None:
    """F21, F24: marked where it could not be read."""
    for name in [*GIVEN_UP, *list(DEAR)[::9]]:
        ticket = room.receive((GIVEN_UP | DEAR)[name], source="mallory@stranger.example")
        assert room.now(ticket) == ticket
        if name in GIVEN_UP:
            assert "could not be read; the raw message is attached" in ticket.faults, name


def test_bytes_that_are_no_mail_are_kept_and_marked(room: Mailroom) -> None:
    """F22."""
    raws = [b"", b"\x00\x01\xff", b"\r\n\r\n", b"From: \r\n\r\n", "Größe".encode("utf-16"), b"=?" * 5000]
    tickets = [room.receive(raw, source="") for raw in raws]
    assert len({ticket.id for ticket in tickets}) == len(raws)
    for ticket in tickets:
        assert ticket.faults
        assert ticket.customer_id is None
        room.tell(ticket)
    assert room.letters() == []


def test_the_deployed_function_reads_the_notice_of_ses(room: Mailroom) -> None:
    """B1."""
    raw = mail("alice@acme.example", id_="a1@acme.example")
    told = notice(raw, room.keep(raw), "alice@acme.example", PASSED)
    ticket = wiring.tickets().get(jobs.receive_mail(as_sns(told), None), by=DESK)
    assert (ticket.customer_id, ticket.requester.contact_id) == ("acme", "alice")


def test_a_text_over_400_kilobytes_lies_beside_the_ticket_with_its_beginning_in_it(room: Mailroom) -> None:
    """F26."""
    text = "A long log line that says something.\n" * 12_000
    ticket = room.receive(mail("alice@acme.example", text, id_="long@acme.example"))
    message = first(room, ticket.id).message
    assert message.text_key is not None
    whole, _ = wiring.texts().read(message.text_key)
    assert len(message.text) == 24_000
    assert whole.startswith(message.text)
    assert len(whole) >= 199_000
    assert "the text is cut; the whole of it is in the raw mail" in ticket.faults


def test_a_text_that_cannot_be_kept_leaves_no_ticket(room: Mailroom, monkeypatch: pytest.MonkeyPatch) -> None:
    """F26: both or neither; the retry makes both."""
    raw = mail("alice@acme.example", "x " * 200_000, id_="long@acme.example")
    key = room.keep(raw)

    def lost(*_: object) -> None:
        raise ConnectionError

    with monkeypatch.context() as broken:
        broken.setattr(wiring.texts(), "keep", lost)
        with pytest.raises(ConnectionError):
            room.receive(raw, key=key)
    assert wiring.ticket_store().queue(cursor=None, limit=10)[0] == []
    assert room.receive(raw, key=key).customer_id == "acme"


def _with_files(count: int, size: int) -> bytes:
    parts = "".join(
        f"--x\r\nContent-Type: text/plain\r\nContent-Disposition: attachment; filename=log{n}.txt\r\n\r\n{n:04}"
        + "a" * size
        + "\r\n"
        for n in range(count)
    )
    head = "From: alice@acme.example\r\nSubject: logs\r\nMessage-ID: <f@acme.example>\r\n"
    body = "--x\r\nContent-Type: text/plain\r\n\r\nThe logs.\r\n"
    return f"{head}Content-Type: multipart/mixed; boundary=x\r\n\r\n{body}{parts}--x--".encode()


def test_of_a_hundred_files_those_over_the_limit_are_named_with_the_reason(room: Mailroom) -> None:
    """F25."""
    message = first(room, room.receive(_with_files(100, 10)).id).message
    assert [file.name for file in message.files] == [f"log{n}.txt" for n in range(50)]
    refused = [fault for fault in message.faults if "not taken" in fault]
    assert len(refused) == 50
    assert refused[0] == (
        "attachment log50.txt (14 bytes) not taken: a mail may bring 50 files and 30 MB; it is in the raw mail"
    )


def test_files_of_40_megabytes_are_taken_up_to_the_limit_and_the_ticket_is_kept(room: Mailroom) -> None:
    """F25."""
    raw = _with_files(3, 13_000_000)
    message = first(room, room.receive(raw).id).message
    assert [file.name for file in message.files] == ["log0.txt", "log1.txt"]
    assert "log2.txt" in message.faults[-1]
    kept = wiring.files().get(message.files[0].id)
    assert len(kept) == 13_000_004
    assert message.text == "The logs."


def test_a_file_of_25_megabytes_is_refused_by_itself(room: Mailroom) -> None:
    """F25."""
    message = first(room, room.receive(_with_files(1, 25_000_000)).id).message
    assert message.files == ()
    assert "a file may have 20 MB" in message.faults[-1]


def test_the_same_picture_under_every_quote_is_kept_once(room: Mailroom) -> None:
    raw = _with_files(2, 5).replace(b"0001", b"0000").replace(b"log1.txt", b"log0.txt")
    names = [file.name for file in first(room, room.receive(raw).id).message.files]
    assert names in (["log0.txt"], ["log0.txt", "log0 (2).txt"])


def test_a_mail_that_one_ticket_holds_is_the_same_when_read_from_the_table(room: Mailroom) -> None:
    ticket = room.receive(SAMPLES["outlook_reply"])
    assert room.now(ticket) == replace(ticket, version=1)
