"""What is inside a mail: its text, its HTML, its attachments, and what kind of mail that makes it."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from chalicelib.mail.domain import Attachment
from chalicelib.mail.reader import invitation
from chalicelib.mail.reader.files import Files, file_name, is_winmail
from chalicelib.mail.reader.forwards import introduction
from chalicelib.mail.reader.mime import Part
from chalicelib.mail.reader.notes import DEPTH, Notes
from chalicelib.mail.reader.pieces import Piece, html_piece, plain_piece, together
from chalicelib.mail.reader.plain import PGP_ENCRYPTED, PGP_SIGNED, unarmour
from chalicelib.mail.reader.tnef import unpack

_REPORTS = {"delivery-status", "global-delivery-status", "disposition-notification", "feedback-report"}


@dataclass(slots=True)
class Content:
    """What was found so far while walking through the parts."""

    notes: Notes
    files: Files
    is_report: bool = False
    pieces: list[Piece] = field(default_factory=list)
    signed: bool = False
    encrypted: bool = False
    forwarded: bool = False
    calendar: bool = False
    calendar_method: str = ""

    def piece(self) -> Piece:
        """Text and HTML of the whole mail."""
        return together(self.pieces, self.notes)

    def attachments(self) -> tuple[Attachment, ...]:
        """Everything that is not text of the mail itself."""
        return self.files.named()


def content_of(root: Part, notes: Notes) -> Content:
    """Walk through the parts of a mail once."""
    content = Content(notes=notes, files=Files(notes), is_report=root.content_type == "multipart/report")
    content.pieces = _collect(root, content)
    return content


def _collect(part: Part, content: Content, *, alternative: bool = False) -> list[Piece]:
    if part.content_type == "multipart/alternative" and part.children:
        return _alternative(part, content)
    if part.content_type in ("message/rfc822", "message/global"):
        return _forwarded(part, content)
    if part.children:
        return _parts(part, content)
    return _leaf(part, content, alternative=alternative)


def _parts(part: Part, content: Content) -> list[Piece]:
    content.signed |= part.content_type == "multipart/signed"
    if part.content_type == "multipart/encrypted":
        _encrypted(content)
    return [piece for child in part.children for piece in _collect(child, content)]


def _alternative(part: Part, content: Content) -> list[Piece]:
    """The same text in several forms: the plain one to read, the last rich one to show."""
    forms = [together(_collect(child, content, alternative=True), content.notes) for child in part.children]
    plain = next((form.plain for form in forms if form.plain.strip() and not form.html), "")
    html = next((form.html for form in reversed(forms) if form.html), "")
    invited = next((form.invitation for form in forms if form.invitation), "")
    return [Piece(plain=plain, html=html, invitation=invited)]


def _forwarded(part: Part, content: Content) -> list[Piece]:
    inner = part.children[0] if part.children else None
    content.files.add_mail(part, inner)
    if inner is None or content.is_report:
        return []
    content.forwarded = True
    # Its own kind is not the kind of the mail that carries it, and its files are inside the attached mail.
    within = Content(notes=content.notes, files=Files(content.notes, limit=0))
    return [Piece(plain=introduction(inner, content.notes)), *_collect(inner, within)]


def _leaf(part: Part, content: Content, *, alternative: bool) -> list[Piece]:
    disposition, name = file_name(part, content.notes)
    body = disposition != "attachment" and (alternative or not name)
    kind = part.content_type
    if kind == "text/calendar":
        return _calendar(part, content)
    if is_winmail(kind, name):
        return _winmail(part, content)
    if part.main_type == "multipart" and part.depth >= DEPTH:
        return []  # said when the tree was built
    if body and (kind == "text/plain" or part.main_type == "multipart"):
        return [_plain(part, content)]
    if body and kind in ("text/html", "application/xhtml+xml"):
        return [html_piece(part.content(content.notes), part.parameters.get("charset"), content.notes)]
    _mark(part, content)
    content.files.add(part, disposition, name)
    return []


def _plain(part: Part, content: Content) -> Piece:
    raw = content.files.take_uuencoded(part.content(content.notes))
    piece = plain_piece(raw, part.parameters, content.notes)
    if piece.plain.lstrip().startswith(PGP_ENCRYPTED):
        _encrypted(content)
        content.files.add_bytes(b"message.asc", "application/pgp-encrypted", raw)
        return Piece()
    if PGP_SIGNED in piece.plain:
        content.signed = True
        return Piece(plain=unarmour(piece.plain))
    return piece


def _mark(part: Part, content: Content) -> None:
    if part.content_type in ("application/pkcs7-mime", "application/x-pkcs7-mime"):
        if part.parameters.get("smime-type", "").startswith("signed"):
            content.signed = True
            content.notes.fault("signed in a form that hides its text; open the attachment to read it")
        else:
            _encrypted(content)


def _encrypted(content: Content) -> None:
    content.encrypted = True
    content.notes.fault("the mail is encrypted; its text cannot be read here")


def _calendar(part: Part, content: Content) -> list[Piece]:
    raw = part.content(content.notes)
    content.files.add(part, "attachment", file_name(part, content.notes)[1] or "invitation.ics")
    if content.calendar:
        return []  # the same invitation once more, as another attachment
    ics = plain_piece(raw, part.parameters | {"format": ""}, content.notes, tidied=False).plain
    content.calendar = True
    content.calendar_method = invitation.method_of(ics) or part.parameters.get("method", "").lower()
    return [Piece(invitation=invitation.summary_of(ics))]


def _winmail(part: Part, content: Content) -> list[Piece]:
    found = unpack(part.content(content.notes))
    if not found.whole:
        content.notes.fault("a winmail.dat that cannot be read in full")
        content.files.add(part, "attachment", "winmail.dat")
    for packed in found.attachments:
        content.files.add_packed(packed, found.codepage)
    # The body is mostly a second copy of the text part beside it.
    return list(_packed_body(found.body, found.html, found.codepage, content.notes))


def _packed_body(body: bytes | str, html: bytes | str, codepage: str, notes: Notes) -> Iterable[Piece]:
    if body or html:
        raw = [(one.encode() if isinstance(one, str) else one).rstrip(b"\x00") for one in (body, html)]
        charsets = ["utf-8" if isinstance(one, str) else codepage for one in (body, html)]
        plain = plain_piece(raw[0], {"charset": charsets[0]}, notes).plain if body else ""
        shown = html_piece(raw[1], charsets[1], notes).html if html else ""
        yield Piece(plain=plain, html=shown, spare=True)
