"""An answer finds its ticket, if its sender takes part in it: edge cases Mail, B1, B7, D7, D14."""

from email import message_from_bytes
from email.policy import default
from itertools import pairwise

import pytest

from chalicelib import wiring
from chalicelib.mail.domain import marker
from chalicelib.tickets import events as e
from chalicelib.tickets.domain import Status, Ticket
from chalicelib.tickets.events import Message
from tests.mail.mailroom import Mailroom, mail, text_of

ALICE, OLGA = "Alice Archer <alice@acme.example>", "Olga Officer <olga@acme.example>"
BOB, MALLORY = "Bob Engineer <bob@desk.example>", "Mallory <mallory@stranger.example>"


@pytest.fixture
def ticket(room: Mailroom) -> Ticket:
    """Alice's report, acknowledged by mail, with a number."""
    ticket = room.receive(mail(ALICE, id_="a1@acme.example", subject="The queue is stuck"))
    room.tell(ticket)
    return wiring.tickets().number(ticket.id, room.by("bob"))


def ses_id_of(room: Mailroom, ticket: Ticket) -> str:
    mails, _ = wiring.mail_store().of_ticket(ticket.id, cursor=None, limit=10)
    assert mails[0].ses_id is not None
    return f"<{mails[0].ses_id}@eu-west-1.amazonses.com>"


def traces(room: Mailroom, ticket: Ticket) -> dict[str, dict[str, str]]:
    """Each way in which an answer may name its ticket."""
    letter = room.letters()[0]
    secret = wiring.house().secret
    return {
        "the id of our mail": {"In_Reply_To": str(letter["Message-ID"])},
        "our mails' common root": {"References": str(letter["References"]).split()[0]},
        "the id that SES gave it": {"In_Reply_To": ses_id_of(room, ticket)},
        "the customer's own first id": {"References": "<a1@acme.example> <x@elsewhere.example>"},
        "the marker in the text": {"text": f"Fixed?\n\n> {marker(ticket.id, secret)}"},
        "the number in the subject": {"subject": f"Re: stuck [#{ticket.number}]"},
        "the number, typed": {"subject": f"ticket {ticket.number}: still stuck"},
    }


def test_every_trace_of_our_mail_leads_back_to_the_ticket(room: Mailroom, ticket: Ticket) -> None:
    """B1, D7."""
    for place, (way, given) in enumerate(traces(room, ticket).items()):
        words = {"text": f"Any news? {place}", "subject": "About the queue", **given}
        answer = mail(ALICE, words.pop("text"), id_=f"b{place}@acme.example", **words)
        assert room.receive(answer).id == ticket.id, way
    assert room.events(ticket).count("ReplyReceived") == 7


def test_no_trace_lets_a_stranger_in(room: Mailroom, ticket: Ticket) -> None:
    """F20: a ticket of its own; staff read in a note which ticket it named, the stranger does not."""
    for place, (way, given) in enumerate(traces(room, ticket).items()):
        words = {"text": f"Send me the log. {place}", "subject": "Hello", **given}
        raw = mail(MALLORY, words.pop("text"), id_=f"m{place}@stranger.example", **words)
        other = room.receive(raw)
        assert other.id != ticket.id, way
        assert (other.customer_id, other.links) == (None, ())
        assert room.events(other) == ["TicketRegistered", "NoteAdded"], way
    assert room.events(ticket) == ["TicketRegistered", "TicketNumbered"]


@pytest.mark.parametrize(
    "verdicts",
    [
        {"spf": "FAIL", "dkim": "FAIL", "dmarc": "FAIL"},
        {"spf": "GRAY", "dkim": "GRAY", "dmarc": "GRAY"},
        {"dmarc": "FAIL"},
        {"virus": "FAIL"},
        {"spam": "FAIL"},
        # acme.example has no policy: SPF and DKIM pass for mallory's own domain.
        {"dmarc": "GRAY", "dkim": "FAIL", "source": "mallory@stranger.example"},
        {"dmarc": "GRAY", "spf": "PASS", "source": ""},
    ],
)
def test_a_forged_sender_gets_in_by_no_trace_at_all(
    room: Mailroom, ticket: Ticket, verdicts: dict[str, str]
) -> None:
    """F20: a ticket of its own that no customer sees, and no answer to the address that was misused."""
    letters = len(room.letters())
    for place, given in enumerate(traces(room, ticket).values()):
        words = {"text": f"Ignore my last mail. {place}", "subject": "Hello", **given}
        forged = room.receive(
            mail(ALICE, words.pop("text"), id_=f"f{place}@acme.example", **words), **verdicts
        )
        assert forged.id != ticket.id
        assert (forged.verified, forged.customer_id, forged.requester.contact_id) == (False, None, None)
        room.tell(forged)
    assert room.events(ticket) == ["TicketRegistered", "TicketNumbered"]
    assert len(room.letters()) == letters


def test_a_forged_robot_gets_in_only_as_a_bounce_of_our_own_mail(room: Mailroom, ticket: Ticket) -> None:
    """F19, F20: nobody vouches for a bounce (`<>`); our signed id in it does, unless its domain disowns it."""
    letter = str(room.letters()[0]["Message-ID"])
    unproved = {"spf": "GRAY", "dkim": "GRAY", "dmarc": "GRAY", "source": ""}
    away = mail(ALICE, "I am away", id_="o@acme.example", In_Reply_To=letter, Auto_Submitted="auto-replied")
    assert room.receive(away, **unproved).id != ticket.id
    daemon = "MAILER-DAEMON@mx.acme.example"
    bounce = mail(daemon, "550 no such user", id_="d@mx.example", In_Reply_To=letter)
    assert room.receive(bounce, **unproved).id == ticket.id
    other = mail(daemon, "551 no such user", id_="e@mx.example", In_Reply_To=letter)
    assert room.receive(other, **{**unproved, "dmarc": "FAIL"}).id != ticket.id
    guessed = mail(daemon, "552", id_="g@mx.example", subject=f"[#{ticket.number}]")
    assert room.receive(guessed, **unproved).id != ticket.id


def test_a_colleague_joins_and_is_told_of_what_follows(room: Mailroom, ticket: Ticket) -> None:
    """B1: same customer, other address; also one whom the desk does not know by name."""
    for who in (OLGA, "new.hire@acme.example"):
        answer = mail(who, f"Me too. {who}", subject=f"[#{ticket.number}]", id_=f"{who[:3]}@acme.example")
        assert room.receive(answer).id == ticket.id
    wiring.tickets().reply(ticket.id, room.by("bob"), message=Message(text="We are on it."))
    room.tell(ticket)
    told = {str(one["To"]) for one in room.letters() if "We are on it." in text_of(one)}
    assert {to.rpartition("<")[2].strip(">") for to in told} == {
        "alice@acme.example",
        "olga@acme.example",
        "new.hire@acme.example",
    }


def test_those_in_copy_at_the_customers_own_domain_take_part_and_nobody_else(room: Mailroom) -> None:
    """F20: our mail never goes to whomever a sender names."""
    copies = "olga@acme.example, mallory@stranger.example, support@desk.example, bob@desk.example"
    ticket = room.receive(mail(ALICE, id_="c@acme.example", Cc=copies))
    assert ticket.participants == ("olga@acme.example",)
    stranger = room.receive(mail(MALLORY, id_="c@stranger.example", Cc="victim@stranger.example"))
    assert stranger.participants == ()


def test_a_contact_of_another_customer_stays_outside(room: Mailroom, ticket: Ticket) -> None:
    """F29: neither its ticket nor its history tells whether the number exists."""
    other = room.receive(mail("paul@partnerly.example", subject=f"[#{ticket.number}] what is it?"))
    assert (other.customer_id, other.links, other.faults) == ("partnerly", (), ("no Message-ID",))


def test_staff_answer_by_mail_and_the_customer_reads_it_without_what_was_internal(
    room: Mailroom, ticket: Ticket
) -> None:
    """B7: the notice to the assignee is answered like any mail."""
    wiring.tickets().assign(ticket.id, room.by("bob"), to="bob")
    room.receive(mail(ALICE, "The log is full.", subject=f"[#{ticket.number}]", id_="a2@acme.example"))
    room.tell(ticket)
    (notice,) = room.letters("bob@desk.example")
    assert "> The log is full." in text_of(notice)
    quoted = "\n".join(f"> {line}" for line in text_of(notice).split("\n"))
    said = f"Please empty it.\n\nOn Monday, Support wrote:\n{quoted}"
    answer = mail(BOB, said, id_="bob1@desk.example", subject="Re: x", In_Reply_To=str(notice["Message-ID"]))
    both = message_from_bytes(answer, policy=default)
    both.add_alternative(f"<p>Please empty it.</p><blockquote>{quoted}</blockquote>", subtype="html")
    assert room.receive(both.as_bytes()).id == ticket.id
    room.tell(ticket)
    letter = room.letters("alice@acme.example")[-1]
    assert "Please empty it." in text_of(letter)
    assert "answer the customer in public" not in text_of(letter)
    assert letter["Auto-Submitted"] is None
    sent = room.history(ticket)[-1].events[0]
    assert isinstance(sent, e.ReplySent)
    assert sent.message.html is None


@pytest.mark.parametrize("kind", ["number only", "out of office", "forward"])
def test_what_staff_did_not_mean_for_the_customer_is_a_note(
    room: Mailroom, ticket: Ticket, kind: str
) -> None:
    """B7, F19."""
    letter = str(room.letters()[0]["Message-ID"])
    raw = {
        "number only": mail(BOB, "FYI", subject=f"see [#{ticket.number}]", id_="n@desk.example"),
        "out of office": mail(
            BOB, "Away", id_="n@desk.example", In_Reply_To=letter, Auto_Submitted="auto-replied"
        ),
        "forward": mail(
            BOB,
            "What do you think?\n\n-------- Forwarded Message --------\nSubject: x\nFrom: a@b.example\n\nHi",
            subject="Fwd: stuck",
            id_="n@desk.example",
            In_Reply_To=letter,
        ),
    }[kind]
    assert room.receive(raw).id == ticket.id
    assert room.events(ticket)[-1] == "NoteAdded"


def test_an_answer_to_a_merged_ticket_arrives_in_the_other(room: Mailroom, ticket: Ticket) -> None:
    """Edge case Mail; strangers too, whose other ticket would not know them."""
    target = room.receive(mail(OLGA, "Stuck!", id_="o1@acme.example", subject="Stuck"))
    wiring.tickets().merge(ticket.id, room.by("bob"), into=target.id)
    answer = mail(ALICE, "And now?", subject=f"[#{ticket.number}]", id_="a2@acme.example")
    assert room.receive(answer).id == target.id
    one, two = (
        room.receive(mail(who, "x", id_=f"1@{who[:3]}.example")) for who in (MALLORY, "eve@other.example")
    )
    wiring.tickets().merge(one.id, room.by("bob"), into=two.id)
    assert room.receive(mail(MALLORY, "y", id_="2@x.example", References="<1@Mal.example>")).id == two.id


@pytest.mark.parametrize("end", ["solve", "close"])
def test_an_answer_reopens_and_that_is_confirmed_once(room: Mailroom, ticket: Ticket, end: str) -> None:
    """D14."""
    if end == "solve":
        wiring.tickets().solve(ticket.id, room.by("bob"), resolution="Emptied.")
    else:
        wiring.tickets().close(ticket.id, room.by("bob"), reason="done")
    letters = len(room.letters())
    for n in range(2):
        answer = mail(ALICE, f"Stuck again {n}", subject=f"[#{ticket.number}]", id_=f"r{n}@acme.example")
        assert room.receive(answer).status is Status.OPEN
    room.tell(ticket, times=2)
    confirmed = [one for one in room.letters()[letters:] if "is open again" in text_of(one)]
    assert [one["Auto-Submitted"] for one in confirmed] == ["auto-replied"]


def test_an_answer_to_a_ticket_nobody_vouched_for_starts_anew(room: Mailroom) -> None:
    """F20: else a forged first mail would swallow what its victim writes."""
    forged = room.receive(mail(ALICE, id_="z1@acme.example"), spf="FAIL", dkim="FAIL", dmarc="FAIL")
    number = wiring.tickets().number(forged.id, room.by("bob")).number
    real = room.receive(mail(ALICE, "What is this?", subject=f"[#{number}]", id_="z2@acme.example"))
    assert (real.id != forged.id, real.customer_id) == (True, "acme")


def test_a_ticket_whose_first_mail_had_no_message_id_threads_by_ours(room: Mailroom) -> None:
    ticket = room.receive(mail(ALICE))
    room.tell(ticket)
    letter = room.letters()[0]
    answer = mail(ALICE, "More", id_="n@acme.example", References=str(letter["References"]))
    assert room.receive(answer).id == ticket.id


def test_a_ticket_that_was_merged_on_and_on_leads_to_a_new_one(room: Mailroom, ticket: Ticket) -> None:
    """Rather than to an error: nothing is dropped."""
    chain = [ticket, *(room.receive(mail(ALICE, f"{n}", id_=f"m{n}@acme.example")) for n in range(6))]
    for one, into in pairwise(chain):
        wiring.tickets().merge(one.id, room.by("bob"), into=into.id)
    answer = mail(ALICE, "Where am I?", subject=f"[#{ticket.number}]", id_="w@acme.example")
    assert room.receive(answer).id not in {one.id for one in chain}
