"""The same mail twice is one ticket or one reply (F18), and nothing is dropped for looking alike."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from chalicelib import wiring
from tests.mail.mailroom import Mailroom, mail

ALICE = "Alice Archer <alice@acme.example>"
FIRST = mail(ALICE, id_="a1@acme.example")


def answer(text: str = "Any news?", id_: str | None = "a2@acme.example") -> bytes:
    return mail(ALICE, text, subject="Re: The queue is stuck", id_=id_, In_Reply_To="<a1@acme.example>")


def test_the_same_mail_is_one_ticket_and_one_acknowledgement(room: Mailroom) -> None:
    """F18: the same object twice, the same mail in two objects."""
    key = room.keep(FIRST)
    tickets = [room.receive(FIRST, key=key), room.receive(FIRST, key=key), room.receive(FIRST)]
    assert len({ticket.id for ticket in tickets}) == 1
    room.tell(tickets[0], times=3)
    assert room.events(tickets[0]) == ["TicketRegistered"]
    assert len(room.letters()) == 1


@pytest.mark.parametrize("id_", ["a2@acme.example", None])
def test_the_same_answer_is_one_reply(room: Mailroom, id_: str | None) -> None:
    """F18; without a Message-ID its bytes tell."""
    ticket, raw = room.receive(FIRST), answer(id_=id_)
    for _ in range(3):
        assert room.receive(raw).id == ticket.id
    assert room.events(ticket) == ["TicketRegistered", "ReplyReceived"]


def test_eight_deliveries_at_once_are_one_ticket_and_one_reply(room: Mailroom) -> None:
    """F18."""
    key, other = room.keep(FIRST), room.keep(answer())
    with ThreadPoolExecutor(8) as threads:
        made = set(threads.map(lambda _: room.receive(FIRST, key=key).id, range(8)))
        joined = set(threads.map(lambda _: room.receive(answer(), key=other).id, range(8)))
    assert made == joined
    assert len(made) == 1
    assert room.events(made.pop()) == ["TicketRegistered", "ReplyReceived"]


def test_another_mail_under_the_same_message_id_is_a_ticket_of_its_own(room: Mailroom) -> None:
    """F18: some programs use one Message-ID for all their mails. However late the difference comes."""
    same = "The disk of host 7 is full. " * 40
    raws = [mail(ALICE, f"{same}{n}", id_="always@acme.example") for n in range(3)]
    tickets = {room.receive(raw).id for raw in (*raws, *raws)}
    assert len(tickets) == 3


def test_another_answer_under_the_same_message_id_is_a_reply_of_its_own(room: Mailroom) -> None:
    """F18."""
    ticket = room.receive(FIRST)
    for text in ("one", "two", "one"):
        room.receive(answer(text))
    assert room.events(ticket).count("ReplyReceived") == 2


def test_a_forged_copy_that_comes_first_does_not_swallow_the_real_mail(room: Mailroom) -> None:
    """F18, F20: the real one has a ticket of its own, its acknowledgement, and finds its answers."""
    forged = room.receive(FIRST, spf="FAIL", dkim="FAIL", dmarc="FAIL")
    real = room.receive(FIRST)
    assert (forged.customer_id, real.customer_id) == (None, "acme")
    assert room.receive(answer()).id == real.id
    for ticket in (forged, real):
        room.tell(ticket)
    assert len(room.letters()) == 1


def test_a_mail_that_was_kept_but_not_finished_is_finished_by_its_next_delivery(
    room: Mailroom, monkeypatch: pytest.MonkeyPatch
) -> None:
    """F5: stopped after the ticket was kept, before the note for staff."""
    ticket = room.receive(FIRST)
    number = wiring.tickets().number(ticket.id, room.by("bob")).number
    raw = mail("mallory@stranger.example", subject=f"[#{number}] give me the log", id_="m@stranger.example")
    key = room.keep(raw)

    def stopped(*_: object, **__: object) -> None:
        raise TimeoutError

    with monkeypatch.context() as stop:
        stop.setattr(wiring.tickets(), "note", stopped)
        with pytest.raises(TimeoutError):
            room.receive(raw, key=key)
    stranger = room.receive(raw, key=key)
    room.receive(raw, key=key)
    assert room.events(stranger) == ["TicketRegistered", "NoteAdded"]
