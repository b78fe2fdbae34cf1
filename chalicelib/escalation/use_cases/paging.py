"""Pages leave here: claimed, published, marked."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from typing import Protocol

from chalicelib.core.errors import Conflict, NotFound, PreconditionFailed, Unavailable
from chalicelib.core.log import log
from chalicelib.customers.domain import Staff
from chalicelib.escalation.domain import Mobilisation, Sending, State
from chalicelib.escalation.events import PersonPaged

NEEDLESS = frozenset({State.TAKEN, State.WITHDRAWN})


class Store(Protocol):
    """Where it is kept what became of each page; see `store.SendingStore`."""

    def begin(self, sending: Sending) -> bool: ...
    def load(self, page_id: str) -> Sending: ...
    def save(self, sending: Sending, before: int) -> None: ...


class Mobilisations(Protocol):
    """Whose pages they are."""

    def load(self, mobilisation_id: str) -> Mobilisation: ...


class People(Protocol):
    """Whom to reach."""

    def staff(self, staff_id: str) -> Staff: ...


class Pager(Protocol):
    """How pages leave; see `pager.Pager`. Unavailable when one did not."""

    def publish(self, sending: Sending, to: Staff) -> None: ...


class Pages:
    """Sends each page once, as far as anybody can know, and rather twice than never.

    A page is claimed by a lease, published, then marked. A repeated event finds the mark. Whoever is
    stopped between publishing and marking leaves a lease that runs out, and the page is sent again.
    """

    def __init__(
        self,
        store: Store,
        mobilisations: Mobilisations,
        people: People,
        pager: Pager,
        now: Callable[[], datetime],
    ) -> None:
        self.store = store
        self.mobilisations = mobilisations
        self.people = people
        self.pager = pager
        self.now = now

    def send(self, page: PersonPaged) -> None:
        """Sends a page, unless it has left, or the call was taken or withdrawn meanwhile.

        Unavailable when it did not leave: to be tried again, and visible until then.
        """
        if self.mobilisations.load(page.mobilisation_id).state in NEEDLESS:
            return
        sending = self._claimed(page)
        if sending.sent_at is None:
            self._publish(sending)

    def resend(self, page_id: str) -> Sending:
        """Sends again what failed, because somebody asked."""
        before = self.store.load(page_id)
        if not before.is_undelivered:
            raise Conflict(f"page {page_id} has not failed; only a failed one is sent again")
        return self._publish(self._kept(before.claim(self.now()), before.version))

    def _claimed(self, page: PersonPaged) -> Sending:
        now = self.now()
        fresh = Sending(
            page_id=page.page_id,
            mobilisation_id=page.mobilisation_id,
            ticket_id=page.ticket_id,
            person=page.person,
            channel=page.channel,
            text=page.text,
            asked_at=page.at,
        ).claim(now)
        if self.store.begin(fresh):
            return fresh
        found = self.store.load(page.page_id)
        return found if found.sent_at else self._kept(found.claim(now), found.version)

    def _publish(self, sending: Sending) -> Sending:
        try:
            self.pager.publish(sending, self.people.staff(sending.person))
        except (Unavailable, NotFound) as error:
            log.warning("page not sent", page_id=sending.page_id, tries=sending.tries)
            self._kept(sending.fail(error.message), sending.version)
            raise
        return self._kept(sending.sent(self.now()), sending.version)

    def _kept(self, sending: Sending, before: int) -> Sending:
        after = replace(sending, version=before + 1)
        try:
            self.store.save(after, before)
        except PreconditionFailed:
            raise Unavailable(f"page {sending.page_id} is being sent just now", retry_after=30) from None
        return after
