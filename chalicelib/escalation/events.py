"""What becomes of a call for help."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class MobilisationEvent:
    """Something about the mobilisation of a ticket."""

    mobilisation_id: str
    ticket_id: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonPaged(MobilisationEvent):
    """To be sent now, once: `page_id` is the same however often this arrives (F9)."""

    page_id: str
    person: str
    channel: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class NobodyOnCall(MobilisationEvent):
    """A level had nobody to call: a hole in the rota or an empty role. The next level is called at once."""

    target: str


@dataclass(frozen=True, slots=True, kw_only=True)
class MobilisationTaken(MobilisationEvent):
    """Somebody is on it; `paged` are those who can stop wondering (B6)."""

    by: str
    paged: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class MobilisationUnanswered(MobilisationEvent):
    """Every level was called and nobody took it: an alarm. It can still be taken."""

    paged: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class MobilisationWithdrawn(MobilisationEvent):
    """Nobody is needed any more."""

    because: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RotaChanged:
    """Others are on call from now on."""

    at: datetime
    by: str
    version: int
