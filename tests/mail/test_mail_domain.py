"""The rules of mail: F19, F20, F23, F25, D7."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.mail.domain import (
    Address,
    Automatic,
    Bounced,
    ParsedMail,
    Signals,
    Verdict,
    Verdicts,
    automatic,
    header_safe,
    marker,
    marker_in,
    read_marker,
    safe_name,
    ticket_number_in,
    unique_names,
)

TICKET = "T-01ARZ3NDEKTSV4RRFFQ69G5FAV"
SECRET = b"a secret of the desk"


@pytest.mark.parametrize(
    ("headers", "expected"),
    [
        ({}, Automatic.NO),
        ({"auto-submitted": "no"}, Automatic.NO),
        ({"auto-submitted": "No (sent by a person)"}, Automatic.NO),
        ({"list-unsubscribe": "<https://x.example>"}, Automatic.NO),
        ({"return-path": "<alice@partner.example>"}, Automatic.NO),
        ({"precedence": "first-class"}, Automatic.NO),
        ({"x-autoreply": "no"}, Automatic.NO),
        ({"auto-submitted": "auto-replied"}, Automatic.AUTO_REPLY),
        ({"auto-submitted": "auto-replied", "return-path": "<>"}, Automatic.AUTO_REPLY),
        ({"auto-submitted": "AUTO-GENERATED; owner-email=x"}, Automatic.AUTO_REPLY),
        ({"auto-submitted": "auto-notified"}, Automatic.AUTO_REPLY),
        ({"x-autoreply": "yes"}, Automatic.AUTO_REPLY),
        ({"x-autorespond": ""}, Automatic.AUTO_REPLY),
        ({"precedence": "auto_reply"}, Automatic.AUTO_REPLY),
        ({"x-auto-response-suppress": "OOF, AutoReply"}, Automatic.AUTO_REPLY),
        ({"x-auto-response-suppress": "DR, RN"}, Automatic.NO),
        ({"x-post-messageclass": "9; Autoresponder"}, Automatic.AUTO_REPLY),
        ({"return-path": "<>"}, Automatic.BOUNCE),
        ({"return-path": "< >"}, Automatic.BOUNCE),
        ({"x-failed-recipients": "a@b.example"}, Automatic.BOUNCE),
        ({"list-id": "<x.example>"}, Automatic.LIST),
        ({"precedence": "list"}, Automatic.LIST),
        ({"precedence": "Bulk"}, Automatic.LIST),
    ],
)
def test_headers_tell_a_program_from_a_person(headers, expected):
    """F19, RFC 3834."""
    assert automatic(Signals(headers=headers)) is expected


@pytest.mark.parametrize(
    "subject",
    [
        *("Out of office: Re: x", "Automatic reply: x", "Abwesenheitsnotiz", "Automatische Antwort: x"),
        *("Réponse automatique : x", "Respuesta automática: x", "Risposta automatica: x", "Autosvar: x"),
        *("Automatyczna odpowiedź: x", "Автоответ: x", "自動応答", "自动答复: x"),
    ],
)
def test_an_out_of_office_subject_counts_only_beside_a_header_of_a_program(subject):
    """F19: in many languages, and never by the subject alone."""
    assert automatic(Signals(headers={}, subject=subject)) is Automatic.NO
    for header in ({"return-path": "<>"}, {"precedence": "junk"}):
        assert automatic(Signals(headers=header, subject=subject)) is Automatic.AUTO_REPLY


@pytest.mark.parametrize(
    ("signals", "expected"),
    [
        (
            Signals(headers={"auto-submitted": "auto-replied"}, report_type="delivery-status"),
            Automatic.BOUNCE,
        ),
        (Signals(headers={}, report_type="disposition-notification"), Automatic.AUTO_REPLY),
        (Signals(headers={}, sender="MAILER-DAEMON@x.example"), Automatic.BOUNCE),
        (Signals(headers={}, sender="postmaster@x.example"), Automatic.NO),
        (Signals(headers={}, calendar_method="reply"), Automatic.CALENDAR),
        (Signals(headers={}, calendar_method="request"), Automatic.NO),
    ],
)
def test_reports_daemons_and_calendar_answers_are_automatic(signals, expected):
    """F19."""
    assert automatic(signals) is expected


@pytest.mark.parametrize("ours", [True, False])
@pytest.mark.parametrize("kind", Automatic)
def test_only_a_person_may_be_answered_automatically(kind, ours):
    """F19: two robots never talk to each other."""
    mail = ParsedMail(automatic=kind, ours=ours, from_=Address(name="Alice", email="alice@partner.example"))
    assert mail.may_be_answered == (kind is Automatic.NO and not ours)
    assert not replace(mail, from_=None).may_be_answered


@pytest.mark.parametrize(
    ("subject", "number"),
    [
        ("[#1042] Mail queue", 1042),
        ("Re: AW: [#1042] Mail queue", 1042),
        ("Re: [ #1042 ] spaces", 1042),
        ("Ticket 1042", 1042),
        ("ticket #1042: news?", 1042),
        ("your ticket no. 1042", 1042),
        ("TICKET NUMBER 1042", 1042),
        ("Ticket: 1042", 1042),
        ("about ticket-1042", 1042),
        ("#1042", 1042),
        ("about # 1042 again", 1042),
        ("#7 of host, [#1042]", 1042),
        ("issue no 1042", 1042),
        ("Case #1042", 1042),
        ("in case 2 hosts fail", None),
        ("Server 1042 is down", None),
        ("see page.html#1042", None),
        ("&#1042; in a text", None),
        ("tickets 5 and 6", None),
        ("#0", None),
        ("#12345678901", None),
        ("#1042abc", None),
        ("", None),
    ],
)
def test_a_number_is_found_as_we_write_it_and_as_people_type_it(subject, number):
    """D7."""
    assert ticket_number_in(subject) == number


@pytest.mark.parametrize(
    "wrap",
    [
        lambda line: line,
        lambda line: f"text before\n> > {line}\n> text after deadbeef",
        lambda line: f"> {line[:30]}\n> {line[30:60]}\n> {line[60:]}",
        lambda line: line.replace("pledge:", "\n>pledge:\n> "),
        lambda line: f"**{line}** ",
        lambda line: line.lower(),
        lambda line: f"| {line[:20]}\u200b{line[20:]}\r\n",
        lambda line: f"Ref: pledge:{TICKET}:{'0' * 24}\n{line}",
    ],
)
def test_a_marker_survives_quoting_and_wrapping(wrap):
    """F20: an answer is threaded by what we signed."""
    assert read_marker(wrap(marker(TICKET, SECRET)), SECRET) == TICKET


def test_a_marker_signed_by_another_is_seen_and_not_believed():
    """F20: a guessed token never threads into someone's ticket."""
    line = marker(TICKET, b"another secret")
    assert marker_in(line) == line.removeprefix("Ref: pledge:")
    assert read_marker(line, SECRET) is None


@given(st.integers(0, 23), st.sampled_from("0123456789abcdef"))
def test_one_changed_digit_of_a_signature_is_refused(position, digit):
    """F20."""
    ticket, signature = marker(TICKET, SECRET).rsplit(":", 1)
    changed = signature[:position] + digit + signature[position + 1 :]
    assert read_marker(f"{ticket}:{changed}", SECRET) == (TICKET if changed == signature else None)


def test_a_marker_of_one_ticket_does_not_open_another():
    """F20."""
    other = marker(TICKET, SECRET).replace("FAV", "FAW")
    assert read_marker(other, SECRET) is None


@pytest.mark.parametrize("dmarc", Verdict)
@pytest.mark.parametrize("dkim", Verdict)
@pytest.mark.parametrize("spf", Verdict)
def test_a_sender_is_forged_when_disowned_or_vouched_for_by_nobody(spf, dkim, dmarc):
    """F20: the whole table."""
    disowned = dmarc == "FAIL"
    vouched = spf == "PASS" or dkim == "PASS"
    assert Verdicts(spf=spf, dkim=dkim, dmarc=dmarc).forged == (disowned or not vouched)


@pytest.mark.parametrize(
    ("receipt", "expected"),
    [
        ({}, Verdicts()),
        ({"spfVerdict": {"status": "PASS"}}, Verdicts(spf=Verdict.PASS)),
        ({"dkimVerdict": {"status": "pass"}}, Verdicts(dkim=Verdict.PASS)),
        ({"dmarcVerdict": {"status": "NEW WORD"}}, Verdicts(dmarc=Verdict.PROCESSING_FAILED)),
        ({"virusVerdict": "FAIL"}, Verdicts()),
    ],
)
def test_a_receipt_is_read_tolerantly_and_what_is_missing_has_not_passed(receipt, expected):
    """F20, F46."""
    assert Verdicts.of(receipt) == expected
    assert Verdicts.of({}).forged


def test_spam_and_virus_make_a_mail_harmful():
    """F25: EICAR is found by the receiving server, not by opening files here."""
    assert Verdicts(virus=Verdict.FAIL).harmful
    assert Verdicts(spam=Verdict.FAIL).harmful
    assert not Verdicts(spam=Verdict.GRAY).harmful


@given(st.text(max_size=3_000))
def test_a_header_is_one_short_line_whatever_goes_in(text):
    """F23: no injected Bcc."""
    line = header_safe(text)
    assert len(line) <= 500
    assert len(line.splitlines()) <= 1
    assert "\x00" not in line
    assert header_safe(line) == line
    line.encode("utf-8")


@pytest.mark.parametrize(
    ("name", "safe"),
    [
        ("report.pdf", "report.pdf"),
        ("../../etc/passwd", "passwd"),
        ("..\\..\\windows\\system.ini", "system.ini"),
        ("C:\\evil.exe", "evil.exe"),
        ("a\r\nBcc: x@y.example.pdf", "a Bcc_ x@y.example.pdf"),
        ("photo\u202egpj.exe", "photogpj.exe"),
        ("nul\x00byte.txt", "nul byte.txt"),
        (".htaccess", "htaccess"),
        ("con", "_con"),
        ("LPT1.txt", "_LPT1.txt"),
        ("....", "attachment"),
        ("", "attachment"),
        ("trailing dots...  ", "trailing dots"),
        ("a" * 300 + ".tar.gz", "a" * 117 + ".gz"),
        ("invoice.pdf.exe", "invoice.pdf.exe"),
        ("<img src=x>.svg", "_img src=x_.svg"),
    ],
)
def test_a_file_name_loses_its_path_and_its_tricks_and_keeps_its_ending(name, safe):
    """F23, F25."""
    assert safe_name(name) == safe


@given(st.lists(st.text(max_size=40).map(safe_name), max_size=30))
def test_names_become_unique_whatever_their_case(names):
    """F25: no attachment hides another."""
    unique = unique_names([*names, *names])
    assert len({name.casefold() for name in unique}) == 2 * len(names)


@pytest.mark.parametrize(
    ("status", "action", "permanent"),
    [
        ("5.1.1", "failed", True),
        ("4.4.7", "delayed", False),
        ("", "failed", True),
        ("4.2.2", "failed", False),
    ],
)
def test_a_bounce_is_permanent_by_its_status(status, action, permanent):
    """F41: only what will never arrive is suppressed."""
    bounce = Bounced(address="a@b.example", status=status, action=action, original_message_id=None)
    assert bounce.permanent is permanent


def test_the_nearest_answered_mail_comes_first_when_threading():
    """F18: References run from the oldest to the newest."""
    mail = ParsedMail(in_reply_to=("c",), references=("a", "b", "c"))
    assert mail.threads == ("c", "b", "a")
