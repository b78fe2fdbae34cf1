"""Customers, people and keys on the desk table."""

import hmac
import secrets
from dataclasses import replace
from hashlib import sha256
from typing import TypeVar

from chalicelib.aws import codec, desk
from chalicelib.aws.records import Record
from chalicelib.core import ids
from chalicelib.core.errors import NotFound, Unauthorised
from chalicelib.customers.domain import Actor, Contact, Customer, Key, Known, Staff

STAFF = "STAFF"
T = TypeVar("T")


class CustomerStore:
    """Keeps and finds customers, their contacts, staff and keys."""

    def get(self, customer_id: str) -> Customer:
        """The customer; NotFound."""
        return self._found(f"CUSTOMER#{customer_id}", "CUSTOMER", Customer)

    def contact(self, customer_id: str, contact_id: str) -> Contact:
        """The contact; NotFound."""
        return self._found(f"CUSTOMER#{customer_id}", f"CONTACT#{contact_id}", Contact)

    def contacts(self, customer_id: str) -> list[Contact]:
        """The contacts of a customer, at most 200."""
        page = desk.under(f"CUSTOMER#{customer_id}", "CONTACT#", limit=200)
        return [codec.loads(record.state, Contact) for record in page.records if record.state]

    def staff(self, staff_id: str) -> Staff:
        """The colleague; NotFound."""
        return self._found(STAFF, f"STAFF#{staff_id}", Staff)

    def all_staff(self) -> list[Staff]:
        """Everybody who works for the operator, at most 500."""
        page = desk.under(STAFF, "STAFF#", limit=500)
        return [codec.loads(record.state, Staff) for record in page.records if record.state]

    def known(self, address: str) -> Known:
        """Who an address belongs to, in one trip."""
        address = address.strip().lower()
        domain = address.rpartition("@")[2]
        found = desk.get_many([(f"ADDRESS#{address}", "ADDRESS"), (f"DOMAIN#{domain}", "DOMAIN")])
        people = found.get((f"ADDRESS#{address}", "ADDRESS"))
        place = found.get((f"DOMAIN#{domain}", "DOMAIN"))
        known = codec.loads(people.state, Known) if people and people.state else Known()
        whose = codec.loads(place.state, Known) if place and place.state else Known()
        return replace(known, customer_id=whose.customer_id, partner_id=whose.partner_id)

    def put_customer(self, customer: Customer) -> None:
        """Keeps a customer and what its domains say."""
        _put(f"CUSTOMER#{customer.id}", "CUSTOMER", customer)
        for domain in customer.domains:
            _put(f"DOMAIN#{domain.lower()}", "DOMAIN", Known(customer_id=customer.id))
        for domain in customer.end_user_domains:
            _put(f"DOMAIN#{domain.lower()}", "DOMAIN", Known(partner_id=customer.id))

    def put_contact(self, contact: Contact) -> None:
        """Keeps a contact, findable by address."""
        _put(f"CUSTOMER#{contact.customer_id}", f"CONTACT#{contact.id}", contact)
        known = self.known(contact.email)
        others = tuple(
            c for c in known.contacts if (c.customer_id, c.id) != (contact.customer_id, contact.id)
        )
        _put_address(contact.email, replace(known, contacts=(*others, contact)))

    def put_staff(self, staff: Staff) -> None:
        """Keeps a colleague, findable by address."""
        _put(STAFF, f"STAFF#{staff.id}", staff)
        _put_address(staff.email, replace(self.known(staff.email), staff=staff))

    # -- keys -------------------------------------------------------------------------------------

    def issue_key(self, actor: Actor, *, label: str, at: str) -> tuple[Key, str]:
        """A new key, and its secret, which is shown this once."""
        key_id, secret = ids.new("K").removeprefix("K-")[:12], secrets.token_urlsafe(24)
        key = Key(id=key_id, digest=_digest(secret), actor=actor, label=label, created_at=at)
        _put(f"KEY#{key_id}", "KEY", key, list_key=f"KEYS#{actor.id}", list_order=f"{at}#{key_id}")
        return key, f"pk_{key_id}_{secret}"

    def keys_of(self, actor_id: str, *, cursor: str | None, limit: int) -> tuple[list[Key], str | None]:
        """A person's keys, revoked ones too."""
        page = desk.listed(Record.listing, f"KEYS#{actor_id}", cursor=cursor, limit=limit)
        return [codec.loads(record.state, Key) for record in page.records if record.state], page.cursor

    def key(self, key_id: str) -> Key:
        """The key; NotFound."""
        return self._found(f"KEY#{key_id}", "KEY", Key)

    def revoke(self, key: Key) -> None:
        """The key opens nothing any more."""
        gone = replace(key, revoked=True)
        order = f"{key.created_at}#{key.id}"
        _put(f"KEY#{key.id}", "KEY", gone, list_key=f"KEYS#{key.actor.id}", list_order=order)

    def actor_of(self, token: str) -> Actor:
        """Who the token belongs to; Unauthorised for a wrong, revoked or malformed one, all alike (F30)."""
        refused = Unauthorised("this key is unknown or revoked; send `Authorization: Bearer pk_…`")
        prefix, _, rest = token.partition("_")
        key_id, _, secret = rest.partition("_")
        if prefix != "pk" or not key_id.isalnum() or not key_id.isascii() or len(key_id) > 40:
            raise refused
        record = desk.get(f"KEY#{key_id}", "KEY")
        key = codec.loads(record.state, Key) if record and record.state else None
        digest = key.digest if key else _digest("")
        if not hmac.compare_digest(digest, _digest(secret)) or key is None or key.revoked:
            raise refused
        return key.actor

    def _found(self, pk: str, sk: str, form: type[T]) -> T:
        record = desk.get(pk, sk)
        if record is None or record.state is None:
            raise NotFound(f"there is no {form.__name__.lower()} {pk.partition('#')[2] or sk}")
        return codec.loads(record.state, form)


def _digest(secret: str) -> str:
    # A plain digest suffices: the secret is 192 random bits, there is nothing to guess.
    return sha256(secret.encode("utf-8", "replace")).hexdigest()


def _put_address(address: str, known: Known) -> None:
    kept = replace(known, customer_id=None, partner_id=None)
    _put(f"ADDRESS#{address.strip().lower()}", "ADDRESS", kept)


def _put(
    pk: str, sk: str, value: object, *, list_key: str | None = None, list_order: str | None = None
) -> None:
    desk.put(Record(pk, sk, state=codec.dumps(value), list_key=list_key, list_order=list_order))
