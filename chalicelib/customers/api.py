"""Customers, their hours and contracts, plans, and keys, over JSON."""

from typing import Any

from chalicelib import wiring
from chalicelib.customers import forms as f
from chalicelib.customers import key_forms as k
from chalicelib.customers.calendar_forms import CalendarForm
from chalicelib.customers.domain import Scope
from chalicelib.web.api import Api, Call, PageQuery

api = Api(__name__)

CUSTOMER = "/customers/{customer_id}"
STAFF: dict[str, Any] = {"scope": Scope.DESK, "staff": True, "tag": "customers"}
CHANGES: dict[str, Any] = {**STAFF, "answer": f.CustomerView, "changes": True}
KEYS: dict[str, Any] = {"scope": Scope.KEYS, "tag": "keys"}


@api.operation("GET", "/customers", query=PageQuery, answer=f.CustomerPage, **STAFF)
def list_customers(call: Call) -> f.CustomerPage:
    """The customers, by name; for operations managers and administrators."""
    found, cursor = wiring.accounts().page(by=call.actor, cursor=call.query.cursor, limit=call.query.limit)
    return f.CustomerPage(items=[f.CustomerView.of(customer) for customer in found], next=cursor)


@api.operation("GET", CUSTOMER, answer=f.CustomerView, **STAFF)
def read_customer(call: Call, customer_id: str) -> f.CustomerView:
    """One customer, with its calendar and its contract's overrides."""
    return f.CustomerView.of(wiring.accounts().get(customer_id, by=call.actor))


@api.operation("PUT", CUSTOMER + "/calendar", body=CalendarForm, **CHANGES)
def put_calendar(call: Call, customer_id: str) -> f.CustomerView:
    """Put the customer's own hours; open deadlines move, settled ones stay. One that never opens is refused."""
    return f.CustomerView.of(
        wiring.accounts().put_calendar(customer_id, call.body.document(), by=call.actor, seen=call.seen)
    )


@api.operation("DELETE", CUSTOMER + "/calendar", **CHANGES)
def delete_calendar(call: Call, customer_id: str) -> f.CustomerView:
    """Back to the standard hours of the customer's country (D5)."""
    return f.CustomerView.of(wiring.accounts().put_calendar(customer_id, None, by=call.actor, seen=call.seen))


@api.operation("PUT", CUSTOMER + "/overrides", body=f.OverridesForm, **CHANGES)
def put_overrides(call: Call, customer_id: str) -> f.CustomerView:
    """Put what the contract changes in the plan, with its clauses (D1); open deadlines move."""
    overrides = [form.override() for form in call.body.overrides]
    return f.CustomerView.of(
        wiring.accounts().put_overrides(customer_id, overrides, by=call.actor, seen=call.seen)
    )


@api.operation("GET", "/plans", answer=f.PlanPage, scope=Scope.PROMISES_READ, tag="plans")
def list_plans(_call: Call) -> f.PlanPage:
    """The plans with their targets (B10, B11, D5)."""
    return f.PlanPage(items=[f.PlanView.of(plan) for plan in wiring.plans()])


@api.operation("GET", "/me", answer=k.MeView, scope=None, tag="keys")
def read_me(call: Call) -> k.MeView:
    """Whose key this is, and what it may do."""
    return k.MeView.of(call.actor)


@api.operation("GET", "/keys", query=PageQuery, answer=k.KeyPage, **KEYS)
def list_keys(call: Call) -> k.KeyPage:
    """Your keys, oldest first."""
    found, cursor = wiring.keys().page(by=call.actor, cursor=call.query.cursor, limit=call.query.limit)
    return k.KeyPage(items=[k.KeyView.of(key) for key in found], next=cursor)


@api.operation("POST", "/keys", body=k.KeyForm, answer=k.NewKeyView, status=201, **KEYS)
def issue_key(call: Call) -> k.NewKeyView:
    """Make a key; its secret is shown this once. Change over to it, then revoke the old one."""
    key, secret = wiring.keys().issue(
        by=call.actor,
        label=call.body.label,
        scopes=frozenset(Scope(name) for name in call.body.scopes),
        expires_at=call.body.expires_at,
        once=call.key,
    )
    return k.NewKeyView(**k.KeyView.of(key).model_dump(), key=secret)


@api.operation("DELETE", "/keys/{key_id}", answer=k.KeyView, **KEYS)
def revoke_key(call: Call, key_id: str) -> k.KeyView:
    """Revoke a key: it opens nothing from now on. Administrators may revoke anybody's."""
    return k.KeyView.of(wiring.keys().revoke(key_id, by=call.actor))
