"""The demo tells the whole story, and would notice if it went otherwise."""

import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from infra.local.demo.desk import MAILS
from infra.local.demo.expected import BERLIN, NEW_YORK, business, there
from infra.local.demo.ledger import LATE, Ledger
from infra.local.demo.story import Story

ROOT = Path(__file__).parents[2]
NOON = datetime(2026, 12, 21, 12, 0, tzinfo=UTC)


def test_the_demo_plays_to_its_end_and_everything_happens_once_at_its_minute() -> None:
    """Section 8: from a mail to the list of promises kept and broken."""
    demo = [sys.executable, "-m", "infra.local.demo"]
    done = subprocess.run(demo, cwd=ROOT, capture_output=True, text=True, timeout=240, check=False)  # noqa: S603
    failed = done.stdout.partition("Check list")[2] or done.stdout
    assert (done.returncode, done.stderr) == (0, ""), failed[-4000:]
    assert "✗" not in done.stdout
    assert "\033[" not in done.stdout  # colours on a terminal alone


class Mailbox:
    """A desk of which only the mailbox is looked at."""

    def __init__(self, *sent: dict[str, Any]) -> None:
        self.sent = list(sent)
        self.cloud = self

    def mailbox(self, since: int) -> list[dict[str, Any]]:
        return self.sent[since:]


def mail(at: datetime = NOON, to: str = "alice@acme.example", text: str = "hourly status") -> dict[str, Any]:
    return {"at": at.isoformat(), "channel": "mail", "to": [to], "subject": "", "text": text}


def claimed(*sent: dict[str, Any]) -> list[str]:
    """What the story finds wrong when one hourly status to alice is foreseen for noon, and nothing else."""
    story = Story()
    ledger = Ledger(Mailbox(*sent), story)  # type: ignore[arg-type]
    ledger.mail("status", to="alice@acme.example", at=NOON, says=("hourly",))
    ledger.nothing("nothing else")
    return [check.sentence.partition(" ")[0] for check in story.failed]


@pytest.mark.parametrize(
    ("sent", "wrong"),
    [
        ([mail()], []),
        ([mail(NOON + LATE - timedelta(seconds=1))], []),
        ([], ["status"]),
        ([mail(), mail()], ["nothing"]),
        ([mail(), mail(to="olga@acme.example")], ["nothing"]),
        ([mail(NOON - timedelta(seconds=1))], ["status", "nothing"]),
        ([mail(NOON + LATE)], ["status", "nothing"]),
        ([mail(to="mallory@evil.example")], ["status", "nothing"]),
        ([mail(text="something else")], ["status", "nothing"]),
        ([mail() | {"channel": "sms"}], ["status", "nothing"]),
    ],
)
def test_one_mail_missing_late_early_twice_or_to_somebody_else_fails_the_demo(
    sent: list[dict[str, Any]], wrong: list[str]
) -> None:
    assert claimed(*sent) == wrong


def test_a_story_with_one_broken_check_ends_with_another_exit_code(
    capsys: pytest.CaptureFixture[str],
) -> None:
    story = Story()
    story.check("two and two are four", 2 + 2 == 4)
    assert story.end() == 0
    story.check("the VP was paged", holds=False, found="nobody")
    assert story.end() == 1
    assert "FAILED: the VP was paged\n  found: nobody" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("start", "hours", "zone", "wall"),
    [
        ("2026-12-24T14:00", 24, BERLIN, "Wed 30 Dec 15:00"),
        ("2026-12-24T14:00", 2, BERLIN, "Thu 24 Dec 17:00"),
        ("2026-12-26T12:00", 1, BERLIN, "Mon 28 Dec 10:00"),
        ("2026-12-21T15:00", 16, NEW_YORK, "Wed 23 Dec 10:00"),
        ("2026-12-31T21:30", 1, NEW_YORK, "Mon 04 Jan 09:30"),
    ],
)
def test_the_demos_own_wall_calendar_counts_as_a_person_would(
    start: str, hours: int, zone: str, wall: str
) -> None:
    at = datetime.fromisoformat(start).replace(tzinfo=UTC)
    assert there(business(at, hours, zone), zone) == wall


def test_every_mail_of_the_demo_is_a_real_one_with_its_own_message_id() -> None:
    raws = [path.read_text(encoding="utf-8") for path in sorted(MAILS.glob("*.eml"))]
    ids = [line for raw in raws for line in raw.splitlines() if line.startswith("Message-ID: <")]
    assert len(raws) == len(set(ids)) == 8
