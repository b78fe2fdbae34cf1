"""Message-IDs that lead an answer back to its ticket, signed so that nobody can make one up (F20)."""

import hmac
import re

from chalicelib.core import ids

_OURS = re.compile(r"(T-[0-9A-HJKMNP-TV-Z]{26})\.([0-9A-Z]{12})\.([0-9a-f]{24})@", re.IGNORECASE)
# SES replaces the Message-ID of what it sends: `<0102…-000000@eu-west-1.amazonses.com>`.
_OF_SES = re.compile(r"([A-Za-z0-9-]{8,128})@(?:[a-z0-9-]+\.)*amazonses\.com", re.IGNORECASE)
ROOT = "root"


def thread_id(ticket_id: str, key: str, *, secret: bytes, domain: str) -> str:
    """The Message-ID of the mail with this key about this ticket, without angle brackets."""
    part = ids.derived("M", key)[2:14]
    return f"{ticket_id}.{part}.{_sign(ticket_id, part, secret)}@{domain}"


def root_id(ticket_id: str, *, secret: bytes, domain: str) -> str:
    """What every mail about a ticket refers to: mail programs hand it on, whatever SES makes of our own ids."""
    return thread_id(ticket_id, ROOT, secret=secret, domain=domain)


def ticket_of(message_id: str, secret: bytes) -> str | None:
    """The ticket that a Message-ID of ours belongs to; None for anybody else's."""
    found = _OURS.match(message_id)
    if not found:
        return None
    ticket_id, part, signature = found[1].upper(), found[2].upper(), found[3].lower()
    return ticket_id if hmac.compare_digest(signature, _sign(ticket_id, part, secret)) else None


def ses_id(message_id: str) -> str | None:
    """SES's own id of a mail, out of the Message-ID that its reader saw."""
    found = _OF_SES.fullmatch(message_id)
    return found[1] if found else None


def first_ticket_id(message_id: str) -> str:
    """The ticket that a first mail makes: known from its Message-ID alone, so that answers to it find it."""
    return ids.derived("T", "mail", message_id)


def unproved_ticket_id(message_id: str) -> str:
    """The ticket of a mail whose sender is not proved: apart, so that the real mail is never taken for it (F20)."""
    return ids.derived("T", "mail", "unproved", message_id)


def _sign(ticket_id: str, part: str, secret: bytes) -> str:
    return hmac.new(secret, f"mail thread\n{ticket_id}\n{part}".encode(), "sha256").hexdigest()[:24]
