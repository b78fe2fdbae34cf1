"""Outgoing mail, suppressed addresses and answers counted, on the desk table."""

from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from chalicelib.aws import codec, desk
from chalicelib.aws.records import Record
from chalicelib.core.clock import sortable
from chalicelib.core.errors import NotFound, PreconditionFailed
from chalicelib.mail.domain.outgoing import OutgoingMail
from chalicelib.mail.domain.thread import first_ticket_id, ses_id
from chalicelib.mail.events import MailUndelivered
from chalicelib.promises.domain import shard_of

UNDELIVERED = "UNDELIVERED"
MAIL = "MAIL"
SOURCE = "mail"
FAILURE = "FAILURE"  # an item beside a mail that has failed: its place in the list of undelivered things
KEPT_FOR = timedelta(days=2)
HOUR = timedelta(hours=1)


class MailStore:
    """Keeps outgoing mail."""

    def create(self, mail: OutgoingMail) -> bool:
        """Keeps a new mail; False when it is there already."""
        if not mail.is_undelivered:
            return desk.create(_record(mail))
        try:
            desk.write(new=[_record(mail), _failure(mail)])
        except PreconditionFailed:
            return False
        return True

    def get(self, mail_id: str) -> OutgoingMail:
        """The mail; NotFound."""
        record = desk.get(mail_id, MAIL)
        if record is None or record.state is None:
            raise NotFound(f"there is no mail {mail_id}")
        return codec.loads(record.state, OutgoingMail)

    def save(self, before: OutgoingMail, mail: OutgoingMail) -> OutgoingMail:
        """The mail one version on; PreconditionFailed when somebody was quicker."""
        mail = replace(mail, version=before.version + 1)
        if before.is_undelivered or mail.is_undelivered:
            desk.write([(_record(mail), before.version)], replacing=[_failure(mail)])
        else:
            desk.update_state(_record(mail), before.version)
        return mail

    def of_ticket(
        self, ticket_id: str, *, cursor: str | None, limit: int
    ) -> tuple[list[OutgoingMail], str | None]:
        """What was written about a ticket, oldest first, delivered or not."""
        page = desk.listed(Record.listing, _listing(ticket_id), cursor=cursor, limit=limit)
        return [codec.loads(r.state, OutgoingMail) for r in page.records if r.state], page.cursor

    def undelivered(self, *, cursor: str | None, limit: int) -> tuple[list[OutgoingMail], str | None]:
        """What could not be delivered, oldest first; the list is shared with other channels."""
        page = desk.listed(Record.listing, UNDELIVERED, cursor=cursor, limit=limit)
        keys = [(record.pk, MAIL) for record in page.records if record.sk == FAILURE]
        found = desk.get_many(keys)
        records = [found[key] for key in keys if key in found]
        return [codec.loads(record.state, OutgoingMail) for record in records if record.state], page.cursor

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
        """False when `most` other mails from this address were answered by themselves within the hour (F19)."""
        place = f"ANSWERS#{address.lower()}"
        expires = int((now + KEPT_FOR).timestamp())
        # The last hour lies in two clock hours. The earlier one is over, so a plain count will do.
        earlier = sum(member > sortable(now - HOUR) for member in _members(place, _hour(now - HOUR)))
        this = f"{sortable(now)}#{answering}"
        if earlier >= most:
            return this in _members(place, _hour(now))
        return desk.join(place, _hour(now), this, most=most - earlier, expires=expires)

    # -- threads ----------------------------------------------------------------------------------

    def remember_thread(self, message_id: str, ticket_id: str) -> None:
        """A Message-ID that SES gave to a mail of ours leads back to its ticket."""
        desk.put(Record(f"MESSAGE#{message_id}", "MESSAGE", state=ticket_id))

    def leads_of(self, message_ids: Sequence[str]) -> list[tuple[str, bool]]:
        """The tickets these ids lead to, in the same order and in one trip.

        An id that SES gave to a mail of ours counts as signed: nobody else knows it. The id of a
        customer's own first mail does not.
        """
        keys = [key for message_id in message_ids for key in _keys_of(message_id)]
        found = desk.get_many(keys)
        records = [found[key] for key in dict.fromkeys(keys) if key in found]
        return [(r.state, True) if r.sk == "MESSAGE" else (r.pk, False) for r in records if r.state]


def _members(pk: str, sk: str) -> Collection[str]:
    record = desk.get(pk, sk)
    return record.members or () if record else ()


def _keys_of(message_id: str) -> list[desk.Key]:
    given = ses_id(message_id)
    first = [(first_ticket_id(message_id), "TICKET")]
    return [(f"MESSAGE#{given}", "MESSAGE")] if given else first


def _record(mail: OutgoingMail) -> Record:
    return Record(
        mail.id,
        MAIL,
        version=mail.version,
        state=codec.dumps(mail),
        due_shard=shard_of(mail.id) if mail.wake_at else None,
        due_at=sortable(mail.wake_at) if mail.wake_at else None,
        list_key=_listing(mail.draft.ticket_id),
        list_order=_order(mail),
    )


def _failure(mail: OutgoingMail) -> Record:
    """Listed only while the mail is undelivered; sending it again takes it off the list."""
    listed = mail.is_undelivered
    return Record(
        mail.id,
        FAILURE,
        list_key=UNDELIVERED if listed else None,
        list_order=_order(mail) if listed else None,
        version=mail.version,
        # A new item, so the stream tells of it once; a mail that fails again after a resending is listed again.
        events=codec.dump_events([_undelivered(mail)]) if listed else None,
        source=SOURCE if listed else None,
    )


def _undelivered(mail: OutgoingMail) -> MailUndelivered:
    return MailUndelivered(mail_id=mail.id, ticket_id=mail.draft.ticket_id, state=mail.state.value)


def _listing(ticket_id: str | None) -> str:
    return f"MAILS#{ticket_id or '-'}"


def _order(mail: OutgoingMail) -> str:
    return f"{sortable(mail.created_at)}#{mail.id}"


def _hour(moment: datetime) -> str:
    return f"{moment:%Y-%m-%dT%H}"
