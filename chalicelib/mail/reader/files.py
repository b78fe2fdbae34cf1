"""Attachments: taken as they are, never opened, with names that harm nobody (F25)."""

from dataclasses import dataclass, field, replace

from chalicelib.mail.domain import Attachment, header_safe, safe_name, unique_names
from chalicelib.mail.reader import notes as limits
from chalicelib.mail.reader.charsets import decode
from chalicelib.mail.reader.headers import decode_words
from chalicelib.mail.reader.mime import Part
from chalicelib.mail.reader.notes import Notes
from chalicelib.mail.reader.tnef import Packed
from chalicelib.mail.reader.transfer import uu_blocks

# For parts without a name; written out because the system's own list differs between machines.
_ENDINGS = {
    "application/pdf": ".pdf",
    "application/pkcs7-mime": ".p7m",
    "application/pkcs7-signature": ".p7s",
    "application/pgp-signature": ".asc",
    "application/zip": ".zip",
    "image/gif": ".gif",
    "image/jpeg": ".jpg",
    "image/png": ".png",
    "message/delivery-status": ".txt",
    "message/disposition-notification": ".txt",
    "message/rfc822": ".eml",
    "text/calendar": ".ics",
    "text/csv": ".csv",
    "text/html": ".html",
    "text/plain": ".txt",
    "text/rfc822-headers": ".txt",
    "text/vcard": ".vcf",
    "text/x-vcard": ".vcf",
}


def file_name(part: Part, notes: Notes) -> tuple[str, str]:
    """`attachment`, `inline` or nothing; and the name as it was sent."""
    disposition, parameters = part.disposition(notes)
    return disposition, parameters.get("filename") or part.parameters.get("name", "")


def _default_name(part: Part) -> str:
    stem = part.content_type.partition("/")[2] if part.main_type == "message" else "attachment"
    return stem + _ENDINGS.get(part.content_type, "")


def is_winmail(kind: str, name: str) -> bool:
    """True for the container that Outlook makes of a rich-text mail."""
    return kind in ("application/ms-tnef", "application/vnd.ms-tnef") or name.lower() in (
        "winmail.dat",
        "win.dat",
    )


@dataclass(slots=True)
class Files:
    """The attachments found so far."""

    notes: Notes
    limit: int = limits.ATTACHMENTS  # 0: look, and keep nothing
    found: list[Attachment] = field(default_factory=list)

    def named(self) -> tuple[Attachment, ...]:
        """All of them, each name once."""
        names = unique_names(one.name for one in self.found)
        return tuple(replace(one, name=name) for one, name in zip(self.found, names, strict=True))

    def add(self, part: Part, disposition: str, name: str) -> None:
        """A part that is not text of the mail."""
        content_id = header_safe(part.headers.get("content-id").strip().strip("<>"), 250) or None
        shown = disposition != "attachment" and part.main_type == "image" and content_id is not None
        self._keep(
            Attachment(
                name=safe_name(name, default=_default_name(part)),
                content_type=part.content_type,
                content=part.content(self.notes) if self._room() else b"",
                inline=shown or (disposition == "inline" and part.main_type == "image"),
                content_id=content_id,
            )
        )

    def add_mail(self, part: Part, inner: Part | None) -> None:
        """An attached mail, kept as it came."""
        subject = decode_words(inner.headers.get("subject")[:2_000], self.notes) if inner else ""
        default = f"{header_safe(subject, 80) or 'mail'}.eml".replace("/", "-").replace("\\", "-")
        _, name = file_name(part, self.notes)
        source = inner.source if inner else lambda: part.content(self.notes)
        self._keep(
            Attachment(
                name=safe_name(name or default, default="mail.eml"),
                content_type=part.content_type,
                content=source() if self._room() else b"",
            )
        )

    def add_packed(self, packed: Packed, codepage: str) -> None:
        """An attachment out of a winmail.dat."""
        name = packed.name if isinstance(packed.name, str) else decode(packed.name, codepage, self.notes)
        self.add_bytes(name, header_safe(packed.content_type, 100), packed.content, packed.content_id)

    def add_bytes(self, name: bytes | str, content_type: str, content: bytes, content_id: str = "") -> None:
        """An attachment that was not a part of its own."""
        text = name if isinstance(name, str) else decode(name, None, self.notes)
        self._keep(
            Attachment(
                name=safe_name(text.strip("\x00")),
                content_type=content_type or "application/octet-stream",
                content=content,
                content_id=header_safe(content_id, 250) or None,
            )
        )

    def take_uuencoded(self, raw: bytes) -> bytes:
        """The text without the files that are written into it letter by letter."""
        if b"begin " not in raw:
            return raw
        text, blocks = uu_blocks(raw, limits.ATTACHMENTS)
        for name, content in blocks:
            self.add_bytes(name, "application/octet-stream", content)
        return text

    def _room(self) -> bool:
        return len(self.found) < self.limit

    def _keep(self, attachment: Attachment) -> None:
        if self._room():
            self.found.append(attachment)
        elif self.limit:
            self.notes.fault(f"more than {self.limit} attachments; the rest is in the raw mail")
