"""A day by mail, through the whole cloud: mails of real clients go in, letters come out (B1-B5, B7, D14, F18-F20)."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from infra.local.client import LocalCloud

SAMPLES = Path(__file__).parents[1] / "mail" / "samples"
ALICE, BOB = "alice@acme.example", "bob@desk.example"


class Day:
    """The cloud, the people's keys, and what has left the desk since last looked."""

    def __init__(self, cloud: LocalCloud) -> None:
        self.cloud = cloud
        self.keys = cloud.keys()
        self.seen = 0

    def mail(self, name: str, *changes: tuple[str, str], **wishes: str) -> list[dict[str, Any]]:
        """A sample as alice of Acme would send it, with changes; what left the desk after it."""
        raw = (SAMPLES / f"{name}.eml").read_bytes()
        for old, new in (
            ("alice@partner.example", ALICE),
            ("support@pledge.example", "support@desk.example"),
            *changes,
        ):
            raw = raw.replace(old.encode(), new.encode())
        self.cloud.mail(raw, **wishes)
        return self.left()

    def left(self) -> list[dict[str, Any]]:
        """What left the desk since last looked, when all is quiet."""
        self.cloud.settle()
        left = self.cloud.mailbox(since=self.seen)
        self.seen = max([self.seen, *(one["seq"] for one in left)])
        return left

    def ask(self, who: str, method: str, path: str, body: Any = None) -> Any:
        """One request with somebody's key; its JSON."""
        headers = {"Authorization": f"Bearer {self.keys[who]}"}
        reply = self.cloud.request(method, f"/v1{path}", body=body, headers=headers)
        return {"status_code": reply.status, **reply.json()}


@pytest.fixture(scope="module")
def day(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Day]:
    with LocalCloud(data=tmp_path_factory.mktemp("mail")) as cloud:
        yield Day(cloud)


def header(letter: dict[str, Any], name: str) -> str:
    return str(letter["headers"].get(name, ""))


def only(letters: list[dict[str, Any]]) -> dict[str, Any]:
    assert [(one["channel"], one["to"]) for one in letters] == [("mail", [ALICE])]
    return letters[0]


def test_a_day_by_mail(day: Day) -> None:
    # A report comes in, is acknowledged at once, and waits in the queue without a number.
    acknowledged = only(day.mail("plain"))
    assert acknowledged["subject"] == "Re: Mail queue stuck on host 7"
    assert header(acknowledged, "Auto-Submitted") == "auto-replied"
    assert "20261120081502.GA17@partner.example" in header(acknowledged, "References")
    assert "(Europe/London)" in acknowledged["text"]
    link = re.search(r"http://[^/\s]+(/help/mail)\b", acknowledged["text"])
    assert link is not None
    assert day.cloud.request("GET", link[1], headers={"Accept": "text/html"}).status == 200
    (ticket,) = day.ask("bob", "GET", "/queue")["items"]
    assert (ticket["customer_id"], ticket["number"], ticket["verified"]) == ("acme", None, True)
    path = f"/tickets/{ticket['id']}"

    # The same mail again is nothing new.
    assert day.mail("plain") == []

    # Triage: the number is told once, and the severity with the acknowledgement of the incident.
    number = day.ask("bob", "POST", f"{path}/number")["number"]
    numbered = only(day.left())
    assert numbered["subject"] == f"Re: Mail queue stuck on host 7 [#{number}]"
    assert f"ticket number #{number}" in numbered["text"]
    day.ask("bob", "POST", f"{path}/acknowledgement", {"severity": 2, "reason": "no mail leaves"})
    assert "You proposed severity 3. We chose 2 because: no mail leaves" in only(day.left())["text"]
    day.ask("bob", "POST", f"{path}/assignment", {"to": "bob"})

    # Alice answers from her mail program: the engineer reads it, and answers by mail as well.
    root = header(numbered, "References").split()[0]
    own = ("<ack.T-1@pledge.example>", root), ("Re: [#1042] Mail", "Re: Mail")
    (notice,) = day.mail("gmail_reply", *own)
    assert notice["to"] == [BOB]
    assert "> It works again since ten o’clock." in notice["text"]
    answer = day.mail(
        "gmail_reply",
        ("<ack.T-1@pledge.example>", header(notice, "Message-ID")),
        (f"Alice Adams <{ALICE}>", f"Bob Engineer <{BOB}>"),
        ("CAF3x9-7hQ@mail.gmail.com", "bob.1@desk.example"),
        ("It works again since ten o=E2=80=99clock.", "Good. We keep an eye on it."),
    )
    assert "Good. We keep an eye on it." in only(answer)["text"]
    assert header(answer[0], "Auto-Submitted") == ""

    # An out-of-office note belongs to the ticket, and nothing follows from it.
    away = day.mail("vacation_unix", ("bob@partner.example", ALICE), ("Subject: ", f"Subject: [#{number}] "))
    assert away == []

    # Somebody forges alice's address and names the ticket: kept apart, answered to nobody.
    forged = day.mail(
        "gmail_reply", *own, ("It works again", "Please close it"), dmarc="FAIL", spf="FAIL", dkim="FAIL"
    )
    assert forged == []
    (apart,) = [one for one in day.ask("bob", "GET", "/queue")["items"] if not one["verified"]]
    assert apart["customer_id"] is None
    assert day.ask("alice", "GET", f"/tickets/{apart['id']}")["status_code"] == 404

    # Solved, then reopened by mail, which is confirmed; every step is on record.
    day.ask("bob", "POST", f"{path}/solution", {"text": "The disk was full. We emptied it."})
    assert "The disk was full. We emptied it." in only(day.left())["text"]
    letters = day.mail(
        "gmail_reply", *own, ("CAF3x9-7hQ", "CAF3x9-8"), ("It works again", "It is stuck again")
    )
    by_reader = {one["to"][0]: one["text"] for one in letters}
    assert set(by_reader) == {ALICE, BOB}
    assert f"#{number} is open again" in by_reader[ALICE]
    history = day.ask("alice", "GET", f"{path}/history")["items"]
    names = [event["type"] for change in history for event in change["events"]]
    shown = [name for name in names if not name.startswith("Promise")]
    assert shown == [
        "TicketRegistered",
        "TicketNumbered",
        "TicketAcknowledged",
        "SeverityChanged",
        "TicketAssigned",
        "ReplyReceived",
        "ReplySent",
        "AutomaticMailAttached",
        "TicketSolved",
        "ReplyReceived",
    ]
    assert day.ask("bob", "GET", "/undelivered")["items"] == []


def test_a_mail_that_comes_back_is_in_sight_and_can_be_sent_again(day: Day) -> None:
    """F41: the address bounces, is mended, and the same mail leaves again."""
    day.cloud.control("POST", "/bounces", {"address": "olga@acme.example"})
    lost = day.mail("plain", (ALICE, "olga@acme.example"), ("20261120081502", "20261120081599"))
    assert [one["failed"] for one in lost] == ["bounced"]
    (mail,) = day.ask("bob", "GET", "/undelivered")["items"]
    assert (mail["to"], mail["state"], mail["template"]) == (
        "olga@acme.example",
        "bounced",
        "acknowledgement",
    )
    assert mail["id"] in {
        one["id"] for one in day.ask("bob", "GET", f"/tickets/{mail['ticket_id']}/mails")["items"]
    }
    again = day.ask("bob", "POST", f"/undelivered/{mail['id']}/resending")
    assert again["state"] == "sent"
    assert [one["to"] for one in day.left()] == [["olga@acme.example"]]
