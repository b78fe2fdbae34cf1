"""Any bytes in, a bounded mail out (edge cases Mail, F21-F25)."""

from datetime import UTC, datetime
from email import message_from_bytes
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chalicelib.mail.reader.mime import parse
from chalicelib.mail.reader.notes import Notes
from chalicelib.mail.reader.reading import read_unguarded
from tests.mail.bounds import assert_bounded

SAMPLES = {path.stem: path.read_bytes() for path in sorted(Path(__file__).parent.glob("samples/*.eml"))}
NOW = datetime(2026, 11, 21, tzinfo=UTC)
# Pieces on which readers of mail have stumbled.
TOKENS = [
    *(
        b"\r\n",
        b"\n\n",
        b"\r",
        b"\0",
        b"--",
        b"=",
        b"==",
        b"\xff\xfe",
        b"\xed\xa0\x80",
        b"\x1b$B",
        b">",
        b"<",
    ),
    *(
        b'"',
        b";",
        b"\\",
        b"(",
        b"=?utf-8?B?",
        b"?=",
        b"*0*=",
        b"Content-Type: ",
        b"multipart/alternative; boundary=",
    ),
    *(b"message/rfc822", b"message/delivery-status", b"text/html", b"text/calendar", b"application/ms-tnef"),
    *(
        b"Content-Transfer-Encoding: base64\r\n",
        b"charset=utf-16",
        b"charset=utf-7",
        b"begin 644 x\r\n",
        b"end\r\n",
    ),
    *(b"<script", b"<table><b>", b"<!--", b"<svg>", b"&#0;", b"BEGIN:VEVENT\r\n", b"\x78\x9f\x3e\x22"),
]


def _read_twice(raw: bytes) -> None:
    mail = read_unguarded(raw, now=NOW)
    assert_bounded(mail)
    assert mail == read_unguarded(raw, now=NOW)


@given(st.binary(max_size=3_000))
def test_random_bytes_are_read_without_an_error(raw):
    _read_twice(raw)


@given(st.lists(st.sampled_from(TOKENS) | st.binary(max_size=20), max_size=60))
def test_random_pieces_of_mail_are_read_without_an_error(pieces):
    _read_twice(b"".join(pieces))


@settings(max_examples=400)
@given(st.sampled_from(sorted(SAMPLES)), st.data())
def test_damaged_samples_are_read_without_an_error(name, data):
    raw = SAMPLES[name]
    for _ in range(data.draw(st.integers(1, 6))):
        raw = _damaged(raw, data)
    _read_twice(raw)


def _damaged(raw: bytes, data) -> bytes:
    start, end = sorted((data.draw(st.integers(0, len(raw))), data.draw(st.integers(0, len(raw)))))
    match data.draw(st.sampled_from(["flip", "cut", "drop", "double", "insert", "replace"])):
        case "flip":
            return raw[:start] + bytes([data.draw(st.integers(0, 255))]) + raw[start + 1 :]
        case "cut":
            return raw[:end]
        case "drop":
            return raw[:start] + raw[end:]
        case "double":
            return raw[:end] + raw[start:end] + raw[end:]
        case "insert":
            return raw[:start] + data.draw(st.sampled_from(TOKENS)) + raw[start:]
        case _:
            return raw[:start] + data.draw(st.sampled_from(TOKENS)) + raw[start + 8 :]


@pytest.mark.parametrize("end", ["\r\n", "\n", "\r"])
@pytest.mark.parametrize("name", ["gmail_reply", "rfc2231_names", "exchange_ndr", "winmail"])
def test_line_ends_of_any_kind_give_the_same_mail(name, end):
    """F22: bare carriage returns too."""
    usual, changed = (
        read_unguarded(raw, now=NOW) for raw in (SAMPLES[name], SAMPLES[name].replace(b"\r\n", end.encode()))
    )
    assert (usual.text, usual.subject, usual.automatic) == (changed.text, changed.subject, changed.automatic)
    assert [one.name for one in usual.attachments] == [one.name for one in changed.attachments]


# Not compared: delivery reports, which the standard parser splits further, and two mails that are damaged.
COMPARED = [
    name
    for name, raw in SAMPLES.items()
    if b"multipart/report" not in raw and name not in ("cut_multipart", "broken_base64")
]


@pytest.mark.parametrize("name", COMPARED)
def test_whole_mails_have_the_parts_that_the_standard_parser_finds(name):
    """Our bounded parser against the unbounded one of the standard library, part by part."""
    notes = Notes()
    ours = [part for part in parse(SAMPLES[name], notes).walk() if not part.children]
    theirs = [part for part in message_from_bytes(SAMPLES[name]).walk() if not part.is_multipart()]
    assert [(part.content_type, part.content(notes)) for part in ours] == [
        (part.get_content_type(), part.get_payload(decode=True)) for part in theirs
    ]
