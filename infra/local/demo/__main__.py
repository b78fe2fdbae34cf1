"""`python -m infra.local.demo`: exit code 0 only if everything happened exactly once and at its minute."""

import shutil
import struct
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

from infra.local.client import CloudFailed, LocalCloud
from infra.local.clock import FORMAT
from infra.local.demo.desk import Refused
from infra.local.demo.play import Play
from infra.local.demo.scenes import christmas, expert, promises, report, severity_1, taken_at_once, triage
from infra.local.demo.story import Story

BEGINS = datetime(2026, 12, 21, 7, 50, tzinfo=UTC)
SCENES: tuple[Callable[[Play], None], ...] = (
    report.a_report_comes_in,
    report.the_report_is_worked,
    severity_1.nobody_answers,
    severity_1.an_engineer_takes_it,
    taken_at_once.taken_at_once,
    expert.with_and_without_the_phone,
    triage.an_end_user_writes,
    triage.a_request_is_declined,
    triage.a_customer_escalates,
    report.it_comes_back,
    expert.both_are_answered,
    christmas.forgotten_over_christmas,
    christmas.answered_too_late,
    promises.kept_and_broken,
)


def main() -> int:
    """Plays all scenes on a cloud of its own, in a folder that is gone afterwards unless something failed."""
    began, story = time.monotonic(), Story()
    folder = Path(tempfile.mkdtemp(prefix="pledge-demo-"))
    print("Starting the cloud on a laptop. Times are the desk's own, in UTC; (+0.4 s) is how late it left.")
    try:
        _play(folder, story)
    except (CloudFailed, Refused, OSError, LookupError, ValueError) as failed:
        story.check("the story goes on to its end", False, f"{type(failed).__name__}: {failed}")
    code = story.end()
    if code:
        print(f"What the desk wrote of itself: {folder}")
    else:
        shutil.rmtree(folder, ignore_errors=True)
    print(f"{time.monotonic() - began:.0f} seconds.")
    return code


def _play(folder: Path, story: Story) -> None:
    # The same dates for ever, also when they have passed: a new desk's clock may begin anywhere.
    ahead = (BEGINS - datetime.now(UTC)).total_seconds()
    (folder / "clock").write_bytes(struct.pack(FORMAT, ahead))
    with LocalCloud(data=folder) as cloud:
        play = Play(cloud, story)
        for scene in SCENES:
            scene(play)


if __name__ == "__main__":
    sys.exit(main())
