"""The Api blueprint: an operation is declared once, and the declaration checks the input and writes OpenAPI.

An operation gets a `Call` and the path's parts, and gives back its answer, a pydantic model. Chalice's own
middleware never sees an ordinary exception, so refusals are mapped here.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated, Any, TypeVar

from chalice.app import Blueprint, Request, Response
from pydantic import BaseModel, Field

from chalicelib import wiring
from chalicelib.core import ids
from chalicelib.core.errors import DeskError, Malformed, PreconditionFailed, UnsupportedMediaType
from chalicelib.core.log import log
from chalicelib.customers.domain import Actor, Scope
from chalicelib.tickets.domain.keeping import Ask, Once
from chalicelib.web.problems import SAFE_HEADERS, problem, refusal
from chalicelib.web.reading import body_as, query_as

M = TypeVar("M", bound=BaseModel)
PREFIX = "/v1"
_KEY = re.compile(r"[\x21-\x7e]{1,200}")
_ETAG = re.compile(r'(?:W/)?"([0-9]{1,9})"')


class Nothing(BaseModel, extra="forbid"):
    """No query parameters, or no answer."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Operation:
    """One declared operation."""

    method: str
    path: str
    name: str
    summary: str
    scope: Scope | None
    body: type[BaseModel] | None = None
    query: type[BaseModel] = Nothing
    answer: type[BaseModel] | None = None
    status: int = 200
    tag: str = "tickets"
    staff: bool = False
    changes: bool = False  # takes Idempotency-Key and If-Match


@dataclass(frozen=True, slots=True)
class Call:
    """One request, checked."""

    actor: Actor
    request: Request
    raw: bytes
    operation: Operation
    query: Any
    body: Any
    key: str | None = None
    seen: int | None = None

    @property
    def ask(self) -> Ask:
        """Who asks, acting once where a key was sent, on the version that was seen."""
        return Ask(by=self.actor, once=self._once, seen=self.seen)

    @property
    def _once(self) -> Once | None:
        if self.key is None:
            return None
        body = self.body.model_dump_json() if self.body is not None else ""
        asks = ids.fingerprint(self.operation.name, str(self.request.uri_params), body)
        return Once(key=ids.fingerprint(self.actor.id, self.key), asks=asks)


OPERATIONS: list[Operation] = []
Handler = Callable[..., BaseModel | None]


class Api(Blueprint):
    """A blueprint whose operations are declared; see `Operation`."""

    def operation(self, method: str, path: str, **declared: Any) -> Callable[[Handler], Handler]:
        """Declares and registers the function below it."""

        def register(function: Handler) -> Handler:
            summary = (function.__doc__ or function.__name__).strip().splitlines()[0]
            operation = Operation(
                method=method, path=PREFIX + path, name=function.__name__, summary=summary, **declared
            )
            OPERATIONS.append(operation)

            def view(**parts: str) -> Response:
                return answered(self.current_request, operation, function, parts)

            # Chalice takes any type here; ours to refuse, as a problem document.
            kinds = {"content_types": ["*/*"]} if method != "GET" else {}
            self.route(operation.path, methods=[method], name=function.__name__, **kinds)(view)
            return function

        return register


def answered(request: Request, operation: Operation, function: Handler, parts: dict[str, str]) -> Response:
    """The operation's answer, or a problem document; nothing that goes wrong shows its insides."""
    try:
        call = _checked(request, operation)
        return _response(function(call, **parts), operation)
    except DeskError as error:
        return refusal(error)
    except Exception:
        request_id = (request.context or {}).get("requestId", "")
        log.exception("operation failed", operation=operation.name, request_id=request_id)
        return problem(500, "this is our fault; try again, and name this id if you write", id=request_id)


def _checked(request: Request, operation: Operation) -> Call:
    actor = actor_of(request)
    if operation.scope:
        actor.need(operation.scope)
    if operation.staff:
        actor.need_staff()
    raw = _raw(request)
    return Call(
        actor=actor,
        request=request,
        raw=raw,
        operation=operation,
        query=query_as(operation.query, _multi(request)),
        body=_body(request, operation, raw),
        key=_key(request) if operation.changes or operation.body else None,
        seen=_seen(request) if operation.changes else None,
    )


def actor_of(request: Request) -> Actor:
    """Whose key the request carries; Unauthorised without a valid one."""
    scheme, _, token = (request.headers.get("authorization") or "").partition(" ")
    return wiring.customers().actor_of(token.strip() if scheme.lower() == "bearer" else "")


def _multi(request: Request) -> dict[str, list[str]]:
    query = request.query_params
    return {name: query.getlist(name) for name in query} if query else {}


def _raw(request: Request) -> bytes:
    try:
        raw = request.raw_body or b""
        return raw.encode() if isinstance(raw, str) else raw
    except ValueError:
        raise Malformed("the body is not valid base64") from None


def _body(request: Request, operation: Operation, raw: bytes) -> BaseModel | None:
    if operation.body is None:
        if raw.strip():
            raise Malformed("this request takes no body")
        return None
    if (request.headers.get("content-encoding") or "identity").lower() != "identity":
        raise UnsupportedMediaType("send the body uncompressed")
    kind = (request.headers.get("content-type") or "").partition(";")[0].strip().lower()
    if kind != "application/json":
        raise UnsupportedMediaType("send JSON, with `Content-Type: application/json`")
    return body_as(operation.body, raw)


def _key(request: Request) -> str | None:
    key: str | None = request.headers.get("idempotency-key")
    if key is None:
        return None
    if not _KEY.fullmatch(key):
        raise Malformed("an Idempotency-Key is 1 to 200 visible ASCII characters")
    return key


def _seen(request: Request) -> int | None:
    tag = request.headers.get("if-match")
    if tag is None or tag.strip() == "*":
        return None
    found = _ETAG.fullmatch(tag.strip())
    if not found:
        raise PreconditionFailed("this If-Match is none of our ETags; read the ticket again")
    return int(found[1])


def _response(answer: BaseModel | None, operation: Operation) -> Response:
    headers: dict[str, str | list[str]] = {"Content-Type": "application/json", **SAFE_HEADERS}
    version = getattr(answer, "version", None)
    if version is not None:
        headers["ETag"] = f'"{version}"'
    if operation.status == 201 and (url := getattr(answer, "url", None)):
        headers["Location"] = url
    body = answer.model_dump_json() if answer is not None else ""
    return Response(body=body, status_code=operation.status, headers=headers)


class PageQuery(BaseModel, extra="forbid"):
    """Every list is paged: pass the `next` of one page as the `cursor` of the following."""

    cursor: Annotated[str, Field(min_length=1, max_length=2000)] | None = None
    limit: Annotated[int, Field(ge=1, le=100)] = 50
