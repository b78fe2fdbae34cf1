"""The same report with and without the phone call (D12, decision 4)."""

from datetime import datetime

from infra.local.demo.desk import Json
from infra.local.demo.expected import NEW_YORK, business, there
from infra.local.demo.play import HOUR, Play, due, moment

XAVIER = "xavier@xenon.example"
REPORT = {"text": "The nightly import stops half way.", "signals": ["major_function_unusable"]}


def with_and_without_the_phone(play: Play) -> None:
    """D5, D11, D12."""
    play.scene(
        "Expert, with and without the phone call (Xenon, New York, 10:00 there)", "2026-12-21T15:00:00"
    )
    written = _reported(play, "written", "Import stops (written only)")
    called = _reported(play, "called", "Import stops (and called)")
    _explained(
        play, "written", "Mon 21 Dec", business(written, 16, NEW_YORK), "Wed 23 Dec 10:00", "Knowledge target"
    )
    play.desk.go("2026-12-21T15:30:00")
    call = {
        "direction": "inbound",
        "person": "Xavier Xu",
        "summary": "Asked us to hurry.",
        "support_phone": True,
    }
    done = play.on(
        "called",
        "bob",
        "calls",
        call,
        words="Xavier calls the support phone about the second one; Bob logs it.",
    )
    called_at = moment(done["changed_at"])
    _explained(
        play,
        "called",
        "the call",
        called_at + 8 * HOUR,
        "Mon 21 Dec 18:30",
        "counted from the support phone call",
    )
    tell = play.story.check
    tell(
        "without the call: 16 business hours, two days later; with it: 8 hours, the same evening",
        (due(play.ticket("written"), "first_response"), due(done, "first_response"))
        == (business(written, 16, NEW_YORK), called_at + 8 * HOUR),
    )
    tell(
        "in the queue the nearer deadline comes first (B9)",
        play.queue()[:2] == ["called", "written"],
        play.queue(),
    )
    tell("both were reported in the same minute", called - written < HOUR / 60)
    play.desk.go("2026-12-21T16:00:00")
    _acknowledged(play, "called")
    play.ledger.nothing("nothing else has left")


def both_are_answered(play: Play) -> None:
    """The written one is answered a day later, and still in time."""
    play.scene("The written one is answered, a day later and in time", "2026-12-22T14:00:00")
    _acknowledged(play, "written")
    for name in ("written", "called"):
        at, label = play.desk.now, f"#{play.ticket(name)['number']}"
        play.on(
            name,
            "bob",
            "solution",
            {"text": "The import goes on over bad rows."},
            words=f"Bob solves {label}.",
        )
        play.ledger.mail("the resolution notice", to=XAVIER, at=at, says=(f"{label} is resolved",))
    play.ledger.nothing("nothing else has left")


def _reported(play: Play, name: str, subject: str) -> datetime:
    made = play.does("xavier", f"Xavier reports: “{subject}”.", "/tickets", {"subject": subject, **REPORT})
    play.tickets[name] = made["id"]
    at = moment(made["registered_at"])
    says = (f"registered as ticket #{made['number']}", "severity 2")
    play.ledger.mail("registration with number", to=XAVIER, at=at, says=says)
    return at


def _explained(play: Play, name: str, since: str, expected: datetime, wall: str, clause: str) -> None:
    ticket = play.ticket(name)
    found: Json = play.desk.get("bob", f"/tickets/{ticket['id']}/promises/first_response/explanation")
    play.story.tell(
        play.desk.now, "clock", f"#{ticket['number']} first response, from {since}: {found['clause']}."
    )
    at = moment(found["due_at"])
    holds = at == expected and there(at, NEW_YORK) == wall and clause in found["clause"]
    play.story.check(f"#{ticket['number']} ({name}) is due {wall} in New York, and says why", holds, found)
    counted = sum(
        (moment(s["end"]) - moment(s["start"])).total_seconds() for s in found["spans"] if s["counted"]
    )
    play.story.check(
        "its counted spans sum to the figure shown", counted == found["counted_seconds"], counted
    )


def _acknowledged(play: Play, name: str) -> None:
    at = play.desk.now
    done = play.on(name, "bob", "acknowledgement", {"severity": 2}, words=f"Bob acknowledges the {name} one.")
    says = (f"we have looked at #{done['number']}", "with severity 2")
    play.ledger.mail("acknowledgement of severity 2", to=XAVIER, at=at, says=says)
