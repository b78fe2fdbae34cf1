"""What every scene works with: the desk, the story, the ledger, and the people's ways of doing things."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from infra.local.client import LocalCloud
from infra.local.demo.desk import Desk, Json, Refused
from infra.local.demo.ledger import Ledger
from infra.local.demo.story import Story

MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)
CAROLS_PHONE = "+442079460103"  # the operations manager
BOBS_PHONE, VICTORS_PHONE = "+442079460101", "+442079460104"
BOB = "bob@desk.example"  # on call from 08:00 to 20:00, London


@dataclass(slots=True)
class Play:
    """One performance."""

    cloud: LocalCloud
    story: Story
    desk: Desk = field(init=False)
    ledger: Ledger = field(init=False)
    tickets: dict[str, str] = field(default_factory=dict)  # what the scenes call a ticket: its id
    solved_at: dict[str, datetime] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.desk = Desk(self.cloud)
        self.ledger = Ledger(self.desk, self.story)

    def scene(self, title: str, moment: str) -> None:
        """Time passes until the scene begins."""
        self.desk.go(moment)
        self.story.chapter(title, self.desk.now)

    def mail_in(self, words: str, name: str, **replacing: str) -> None:
        """Somebody writes."""
        self.story.tell(self.desk.now, "→", words)
        self.desk.mail(name, **replacing)

    def does(self, person: str, words: str, path: str, body: Json | None = None, **how: str) -> Json:
        """Somebody acts through the API."""
        self.story.tell(self.desk.now, "·", words)
        return self.desk.post(person, path, body, **how)

    def on(self, ticket: str, person: str, noun: str, body: Json | None = None, *, words: str) -> Json:
        """Somebody does something with a ticket; gives the ticket as it is then."""
        done = self.does(person, words, f"/tickets/{self.tickets[ticket]}/{noun}", body)
        if noun == "solution":
            self.solved_at[ticket] = moment(done["solved_at"])
        return done

    def refused(self, person: str, path: str, body: Json | None = None) -> int:
        """The status with which the API refuses; 0 when it does not."""
        try:
            self.desk.post(person, path, body)
        except Refused as refused:
            return refused.status
        return 0

    def refused_reading(self, person: str, path: str) -> int:
        """The same for reading."""
        try:
            self.desk.get(person, path)
        except Refused as refused:
            return refused.status
        return 0

    def ticket(self, name: str) -> Json:
        """A ticket as staff see it now."""
        return self.desk.get("bob", f"/tickets/{self.tickets[name]}")

    def queue(self) -> list[str]:
        """The support queue in its order, by the names that the scenes use."""
        names = {ticket_id: name for name, ticket_id in self.tickets.items()}
        return [names.get(str(t["id"]), str(t["subject"])) for t in self.desk.listed("bob", "/queue")]

    def remember(self, name: str, subject: str) -> Json:
        """Finds the ticket that a mail has made, by its subject."""
        (found,) = [t for t in self.desk.listed("bob", "/queue") if t["subject"] == subject]
        self.tickets[name] = found["id"]
        return found

    def number(self, name: str, *, told: str) -> str:
        """Triage gives the number; its reporter is told once, however often it is asked for."""
        at = self.desk.now
        label = f"#{self.on(name, 'bob', 'number', words='Bob gives it a number.')['number']}"
        self.desk.post("bob", f"/tickets/{self.tickets[name]}/number")
        self.ledger.mail("the number", to=told, at=at, says=(f"has the ticket number {label}",))
        return label

    def manager_paged(self, what: str, at: datetime, says: str = "") -> None:
        """The operations manager is paged, once."""
        self.ledger.page(what, person="carol", at=at, phone=CAROLS_PHONE, says=says)


def moment(text: str) -> datetime:
    """A moment of the API."""
    return datetime.fromisoformat(text)


def promise(ticket: Json, kind: str) -> Json:
    """The open promise of this kind; empty without one."""
    return next((dict(p) for p in ticket["promises"] if p["kind"] == kind), {})


def due(ticket: Json, kind: str) -> datetime | None:
    """When it falls due."""
    text = promise(ticket, kind).get("due_at")
    return moment(text) if text else None
