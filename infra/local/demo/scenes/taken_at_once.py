"""Severity 1 that triage finds in a mail, and that somebody takes within the minute."""

from infra.local.demo.play import BOBS_PHONE, Play, moment

ALICE, OLGA = "alice@acme.example", "olga@acme.example"


def taken_at_once(play: Play) -> None:
    """B10 once more: marked by triage, taken within a minute."""
    play.scene("Severity 1 found in a mail, and taken at once (Acme)", "2026-12-21T14:30:00")
    tell, ledger, at = play.story.check, play.ledger, play.desk.now
    play.mail_in("Alice writes from her phone.", "all_down")
    ticket = play.remember("dashboard", "DASHBOARD IS DOWN – 503 for everybody")
    ledger.mail("acknowledgement", to=ALICE, at=moment(ticket["registered_at"]), says=("/help/availability",))
    label = play.number("dashboard", told=ALICE)
    ledger.nothing("as severity 3 it pages nobody")
    at = play.desk.now
    marked = {"severity": 1, "reason": "nobody can work"}
    play.on("dashboard", "bob", "acknowledgement", marked, words="Bob marks it severity 1.")
    ledger.mail(
        "severity and reason", to=ALICE, at=at, says=(f"we have looked at {label}", "with severity 1")
    )
    play.manager_paged("operations manager paged as soon as it is marked", at, f"S1 {label}")
    ledger.page("on-call engineer mobilised", person="bob", at=at, phone=BOBS_PHONE, says="Take:")
    ledger.mail("escalation contact written to", to=OLGA, at=at, says=(f"ticket {label} now has severity 1",))
    play.on("dashboard", "bob", "taking", words="Bob takes it within the minute.")
    play.desk.go("2026-12-21T14:50:00")
    ledger.nothing("taken, so nobody is called a second time")
    at = play.desk.now
    play.on(
        "dashboard",
        "bob",
        "solution",
        {"text": "A wrong route; it is back."},
        words="Solved after twenty minutes.",
    )
    ledger.mail("the resolution notice", to=ALICE, at=at, says=(f"{label} is resolved",))
    tell("it is his, and work began in time", play.ticket("dashboard")["assignee"] == "bob")
