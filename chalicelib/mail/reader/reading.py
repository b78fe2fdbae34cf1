"""Bytes to a `ParsedMail`: the order of the steps, and what happens when one fails."""

from dataclasses import replace
from datetime import UTC, datetime

from chalicelib.mail.domain import (
    OUR_HEADER,
    Address,
    Automatic,
    Importance,
    ParsedMail,
    Signals,
    automatic,
    header_safe,
)
from chalicelib.mail.reader import notes as limits
from chalicelib.mail.reader.addresses import addresses
from chalicelib.mail.reader.bounces import bounced, report_type
from chalicelib.mail.reader.content import Content, content_of
from chalicelib.mail.reader.forwards import is_forward
from chalicelib.mail.reader.headers import Headers, decode_words, split_block
from chalicelib.mail.reader.identity import message_id, message_ids, sent_at
from chalicelib.mail.reader.mime import Part, parse
from chalicelib.mail.reader.notes import Notes
from chalicelib.mail.reader.plain import shorten, tidy
from chalicelib.mail.reader.reply import new_text

_EXPECTED = {
    "from",
    "to",
    "subject",
    "date",
    "message-id",
    "received",
    "mime-version",
    "content-type",
    "sender",
}


def read(raw: bytes, *, now: datetime | None = None) -> ParsedMail:
    """What a mail says, for any bytes and never an error (F18-F25). What could not be read is named in
    `faults`; with `unreadable` the ticket should show the raw mail instead."""
    try:
        return read_unguarded(raw, now=now)
    except Exception as error:
        # The last wall: a fault of ours must not lose a mail that is already stored (F21).
        _tell(error, raw)
        return _headers_alone(raw, now)


def _tell(error: Exception, raw: bytes) -> None:
    from chalicelib.core.log import log

    # The message of the error may quote the mail; its kind does not.
    log.error("a mail could not be read", error=type(error).__name__, size=len(raw))


def _headers_alone(raw: bytes, now: datetime | None) -> ParsedMail:
    try:
        mail = read_unguarded(raw[: split_block(raw, 0, len(raw), Notes())[1]], now=now)
    except Exception:
        mail = ParsedMail()
    return replace(mail, faults=(*mail.faults, "the mail could not be read"), unreadable=True)


def read_unguarded(raw: bytes, *, now: datetime | None = None) -> ParsedMail:
    """As `read`, but a fault of ours is raised: for tests and fuzzing, which look for just that."""
    notes = Notes()
    root = parse(_bounded(_ordinary(raw), notes), notes)
    content = content_of(root, notes)
    return _mail(root, content, now or datetime.now(UTC), notes)


def _ordinary(raw: bytes) -> bytes:
    """Without a mark or empty lines before the first header, and with line feeds."""
    text = raw.removeprefix(b"\xef\xbb\xbf")
    start = len(text[:10_000]) - len(text[:10_000].lstrip(b"\r\n"))
    text = text[start:] if start else text
    # Programs of another age end a line with a carriage return alone.
    if b"\n" not in text[:100_000] and b"\r" in text[:100_000]:
        text = text.replace(b"\r", b"\n")
    return text


def _bounded(raw: bytes, notes: Notes) -> bytes:
    if len(raw) <= limits.MAIL_BYTES:
        return raw
    notes.give_up("the mail is larger than is read; only its headers are shown")
    _, body = split_block(raw, 0, len(raw), Notes())
    return raw[:body]


def _mail(root: Part, content: Content, now: datetime, notes: Notes) -> ParsedMail:
    headers = root.headers
    senders = addresses(headers.all("from"), notes)
    to, cc = addresses(headers.all("to"), notes), addresses(headers.all("cc"), notes)
    subject = header_safe(decode_words(headers.get("subject")[:16_000], notes))
    piece = content.piece()
    full = "\n\n".join(filter(None, (piece.invitation, piece.plain)))
    text = shorten(tidy(full), notes)
    forwarded = content.forwarded or is_forward(subject, text)
    kind = _kind(root, content, senders, subject)
    _look_over(headers, senders, text, content, notes)
    return ParsedMail(
        message_id=_id(headers, notes),
        in_reply_to=message_ids(headers.all("in-reply-to")),
        references=message_ids(headers.all("references")),
        from_=senders[0] if senders else None,
        several_from=len(senders) > 1 or len(headers.all("from")) > 1,
        reply_to=tuple(addresses(headers.all("reply-to"), notes)[: limits.RECIPIENTS]),
        to=tuple(to[: limits.RECIPIENTS]),
        cc=tuple(cc[: limits.RECIPIENTS]),
        recipient_count=len(to) + len(cc),
        subject=subject,
        sent_at=sent_at(headers.get("date"), now, notes),
        text=text,
        reply=new_text(text, forwarded=forwarded),
        html=piece.html or None,
        attachments=content.attachments(),
        automatic=kind,
        bounced=bounced(root, text, notes) if kind is Automatic.BOUNCE else (),
        importance=_importance(headers),
        ours=bool(headers.all(OUR_HEADER.lower())),
        forwarded=forwarded,
        signed=content.signed,
        encrypted=content.encrypted,
        calendar=content.calendar,
        faults=tuple(notes.faults),
        unreadable=notes.unreadable,
    )


def _kind(root: Part, content: Content, senders: list[Address], subject: str) -> Automatic:
    return automatic(
        Signals(
            headers=root.headers.first_values(),
            report_type=report_type(root),
            calendar_method=content.calendar_method,
            sender=senders[0].email if senders else "",
            subject=subject,
        )
    )


def _id(headers: Headers, notes: Notes) -> str | None:
    value = headers.get("message-id")
    found = message_id(value)
    if found is None:
        notes.fault("a Message-ID that makes no sense" if value else "no Message-ID")
    return found


def _look_over(headers: Headers, senders: list[Address], text: str, content: Content, notes: Notes) -> None:
    """Name what is missing, so that a person sees why a ticket looks odd (F22)."""
    if not _EXPECTED & set(headers.first_values()):
        notes.give_up("no mail headers")
    if len(headers.all("from")) > 1:
        notes.fault("two From headers")
    if not senders:
        notes.fault("no sender")
    if not headers.get("subject"):
        notes.fault("no subject")
    if not text and not content.encrypted:
        notes.fault("no text")


def _importance(headers: Headers) -> Importance:
    number = headers.get("x-priority")[:1]
    words = {headers.get(name).lower() for name in ("importance", "priority", "x-msmail-priority")}
    if number in ("1", "2") or words & {"high", "urgent"}:
        return Importance.HIGH
    if number in ("4", "5") or words & {"low", "non-urgent"}:
        return Importance.LOW
    return Importance.NORMAL
