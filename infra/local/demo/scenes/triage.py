"""Not ours, not support, and first in the queue: a referral, a declined request, an escalation."""

from typing import Any

from infra.local.demo.play import Play, moment, promise

INDIRA, KARL, PAUL = "indira@isphere.example", "karl@knowbank.example", "paul@partnerly.example"
URSULA = "ursula@users.partnerly.example"
QUESTION = {
    "subject": "Which ports does the agent use?",
    "text": "For our firewall.",
    "kind": "question",
    "severity": 4,
}


def an_end_user_writes(play: Play) -> None:
    """B16."""
    play.scene("An end user of a partner writes", "2026-12-22T08:00:00")
    at, ledger, tell = play.desk.now, play.ledger, play.story.check
    play.mail_in("Ursula, who uses the service through Partnerly, writes to us.", "end_user")
    ledger.mail("referral", to=URSULA, at=at, says=("turn to the help desk of Partnerly GmbH",))
    ledger.mail("the partner is told", to=PAUL, at=at, says=(URSULA, "I typed it three times"))
    (copy,) = [t for t in play.desk.listed("paul", "/tickets") if t["subject"] == "My password does not work"]
    play.tickets["end user"] = copy["id"]
    tell("it waits with the partner: no promise of ours, not in our queue", _is_with_the_partner(play, copy))
    at = play.desk.now
    play.on("end user", "bob", "closure", {"reason": "Partnerly has it"}, words="Bob closes our copy.")
    ledger.mail("the closing of our copy", to=PAUL, at=at, says=("is closed: Partnerly has it",))
    ledger.nothing("both sides know, nothing else has left")


def _is_with_the_partner(play: Play, ticket: dict[str, Any]) -> bool:
    return ticket["referred_to"] == "partnerly" and not ticket["promises"] and "end user" not in play.queue()


def a_request_is_declined(play: Play) -> None:
    """D2, C10."""
    play.scene("A request that is not support (Isphere)", "2026-12-22T08:05:00")
    at, ledger, tell = play.desk.now, play.ledger, play.story.check
    play.mail_in("Indira writes: “Please configure the router in our office”.", "office_router")
    play.remember("router", "Please configure the router in our office")
    ledger.mail(
        "acknowledgement", to=INDIRA, at=at, says=("answer you by Thu 24 Dec 2026, 13:35 (Asia/Kolkata)",)
    )
    label = play.number("router", told=INDIRA)
    at = play.desk.now
    why = {"reason": "customer_infrastructure", "text": "Routers in offices are outside our service."}
    play.on("router", "bob", "decline", why, words="Bob declines it, with the reason.")
    ledger.mail(
        "the reason, and an offer of paid consultancy",
        to=INDIRA,
        at=at,
        says=("infrastructure of your own", "paid consultancy. If you want an offer"),
    )
    at = play.desk.now
    done = play.on("router", "indira", "consultancy", words="Indira wants the offer.")
    ledger.mail("how it goes on", to=INDIRA, at=at, says=(f"{label} goes on as paid consultancy",))
    tell(
        "paid work has no response clocks (C10)",
        done["consultancy"] and not done["promises"],
        done["promises"],
    )
    play.on("router", "bob", "closure", {}, words="The offer went out; Bob closes it.")
    ledger.mail("the closing", to=INDIRA, at=at, says=(f"{label} is closed",))
    ledger.nothing("nothing else has left")


def a_customer_escalates(play: Play) -> None:
    """B9, D15."""
    play.scene("A customer escalates (Knowbank, plan Knowledge)", "2026-12-22T08:30:00")
    ledger, tell = play.ledger, play.story.check
    made = play.does("karl", f"Karl asks: “{QUESTION['subject']}”.", "/tickets", QUESTION)
    play.tickets["ports"], label = made["id"], f"#{made['number']}"
    ledger.mail(
        "registration with number",
        to=KARL,
        at=moment(made["registered_at"]),
        says=(f"registered as ticket {label}", "severity 4"),
    )
    tell("a severity 4 question waits last", play.queue() == ["written", "called", "ports"], play.queue())
    at = play.desk.now
    play.on("ports", "karl", "escalation", {"reason": "The auditor stands here."}, words="Karl escalates it.")
    tell(
        "escalated, it comes before all others (D15)",
        play.queue() == ["ports", "written", "called"],
        play.queue(),
    )
    ledger.mail("escalation confirmed", to=KARL, at=at, says=(f"{label} is escalated",))
    play.manager_paged("operations manager paged", at, "escalated")
    at = play.desk.now
    play.on("ports", "bob", "acknowledgement", {"severity": 4}, words="Bob answers.")
    ledger.mail(
        "acknowledgement of severity 4",
        to=KARL,
        at=at,
        says=(f"we have looked at {label}", "with severity 4"),
    )
    at = play.desk.now
    done = play.on(
        "ports", "bob", "solution", {"text": "443 and 8443, outbound only."}, words="Bob solves it."
    )
    ledger.mail("the resolution notice", to=KARL, at=at, says=("443 and 8443",))
    tell("answered in time", not promise(done, "first_response"))
    ledger.nothing("nothing else has left")
