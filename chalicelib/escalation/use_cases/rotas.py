"""The on-call rota: kept whole, checked, and asked who is on call."""

from collections.abc import Callable
from datetime import datetime
from typing import Protocol

from chalicelib.core.errors import Forbidden, NotFound, PreconditionFailed
from chalicelib.customers.domain import Actor, ActorKind, Role, Staff
from chalicelib.escalation.domain import Rota
from chalicelib.escalation.domain.rota import KeptRota
from chalicelib.escalation.events import RotaChanged

EDITORS = frozenset({Role.OPERATIONS_MANAGER, Role.VP_OPERATIONS, Role.ADMINISTRATOR})


class Store(Protocol):
    """Where the rota is kept."""

    def get(self) -> KeptRota | None: ...
    def save(self, kept: KeptRota, event: RotaChanged) -> None: ...


class People(Protocol):
    """Who can be called."""

    def all_staff(self) -> list[Staff]: ...


class Rotas:
    """Who is on call, and when (B6)."""

    def __init__(self, store: Store, people: People, now: Callable[[], datetime]) -> None:
        self.store = store
        self.people = people
        self.now = now

    def get(self) -> KeptRota:
        """The rota in force; NotFound before there is one."""
        kept = self.store.get()
        if kept is None:
            raise NotFound("there is no rota yet: put one")
        return kept

    def put(self, rota: Rota, *, by: Actor, seen: int | None = None) -> KeptRota:
        """Keeps a new version, with every fault named if it has any. The desk itself may, to begin with."""
        if by.kind is not ActorKind.DESK and not by.roles & EDITORS:
            raise Forbidden("an operations manager, the VP operations or an administrator changes the rota")
        before = self.store.get()
        version = before.version if before else 0
        if seen not in (None, version):
            raise PreconditionFailed("the rota was changed meanwhile; read it again")
        checked = rota.checked(frozenset(staff.id for staff in self.people.all_staff()))
        if before and before.rota == checked:
            return before
        kept = KeptRota(rota=checked, version=version + 1)
        self.store.save(kept, RotaChanged(at=self.now(), by=by.id, version=kept.version))
        return kept

    def on_call(self, at: datetime, *, team: str | None = None) -> tuple[str, ...]:
        """Ids of whoever is on call; nobody before there is a rota."""
        kept = self.store.get()
        return kept.rota.on_call(at, team=team) if kept else ()
