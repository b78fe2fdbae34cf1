"""How an answer finds its ticket: a number in the subject (D7), or a signed line in the body (F20)."""

import hmac
import re

# Every mail of ours carries this header; answers written by people never do (F19).
OUR_HEADER = "X-Pledge"

# 24 hex digits are 96 bits: not to be guessed, yet short enough to survive most line wraps.
_SIGNATURE_LENGTH = 24
_MARKERS_TRIED = 20

_TICKET_ID = r"T-[0-9A-HJKMNP-TV-Z]{26}"
_MARKER = re.compile(rf"pledge:({_TICKET_ID}):([0-9A-F]{{{_SIGNATURE_LENGTH}}})", re.IGNORECASE)
# What mail programs put inside or around a line: quote marks, wraps, emphasis, escapes, zero-width spaces.
_NOISE = re.compile("[\\s>|*_\\\\\u00a0\u200b\u200c\u200d\u2060\ufeff]+")

_NUMBERS = (
    re.compile(r"\[\s*#\s*([0-9]{1,9})\s*\]"),
    re.compile(r"(?i)\bticket[ \t:\-]{0,3}(?:no|nr|number)?[ \t.:]{0,3}#?[ \t]?([0-9]{1,9})\b"),
    # "in case 2 hosts fail" names no ticket: these words need more beside them.
    re.compile(r"(?i)\b(?:case|issue)[ \t]{0,3}(?:no|nr|number)[ \t.:]{0,3}#?[ \t]?([0-9]{1,9})\b"),
    re.compile(r"(?<![\w&#/])#[ \t]?([0-9]{1,9})\b"),
)


def ticket_number_in(subject: str) -> int | None:
    """The ticket number that a person left or typed in a subject: `[#1042]`, `Ticket 1042`, `#1042` (D7).

    It says which ticket is meant, not who may write to it (F20)."""
    found = (pattern.search(subject) for pattern in _NUMBERS)
    numbers = (int(match.group(1)) for match in found if match)
    return next((number for number in numbers if number > 0), None)


def marker(ticket_id: str, secret: bytes) -> str:
    """The line to put in the body of each mail about a ticket, so that its answers find it again."""
    return f"Ref: pledge:{ticket_id}:{_sign(ticket_id, secret)}"


def marker_in(text: str) -> str | None:
    """The first marker in a text, unproved and normalised (`T-…:signature`), or None."""
    match = _MARKER.search(_NOISE.sub("", text))
    return f"{match.group(1).upper()}:{match.group(2).lower()}" if match else None


def read_marker(text: str, secret: bytes) -> str | None:
    """The ticket of the first marker that we signed ourselves; survives wrapping and quoting (F20)."""
    matches = _MARKER.finditer(_NOISE.sub("", text))
    for match, _ in zip(matches, range(_MARKERS_TRIED), strict=False):
        ticket_id, signature = match.group(1).upper(), match.group(2).lower()
        if hmac.compare_digest(signature, _sign(ticket_id, secret)):
            return ticket_id
    return None


def _sign(ticket_id: str, secret: bytes) -> str:
    # The prefix keeps this signature apart from any other made with the same secret.
    digest = hmac.new(secret, f"mail marker\n{ticket_id}".encode(), "sha256")
    return digest.hexdigest()[:_SIGNATURE_LENGTH]
