"""Outgoing mail, suppressed addresses and answers counted, on the desk table."""

from datetime import datetime, timedelta

from chalicelib.aws import codec, desk
from chalicelib.aws.records import Record
from chalicelib.core.clock import sortable
from chalicelib.core.errors import NotFound
from chalicelib.mail.domain.outgoing import OutgoingMail
from chalicelib.promises.domain import shard_of

UNDELIVERED = "UNDELIVERED"
KEPT_FOR = timedelta(days=2)


class MailStore:
    """Keeps outgoing mail."""

    def create(self, mail: OutgoingMail) -> bool:
        """Keeps a new mail; False when it is there already."""
        return desk.create(_record(mail))

    def get(self, mail_id: str) -> OutgoingMail:
        """The mail; NotFound."""
        record = desk.get(mail_id, "MAIL")
        if record is None or record.state is None:
            raise NotFound(f"there is no mail {mail_id}")
        return codec.loads(record.state, OutgoingMail)

    def save(self, before: OutgoingMail, mail: OutgoingMail) -> OutgoingMail:
        """The mail one version on; PreconditionFailed when somebody was quicker."""
        record = _record(mail)
        record.version = before.version + 1
        mail = codec.of_plain(codec.plain(mail) | {"version": record.version}, OutgoingMail)
        record.state = codec.dumps(mail)
        desk.update_state(record, before.version)
        return mail

    def of_ticket(
        self, ticket_id: str, *, cursor: str | None, limit: int
    ) -> tuple[list[OutgoingMail], str | None]:
        """What was written about a ticket, oldest first."""
        return self._listed(f"MAILS#{ticket_id}", cursor, limit)

    def undelivered(self, *, cursor: str | None, limit: int) -> tuple[list[OutgoingMail], str | None]:
        """What could not be delivered, oldest first."""
        return self._listed(UNDELIVERED, cursor, limit)

    def _listed(self, key: str, cursor: str | None, limit: int) -> tuple[list[OutgoingMail], str | None]:
        page = desk.listed(Record.listing, key, cursor=cursor, limit=limit)
        mails = [codec.loads(r.state, OutgoingMail) for r in page.records if r.state and r.sk == "MAIL"]
        return mails, page.cursor

    # -- addresses --------------------------------------------------------------------------------

    def suppressed(self, address: str) -> str | None:
        """Why nothing is sent to this address, or None."""
        record = desk.get(f"SUPPRESSED#{address.lower()}", "SUPPRESSED")
        return record.state if record else None

    def suppress(self, address: str, reason: str) -> None:
        """Nothing is sent there any more, until somebody lifts it."""
        desk.put(Record(f"SUPPRESSED#{address.lower()}", "SUPPRESSED", state=reason))

    def release(self, address: str) -> None:
        """Mail goes there again."""
        desk.delete(f"SUPPRESSED#{address.lower()}", "SUPPRESSED")

    def may_answer(self, address: str, now: datetime, *, most: int, answering: str) -> bool:
        """False when `most` other reports from this address were answered by themselves this hour (F19)."""
        expires = int((now + KEPT_FOR).timestamp())
        place = (f"ANSWERS#{address.lower()}", f"{now:%Y-%m-%dT%H}")
        return desk.join(*place, answering, most=most, expires=expires)

    # -- threads ----------------------------------------------------------------------------------

    def remember_thread(self, message_id: str, ticket_id: str) -> None:
        """A Message-ID that SES gave to a mail of ours leads back to its ticket."""
        desk.put(Record(f"MESSAGE#{message_id}", "MESSAGE", state=ticket_id))

    def thread_of(self, message_ids: list[str]) -> dict[str, str]:
        """Which tickets these Message-IDs belong to."""
        found = desk.get_many([(f"MESSAGE#{message_id}", "MESSAGE") for message_id in message_ids])
        return {pk.removeprefix("MESSAGE#"): r.state for (pk, _), r in found.items() if r.state}


def _record(mail: OutgoingMail) -> Record:
    listed = UNDELIVERED if mail.is_undelivered else f"MAILS#{mail.draft.ticket_id or '-'}"
    return Record(
        mail.id,
        "MAIL",
        version=mail.version,
        state=codec.dumps(mail),
        due_shard=shard_of(mail.id) if mail.wake_at else None,
        due_at=sortable(mail.wake_at) if mail.wake_at else None,
        list_key=listed,
        list_order=f"{sortable(mail.created_at)}#{mail.id}",
    )
