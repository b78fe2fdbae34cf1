"""Mobilisations, pages on their way, and the rota, on the desk table."""

from collections.abc import Iterable, Sequence

from chalicelib.aws import codec, desk
from chalicelib.aws.records import Record
from chalicelib.core.clock import sortable
from chalicelib.core.errors import NotFound
from chalicelib.escalation.domain import Mobilisation, Rota, Sending
from chalicelib.escalation.domain.rota import KeptRota
from chalicelib.escalation.events import MobilisationEvent, RotaChanged
from chalicelib.promises.domain import shard_of

SOURCE = "escalation"
PAGE = "PAGE"
ROTA = "ROTA"
UNDELIVERED = "UNDELIVERED"
SENDING = "SENDING#"


class MobilisationStore:
    """Keeps mobilisations. What the world is told lies in a new item beside each change."""

    def begin(self, mobilisation: Mobilisation) -> bool:
        """Kept, and due; False when it is there already (F9)."""
        return desk.create(_record(mobilisation))

    def load(self, mobilisation_id: str) -> Mobilisation:
        """The mobilisation; NotFound."""
        record = desk.get(mobilisation_id, PAGE)
        if record is None or record.state is None:
            raise NotFound(f"there is no call {mobilisation_id}")
        return codec.loads(record.state, Mobilisation)

    def save(self, mobilisation: Mobilisation, before: int, events: Sequence[MobilisationEvent]) -> None:
        """One transaction, if it is still at version `before`; else PreconditionFailed, and nothing is kept."""
        change = Record(
            mobilisation.id,
            f"CHANGE#{mobilisation.version:06}",
            events=codec.dump_events(events),
            source=SOURCE,
        )
        desk.write([(_record(mobilisation), before)], [change] if events else [])

    def of_ticket(
        self, ticket_id: str, *, cursor: str | None = None, limit: int = 50
    ) -> tuple[list[Mobilisation], str | None]:
        """Those of a ticket, newest first."""
        key = f"PAGES#{ticket_id}"
        page = desk.listed(Record.listing, key, cursor=cursor, limit=limit, newest=True)
        return [
            codec.loads(record.state, Mobilisation) for record in page.records if record.state
        ], page.cursor


class SendingStore:
    """Keeps what became of each page; those that failed are listed for staff."""

    def begin(self, sending: Sending) -> bool:
        """Claims a page that nobody has touched yet; False when somebody has."""
        return desk.create(_sending_record(sending))

    def load(self, page_id: str) -> Sending:
        """What became of it; NotFound."""
        record = desk.get(*_sending_key(page_id))
        if record is None or record.state is None:
            raise NotFound(f"there is no page {page_id}")
        return codec.loads(record.state, Sending)

    def save(self, sending: Sending, before: int) -> None:
        """If it is still at version `before`; else PreconditionFailed."""
        desk.update_state(_sending_record(sending), before)

    def many(self, page_ids: Iterable[str]) -> dict[str, Sending]:
        """Those that were tried, by page."""
        found = desk.get_many([_sending_key(page_id) for page_id in page_ids]).values()
        sendings = (codec.loads(record.state, Sending) for record in found if record.state)
        return {sending.page_id: sending for sending in sendings}

    def undelivered(self, *, cursor: str | None, limit: int) -> tuple[list[Sending], str | None]:
        """Pages that did not leave, oldest first; the list is shared with other channels."""
        page = desk.listed(Record.listing, UNDELIVERED, cursor=cursor, limit=limit)
        ours = (r for r in page.records if r.state and r.sk.startswith(SENDING))
        return [codec.loads(record.state or "", Sending) for record in ours], page.cursor


class RotaStore:
    """Keeps the rota, and every version of it."""

    def get(self) -> KeptRota | None:
        """The rota in force; None before there is one."""
        record = desk.get(ROTA, ROTA)
        if record is None or record.state is None:
            return None
        return KeptRota(rota=codec.loads(record.state, Rota), version=int(record.version))

    def save(self, kept: KeptRota, event: RotaChanged) -> None:
        """One version on, if nobody else was quicker; else PreconditionFailed."""
        state, version = codec.dumps(kept.rota), kept.version
        current = Record(ROTA, ROTA, version=version, state=state)
        change = Record(
            ROTA, f"CHANGE#{version:06}", state=state, events=codec.dump_events([event]), source=SOURCE
        )
        if version == 1:
            desk.write([], [current, change])
        else:
            desk.write([(current, version - 1)], [change])


def _record(mobilisation: Mobilisation) -> Record:
    wake = mobilisation.wake_at
    return Record(
        mobilisation.id,
        PAGE,
        version=mobilisation.version,
        state=codec.dumps(mobilisation),
        due_shard=shard_of(mobilisation.id) if wake else None,
        due_at=sortable(wake) if wake else None,
        list_key=f"PAGES#{mobilisation.ticket_id}",
        list_order=f"{sortable(mobilisation.began_at)}#{mobilisation.id}",
    )


def _sending_key(page_id: str) -> desk.Key:
    return page_id.partition(".")[0], f"{SENDING}{page_id}"


def _sending_record(sending: Sending) -> Record:
    pk, sk = _sending_key(sending.page_id)
    failed = sending.is_undelivered
    return Record(
        pk,
        sk,
        version=sending.version,
        state=codec.dumps(sending),
        list_key=UNDELIVERED if failed else None,
        list_order=f"{sortable(sending.asked_at)}#{sending.page_id}" if failed else None,
    )
