"""A person and its keys, as the API takes and gives them."""

from datetime import datetime
from typing import Annotated, Literal, TypeAlias

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from chalicelib.customers.calendar_forms import In, Label
from chalicelib.customers.domain import Actor, Key, Role, Scope

ScopeName: TypeAlias = Literal[tuple(scope.value for scope in Scope)]  # type: ignore[valid-type]


class MeView(BaseModel):
    """Who the key belongs to, and what it may do."""

    id: str
    name: str
    kind: str
    customer_id: str | None
    email: str | None
    roles: list[str]
    scopes: list[str]

    @classmethod
    def of(cls, actor: Actor) -> "MeView":
        """As the API shows it."""
        same = {name: getattr(actor, name) for name in ("id", "name", "customer_id", "email")}
        return cls(**same, kind=actor.kind.value, roles=_names(actor.roles), scopes=_names(actor.scopes))


def _names(some: frozenset[Role] | frozenset[Scope]) -> list[str]:
    return sorted(one.value for one in some)


class KeyForm(In):
    """A new key of your own, with some or all of the scopes of the key that asks."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"label": "nightly export", "scopes": ["tickets:read"]}]}
    )

    label: Label
    scopes: Annotated[list[ScopeName], Field(min_length=1, max_length=len(Scope))]
    expires_at: AwareDatetime | None = None


class KeyView(BaseModel):
    """A key without its secret, of which only a digest is kept."""

    id: str
    label: str
    scopes: list[str]
    created_at: str
    expires_at: datetime | None
    revoked: bool

    @classmethod
    def of(cls, key: Key) -> "KeyView":
        """As the API shows it."""
        same = {name: getattr(key, name) for name in ("id", "label", "created_at", "expires_at", "revoked")}
        return cls(**same, scopes=_names(key.actor.scopes))


class NewKeyView(KeyView):
    """A key with its secret, shown this once."""

    key: str


class KeyPage(BaseModel):
    """Some keys, oldest first; `next` is the cursor of the following page."""

    items: list[KeyView]
    next: str | None
