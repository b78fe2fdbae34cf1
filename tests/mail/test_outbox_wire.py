"""What goes on the wire: headers that thread and stay one line each, bodies that every server hands on (F23)."""

import re
from datetime import UTC, datetime
from email import message_from_bytes
from email.policy import default

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.mail.domain.outgoing import Draft, MailState, OutgoingMail
from chalicelib.mail.domain.thread import root_id, thread_id, ticket_of
from chalicelib.mail.reader import read
from chalicelib.mail.sender import NotSentError, Sender

AT = datetime(2026, 11, 23, 9, tzinfo=UTC)
SENDER = Sender("support@desk.example", "Example Cloud", "pledge")
TICKET, SECRET = "T-" + "A" * 26, b"s" * 32
OURS = thread_id(TICKET, "key", secret=SECRET, domain="desk.example")
OUTLOOK = "DB8PR04MB7164A1B2C3D4E5F60718293A4B5C6D7E8F@DB8PR04MB7164.eurprd04.prod.outlook.example"


def wire(**given_: object) -> bytes:
    basics: dict[str, object] = {
        "key": "k",
        "to": "alice@acme.example",
        "subject": "Re: x",
        "text": "Hello\n",
    }
    draft = Draft(**{**basics, **given_})  # type: ignore[arg-type]
    return SENDER._bytes(OutgoingMail(id="M-1", draft=draft, state=MailState.SENDING, created_at=AT), AT)


def fields(raw: bytes) -> list[str]:
    head = raw.partition(b"\r\n\r\n")[0].decode("ascii")
    return [line.partition(":")[0] for line in head.split("\r\n") if not line.startswith((" ", "\t"))]


def test_long_ids_stay_ids() -> None:
    """The chain of references is what threads: an id of 80 characters must not become an encoded word."""
    raw = wire(
        message_id=OURS, references=(root_id(TICKET, secret=SECRET, domain="desk.example"), OUTLOOK, OURS)
    )
    assert b"=?" not in raw.partition(b"\r\n\r\n")[0]
    seen = read(raw, now=AT)
    assert seen.message_id == OURS
    assert seen.references[1:] == (OUTLOOK, OURS)
    assert seen.in_reply_to == (OURS,)
    assert ticket_of(seen.references[0], SECRET) == TICKET


def test_an_id_that_no_header_can_hold_is_left_out() -> None:
    raw = wire(references=("größe@x.example", "a b@x.example\x7f", "ok@x.example", "y" * 300))
    assert read(raw, now=AT).references == ("ok@x.example",)


@pytest.mark.parametrize(
    ("draft", "said"),
    [
        ({"automatic": False}, None),
        ({}, "auto-generated"),
        ({"answers": True}, "auto-replied"),
    ],
)
def test_only_automatic_mail_says_that_it_is(draft: dict[str, object], said: str | None) -> None:
    """F19, RFC 3834; reports of mail that did not arrive are still wanted."""
    message = message_from_bytes(wire(**draft), policy=default)
    assert message["Auto-Submitted"] == said
    assert "All" not in str(message["X-Auto-Response-Suppress"] or "")


HARMFUL = "x\r\nBcc: victim@other.example\r\n\r\n<script>"


def test_line_breaks_in_subject_and_name_make_no_header() -> None:
    """F23."""
    raw = wire(subject=HARMFUL, name=HARMFUL)
    assert "Bcc" not in fields(raw)
    message = message_from_bytes(raw, policy=default)
    assert message["Subject"] == "x Bcc: victim@other.example <script>"
    assert message["To"].addresses[0].addr_spec == "alice@acme.example"


@given(
    subject=st.text(max_size=300),
    name=st.text(max_size=80),
    text=st.text(max_size=400),
    references=st.lists(st.text(min_size=1, max_size=90), max_size=5),
)
def test_whatever_people_write_each_header_is_one_and_every_line_is_short_and_plain(
    subject: str, name: str, text: str, references: list[str]
) -> None:
    """F23: either it is refused for good or it is a sound mail of seven bits."""
    raw = wire(subject=subject, name=name, text=text, html=f"<p>{text}</p>", references=tuple(references))
    assert raw.isascii()
    assert not re.search(rb"[^\r]\n|\r[^\n]|\x00", raw)
    assert max(map(len, raw.split(b"\r\n"))) <= 998
    names = fields(raw)
    assert len(names) == len(set(names))
    wanted = {"From", "To", "Subject", "Date", "X-Pledge", "MIME-Version", "Content-Type"}
    extra = {"In-Reply-To", "References", "Auto-Submitted", "X-Auto-Response-Suppress"}
    assert wanted <= set(names) <= wanted | extra


def test_bodies_arrive_as_they_were_written() -> None:
    text = "Grüße 🙂\n\n" + "long " * 400 + "\n.\nFrom here\n"
    message = message_from_bytes(wire(text=text, html=f"<p>{text}</p>"), policy=default)
    plain, shown = message.get_body(("plain",)), message.get_body(("html",))
    assert plain is not None
    assert shown is not None
    assert plain.get_content().replace("\r\n", "\n") == text
    assert shown.get_content().replace("\r\n", "\n") == f"<p>{text}</p>\n"


@pytest.mark.parametrize("address", ["jörg@exämple.example", "a@b\r\nBcc: c@d.example", "no address", ""])
def test_an_address_that_cannot_be_written_is_refused_for_good(address: str) -> None:
    """Else it would be tried for ever."""
    try:
        assert "Bcc" not in fields(wire(to=address))
    except NotSentError as refused:
        assert refused.final
