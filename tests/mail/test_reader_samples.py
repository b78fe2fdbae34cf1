"""Mails as real clients send them: edge cases Mail, F18, F19, F22, F23, F25, B1."""

import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest

from chalicelib.mail.domain import Address, Automatic, Bounced, Importance, marker, read_marker
from chalicelib.mail.reader import read
from chalicelib.mail.reader.reading import read_unguarded

SAMPLES = {path.stem: path for path in sorted(Path(__file__).parent.glob("samples/*.eml"))}
NOW = datetime(2026, 11, 21, tzinfo=UTC)


def _read(name: str):
    return read_unguarded(SAMPLES[name].read_bytes(), now=NOW)


REPLIES = {
    "gmail_reply": "It works again since ten o’clock.",
    "outlook_reply": "It is still down. See the picture.\n\n[cid:image001.png@01DA1B]",
    "apple_mixed": "Vor der Datei.\n\nNach der Datei.",
    "thunderbird_flowed": "The one of the gateway. It is long, so here is only the part of the last hour."
    "\n\n\nSince Monday.",
    "lotus_notes": "Grüße aus Köln, der Server ist immer noch langsam.",
    "html_reply": "Yes, please restart it.",
    "html_only": "The queue is stuck & grows.\n\n  * host 7\n  * host 8\n\n"
    "See [the graph](https://partner.example/graph?a=1&b=2).",
    "iso_2022_jp": "ディスクの空き容量がありません。至急ご確認ください。",
    "windows_1252_as_ascii": "Die „Größe“ ist 5 €. Bitte prüfen.",
    "winmail": "The real body: disk full – Größe 0",
    "uuencode": "Here are the notes.\n\n\nRegards",
    "pgp_inline_signed": "Please restart host 7:\n- first the queue\n- then the gateway",
    "smime_signed": "The certificate expires on Sunday.",
    "cut_multipart": "The connection broke while this was",
    "broken_base64": "The queue is stuck on host 7, please ",
    "bare": "only text",
    "garbage_headers": "text all the same",
    "nul_bytes": "beforeafter [31mred",
    "plain": "Hello,\n\nsince 08:50 no mail leaves host 7. We tried:\n\n- restarting the queue\n"
    "- emptying /var/spool/mail\n\nThanks, but the answer in the knowledge base did not help.",
}


@pytest.mark.parametrize("name", REPLIES)
def test_what_is_new_in_a_mail_is_what_its_writer_wrote(name):
    """B1, F22: encodings, HTML only, flowed, quoted, packed, damaged."""
    assert _read(name).reply == REPLIES[name]


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("exchange_ndr", Automatic.BOUNCE),
        ("postfix_bounce", Automatic.BOUNCE),
        ("exim_bounce", Automatic.BOUNCE),
        ("out_of_office_exchange", Automatic.AUTO_REPLY),
        ("vacation_unix", Automatic.AUTO_REPLY),
        ("read_receipt", Automatic.AUTO_REPLY),
        ("our_own", Automatic.AUTO_REPLY),
        ("list_mail", Automatic.LIST),
        ("calendar_answer", Automatic.CALENDAR),
        ("calendar_invitation", Automatic.NO),
        ("newsletter_tool_human", Automatic.NO),
        ("forwarded_attached", Automatic.NO),
        ("plain", Automatic.NO),
    ],
)
def test_automatic_mail_is_told_from_that_of_people(name, kind):
    """F19: the automatic mail inside a forwarded one does not count; List-Unsubscribe alone neither."""
    assert _read(name).automatic is kind


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        (
            "exchange_ndr",
            [
                ("alice@partner.example", "5.1.10", "failed", "ack.T-1@pledge.example"),
                ("bob@partner.example", "4.4.7", "delayed", "ack.T-1@pledge.example"),
            ],
        ),
        ("postfix_bounce", [("daniel@partner.example", "5.2.2", "failed", "note.T-2@pledge.example")]),
        ("exim_bounce", [("erin@partner.example", "5.1.1", "failed", "note.T-3@pledge.example")]),
        ("plain", []),
    ],
)
def test_a_bounce_names_whom_we_did_not_reach_and_with_which_mail(name, expected):
    """F19, F41."""
    assert _read(name).bounced == tuple(
        Bounced(address=address, status=status, action=action, original_message_id=original)
        for address, status, action, original in expected
    )


def test_our_own_mail_coming_back_is_known():
    """F19."""
    assert [name for name in SAMPLES if _read(name).ours] == ["our_own"]


@pytest.mark.parametrize(
    ("flag", "names"),
    [
        ("encrypted", ["pgp_encrypted", "smime_encrypted"]),
        ("signed", ["pgp_inline_signed", "smime_signed"]),
        ("calendar", ["calendar_answer", "calendar_invitation"]),
        ("forwarded", ["forwarded_attached", "forwarded_outlook"]),
        ("several_from", ["two_from"]),
        ("unreadable", []),
    ],
)
def test_each_special_kind_of_mail_is_marked_and_no_other(flag, names):
    """B1, F22."""
    assert [name for name in SAMPLES if getattr(_read(name), flag)] == names


@pytest.mark.parametrize(
    ("name", "fault"),
    [
        ("two_from", "two From headers"),
        ("bare", "no sender"),
        ("bare", "no date"),
        ("bare", "no Message-ID"),
        ("bare", "no subject"),
        ("garbage_headers", "a Message-ID that makes no sense"),
        ("garbage_headers", "a date that cannot be read"),
        ("garbage_headers", "an address that cannot be read"),
        ("garbage_headers", "a transfer encoding that nobody knows"),
        ("future_date", "a date in the future"),
        ("broken_base64", "broken base64"),
        ("koi8_unknown_charset", "a charset that nobody knows"),
        ("windows_1252_as_ascii", "the text is not in the charset that the mail declares"),
        ("cut_multipart", "the mail ends before its last part does"),
        ("smime_encrypted", "the mail is encrypted; its text cannot be read here"),
    ],
)
def test_what_is_wrong_with_a_mail_is_said_in_plain_words(name, fault):
    """F22: ticket stored, best-effort text, marked."""
    assert fault in _read(name).faults


@pytest.mark.parametrize(
    "name", ["plain", "gmail_reply", "outlook_reply", "iso_2022_jp", "winmail", "postfix_bounce"]
)
def test_an_ordinary_mail_has_no_faults(name):
    assert _read(name).faults == ()


def test_two_from_headers_keep_the_first_and_are_marked():
    """F20, F22."""
    mail = _read("two_from")
    assert mail.from_ == Address(name="", email="alice@partner.example")
    assert mail.several_from


def test_names_and_addresses_are_read_with_their_commas_comments_and_encodings():
    """B1, F22."""
    mail = _read("outlook_reply")
    assert mail.from_ == Address(name="Adams, Alice", email="Alice.Adams@partner.example")
    assert [one.name for one in mail.cc] == ["Bob (IT)", "carol@partner.example"]
    assert _read("apple_mixed").from_.name == "René Faßbender"
    assert _read("iso_2022_jp").from_.name == "山田"
    assert _read("postfix_bounce").from_.name == "Mail Delivery System"


@pytest.mark.parametrize(
    ("name", "subject"),
    [
        ("apple_mixed", "Diagnose für Host 7"),
        ("iso_2022_jp", "ディスク容量"),
        ("windows_1252_as_ascii", "Größe der Platte"),
        ("out_of_office_exchange", "Automatische Antwort: [#1042] Mail queue"),
        ("crlf_hidden", "Hello Bcc: victim@example.org body"),
        ("nul_bytes", "ab"),
        ("bare", ""),
    ],
)
def test_a_subject_is_one_decoded_line(name, subject):
    """F22, F23."""
    assert _read(name).subject == subject


def test_line_breaks_hidden_in_a_name_add_no_header():
    """F23."""
    assert _read("crlf_hidden").from_ == Address(
        name="Mallory Bcc: victim@example.org", email="mallory@stranger.example"
    )


@pytest.mark.parametrize(
    ("name", "message_id", "threads"),
    [
        (
            "outlook_reply",
            "AM0PR01MB1234ABCD@AM0PR01MB1234.eurprd01.prod.exchangelabs.com",
            ("b@pledge.example", "a@pledge.example"),
        ),
        ("gmail_reply", "CAF3x9-7hQ@mail.gmail.com", ("ack.T-1@pledge.example",)),
        ("garbage_headers", None, ()),
        ("bare", None, ()),
    ],
)
def test_message_ids_are_normalised_and_garbage_is_none(name, message_id, threads):
    """F18, F22: `<[<@>]` raises in the standard library."""
    mail = _read(name)
    assert (mail.message_id, mail.threads) == (message_id, threads)


def test_dates_are_in_utc_and_impossible_ones_are_none():
    """F22, edge cases: dates in the future, none at all."""
    assert _read("plain").sent_at == datetime(2026, 11, 20, 8, 15, 2, tzinfo=UTC)
    assert _read("future_date").sent_at is None
    assert _read("garbage_headers").sent_at is None


def test_of_sixty_recipients_forty_are_kept_and_all_are_counted():
    """Edge cases: 40 recipients; a group without members is nobody."""
    mail = _read("forty_recipients")
    assert (len(mail.to), len(mail.cc), mail.recipient_count) == (40, 0, 60)


@pytest.mark.parametrize(
    ("name", "attachments"),
    [
        ("apple_mixed", [("Bericht für März.pdf", b"%PDF-1.4 nothing")]),
        ("winmail", [("Übersicht der Platten.txt", b"/dev/sda1 100%\n")]),
        ("uuencode", [("notes.txt", b"first line of the notes\nsecond line\n")]),
        (
            "rfc2231_names",
            [
                ("Größe der Platten.csv", b"a,b"),
                ("passwd", b"zip slip"),
                ("invoice Bcc_ x@y.example.pdf", b"crlf"),
                ("photogpj.exe", b"rtl"),
                ("page.html.svg", b"<script>alert(1)</script>"),
                ("PASSWD (2)", b"same name but for case"),
                ("empty.bin", b""),
            ],
        ),
        ("plain", []),
    ],
)
def test_attachments_come_whole_under_harmless_names(name, attachments):
    """F23, F25: no path, no line break, no direction trick, no two alike; empty ones too."""
    assert [(one.name, one.content) for one in _read(name).attachments] == attachments


def test_an_inline_image_keeps_its_content_id_for_the_html():
    """B1."""
    mail = _read("outlook_reply")
    (image,) = mail.attachments
    assert (image.inline, image.content_id) == (True, "image001.png@01DA1B")
    assert f'<img src="cid:{image.content_id}"' in mail.html


def test_a_zip_stays_a_zip():
    """F25: nothing is ever unpacked."""
    bomb = b"PK\x03\x04" + b"\0" * 100
    head = b"From: a@b.example\r\nContent-Type: application/zip; name=bomb.zip\r\n\r\n"
    (attachment,) = read(head + bomb).attachments
    assert (attachment.name, attachment.content) == ("bomb.zip", bomb)


def test_a_forwarded_mail_is_attached_and_its_text_is_shown():
    """B1: forwarded."""
    mail = _read("forwarded_attached")
    assert mail.text.startswith("One of our users writes:")
    assert "From: Zoë <zoe@user.example>" in mail.reply
    assert mail.reply.endswith("The page says 403.")
    assert [one.name for one in mail.attachments] == ["cannot log in.eml"]


def test_what_somebody_passes_on_is_not_cut_as_a_quote():
    """B1: forwarded by Outlook, which marks it like an answer."""
    assert _read("forwarded_outlook").reply.endswith("The page says 403.")


def test_an_invitation_is_told_in_words():
    """B1: calendar."""
    assert _read("calendar_invitation").text.split("\n") == [
        "Invitation: Review of the outage, part one",
        "When: 2026-11-23 14:00 (Europe/Berlin) to 2026-11-23 14:30 (Europe/Berlin)",
        "Where: https://meet.example/abc",
        "Organiser: Alice Adams <alice@partner.example>",
        "",
        "Can we talk about it?",
    ]
    assert _read("calendar_answer").text.endswith("Answer: accepted")


def test_an_invitation_brings_no_control_characters():
    """F22: found by fuzzing."""
    raw = SAMPLES["calendar_invitation"].read_bytes().replace(b"Review", b"Re\x7fv\x1biew")
    assert read(raw, now=NOW).text.startswith("Invitation: Review of the outage")


def test_message_ids_with_control_characters_are_dropped():
    """F22, F23: found by fuzzing."""
    head = b"Message-ID: <a\x7fb@x.example>\r\nReferences: <ok@x.example> <a\xe2\x80\xaeb@x>\r\n"
    mail = read(head + b"\r\nhi", now=NOW)
    assert (mail.message_id, mail.references) == (None, ("ok@x.example",))


def test_a_marker_quoted_and_wrapped_by_a_client_leads_to_its_ticket():
    """F20: also when the subject is another."""
    line = marker("T-01ARZ3NDEKTSV4RRFFQ69G5FAV", b"secret")
    raw = SAMPLES["marker_wrapped"].read_bytes().replace(b"SIGNATURE", line.rsplit(":", 1)[1].encode())
    assert read_marker(read(raw).text, b"secret") == "T-01ARZ3NDEKTSV4RRFFQ69G5FAV"


def test_importance_is_a_hint_from_the_headers():
    assert _read("outlook_reply").importance is Importance.HIGH
    assert _read("plain").importance is Importance.NORMAL


@pytest.mark.parametrize(
    "raw", [b"", b"\r\n", b"\0\0\0", b"\xff" * 100, b"%PDF-1.4\n%\xe2\xe3", b":\r\n:\r\n"]
)
def test_bytes_that_are_no_mail_are_marked_unreadable(raw):
    """F22: empty mail and worse still become a ticket."""
    assert read(raw, now=NOW).unreadable


def test_loading_the_reader_loads_none_of_the_heavy_libraries():
    """Facts, cold start: html2text and charset_normalizer cost 100 ms and are seldom needed."""
    code = "import sys, chalicelib.mail.reader; print(*sys.modules)"
    done = subprocess.run(  # noqa: S603 - our own words
        [sys.executable, "-c", code],
        cwd=Path(__file__).parents[2],
        capture_output=True,
        text=True,
        check=True,
    )
    heavy = {"nh3", "html2text", "html.parser", "charset_normalizer", "aws_lambda_powertools"}
    assert heavy & set(done.stdout.split()) == set()
