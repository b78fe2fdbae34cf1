"""Customers, people and keys on the desk table."""

import hmac
import secrets
from dataclasses import replace
from datetime import datetime
from hashlib import sha256
from typing import TypeVar

from chalicelib.aws import codec, desk
from chalicelib.aws.records import Record
from chalicelib.core import clock, ids
from chalicelib.core.errors import Conflict, NotFound, Unauthorised
from chalicelib.core.log import log
from chalicelib.customers.domain import Actor, Contact, Customer, Key, Known, Staff

STAFF = "STAFF"
CUSTOMERS = "CUSTOMERS"
SOURCE = "customers"
REFUSED = "this key is unknown, expired or revoked; send `Authorization: Bearer pk_…`"
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
        return replace(
            known, customer_id=whose.customer_id, partner_id=whose.partner_id, customer=whose.customer
        )

    def put_customer(self, customer: Customer) -> None:
        """Keeps a customer and what its domains say."""
        desk.put(_customer_record(customer))
        for record in _domain_records(customer):
            desk.put(record)

    def customers(self, *, cursor: str | None, limit: int) -> tuple[list[Customer], str | None]:
        """The customers, by name."""
        page = desk.listed(Record.listing, CUSTOMERS, cursor=cursor, limit=limit)
        return [codec.loads(record.state, Customer) for record in page.records if record.state], page.cursor

    def change_customer(self, customer: Customer, event: object) -> Customer:
        """The customer one version on, and what is told of it; PreconditionFailed when another change came first."""
        changed = replace(customer, version=customer.version + 1)
        told = codec.dump_events([event])
        change = Record(_pk(customer.id), f"CHANGE#{changed.version:06}", events=told, source=SOURCE)
        # With its copies beside the domains: whoever reads one of them reads the terms that hold.
        written = [(_customer_record(changed), customer.version)]
        desk.write(written, [change], replacing=_domain_records(changed))
        return changed

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

    def issue_key(
        self,
        actor: Actor,
        *,
        label: str,
        at: str,
        expires_at: datetime | None = None,
        once: str | None = None,
    ) -> tuple[Key, str]:
        """A new key, and its secret, which is shown this once. The same `once` makes no second key: Conflict."""
        name = ids.derived("K", *_person(actor), once) if once else ids.new("K")
        key_id, secret = name.removeprefix("K-")[:16], secrets.token_urlsafe(24)
        key = Key(
            id=key_id,
            digest=_digest(secret),
            actor=actor,
            label=label,
            created_at=at,
            expires_at=expires_at,
        )
        if not desk.create(_key_record(key)):
            raise Conflict(
                f"key {key_id} was made by this very request before, and its secret was shown then; "
                "if it is lost, revoke that key and make another",
                key_id=key_id,
            )
        return key, f"pk_{key_id}_{secret}"

    def keys_of(self, actor: Actor, *, cursor: str | None, limit: int) -> tuple[list[Key], str | None]:
        """A person's keys, revoked ones too."""
        page = desk.listed(Record.listing, _keys_of(actor), cursor=cursor, limit=limit)
        return [codec.loads(record.state, Key) for record in page.records if record.state], page.cursor

    def key(self, key_id: str) -> Key:
        """The key; NotFound."""
        return self._found(f"KEY#{key_id}", "KEY", Key)

    def revoke(self, key: Key) -> Key:
        """The key opens nothing any more."""
        gone = replace(key, revoked=True)
        desk.put(_key_record(gone))
        return gone

    def actor_of(self, token: str) -> Actor:
        """Who the token belongs to; Unauthorised for a wrong, revoked, expired or malformed one, all alike (F30)."""
        prefix, _, rest = token.partition("_")
        key_id, _, secret = rest.partition("_")
        if prefix != "pk" or not key_id.isalnum() or not key_id.isascii() or len(key_id) > 40:
            raise Unauthorised(REFUSED)
        record = desk.get(f"KEY#{key_id}", "KEY")
        key = codec.loads(record.state, Key) if record and record.state else None
        digest = key.digest if key else _digest("")
        if not hmac.compare_digest(digest, _digest(secret)) or key is None or not key.opens(clock.now()):
            log.warning("key refused", key_id=key_id)
            raise Unauthorised(REFUSED)
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
    kept = replace(known, customer_id=None, partner_id=None, customer=None)
    _put(f"ADDRESS#{address.strip().lower()}", "ADDRESS", kept)


def _pk(customer_id: str) -> str:
    return f"CUSTOMER#{customer_id}"


def _customer_record(customer: Customer) -> Record:
    return Record(
        _pk(customer.id),
        "CUSTOMER",
        version=customer.version,
        state=codec.dumps(customer),
        list_key=CUSTOMERS,
        list_order=f"{customer.name.casefold()[:100]}#{customer.id}",
    )


def _domain_records(customer: Customer) -> list[Record]:
    theirs = {domain: Known(customer_id=customer.id, customer=customer) for domain in customer.domains}
    users = {domain: Known(partner_id=customer.id, customer=customer) for domain in customer.end_user_domains}
    return [
        Record(f"DOMAIN#{domain.lower()}", "DOMAIN", state=codec.dumps(known))
        for domain, known in (theirs | users).items()
    ]


def _person(actor: Actor) -> tuple[str, str, str]:
    return actor.kind.value, actor.customer_id or "", actor.id


def _keys_of(actor: Actor) -> str:
    return "#".join(("KEYS", *_person(actor)))


def _key_record(key: Key) -> Record:
    order = f"{key.created_at}#{key.id}"
    listed = _keys_of(key.actor)
    return Record(f"KEY#{key.id}", "KEY", state=codec.dumps(key), list_key=listed, list_order=order)


def _put(pk: str, sk: str, value: object) -> None:
    desk.put(Record(pk, sk, state=codec.dumps(value)))
