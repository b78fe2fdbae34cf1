"""Keeps the demonstration operator of operator.toml, through the desk's own stores."""

import tomllib
from pathlib import Path
from typing import Any

from chalicelib import wiring
from chalicelib.core import clock
from chalicelib.customers.domain import DESK, Actor, Contact, Customer, CustomerKind, Role, Scope, Staff
from chalicelib.escalation.domain import Rota
from chalicelib.escalation.rota_forms import RotaForm

FILE = Path(__file__).parent / "operator.toml"
ALL = frozenset(Scope)
CONTACTS = ALL - {Scope.DESK}


def run() -> dict[str, str]:
    """API keys by person; each is shown here and nowhere else."""
    operator = tomllib.loads(FILE.read_text(encoding="utf-8"))
    keys = [_staff(person) for person in operator["staff"]]
    for customer in operator["customer"]:
        keys += _customer(customer)
    wiring.rotas().put(_rota(operator["rota"]), by=DESK)
    return dict(keys)


def _rota(given: dict[str, Any]) -> Rota:
    return RotaForm(zone=given["zone"], shifts=given["shift"]).rota()


def _staff(given: dict[str, Any]) -> tuple[str, str]:
    person = Staff(**given | {"roles": _roles(given)})
    wiring.customers().put_staff(person)
    return person.id, _key(person.actor(ALL))


def _customer(given: dict[str, Any]) -> list[tuple[str, str]]:
    contacts = given.pop("contact")
    lists = {name: tuple(value) for name, value in given.items() if isinstance(value, list)}
    kind = CustomerKind(given.get("kind", "customer"))
    customer = Customer(**given | lists | {"kind": kind})
    wiring.customers().put_customer(customer)
    return [_contact(contact, customer.id) for contact in contacts]


def _contact(given: dict[str, Any], customer_id: str) -> tuple[str, str]:
    contact = Contact(customer_id=customer_id, **given | {"roles": _roles(given)})
    wiring.customers().put_contact(contact)
    return contact.id, _key(contact.actor(CONTACTS))


def _roles(given: dict[str, Any]) -> frozenset[Role]:
    return frozenset(Role(role) for role in given["roles"])


def _key(actor: Actor) -> str:
    return wiring.customers().issue_key(actor, label="demonstration", at=clock.iso(clock.now()))[1]
