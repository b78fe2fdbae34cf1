"""Mails inside mails, and how a forwarded mail is known."""

import re

from chalicelib.mail.domain import header_safe
from chalicelib.mail.reader.headers import decode_words
from chalicelib.mail.reader.mime import Part
from chalicelib.mail.reader.notes import Notes

_PREFIX = re.compile(r"\s*(?:fwd?|wg|tr|rv|enc|i|doorst|pd|vl|转发|轉寄|転送)\s*[:：]", re.IGNORECASE)
_ANSWER = re.compile(r"\s*(?:re|aw|sv|antw|odp|ynt|回复)\s*[:：]", re.IGNORECASE)
_MARK = re.compile(
    r"^\s*(?:-{5,}\s*(?:forwarded message|weitergeleitete nachricht|message transféré|mensaje reenviado"
    r"|messaggio inoltrato|doorgestuurd bericht)\s*-{5,}|begin forwarded message:"
    r"|anfang der weitergeleiteten nachricht:|début du message (?:transféré|réexpédié)\s?:)\s*$",
    re.IGNORECASE | re.MULTILINE,
)


def is_forward(subject: str, text: str) -> bool:
    """True when somebody passes on what another wrote: then it is content, not a quote to cut."""
    if _ANSWER.match(subject):
        return False
    return _PREFIX.match(subject) is not None or _MARK.search(text[:20_000]) is not None


def introduction(inner: Part, notes: Notes) -> str:
    """The heading over the text of an attached mail."""
    named = (("From", "from"), ("Date", "date"), ("To", "to"), ("Subject", "subject"))
    values = ((label, inner.headers.get(name)[:2_000]) for label, name in named)
    lines = [f"{label}: {header_safe(decode_words(value, notes))}" for label, value in values if value]
    return "\n".join(["---------- Forwarded message ----------", *lines])
