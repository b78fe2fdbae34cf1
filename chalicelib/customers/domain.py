"""Customers, contacts, staff and the actor that each request acts as."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from chalicelib.core.errors import Forbidden
from chalicelib.sla.domain import Calendar, Override


class CustomerKind(StrEnum):
    """B16: an end user of a partner or ISP is theirs, not the operator's."""

    CUSTOMER = "customer"
    SOLUTION_PARTNER = "solution_partner"
    ISP = "isp"


class ActorKind(StrEnum):
    """Who acts."""

    CONTACT = "contact"
    STAFF = "staff"
    DESK = "desk"  # the product itself: automatic, never a human


class Role(StrEnum):
    """Roles of staff, then of contacts."""

    SUPPORT_ENGINEER = "support_engineer"
    OPERATIONS_MANAGER = "operations_manager"
    VP_OPERATIONS = "vp_operations"
    CSDM = "csdm"
    CSE = "cse"
    OMBUDS = "ombuds"
    ADMINISTRATOR = "administrator"
    REPRESENTATIVE = "representative"
    TECHNICAL = "technical"
    BILLING = "billing"
    EXECUTIVE = "executive"
    ESCALATION = "escalation"


class Scope(StrEnum):
    """What a key may be used for."""

    TICKETS_READ = "tickets:read"
    TICKETS_WRITE = "tickets:write"
    PROMISES_READ = "promises:read"
    WEBHOOKS = "webhooks"
    KEYS = "keys"
    DESK = "desk"  # staff work: triage, notes, queue, resending


@dataclass(frozen=True, slots=True, kw_only=True)
class Actor:
    """Who does something. `scopes` are those of the key used; the desk itself needs none."""

    id: str
    name: str
    kind: ActorKind
    customer_id: str | None = None
    email: str | None = None
    roles: frozenset[Role] = frozenset()
    scopes: frozenset[Scope] = frozenset()

    @property
    def is_staff(self) -> bool:
        """Works for the operator, or is the desk itself."""
        return self.kind is not ActorKind.CONTACT

    def need(self, scope: Scope) -> None:
        """Refuses a key that lacks `scope`."""
        if self.kind is not ActorKind.DESK and scope not in self.scopes:
            raise Forbidden(f"this key lacks the scope {scope.value}; ask for a key that has it")

    def need_staff(self) -> None:
        """Refuses contacts."""
        if not self.is_staff:
            raise Forbidden("only the operator's staff can do this")

    def need_role(self, *roles: Role) -> None:
        """Refuses whoever has none of `roles`."""
        if self.kind is not ActorKind.DESK and not self.roles & set(roles):
            raise Forbidden(f"this takes one of the roles {', '.join(role.value for role in roles)}")

    def is_same_person(self, other: "Actor") -> bool:
        """The same person, with whichever key. Ids of contacts are unique within their customer alone."""
        return (self.kind, self.customer_id, self.id) == (other.kind, other.customer_id, other.id)


DESK = Actor(id="desk", name="Pledge desk", kind=ActorKind.DESK)


@dataclass(frozen=True, slots=True, kw_only=True)
class Customer:
    """An organisation that the desk serves."""

    id: str
    name: str
    kind: CustomerKind = CustomerKind.CUSTOMER
    plan: str = "standard"
    overrides: tuple[Override, ...] = ()
    zone: str = "UTC"
    country: str = "GB"
    subdivision: str | None = None
    calendar: Calendar | None = None  # its own; else standard hours of zone and country
    language: str = "en"
    domains: tuple[str, ...] = ()  # addresses there are theirs
    end_user_domains: tuple[str, ...] = ()  # addresses there belong to their end users: B16
    product_lines: tuple[str, ...] = ()
    own_channels: tuple[str, ...] = ()  # product lines with a channel of their own: D13
    version: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Contact:
    """A person at a customer."""

    id: str
    customer_id: str
    name: str
    email: str
    phone: str | None = None
    roles: frozenset[Role] = frozenset()
    zone: str | None = None
    version: int = 0

    def actor(self, scopes: frozenset[Scope] = frozenset()) -> Actor:
        """The contact as somebody who acts."""
        return Actor(
            id=self.id,
            name=self.name,
            kind=ActorKind.CONTACT,
            customer_id=self.customer_id,
            email=self.email,
            roles=self.roles,
            scopes=scopes,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Staff:
    """A person of the operator."""

    id: str
    name: str
    email: str
    phone: str | None = None
    roles: frozenset[Role] = frozenset()
    zone: str = "UTC"
    version: int = 0

    def actor(self, scopes: frozenset[Scope] = frozenset()) -> Actor:
        """The colleague as somebody who acts."""
        return Actor(
            id=self.id,
            name=self.name,
            kind=ActorKind.STAFF,
            email=self.email,
            roles=self.roles,
            scopes=scopes,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Key:
    """An API key: the digest of its secret, whose it is, and what it may do."""

    id: str
    digest: str
    actor: Actor
    revoked: bool = False
    label: str = ""
    created_at: str = ""
    expires_at: datetime | None = None
    version: int = 0

    def opens(self, at: datetime) -> bool:
        """Whether it still opens anything (F30)."""
        return not self.revoked and (self.expires_at is None or at < self.expires_at)


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """What an address tells: the contacts it belongs to, the colleague, or whose end user it may be."""

    contacts: tuple[Contact, ...] = ()
    staff: Staff | None = None
    customer_id: str | None = None  # the customer whose own domain it is
    partner_id: str | None = None  # the partner whose end users are there: B16
    customer: Customer | None = (
        None  # either of them, a copy kept in the same transaction: one trip tells all
    )

    def terms_giver(self, customer_id: str | None) -> Customer | None:
        """The customer with this id, where the address itself told of it."""
        return self.customer if self.customer and self.customer.id == customer_id else None
