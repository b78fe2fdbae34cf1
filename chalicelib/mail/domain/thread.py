"""Message-IDs that lead an answer back to its ticket, signed so that nobody can make one up (F20)."""

import hmac
import re

from chalicelib.core import ids

_OURS = re.compile(r"(T-[0-9A-HJKMNP-TV-Z]{26})\.([0-9A-Z]{12})\.([0-9a-f]{24})@", re.IGNORECASE)


def thread_id(ticket_id: str, key: str, *, secret: bytes, domain: str) -> str:
    """The Message-ID of the mail with this key about this ticket, without angle brackets."""
    part = ids.derived("M", key)[2:14]
    return f"{ticket_id}.{part}.{_sign(ticket_id, part, secret)}@{domain}"


def ticket_of(message_id: str, secret: bytes) -> str | None:
    """The ticket that a Message-ID of ours belongs to; None for anybody else's."""
    found = _OURS.match(message_id)
    if not found:
        return None
    ticket_id, part, signature = found[1].upper(), found[2].upper(), found[3].lower()
    return ticket_id if hmac.compare_digest(signature, _sign(ticket_id, part, secret)) else None


def _sign(ticket_id: str, part: str, secret: bytes) -> str:
    return hmac.new(secret, f"mail thread\n{ticket_id}\n{part}".encode(), "sha256").hexdigest()[:24]
