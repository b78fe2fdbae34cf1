"""Delivery reports (RFC 3464): who was not reached, why, and which mail of ours it was."""

import re

from chalicelib.mail.domain import Bounced, header_safe
from chalicelib.mail.reader import notes as limits
from chalicelib.mail.reader.headers import Headers, main_value, split_block
from chalicelib.mail.reader.identity import message_id
from chalicelib.mail.reader.mime import Part
from chalicelib.mail.reader.notes import Notes

_ORIGINAL_ID = re.compile(r"^[> \t]*Message-ID:\s*(<[^<>\s]{1,400}>)", re.IGNORECASE | re.MULTILINE)
_STATUS = re.compile(r"\b([245]\.\d{1,3}\.\d{1,3})\b")
_BLOCKS = limits.BOUNCED + 10


def report_type(root: Part) -> str:
    """`delivery-status`, `disposition-notification`, `feedback-report`, or nothing."""
    if root.content_type != "multipart/report":
        return ""
    declared = root.parameters.get("report-type", "").lower()
    return declared or next(
        (part.content_type[8:] for part in root.walk() if part.main_type == "message"), ""
    )


def bounced(root: Part, text: str, notes: Notes) -> tuple[Bounced, ...]:
    """One entry for each recipient that the report names."""
    original = _original_id(root, text, notes)
    found = [
        _entry(block, original)
        for part in root.walk()
        if part.content_type in ("message/delivery-status", "message/global-delivery-status")
        for block in _blocks(part, notes)
        if block.get("final-recipient") or block.get("original-recipient")
    ]
    return tuple((found or _without_report(root, text, original))[: limits.BOUNCED])


def _entry(block: Headers, original: str | None) -> Bounced:
    recipient = block.get("original-recipient") or block.get("final-recipient")
    status = _STATUS.search(block.get("status"))
    return Bounced(
        address=_address(recipient),
        status=status[1] if status else "",
        action=main_value(header_safe(block.get("action"), 40)),
        original_message_id=original,
    )


def _address(recipient: str) -> str:
    # `rfc822; bob@example.com`, sometimes in angle brackets
    return header_safe(recipient.rpartition(";")[2].strip().strip("<>"), 254)


def _blocks(part: Part, notes: Notes) -> list[Headers]:
    raw = part.content(notes)
    blocks: list[Headers] = []
    position = 0
    while position < len(raw) and len(blocks) < _BLOCKS:
        headers, after = split_block(raw, position, len(raw), Notes())
        blocks.append(headers)
        position = after if after > position else len(raw)
    return blocks


def _without_report(root: Part, text: str, original: str | None) -> list[Bounced]:
    """Exim and others name the recipients in a header, and the reason only in the text."""
    named = root.headers.get("x-failed-recipients")[: 40 * 254].split(",")
    status = _STATUS.search(text)
    return [
        Bounced(
            address=header_safe(address, 254),
            status=status[1] if status else "",
            action="failed",
            original_message_id=original,
        )
        for address in named
        if address.strip()
    ]


def _original_id(root: Part, text: str, notes: Notes) -> str | None:
    for part in root.walk():
        if part.content_type in ("text/rfc822-headers", "message/rfc822-headers"):
            raw = part.content(notes)
            return message_id(split_block(raw, 0, len(raw), Notes())[0].get("message-id"))
        if part.content_type in ("message/rfc822", "message/global"):
            inner = part.children[0].headers if part.children else Headers()
            return message_id(inner.get("message-id"))
    match = _ORIGINAL_ID.search(text)
    return message_id(match[1]) if match else None
