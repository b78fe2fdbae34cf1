"""What is new in an answer, in the ways that clients quote: B1, issue section 5."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.mail.reader.plain import tidy, unflow
from chalicelib.mail.reader.reply import new_text

QUOTED = "> We have your report.\n> Please send a log."
ATTRIBUTIONS = [
    "On Fri, Nov 20, 2026 at 9:16 AM Pledge Support <support@pledge.example> wrote:",
    "On 20 Nov 2026, at 09:16, Pledge Support <support@pledge.example> wrote:",
    "Am 20.11.2026 um 09:16 schrieb Pledge Support:",
    "Am Fr., 20. Nov. 2026 um 09:16 Uhr schrieb Pledge Support <support@pledge.example>:",
    "Le ven. 20 nov. 2026 à 09:16, Pledge Support <support@pledge.example> a écrit :",
    "El vie, 20 nov 2026 a las 9:16, Pledge Support (<support@pledge.example>) escribió:",
    "Il giorno ven 20 nov 2026 alle ore 09:16 Pledge Support <support@pledge.example> ha scritto:",
    "Op vr 20 nov 2026 om 09:16 schreef Pledge Support <support@pledge.example>:",
    "Em sex., 20 de nov. de 2026 às 09:16, Pledge Support <support@pledge.example> escreveu:",
    "W dniu 20.11.2026 o 09:16, Pledge Support pisze:",
    "Dne 20. 11. 2026 v 9:16 Pledge Support napsal(a):",
    "Den fre 20 nov. 2026 kl 09:16 skrev Pledge Support <support@pledge.example>:",
    "пт, 20 нояб. 2026 г. в 09:16, Pledge Support <support@pledge.example> написал:".replace(
        "написал", "пишет"
    ),
    "2026年11月20日(金) 9:16 Pledge Support <support@pledge.example> wrote:",
    "2026年11月20日 上午9:16，Pledge Support <support@pledge.example> 写道：",
]
HEADER_BLOCKS = [
    "From: Pledge Support\nSent: Friday, November 20, 2026 9:16 AM\nTo: Alice\nSubject: your report",
    "*From:* Pledge Support\n*Sent:* Friday, November 20, 2026 9:16 AM\n*To:* Alice",
    "Von: Pledge Support\nGesendet: Freitag, 20. November 2026 09:16\nAn: Alice\nBetreff: Ihre Meldung",
    "De : Pledge Support\nEnvoyé : vendredi 20 novembre 2026 09:16\nÀ : Alice\nObjet : votre message",
    "De: Pledge Support\nEnviado el: viernes, 20 de noviembre de 2026 9:16\nPara: Alice\nAsunto: su aviso",
    "Da: Pledge Support\nInviato: venerdì 20 novembre 2026 09:16\nA: Alice\nOggetto: segnalazione",
    "Van: Pledge Support\nVerzonden: vrijdag 20 november 2026 09:16\nAan: Alice\nOnderwerp: melding",
    "-----Original Message-----\nFrom: x",
    "-----Ursprüngliche Nachricht-----\nVon: x",
    "________________________________\nFrom: Pledge Support\nSent: Friday\nTo: Alice",
]


@pytest.mark.parametrize("attribution", ATTRIBUTIONS)
@pytest.mark.parametrize("quote", [QUOTED, "We have your report."])
def test_an_answer_above_the_quote_is_kept_alone(attribution, quote):
    """B1: with and without quote marks, in many languages."""
    assert new_text(f"It works.\n\n{attribution}\n\n{quote}", forwarded=False) == "It works."


@pytest.mark.parametrize("block", HEADER_BLOCKS)
def test_an_answer_above_a_block_of_headers_is_kept_alone(block):
    """B1: Outlook, Lotus."""
    assert new_text(f"It works.\n\n{block}\n\nWe have your report.", forwarded=False) == "It works."


@pytest.mark.parametrize("attribution", ATTRIBUTIONS[:6])
def test_an_answer_below_the_quote_is_kept_alone(attribution):
    assert new_text(f"{attribution}\n{QUOTED}\n\nIt works.", forwarded=False) == "It works."


def test_answers_between_quotes_are_all_kept():
    text = f"{ATTRIBUTIONS[0]}\n> Which host?\nHost 7.\n> Since when?\nSince Monday.\n-- \nAlice"
    assert new_text(text, forwarded=False) == "Host 7.\nSince Monday."


def test_an_attribution_wrapped_over_lines_is_cut():
    wrapped = "On Fri, Nov 20, 2026 at 9:16 AM\nPledge Support <support@pledge.example>\nwrote:"
    assert new_text(f"It works.\n\n{wrapped}\n\n{QUOTED}", forwarded=False) == "It works."


@pytest.mark.parametrize(
    "text",
    [
        "We did this:\n- first step\n- second step\nThanks, but it still fails.",
        "On the host the log wrote:\nerror 17",
        "From: here on it fails\nand then stops",
        "Best regards are not what I need.\nI need the server.",
        "a\n--\nb" + "\nline" * 40,
        "/var/log/mail is full\nWarning: disk",
        "Date: today\nSubject: none",
    ],
)
def test_ordinary_sentences_are_never_cut(text):
    """What a customer wrote is worth more than a clean cut."""
    assert new_text(text, forwarded=False) == text


@pytest.mark.parametrize(
    "text", [QUOTED, f"{ATTRIBUTIONS[0]}\n{QUOTED}", "-- \nAlice", "Sent from my iPhone"]
)
def test_when_cutting_would_leave_nothing_the_whole_text_stays(text):
    assert new_text(text, forwarded=False) == text


def test_a_forwarded_text_is_not_cut_but_its_signature_is():
    text = f"See below.\n\n{HEADER_BLOCKS[0]}\n\nThe page says 403.\n\n-- \nZoe"
    assert new_text(text, forwarded=True) == text.removesuffix("\n\n-- \nZoe")


@pytest.mark.parametrize(
    "line",
    ["Sent from my iPhone", "Get Outlook for iOS", "Von meinem iPhone gesendet", "Envoyé de mon iPhone"],
)
def test_the_last_line_of_a_phone_is_cut(line):
    assert new_text(f"It works.\n\n{line}", forwarded=False) == "It works."


@given(st.text(alphabet="ab>:-\n On20wrote@", max_size=300))
def test_cutting_only_removes_lines_and_never_everything(text):
    """B1: no word is invented, and something is always left."""
    new = new_text(text, forwarded=False)
    assert set(new.split("\n")) <= set(text.split("\n")) | {""}
    assert bool(new) == bool(text)


@pytest.mark.parametrize(
    ("flowed", "expected"),
    [
        ("one \ntwo\nthree", "one two\nthree"),
        (" space stuffed\n >not a quote", "space stuffed\n>not a quote"),
        ("> one \n> two\n>> three", "> one two\n>> three"),
        ("text \n-- \nsignature", "text \n-- \nsignature"),
        ("", ""),
    ],
)
def test_flowed_lines_are_joined_as_rfc_3676_says(flowed, expected):
    assert unflow(flowed, delete_space=False) == expected


def test_flowed_lines_lose_their_space_where_the_mail_asks_for_it():
    """RFC 3676 DelSp, as used for Japanese."""
    assert unflow("ディス \nク", delete_space=True) == "ディスク"


@given(st.text(max_size=500))
def test_tidy_text_is_stable_and_can_be_stored(text):
    """F22: NUL, escapes and half characters."""
    once = tidy(text)
    assert tidy(once) == once
    assert "\x00" not in once
    assert "\x1b" not in once
    once.encode("utf-8")
