"""winmail.dat as Outlook packs it, and as an attacker would: B1, F21, F25."""

import struct
from pathlib import Path

import pytest

from chalicelib.mail.reader.mime import parse
from chalicelib.mail.reader.notes import Notes
from chalicelib.mail.reader.tnef import unpack

SAMPLE = Path(__file__).parent / "samples" / "winmail.eml"


@pytest.fixture(scope="module")
def packed() -> bytes:
    notes = Notes()
    return parse(SAMPLE.read_bytes(), notes).children[1].content(notes)


def _with_properties(count: int, properties: bytes) -> bytes:
    content = struct.pack("<I", count) + properties
    return b"\x78\x9f\x3e\x22\0\0" + struct.pack("<BHHI", 1, 0x9003, 6, len(content)) + content + b"\0\0"


def test_body_and_attachments_come_out_with_their_long_names(packed):
    """B1: the long Unicode name wins over the short one of old systems."""
    found = unpack(packed)
    assert found.whole
    assert found.body == "The real body: disk full – Größe 0"
    (attachment,) = found.attachments
    assert (attachment.name.strip("\0"), attachment.content) == (
        "Übersicht der Platten.txt",
        b"/dev/sda1 100%\n",
    )


def test_cut_anywhere_it_gives_what_was_whole_and_says_so(packed):
    """F22: never an error; only a cut between two objects can look whole."""
    found = [unpack(packed[:length]) for length in range(len(packed))]
    assert sum(not one.whole for one in found) > len(packed) * 0.9
    assert all(len(one.attachments) <= 1 for one in found)


def test_a_count_that_the_bytes_do_not_hold_ends_the_reading():
    """F21: four thousand million properties are said to follow, and none does."""
    assert not unpack(_with_properties(0xFFFFFFFF, b"")).whole


def test_more_properties_than_any_mail_has_are_not_read():
    """F21: the work is bounded by us, not by the sender."""
    nothing = struct.pack("<HH", 0x1, 0x0017)
    body = struct.pack("<HHII", 0x1E, 0x1000, 1, 4) + b"text"
    assert unpack(_with_properties(101, nothing * 100 + body)).body == b"text"
    found = unpack(_with_properties(100_001, nothing * 100_000 + body))
    assert (found.body, found.whole) == (b"", False)


def test_an_unknown_kind_of_property_ends_the_reading():
    """F22."""
    assert not unpack(_with_properties(1, struct.pack("<HH", 0x7777, 0x1000))).whole
