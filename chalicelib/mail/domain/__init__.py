"""The words and rules of mail: pure, without input or output."""

from chalicelib.mail.domain.automatic import Automatic, Signals, automatic
from chalicelib.mail.domain.marker import OUR_HEADER, marker, marker_in, read_marker, ticket_number_in
from chalicelib.mail.domain.parsed import Address, Attachment, Bounced, Importance, ParsedMail
from chalicelib.mail.domain.safe import header_safe, safe_name, unique_names
from chalicelib.mail.domain.verdicts import Verdict, Verdicts

__all__ = [
    "OUR_HEADER",
    "Address",
    "Attachment",
    "Automatic",
    "Bounced",
    "Importance",
    "ParsedMail",
    "Signals",
    "Verdict",
    "Verdicts",
    "automatic",
    "header_safe",
    "marker",
    "marker_in",
    "read_marker",
    "safe_name",
    "ticket_number_in",
    "unique_names",
]
