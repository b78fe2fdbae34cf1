"""The desk behind API Gateway's own rules, in this process: the app, its routes, its proxy events."""

import json
from dataclasses import dataclass, field
from email.message import Message
from functools import cache
from typing import Any
from urllib.parse import urlencode

from chalicelib import wiring
from chalicelib.core import clock
from chalicelib.customers.domain import Actor, Contact, Customer, Role, Scope, Staff
from infra.local.container import Call, Context, Outcome
from infra.local.gateway import Gateway
from infra.local.routes import Api, Request, Route

ALL = frozenset(Scope)
CONTACT_SCOPES = ALL - {Scope.DESK}


@dataclass(frozen=True, slots=True)
class Reply:
    """One HTTP answer."""

    status: int
    headers: dict[str, str]
    body: bytes

    def json(self) -> Any:
        """The body, read as JSON."""
        return json.loads(self.body)


class InProcess:
    """Stands where the local cloud has its containers."""

    def invoke(self, _function: Any, event: Any, **_: Any) -> Outcome:
        """One invocation of the API's function."""
        from app import app

        call = Call(
            handler="app.app", name="api", arn="arn:aws:lambda", request_id="1", timeout=29, event=event
        )
        return Outcome(value=json.loads(json.dumps(app(event, Context(call)))))


@cache
def gateway() -> Gateway:
    """API Gateway with the routes of the app."""
    from app import app

    routes = [
        Route(path, frozenset(name.lower() for name in methods)) for path, methods in app.routes.items()
    ]
    api = Api(routes=routes, binary_types=frozenset(app.api.binary_types), stage="desk")
    return Gateway(api=api, function=None, containers=InProcess())  # type: ignore[arg-type]


@dataclass(slots=True)
class HttpDesk:
    """`desk.post("/v1/tickets", ALICE, {...})`: as a person, with the key of that name."""

    keys: dict[str, str] = field(default_factory=dict)

    def get(self, path: str, by: str | None = None, **query: Any) -> Reply:
        """A GET."""
        return self.send("GET", path, by, query=urlencode(query))

    def post(self, path: str, by: str | None = None, body: Any = None, **headers: str) -> Reply:
        """A POST of JSON; `if_match="…"` and the like are headers."""
        return self.send("POST", path, by, body, headers=_named(headers))

    def put(self, path: str, by: str | None = None, body: Any = None, **headers: str) -> Reply:
        """A PUT of JSON."""
        return self.send("PUT", path, by, body, headers=_named(headers))

    def delete(self, path: str, by: str | None = None, **headers: str) -> Reply:
        """A DELETE."""
        return self.send("DELETE", path, by, headers=_named(headers))

    def send(
        self,
        method: str,
        path: str,
        by: str | None = None,
        body: Any = None,
        *,
        query: str = "",
        headers: dict[str, str] | None = None,
    ) -> Reply:
        """Any request; bytes go as they are."""
        given = dict(headers or {})
        if by is not None:
            given.setdefault("Authorization", f"Bearer {self.keys.get(by, by)}")
        if body is not None:
            given.setdefault("Content-Type", "application/json")
        raw = body if isinstance(body, bytes) else json.dumps(body).encode() if body is not None else b""
        return send(method, path, query, given, raw)

    def contact(self, name: str, customer: str, *, scopes: frozenset[Scope] = CONTACT_SCOPES) -> None:
        """A person at a customer, with a key."""
        person = Contact(
            id=name,
            customer_id=customer,
            name=name.title(),
            email=f"{name}@{customer}.example",
            roles=frozenset({Role.REPRESENTATIVE}),
        )
        wiring.customers().put_contact(person)
        self.key(name, person.actor(scopes))

    def staff(self, name: str, *roles: Role, scopes: frozenset[Scope] = ALL) -> None:
        """A person of the operator, with a key."""
        person = Staff(id=name, name=name.title(), email=f"{name}@desk.example", roles=frozenset(roles))
        wiring.customers().put_staff(person)
        self.key(name, person.actor(scopes))

    def key(self, name: str, actor: Actor) -> None:
        """A key of this actor, under a name."""
        self.keys[name] = wiring.customers().issue_key(actor, label=name, at=clock.iso(clock.now()))[1]


def peopled() -> HttpDesk:
    """alice at acme, mallory at another customer; bob, carol and the administrator."""
    desk = HttpDesk()
    for customer in ("acme", "rival"):
        wiring.customers().put_customer(Customer(id=customer, name=customer.title()))
    desk.contact("alice", "acme")
    desk.contact("mallory", "rival")
    desk.staff("bob", Role.SUPPORT_ENGINEER)
    desk.staff("carol", Role.OPERATIONS_MANAGER)
    desk.staff("ada", Role.ADMINISTRATOR)
    return desk


def send(method: str, path: str, query: str, headers: dict[str, str], body: bytes) -> Reply:
    """One request through the gateway."""
    given = Message()
    for name, value in {"Host": "localhost", **headers}.items():
        given[name] = value
    request = Request(method=method, path=path, query=query, headers=given, body=body, source_ip="192.0.2.1")
    answer = gateway().handle(request)
    return Reply(answer.status, {name.lower(): value for name, value in answer.headers}, answer.body)


def _named(headers: dict[str, str]) -> dict[str, str]:
    return {name.replace("_", "-"): value for name, value in headers.items()}
