"""The words of the letters: every event and reader, in text and in HTML that says the same and fetches nothing."""

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from html.parser import HTMLParser
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.core.errors import NotFound
from chalicelib.customers.domain import Contact, Customer, Role, Staff
from chalicelib.knowledge.topics import topics_for
from chalicelib.mail.as_html import blocks
from chalicelib.mail.domain import marker
from chalicelib.mail.domain.outgoing import Draft
from chalicelib.mail.letters import Reader, as_html, moment, next_step
from chalicelib.mail.readers import Readers
from chalicelib.mail.telling import TEMPLATES
from chalicelib.mail.wording import BY_PEOPLE, House, Occasion, Wording
from chalicelib.promises.domain import Promise
from chalicelib.sla.domain import SeverityAt, Timeline
from chalicelib.tickets import events as e
from chalicelib.tickets.domain import Decision, Status, Ticket

AT = datetime(2026, 11, 23, 9, tzinfo=UTC)
SECRET = b"secret of the house"
HOUSE = House(
    operator="Example Cloud",
    phone="+44 20 7946 0100",
    url="https://desk.example",
    domain="desk.example",
    secret=SECRET,
)
ACME = Customer(id="acme", name="Acme Ltd", zone="Asia/Kolkata")
PARTNER = Customer(
    id="partnerly", name="Partnerly & Söhne", zone="Europe/Berlin", end_user_domains=("u.example",)
)
ALICE = Contact(
    id="alice", customer_id="acme", name="Alice Archer", email="alice@acme.example", zone="America/New_York"
)
PAUL = Contact(
    id="paul",
    customer_id="partnerly",
    name="Paul Partner",
    email="paul@partnerly.example",
    roles=frozenset({Role.REPRESENTATIVE}),
)
BOB = Staff(id="bob", name="Bob Engineer", email="bob@desk.example", zone="Europe/London")
READER = Reader(name="Alice Archer", email="alice@acme.example", zone="America/New_York")
EVIL = '</td><script>alert(1)</script><img src="https://evil.example/x.png" onerror=a> & "quotes"'


class People:
    """Some people, and nobody else."""

    def get(self, customer_id: str) -> Customer:
        return {"acme": ACME, "partnerly": PARTNER}[customer_id]

    def contact(self, customer_id: str, contact_id: str) -> Contact:
        if (customer_id, contact_id) != ("acme", "alice"):
            raise NotFound("gone")
        return ALICE

    def contacts(self, customer_id: str) -> list[Contact]:
        return [PAUL] if customer_id == "partnerly" else [ALICE]

    def staff(self, staff_id: str) -> Staff:
        if staff_id != "bob":
            raise NotFound("gone")
        return BOB


READERS = Readers(People())
WORDING = Wording(HOUSE, READERS, topics_for, lambda ticket_id: "#1041")
TICKET = Ticket(
    id="T-" + "A" * 26,
    number=1042,
    kind="bug",
    subject="The queue is stuck",
    channel="mail",
    requester=e.Requester(name="Alice Archer", email="alice@acme.example", contact_id="alice"),
    customer_id="acme",
    registered_at=AT,
    changed_at=AT,
    proposal=Decision(severity=3, by="alice", at=AT),
    plan=e.PlanRef(id="standard", version=1),
    timeline=Timeline(reported_at=AT, severities=(SeverityAt(at=AT, severity=3),)),
    references=("a1@acme.example",),
    promises=(
        Promise(
            id="first_response",
            kind="first_response",
            started_at=AT,
            due_at=AT + timedelta(hours=24),
            clause="B11",
        ),
    ),
)
DUE = "Tue 24 Nov 2026, 04:00 (America/New_York)"
WHO: dict[str, Any] = {"at": AT, "by": "bob", "name": "Bob Engineer"}
SAID = e.Message(text="Please restart host 7.")
EVENTS: dict[str, e.Event] = {
    "acknowledgement": e.TicketRegistered(**WHO, ticket_id=TICKET.id, channel="mail", message=SAID),
    "registered": e.TicketRegistered(**WHO, ticket_id=TICKET.id, channel="api", message=SAID),
    "numbered": e.TicketNumbered(**WHO, number=1042),
    "acknowledged": e.TicketAcknowledged(**WHO, severity=2, reason="all users", text="We look into it."),
    "severity": e.SeverityChanged(**WHO, severity=2, before=3, reason="all users"),
    "reply": e.ReplySent(**WHO, message=SAID),
    "question": e.CustomerAwaited(**WHO, question="Which host?"),
    "eta": e.EtaGiven(**WHO, eta=AT + timedelta(days=1), before=AT + timedelta(hours=5), reason="parts"),
    "workaround": e.WorkaroundGiven(**WHO, text="Use host 8."),
    "solved": e.TicketSolved(**WHO, resolution="Emptied the log."),
    "closing": e.ClosingAnnounced(**WHO, closes_at=AT + timedelta(days=2)),
    "closed": e.TicketClosed(**WHO, reason="solved, and nobody wrote since"),
    "reopened": e.TicketReopened(**WHO, reason="again"),
    "escalated": e.TicketEscalated(**WHO, reason="urgent"),
    "declined": e.TicketDeclined(**WHO, reason="third_party_product", text="Ask them."),
    "consultancy": e.ConsultancyAccepted(**WHO),
    "status": e.HoldingStatusSent(**WHO, due_at=AT, next_at=AT + timedelta(hours=1)),
    "merged": e.TicketMerged(**WHO, into="T-B"),
    "referral": e.TicketRegistered(**WHO, ticket_id=TICKET.id, channel="mail", message=SAID),
    "referred": e.TicketRegistered(**WHO, ticket_id=TICKET.id, channel="mail", message=SAID),
    "customer_replied": e.ReplyReceived(**WHO, message=SAID, reopened=True),
}
# What the letter of each event must tell, beside number and next step.
SAYS = {
    "acknowledgement": ["received your report", f"answer you by {DUE}", "/help/reporting", "end user"],
    "registered": ["registered as ticket #1042, severity 3 as you proposed it. ", f"We answer by {DUE}"],
    "numbered": ["has the ticket number #1042", f"We answer by {DUE}"],
    "acknowledged": ["severity 2", "You proposed severity 3", "all users", "We look into it."],
    "severity": ["severity 2 instead of 3", "all users"],
    "reply": ["Please restart host 7.", "Bob Engineer"],
    "question": ["Which host?", "replying to this mail", "clocks of #1042 stand still"],
    "eta": ["it is now Tue 24 Nov 2026, 04:00", "it was Mon 23 Nov 2026, 09:00", "parts"],
    "workaround": ["Use host 8."],
    "solved": ["is resolved", "Emptied the log.", "reply to this mail and we go on"],
    "closing": ["We close it on Wed 25 Nov 2026, 04:00 (America/New_York) unless you write"],
    "closed": ["is closed: solved, and nobody wrote since", "reply to this mail"],
    "reopened": ["open again"],
    "escalated": ["before all others"],
    "declined": ["it concerns a product of another company", "Ask them.", "paid consultancy", "offer"],
    "consultancy": ["paid consultancy", "response times of support do not apply"],
    "status": ["automatic status", "Working on it: nobody yet", "Next status: Mon 23 Nov 2026, 05:00"],
    "merged": ["#1041"],
    "referral": ["help desk of Partnerly", "passed your report on"],
    "referred": ["alice@acme.example", "> Please restart host 7."],
    "customer_replied": ["severity 3, new, reopened by this", "> Please restart host 7."],
}


def draft(
    template: str, ticket: Ticket = TICKET, event: e.Event | None = None, reader: Reader = READER
) -> Draft:
    told = Occasion(ticket=ticket, event=event or EVENTS[template], event_id="E-1", version=7)
    words = {"partner": PARTNER.name} if template == "referral" else {}
    return WORDING.draft(template, told, reader, **words)


class Seen(HTMLParser):
    """The visible text, and every tag with its attributes."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.text, self.tags, self._hidden = "", [], False
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        self._hidden = tag in ("style", "title")

    def handle_endtag(self, tag: str) -> None:
        self._hidden = False

    def handle_data(self, data: str) -> None:
        self.text += "" if self._hidden else data


def words(text: str) -> list[str]:
    return re.findall(r"[\w#@.:/]+", text)


@pytest.mark.parametrize("template", EVENTS)
def test_a_letter_tells_its_event_the_ticket_and_the_next_step_twice_alike(template: str) -> None:
    """B2, B5, D7, D10, D14, D2."""
    letter = draft(template)
    for said in SAYS[template]:
        assert said in letter.text
    assert "\n\n\n" not in letter.text
    assert "<" not in letter.text  # no object shows its insides
    assert not [line for line in letter.text.split("\n") if line != line.rstrip()]
    seen = Seen(letter.html or "")
    plain = re.sub(r"(?m)^> ?|^- ", "", letter.text)
    titles = re.sub(r": https://desk\.example/help/\S+", "", plain)
    assert [word for word in words(titles) if word.rstrip(":.") not in seen.text] == []
    if template not in ("referral",):
        assert "Ticket: #1042" in letter.text
        assert f"Next step: We answer by {DUE}" in letter.text
        assert marker(TICKET.id, SECRET) in letter.text


def test_every_event_that_is_told_has_its_letter_here() -> None:
    assert set(TEMPLATES.values()) <= set(EVENTS)
    assert set(SAYS) == set(EVENTS)


@pytest.mark.parametrize("template", EVENTS)
def test_nothing_a_person_wrote_becomes_html_and_nothing_is_fetched(template: str) -> None:
    """F23, F24."""
    event, ticket = (
        EVENTS[template],
        replace(TICKET, subject=EVIL, requester=replace(TICKET.requester, name=EVIL)),
    )
    for name in ("reason", "text", "question", "resolution", "name"):
        if hasattr(event, name) and template != "declined":
            event = replace(event, **{name: EVIL})
    if hasattr(event, "message"):
        event = replace(event, message=e.Message(text=EVIL))
    letter = draft(template, ticket, event, replace(READER, name=EVIL))
    seen = Seen(letter.html or "")
    assert {tag for tag, _ in seen.tags} <= SAFE
    assert not [attrs for _, attrs in seen.tags if {"src", "background", "srcset", "onerror"} & set(attrs)]
    assert "url(" not in (letter.html or "")
    assert "@import" not in (letter.html or "")


SAFE = {
    "html",
    "head",
    "meta",
    "title",
    "style",
    "body",
    "table",
    "tr",
    "th",
    "td",
    "p",
    "ul",
    "li",
    "a",
    "br",
    "blockquote",
}


@given(text=st.text(max_size=300), own=st.sampled_from(["", "https://desk.example"]))
def test_html_shows_every_letter_of_any_text_and_no_tag_of_it(text: str, own: str) -> None:
    """F24."""
    seen = Seen(blocks(text, own))
    assert {tag for tag, _ in seen.tags} <= SAFE
    for tag, attrs in seen.tags:
        assert tag != "a" or str(attrs["href"]).startswith(("http://", "https://"))


def test_a_strangers_words_are_no_links_and_a_list_hides_only_our_own_addresses() -> None:
    """Nobody is led astray by a mail of ours."""
    quoted = blocks("> see https://evil.example/x", "https://desk.example")
    assert "<a " not in quoted
    foreign = Seen(blocks("- Your bank: https://evil.example/help", "https://desk.example"))
    assert "https://evil.example/help" in foreign.text
    ours = Seen(blocks("- Help: https://desk.example/help/api", "https://desk.example"))
    assert ours.text == "Help"


@pytest.mark.parametrize(
    ("subject", "number", "references", "seen"),
    [
        ("The queue", 1042, ("a",), "Re: The queue [#1042]"),
        ("Re: RE:  re: The queue [#1042]", 1042, ("a",), "Re: The queue [#1042]"),
        ("Re: The queue [#1042] [#7]", 1042, ("a",), "Re: The queue [#1042]"),
        ("[ # 12 ]", 1042, ("a",), "Re: your report [#1042]"),
        ("The queue", None, ("a",), "Re: The queue"),
        ("The queue", 1042, (), "The queue [#1042]"),
        ("The\r\nqueue\u202e", 1042, (), "The queue [#1042]"),
        ("", None, ("a",), "Re: your report"),
    ],
)
def test_the_subject_is_the_customers_with_our_number_once(
    subject: str, number: int | None, references: tuple[str, ...], seen: str
) -> None:
    """D7, F23."""
    ticket = replace(TICKET, subject=subject, number=number, references=references)
    assert draft("numbered", ticket).subject == seen


def test_letters_refer_to_the_signed_root_and_the_customers_mails_within_bounds() -> None:
    """B1: any answer carries one of these ids back."""
    many = replace(TICKET, references=tuple(f"{n}@acme.example" for n in range(50)))
    references = draft("reply", many).references
    assert references[0].startswith(f"{TICKET.id}.")
    assert references[1:] == ("0@acme.example", *(f"{n}@acme.example" for n in range(41, 50)))
    assert draft("registered", replace(TICKET, references=())).references == references[:1]
    assert draft("customer_replied", many).references == references[:1]


def test_people_write_as_people_and_the_desk_as_the_desk() -> None:
    """F19."""
    assert {name for name in EVENTS if not draft(name).automatic} == set(BY_PEOPLE)
    assert {name for name in EVENTS if draft(name).answers} == {"acknowledgement", "referral"}


def test_a_long_answer_says_that_it_goes_on_and_where() -> None:
    """F26."""
    for message in (e.Message(text="begin", text_key="k"), e.Message(text="begin" * 9_000)):
        letter = draft("reply", event=e.ReplySent(**WHO, message=message))
        assert "the history of the ticket: https://desk.example/v1/tickets/1042/history/7" in letter.text
        assert len(letter.text) < 22_000
    assert "goes on" not in draft("reply").text
    assert "beginning of a longer text" not in draft("reply").text


def test_what_stands_below_a_name_stands_apart() -> None:
    due = replace(TICKET.promises[0], id="update.1", kind="update")
    letter = draft("reply", replace(TICKET, promises=(due,)))
    assert f"host 7.\n\nBob Engineer\n\nYou hear from us again by {DUE}.\n\nTicket" in letter.text
    assert f"Next step: You hear from us by {DUE}" in letter.text
    assert "Emptied the log.\n\nBob Engineer\n\nIf it is not" in draft("solved").text


def test_whoever_greets_and_signs_is_not_greeted_and_signed_for_again() -> None:
    """B7: staff write whole mails."""
    said = "Good morning Alice,\n\nplease restart it.\n\nBest regards\nBob"
    letter = draft("reply", event=e.ReplySent(**WHO, message=e.Message(text=said)))
    assert letter.text.startswith(f"{said}\n\nTicket: #1042")
    assert draft("reply").text.startswith("Hello Alice Archer,\n\nPlease restart host 7.\n\nBob Engineer\n")


def test_a_quote_is_one_quote_across_its_empty_lines() -> None:
    html = blocks("> a\n>\n> - b\n\nc")
    assert html.count("<blockquote") == 1
    assert html.startswith("<blockquote")
    assert "a<br><br>- b</blockquote>" in html


def test_an_answer_names_its_files() -> None:
    files = tuple(e.StoredFile(id=name, name=name, content_type="x", size=1) for name in ("a.log", "b.png"))
    letter = draft("reply", event=e.ReplySent(**WHO, message=e.Message(text="See.", files=files)))
    assert "https://desk.example/v1/tickets/1042/history/7): a.log, b.png" in letter.text


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({}, f"We answer by {DUE}"),
        ({"promises": ()}, "We work on it and write to you"),
        ({"promises": (), "eta": AT}, "We expect to resolve it by Mon 23 Nov 2026, 04:00 (America/New_York)"),
        ({"status": Status.PENDING}, "Your answer"),
        ({"status": Status.PENDING, "closes_at": AT}, "Your answer; without one we close it on Mon 23 Nov"),
        ({"status": Status.SOLVED, "closes_at": AT}, "None; we close it on Mon 23 Nov"),
        ({"status": Status.SOLVED}, "None unless you write"),
        ({"status": Status.CLOSED}, "None; to take it up again, reply to this mail"),
        ({"status": Status.DECLINED}, "Reply to this mail if you want an offer"),
    ],
)
def test_every_letter_says_the_next_step(change: dict[str, Any], says: str) -> None:
    assert next_step(replace(TICKET, **change), "America/New_York").startswith(says)


@pytest.mark.parametrize(
    ("zone", "seen"),
    [
        ("Asia/Kolkata", "Mon 23 Nov 2026, 14:30 (Asia/Kolkata)"),
        ("UTC", "Mon 23 Nov 2026, 09:00 (UTC)"),
        ("No/Where", "Mon 23 Nov 2026, 09:00 (UTC)"),
        ("../../etc/passwd", "Mon 23 Nov 2026, 09:00 (UTC)"),
    ],
)
def test_a_moment_is_told_by_the_readers_own_clock(zone: str, seen: str) -> None:
    """Decision 18."""
    assert moment(AT, zone) == seen


def readers(ticket: Ticket) -> Iterator[tuple[str, str]]:
    return ((reader.email, reader.zone) for reader in READERS.of(ticket))


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({}, [("alice@acme.example", "America/New_York")]),
        (
            {"participants": ("olga@acme.example", "alice@acme.example")},
            [("alice@acme.example", "America/New_York"), ("olga@acme.example", "America/New_York")],
        ),
        (
            {"requester": e.Requester(name="New", email="new@acme.example")},
            [("new@acme.example", "Asia/Kolkata")],
        ),
        (
            {"requester": e.Requester(name="Gone", email="gone@acme.example", contact_id="gone")},
            [("gone@acme.example", "Asia/Kolkata")],
        ),
        ({"requester": e.Requester(name="Phone")}, []),
        (
            {"customer_id": None, "requester": e.Requester(name="", email="m@stranger.example")},
            [("m@stranger.example", "UTC")],
        ),
        (
            {"customer_id": "partnerly", "referred_to": "partnerly"},
            [("paul@partnerly.example", "Europe/Berlin")],
        ),
    ],
)
def test_readers_are_told_in_their_own_zone_else_in_their_customers(
    change: dict[str, Any], told: list[tuple[str, str]]
) -> None:
    """Decision 18, B16; somebody who is gone stops no letter."""
    assert list(readers(replace(TICKET, **change))) == told


def test_a_colleague_who_is_gone_stops_no_status() -> None:
    """B10."""
    assert "Working on it: nobody yet" in draft("status", replace(TICKET, assignee="gone")).text
    at_work = replace(TICKET, assignee="bob", work_started_at=AT, last_update_at=AT, eta=AT)
    assert "Working on it: Bob Engineer\n" in draft("status", at_work).text
    assert "Last word from a person: Mon 23 Nov 2026, 04:00" in draft("status", at_work).text


def test_a_ticket_that_moved_on_before_its_letter_was_written_breaks_no_letter() -> None:
    """F10: reopened before the resolution notice was told; a status without a next one."""
    assert "Otherwise we close it" not in draft("solved", replace(TICKET, closes_at=None)).text
    assert "Next status" not in draft("status", event=e.HoldingStatusSent(**WHO, due_at=AT)).text
    assert "because: \n" not in draft("severity", event=e.SeverityChanged(**WHO, severity=2, before=3)).text


def test_letters_of_other_rooms_get_the_same_frame_with_the_marker_at_the_foot() -> None:
    text = f"Dear Olga,\n\nit burns.\n\nExample Cloud Support\n{marker(TICKET.id, SECRET)}\n"
    seen = Seen(as_html(text))
    assert "it burns." in seen.text
    assert seen.text.rstrip().endswith(marker(TICKET.id, SECRET))
    assert {tag for tag, _ in seen.tags} <= SAFE
