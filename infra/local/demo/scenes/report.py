"""An ordinary report by mail: acknowledged, triaged, numbered, answered, solved, confirmed."""

from infra.local.demo.expected import LONDON, there
from infra.local.demo.play import BOB, HOUR, Play, due, moment

ALICE = "alice@acme.example"
SUBJECT = "Login is slow since this morning"


def a_report_comes_in(play: Play) -> None:
    """B1, B2, F18, F19."""
    play.scene("A report comes in by mail (Acme, plan Standard)", "2026-12-21T08:00:00")
    play.mail_in(f"Alice writes: “{SUBJECT}”.", "login_slow")
    ticket = play.remember("slow login", SUBJECT)
    reported = moment(ticket["registered_at"])
    ack = play.ledger.mail(
        "acknowledgement",
        to=ALICE,
        at=reported,
        says=("received your report", "/help/sign-in", "/help/performance", "provider's help desk"),
        lacks=("/help/billing", "Its ticket number is"),
    )
    tell = play.story.check
    answers = "<CAHk7+slow-login-0001@mail.gmail.com>"
    headers = ack["headers"]
    tell(
        "the acknowledgement says that it is automatic, and threads under her mail",
        headers.get("Auto-Submitted") == "auto-replied" and headers.get("In-Reply-To") == answers,
        headers,
    )
    tell(
        "severity 3 is answered within 48 hours: by Wed 23 Dec 08:00 in London (B11)",
        due(ticket, "first_response") == reported + 48 * HOUR
        and there(due(ticket, "first_response"), LONDON) == "Wed 23 Dec 08:00"
        and "Wed 23 Dec 2026, 08:00 (Europe/London)" in ack["text"],
        ticket["promises"],
    )

    play.mail_in("Her server delivers the same mail again.", "login_slow")
    mine = play.desk.listed("bob", "/tickets?customer_id=acme")
    tell("the mail that came twice is one ticket (F18)", len(mine) == 1, len(mine))
    play.mail_in("Her out-of-office answers our acknowledgement.", "out_of_office", ours=ack["message_id"])
    after = play.ticket("slow login")
    tell(
        "the robot's answer is kept on the ticket and changes no state (F19)",
        after["status"] == "new" and _events(play)[-1:] == ["AutomaticMailAttached"],
        after["status"],
    )
    play.ledger.nothing("neither was answered: nothing else has left")


def the_report_is_worked(play: Play) -> None:
    """B4, B5, B7, D9, D10."""
    play.scene("Triage, answer, resolution", "2026-12-21T08:20:00")
    label, tell = play.number("slow login", told=ALICE), play.story.check
    tell("the first number is short: #1001 (decision 1)", label == "#1001", label)
    at = play.desk.now
    decided = {"severity": 2, "reason": "all people of both offices wait", "text": "We look at it now."}
    done = play.on(
        "slow login", "bob", "acknowledgement", decided, words="Bob acknowledges it as severity 2."
    )
    tell(
        "the customer's proposal (3) and the desk's decision (2) are both kept (D9)",
        (done["proposal"]["severity"], done["decision"]["severity"]) == (3, 2),
        done,
    )
    play.ledger.mail(
        "severity and reason", to=ALICE, at=at, says=("You proposed severity 3", "all people of both offices")
    )
    play.on("slow login", "bob", "assignment", {"to": "bob"}, words="Bob takes it himself, and starts.")
    play.on("slow login", "bob", "work", words="Work begins.")
    at = play.desk.now
    asked = "How many of your people see this, and since when exactly?"
    play.on(
        "slow login", "bob", "question", {"question": asked}, words="Bob asks, and waits for the customer."
    )
    play.ledger.mail("the question", to=ALICE, at=at, says=(asked, label))

    play.desk.go("2026-12-21T08:40:00")
    at = play.desk.now
    play.mail_in("Alice answers, with our words quoted below hers.", "answer_with_quote", number=label[1:])
    play.ledger.mail("“the customer wrote”", to=BOB, at=at, says=(f"The customer wrote to {label}",))
    said = _history(play)[-1]["events"][0]["message"]["text"]
    tell(
        "her answer came back by the number in the subject, cut from its quote (D7)",
        said.strip() == "All of them, in both offices. It began at 07:31 sharp.",
        said,
    )
    tell("it waits for nobody any more", play.ticket("slow login")["status"] == "open")

    play.desk.go("2026-12-21T09:40:00")
    at = play.desk.now
    eta = {"eta": "2026-12-21T10:30:00Z", "reason": "The session store is being moved."}
    play.on("slow login", "bob", "eta", eta, words="Bob says when it will be done.")
    play.ledger.mail("the expected time", to=ALICE, at=at, says=("Mon 21 Dec 2026, 10:30 (Europe/London)",))
    at = play.desk.now
    fixed = {"text": "The session store has moved to a faster disk."}
    play.on("slow login", "bob", "solution", fixed, words="It is solved.")
    sent = play.ledger.mail(
        "the resolution notice", to=ALICE, at=at, says=(f"{label} is resolved", fixed["text"])
    )
    play.tickets["slow login, solved mail"] = sent["message_id"]
    at = play.desk.now
    play.on(
        "slow login", "alice", "closure", {"reason": "Confirmed, it is fast again"}, words="Alice confirms."
    )
    play.ledger.mail("the closing", to=ALICE, at=at, says=(f"{label} is closed: Confirmed",))
    play.ledger.nothing("nothing else has left")


def it_comes_back(play: Play) -> None:
    """D14."""
    play.scene("It comes back: reopened by mail, a day after it was closed", "2026-12-22T09:00:00")
    at, tell = play.desk.now, play.story.check
    play.mail_in(
        "Alice answers the resolution notice.", "slow_again", ours=play.tickets["slow login, solved mail"]
    )
    ticket = play.ticket("slow login")
    tell(
        "the closed ticket is open again, with its number and history (D14)",
        (ticket["status"], ticket["number"], ticket["closed_at"]) == ("open", 1001, None),
        ticket,
    )
    play.ledger.mail("“the customer wrote”", to=BOB, at=at, says=("The customer wrote to #1001",))
    play.ledger.mail("“it is open again”", to=ALICE, at=at, says=("#1001 is open again",))
    at = play.desk.now
    play.on("slow login", "bob", "solution", {"text": "Now for good."}, words="Bob solves it again.")
    play.ledger.mail("the resolution notice", to=ALICE, at=at, says=("#1001 is resolved", "Now for good."))
    play.ledger.nothing("nothing else has left")


def _history(play: Play) -> list[dict[str, list[dict[str, dict[str, str]]]]]:
    return play.desk.listed("bob", f"/tickets/{play.tickets['slow login']}/history")


def _events(play: Play) -> list[str]:
    return [str(event["type"]) for change in _history(play) for event in change["events"]]
