"""API Gateway's part: finds the route of a path, and makes the event that the function is given."""

import base64
import time
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from email.message import Message
from typing import Any
from urllib.parse import parse_qsl, unquote

from infra.local.names import ACCOUNT, Json

METHODS = {"get", "put", "post", "patch", "delete", "head", "options"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """One HTTP request, read."""

    method: str
    path: str
    query: str
    headers: Message
    body: bytes
    source_ip: str


@dataclass(frozen=True, slots=True)
class Route:
    """A resource path, such as /v1/tickets/{ticket_id}, with the methods that reach the function."""

    resource: str
    methods: frozenset[str]

    def match(self, path: str) -> dict[str, str] | None:
        """The path's parameters when it is this resource's."""
        ours, theirs = self.resource.strip("/").split("/"), path.strip("/").split("/")
        if ours[-1].endswith("+}"):
            theirs = [*theirs[: len(ours) - 1], "/".join(theirs[len(ours) - 1 :])]
        if len(ours) != len(theirs):
            return None
        found = {}
        for part, given in zip(ours, theirs, strict=True):
            if part.startswith("{") and given:
                found[part.strip("{}+")] = unquote(given)
            elif part != given:
                return None
        return found


@dataclass(frozen=True, slots=True)
class Api:
    """The REST API of the template."""

    routes: list[Route]
    binary_types: frozenset[str]
    stage: str

    def find(self, request: Request) -> tuple[Route, dict[str, str]] | None:
        """The most literal route of this path and method."""
        found = [(route, given) for route in self.routes if (given := route.match(request.path)) is not None]
        mine = [(route, given) for route, given in found if request.method.lower() in route.methods]
        return min(mine, key=lambda pair: len(pair[1]), default=None)

    def is_binary(self, content_type: str | None) -> bool:
        """Whether a body of this type is handed over as base64."""
        plain = (content_type or "").partition(";")[0].strip().lower()
        return plain in self.binary_types or f"{plain.partition('/')[0]}/*" in self.binary_types


def api(template: Json) -> Api:
    """What the template's REST API answers to."""
    properties = template["Resources"]["RestAPI"]["Properties"]
    body = properties["DefinitionBody"]
    return Api(
        routes=[Route(path, frozenset(proxied(methods))) for path, methods in body["paths"].items()],
        binary_types=frozenset(body.get("x-amazon-apigateway-binary-media-types", ())),
        stage=properties["StageName"],
    )


def proxied(methods: Json) -> Iterator[str]:
    """The methods that reach the function."""
    for method, definition in methods.items():
        if "proxy" in definition.get("x-amazon-apigateway-integration", {}).get("type", ""):
            yield from METHODS if method == "x-amazon-apigateway-any-method" else [method]


def proxy_event(request: Request, found: tuple[Route, dict[str, str]], gateway: Api) -> Json:
    """The REST proxy event."""
    route, parameters = found
    query = multi(parse_qsl(request.query, keep_blank_values=True, errors="replace"))
    headers = multi(request.headers.items())
    binary = gateway.is_binary(request.headers.get("Content-Type"))
    body = base64.b64encode(request.body).decode() if binary else request.body.decode("utf-8", "replace")
    return {
        "resource": route.resource,
        "path": unquote(request.path),
        "httpMethod": request.method,
        "headers": {name: values[-1] for name, values in headers.items()},
        "multiValueHeaders": headers,
        "queryStringParameters": {name: values[-1] for name, values in query.items()} or None,
        "multiValueQueryStringParameters": query or None,
        "pathParameters": parameters or None,
        "stageVariables": None,
        "requestContext": context(request, route, gateway),
        "body": body if request.body else None,
        "isBase64Encoded": binary and bool(request.body),
    }


def context(request: Request, route: Route, gateway: Api) -> Json:
    """What API Gateway tells of the request itself."""
    return {
        "accountId": ACCOUNT,
        "apiId": "local",
        "resourceId": route.resource,
        "resourcePath": route.resource,
        "httpMethod": request.method,
        "path": f"/{gateway.stage}{request.path}",
        "stage": gateway.stage,
        "protocol": "HTTP/1.1",
        "domainName": request.headers.get("Host", "localhost"),
        "requestId": str(uuid.uuid4()),
        "requestTime": datetime.now(UTC).strftime("%d/%b/%Y:%H:%M:%S +0000"),
        "requestTimeEpoch": int(time.time() * 1000),
        "identity": {"sourceIp": request.source_ip, "userAgent": request.headers.get("User-Agent")},
    }


def multi(pairs: Any) -> dict[str, list[str]]:
    """Each name with all its values."""
    found: dict[str, list[str]] = {}
    for name, value in pairs:
        found.setdefault(name, []).append(value)
    return found
