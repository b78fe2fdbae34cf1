"""Mails made to hurt: F21, F22, F24, F25."""

import time

import pytest

from chalicelib.mail.domain import ParsedMail
from chalicelib.mail.reader import read, reading
from chalicelib.mail.reader.reading import read_unguarded
from tests.mail.bounds import assert_bounded
from tests.mail.hostile import DEAR, GIVEN_UP, HEAD, MIXED, PLAIN


@pytest.fixture(scope="module")
def plain_cost() -> float:
    """What an ordinary mail of a megabyte costs on this machine, the best of three, libraries loaded."""
    read_unguarded(HEAD + b"Content-Type: text/html\r\n\r\n<p>hi</p>")
    read_unguarded(DEAR["a charset that nobody knows"])
    return min(_cost(PLAIN)[0] for _ in range(3))


def _cost(raw: bytes) -> tuple[float, ParsedMail]:
    began = time.process_time()
    mail = read_unguarded(raw)
    return time.process_time() - began, mail


@pytest.mark.parametrize("name", [*GIVEN_UP, *DEAR])
def test_a_hostile_mail_costs_no_more_than_a_few_ordinary_ones(name, plain_cost):
    """F21, F24: none is larger than the plain mail that it is measured against."""
    raw = (GIVEN_UP | DEAR)[name]
    assert len(raw) <= 1.15 * len(PLAIN)
    cost, mail = _cost(raw)
    assert cost < 25 * plain_cost
    assert_bounded(mail)


@pytest.mark.parametrize("name", GIVEN_UP)
def test_structure_beyond_all_bounds_is_marked_and_keeps_its_sender_and_subject(name):
    """F21: the ticket says that the mail could not be read, and still has a requester."""
    mail = read_unguarded(GIVEN_UP[name])
    assert mail.unreadable
    assert mail.faults
    assert (mail.from_.email, mail.subject) == ("mallory@stranger.example", "x")


def test_the_text_beside_too_many_addresses_is_still_read():
    """F21: marked does not mean dropped."""
    assert read_unguarded(GIVEN_UP["20,000 addresses"]).text == "hi"


def test_of_a_mail_over_the_limit_only_the_headers_are_read():
    """F25: 40 MB are refused with the reason, and the ticket is kept."""
    mail = read_unguarded(HEAD + b"\r\n" + b"a" * 40_000_001)
    assert (mail.subject, mail.text, mail.unreadable) == ("x", "", True)
    assert any("larger" in fault for fault in mail.faults)


def test_of_101_attachments_a_hundred_are_kept_and_the_rest_is_said():
    """F25."""
    part = b"--x\r\nContent-Disposition: attachment; filename=a.zip\r\n\r\nPK\r\n"
    mail = read_unguarded(MIXED + part * 101 + b"--x--")
    assert len(mail.attachments) == 100
    assert [one.name for one in mail.attachments[:3]] == ["a.zip", "a (2).zip", "a (3).zip"]
    assert any("attachments" in fault for fault in mail.faults)
    assert not mail.unreadable


def test_a_long_text_is_cut_and_says_so_itself():
    """F26: what a ticket shows is bounded; the raw mail is whole."""
    mail = read_unguarded(PLAIN)
    assert mail.text.endswith("[The text is cut here: it is longer than the desk shows.]")
    assert any("cut" in fault for fault in mail.faults)


def test_a_fault_of_our_own_costs_the_text_and_not_the_mail(monkeypatch):
    """F21: nothing is raised for content, and the headers are still read."""

    def broken(root, notes):
        if root.body < root.end:
            raise RecursionError("our own fault")
        return content_of(root, notes)

    content_of = reading.content_of
    monkeypatch.setattr(reading, "content_of", broken)
    mail = read(HEAD + b"\r\nhello")
    assert (mail.subject, mail.from_.email, mail.unreadable) == ("x", "mallory@stranger.example", True)
    assert "the mail could not be read" in mail.faults
