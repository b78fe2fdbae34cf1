"""What a page says: enough to decide whether to get up, and no word that a customer wrote."""

import re
from datetime import UTC, datetime

from chalicelib.escalation.domain.ladder import Occasion

LONGEST_PLAN = 20


def page_text(
    *, ticket: str, severity: int, plan: str, occasion: Occasion, at: datetime, link: str = ""
) -> str:
    """One line of plain ASCII; one text message long with a link of up to 60 characters.

    `ticket` is the number or, before triage, the id. Plan and ticket are cut to plain characters: a
    name that somebody gave a plan must not become a message.
    """
    when = at.astimezone(UTC)
    said = f"S{severity} {_plain(ticket, 32)} {_plain(plan, LONGEST_PLAN)}: {occasion.words} {when:%H:%M}Z."
    return f"{said} Take: {link}" if link else said


def _plain(written: str, most: int) -> str:
    return re.sub(r"[^A-Za-z0-9#_. -]", "", written)[:most]
