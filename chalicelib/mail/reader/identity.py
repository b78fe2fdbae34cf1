"""Message ids and dates, from headers that may hold anything (F22)."""

import re
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

from chalicelib.mail.domain import header_safe
from chalicelib.mail.reader import notes as limits
from chalicelib.mail.reader.notes import Notes

_SKEW = timedelta(hours=24)  # a clock set to the wrong zone; more is a wrong date
_OLDEST = datetime(1990, 1, 1, tzinfo=UTC)
_ID_CHARS = 700
_BRACKETED = re.compile(r"<([^<>\s\x00-\x1f]{1,400})>")
_BARE = re.compile(r"[^<>\s,;\x00-\x1f]{1,400}@[^<>\s,;\x00-\x1f]{1,250}")


def message_id(value: str) -> str | None:
    """The id without its brackets, or None when there is nothing that could be one."""
    return next(iter(_ids(value)), None)


def message_ids(values: list[str]) -> tuple[str, ...]:
    """All ids in these headers, each once; of a very long list the first and the last ones."""
    found = list(dict.fromkeys(one for value in values for one in _ids(value)))
    if len(found) > limits.REFERENCES:
        found = found[:1] + found[1 - limits.REFERENCES :]
    return tuple(found)


def _ids(value: str) -> list[str]:
    found = _BRACKETED.findall(value) or _BARE.findall(value[:4_000])
    # `<[<@>]` has brackets and an at sign, and nothing to tell it from another (F21).
    return [one for one in found if any(map(str.isalnum, one)) and header_safe(one, _ID_CHARS) == one]


def sent_at(value: str, now: datetime, notes: Notes) -> datetime | None:
    """The Date header in UTC; None when it says nothing that can be true."""
    if not value:
        notes.fault("no date")
        return None
    moment = _moment(value[:200])
    if moment is None:
        notes.fault("a date that cannot be read")
    elif moment > now + _SKEW:
        notes.fault("a date in the future")
    elif moment < _OLDEST:
        notes.fault("a date before there was such mail")
    else:
        return moment
    return None


def _moment(value: str) -> datetime | None:
    try:
        moment = parsedate_to_datetime(value)
        # "-0000" says that the zone is unknown and the time is UTC.
        return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, TypeError, IndexError, OverflowError, AttributeError):
        return None
