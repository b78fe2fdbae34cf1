"""What a mail brings along: its words, and files within limits, kept before the ticket is."""

import hashlib
from typing import Protocol

from chalicelib.mail.domain import ParsedMail
from chalicelib.mail.domain.proof import Proof
from chalicelib.tickets.events import Message, StoredFile

MOST_FILES, MOST_FILE_BYTES = 50, 20 * 1024 * 1024
MOST_ALL_BYTES = 30 * 1024 * 1024


class Blobs(Protocol):
    """Bytes by key."""

    def get(self, key: str) -> bytes: ...
    def put(self, key: str, content: bytes, content_type: str = ...) -> None: ...


class Contents:
    """Makes the message of a mail. Files over a limit are named with the reason; the raw mail has them (F25)."""

    def __init__(self, files: Blobs) -> None:
        self.files = files

    def of_report(self, mail: ParsedMail, proof: Proof, raw_key: str, ticket_id: str) -> Message:
        """All that a first mail says."""
        return self._message(mail, proof, raw_key, ticket_id, text=mail.text)

    def of_reply(self, mail: ParsedMail, proof: Proof, raw_key: str, ticket_id: str) -> Message:
        """What is new in an answer; its HTML shows the quote as well, as its writer saw it."""
        return self._message(mail, proof, raw_key, ticket_id, text=mail.reply or mail.text)

    def _message(self, mail: ParsedMail, proof: Proof, raw_key: str, ticket_id: str, *, text: str) -> Message:
        kept, refused = self._keep_files(mail, ticket_id)
        verdicts = f"SPF {proof.verdicts.spf}, DKIM {proof.verdicts.dkim}, DMARC {proof.verdicts.dmarc}"
        return Message(
            text=text,
            html=mail.html,
            files=kept,
            raw_key=raw_key,
            message_id=mail.message_id,
            faults=(*mail.faults, *refused, *_warnings(mail, proof, verdicts)),
            verdicts=verdicts,
        )

    def _keep_files(self, mail: ParsedMail, ticket_id: str) -> tuple[tuple[StoredFile, ...], list[str]]:
        kept: dict[str, StoredFile] = {}
        refused, room = [], MOST_ALL_BYTES
        for attached in mail.attachments:
            size = len(attached.content)
            digest = hashlib.sha256(attached.content + attached.name.encode()).hexdigest()[:32]
            if digest in kept:
                continue  # the same picture under each mail of a long quote
            if len(kept) >= MOST_FILES or size > min(MOST_FILE_BYTES, room):
                refused.append(f"attachment {attached.name} ({size:,} bytes) not taken: {_limit(size)}")
                continue
            key = f"tickets/{ticket_id}/files/{digest}"
            self.files.put(key, attached.content)
            room -= size
            kept[digest] = StoredFile(
                id=key, name=attached.name, content_type=attached.content_type, size=size
            )
        return tuple(kept.values()), refused


def _limit(size: int) -> str:
    if size > MOST_FILE_BYTES:
        return "a file may have 20 MB; it is in the raw mail"
    return f"a mail may bring {MOST_FILES} files and 30 MB; it is in the raw mail"


def _warnings(mail: ParsedMail, proof: Proof, verdicts: str) -> list[str]:
    said = []
    if not proof.vouches_for(mail.from_.email if mail.from_ else ""):
        said.append(f"sender not proved ({verdicts}); not answered")
    if proof.verdicts.harmful:
        said.append("marked as spam or virus by the receiving server; not answered")
    if mail.unreadable:
        said.append("could not be read; the raw message is attached")
    return said
