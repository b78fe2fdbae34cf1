"""A ticket that everybody forgot, over a weekend that begins with a holiday."""

from datetime import timedelta

from infra.local.demo.expected import BERLIN, business, there
from infra.local.demo.play import BOB, Play, due, moment

KARL = "karl@knowbank.example"
SUBJECT = "Jahresabschluss: Export für den Prüfer fehlt"
WEEK = timedelta(days=7)
CLOSES = {  # what was solved and heard no more of closes by itself, as announced (D14)
    "outage": "paul@partnerly.example",
    "dashboard": "alice@acme.example",
    "ports": KARL,
    "slow login": "alice@acme.example",
    "written": "xavier@xenon.example",
    "called": "xavier@xenon.example",
}


def forgotten_over_christmas(play: Play) -> None:
    """D5, D11, Clocks 1 and 2."""
    play.scene("Thursday before Christmas, 15:00 in Berlin (Knowbank, plan Knowledge)", "2026-12-24T14:00:00")
    tell, ledger = play.story.check, play.ledger
    play.mail_in(f"Karl writes: “{SUBJECT}”.", "year_end_export")
    ticket = play.remember("export", SUBJECT)
    reported = moment(ticket["registered_at"])
    deadline = business(reported, 24, BERLIN)
    ledger.mail(
        "acknowledgement",
        to=KARL,
        at=reported,
        says=("answer you by Wed 30 Dec 2026, 15:00 (Europe/Berlin)",),
    )
    play.story.tell(
        play.desk.now,
        "clock",
        "24 business hours: 2 on Thursday; Friday is a holiday, Saturday and Sunday"
        " are no working days; 8 on Monday, 8 on Tuesday, 6 on Wednesday.",
    )
    tell(
        "24 business hours over the holiday and the weekend end on Wed 30 Dec 15:00 in Berlin (D5)",
        due(ticket, "first_response") == deadline and there(deadline, BERLIN) == "Wed 30 Dec 15:00",
        ticket["promises"],
    )
    ledger.nothing("nothing else has left")

    play.scene("A week later: nobody has looked", "2026-12-31T09:00:00")
    for name, reader in CLOSES.items():
        label = f"#{play.ticket(name)['number']}"
        ledger.mail(
            "closed by itself, a week after it was solved",
            to=reader,
            at=play.solved_at[name] + WEEK,
            says=(f"{label} is closed: solved, and nobody wrote since",),
        )
    warned = business(reported, 18, BERLIN)
    tell(
        "three quarters of it are used up on Wed 30 Dec 09:00",
        there(warned, BERLIN) == "Wed 30 Dec 09:00",
        warned,
    )
    ledger.mail(
        "warning",
        to=BOB,
        at=warned,
        says=("The first response that we promised", "is due on Wed 30 Dec 2026"),
    )
    ledger.mail(
        "the operations manager reads of the breach",
        to="carol@desk.example",
        at=deadline,
        says=("The first response that we promised", "was due on Wed 30 Dec 2026"),
    )
    broken = [p for p in play.ticket("export")["promises"] if p["state"] == "broken"]
    tell(
        "the breach is on record once, at its own minute",
        [p["settled_at"] for p in broken] == [p["due_at"] for p in broken] != [],
        broken,
    )
    ledger.nothing("one warning, one breach, nobody paged: a severity 3 of a 09-17 contract")


def answered_too_late(play: Play) -> None:
    """F14: broken stays broken."""
    at, ledger = play.desk.now, play.ledger
    play.number("export", told=KARL)
    play.on(
        "export",
        "bob",
        "acknowledgement",
        {"severity": 3, "text": "We are sorry."},
        words="Bob answers at last.",
    )
    ledger.mail("acknowledgement of severity 3", to=KARL, at=at, says=("We are sorry.", "with severity 3"))
    at = play.desk.now
    play.on(
        "export", "bob", "solution", {"text": "The export has all its rows again."}, words="And solves it."
    )
    ledger.mail("the resolution notice", to=KARL, at=at, says=("The export has all its rows again.",))
    ledger.nothing("nothing else has left")
