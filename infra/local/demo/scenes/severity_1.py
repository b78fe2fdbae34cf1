"""Severity 1 that everybody forgets but the desk, until an engineer takes it."""

from collections.abc import Callable
from datetime import datetime

from infra.local.demo.play import (
    BOB,
    BOBS_PHONE,
    HOUR,
    MINUTE,
    VICTORS_PHONE,
    Play,
    due,
    moment,
    promise,
)

PAUL = "paul@partnerly.example"
OUTAGE = {
    "subject": "No tenant can send messages",
    "text": "Since 10:55 every message of every tenant is refused with error 503.",
    "signals": ["all_users_affected", "service_down"],
}


def nobody_answers(play: Play) -> None:
    """B6, B10, decision 7."""
    play.scene(
        "Severity 1 by the partner API, and nobody moves (Partnerly, plan Expert Partner)",
        "2026-12-21T10:00:00",
    )
    tell, ledger = play.story.check, play.ledger
    made = play.does(
        "paul", f"Paul's program reports: “{OUTAGE['subject']}”.", "/tickets", OUTAGE, key="outage-17"
    )
    again = play.does(
        "paul", "It gets no answer in time and sends it again.", "/tickets", OUTAGE, key="outage-17"
    )
    play.tickets["outage"] = made["id"]
    tell(
        "the same Idempotency-Key made one ticket, with the next number",
        made == again and made["number"] == 1002,
        again,
    )
    tell("the signals propose severity 1 (D17)", made["severity"] == 1, made["severity"])
    start = moment(made["registered_at"])
    ledger.mail(
        "registration with number", to=PAUL, at=start, says=("registered as ticket #1002", "severity 1")
    )
    play.manager_paged("operations manager paged as soon as it is marked", start, "S1 #1002")
    ledger.page("on-call engineer mobilised", person="bob", at=start, phone=BOBS_PHONE, says="Take:")
    ledger.mail("escalation contact written to", to=PAUL, at=start, says=("ticket #1002 now has severity 1",))
    ledger.nothing("nothing else has left")

    play.story.tell(play.desk.now, "…", "Two hours pass. Nobody takes it, nobody writes.")
    play.desk.go("2026-12-21T12:00:30")
    for minutes, what in _two_silent_hours(play).items():
        what(start + minutes * MINUTE)
    ledger.page(
        "VP operations paged: two hours without work",
        person="victor",
        at=start + 2 * HOUR,
        phone=VICTORS_PHONE,
        says="S1 #1002 Expert Partner:",
    )
    ledger.mail(
        "whoever is on call is asked to call the customer",
        to=BOB,
        at=start + 2 * HOUR,
        says=("Call the customer's contact",),
    )
    call = promise(play.ticket("outage"), "customer_call")
    tell(
        "a task to call the customer's contact is raised, due in 30 minutes (B10)",
        bool(call) and MINUTE * 0 <= moment(call["due_at"]) - start - 150 * MINUTE < MINUTE,
        call,
    )
    ledger.nothing("no page, status or hint more than these")


def an_engineer_takes_it(play: Play) -> None:
    """B6, B7, D10."""
    play.scene("An engineer takes it", "2026-12-21T12:05:00")
    tell, ledger = play.story.check, play.ledger
    play.on("outage", "bob", "taking", words="Bob takes it.")
    calls = play.desk.listed("bob", f"/tickets/{play.tickets['outage']}/pages")
    (team,) = [c for c in calls if c["must_be_taken"]]
    tell(
        "it is on record who was paged and who took it",
        team["taken_by"] == "bob" and [*dict.fromkeys(p["person"] for p in team["pages"])] == ["bob"],
        team,
    )
    tell(
        "every page on record has left",
        all(p["sent_at"] and not p["failed"] for c in calls for p in c["pages"]),
        calls,
    )
    tell(
        "a second taker is told who has it (F8)",
        play.refused("erin", f"/tickets/{play.tickets['outage']}/taking") == 409,
    )
    said = {"direction": "outbound", "person": "Paul Partner", "summary": "Told him that we are on it."}
    play.on("outage", "bob", "calls", said, words="Bob calls Paul, and logs the call.")
    tell("the call task is done", not promise(play.ticket("outage"), "customer_call"))
    play.desk.go("2026-12-21T12:10:00")
    at = play.desk.now
    done = play.on("outage", "bob", "acknowledgement", {"severity": 1}, words="Bob acknowledges severity 1.")
    said_at = moment(done["answered_at"])
    ledger.mail(
        "acknowledgement of severity 1",
        to=PAUL,
        at=at,
        says=("severity 1", "You hear from us again by Mon 21 Dec 2026, 14:10 (Europe/Berlin)"),
    )
    tell(
        "the hour counts anew from a person's word",
        due(done, "update") == said_at + HOUR,
        due(done, "update"),
    )

    play.desk.go("2026-12-21T13:30:00")
    ledger.mail(
        "a hint that the status is due soon",
        to=BOB,
        at=said_at + 45 * MINUTE,
        says=("The next update that we promised for #1002 is due on",),
    )
    _status(play, said_at + HOUR, "Working on it: Bob Engineer")
    at = play.desk.now
    around = {"text": "Send through the second gateway meanwhile."}
    play.on("outage", "bob", "workaround", around, words="Bob has a work-around.")
    ledger.mail("the work-around", to=PAUL, at=at, says=(around["text"],))
    play.desk.go("2026-12-21T14:00:00")
    at = play.desk.now
    play.on(
        "outage",
        "bob",
        "solution",
        {"text": "A full disk on the first gateway; it has twice the room now."},
        words="Solved.",
    )
    ledger.mail(
        "the resolution notice",
        to=PAUL,
        at=at,
        says=("#1002 is resolved", "Mon 28 Dec 2026, 15:00 (Europe/Berlin)"),
    )
    ledger.nothing("nothing else has left")


def _two_silent_hours(play: Play) -> dict[int, Callable[[datetime], object]]:
    """What leaves at which minute: three rounds, hints to whoever is on call, hourly statuses."""

    def calls(person: str, phone: str) -> Callable[[datetime], object]:
        return lambda at: play.ledger.page("called", person=person, at=at, phone=phone, says="Take:")

    def hint(what: str) -> Callable[[datetime], object]:
        return lambda at: play.ledger.mail("hint to the engineer on call", to=BOB, at=at, says=(what,))

    def status(at: datetime) -> None:
        _status(play, at)

    return {
        10: calls("bob", BOBS_PHONE),
        20: calls("bob", BOBS_PHONE),
        45: hint("The next update that we promised for #1002 is due on"),
        60: status,
        90: hint("The start of work that we promised for #1002 is due on"),
        105: hint("The next update that we promised for #1002 is due on"),
        120: status,
    }


def _status(play: Play, at: datetime, says: str = "Working on it: nobody yet") -> None:
    says_so = ("an automatic status of #1002", says)
    play.ledger.mail("hourly status by the desk itself", to=PAUL, at=at, says=says_so)
