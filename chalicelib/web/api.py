"""The Api blueprint: an operation is declared once, and the declaration checks the input and writes OpenAPI.

An operation gets a `Call` and the path's parts, and gives back its answer, a pydantic model. Chalice's own
middleware never sees an ordinary exception, so refusals are mapped here.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated, Any, TypeVar

from chalice.app import Blueprint, Request, Response
from pydantic import BaseModel, Field

from chalicelib.core import ids
from chalicelib.core.errors import DeskError
from chalicelib.core.log import log
from chalicelib.customers.domain import Actor, Scope
from chalicelib.tickets.domain.keeping import Ask, Once
from chalicelib.web.problems import SAFE_HEADERS, problem, refusal
from chalicelib.web.reading import query_as
from chalicelib.web.requests import actor_of, body_of, check_parts, key_of, query_of, raw_of, seen_of

M = TypeVar("M", bound=BaseModel)
PREFIX = "/v1"


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

    @property
    def takes_key(self) -> bool:
        """Whether a repeat with the same Idempotency-Key acts once."""
        return self.method != "PUT" and (self.changes or self.body is not None)


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
        # Ids of contacts are unique within their customer alone.
        whose = (self.actor.kind.value, self.actor.customer_id or "", self.actor.id)
        return Once(key=ids.fingerprint(*whose, self.key), asks=asks)


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
        call = _checked(request, operation, parts)
        return _response(function(call, **parts), operation)
    except DeskError as error:
        return refusal(error)
    except Exception:
        request_id = (request.context or {}).get("requestId", "")
        log.exception("operation failed", operation=operation.name, request_id=request_id)
        return problem(500, "this is our fault; try again, and name this id if you write", id=request_id)


def _checked(request: Request, operation: Operation, parts: dict[str, str]) -> Call:
    actor = actor_of(request)
    if operation.scope:
        actor.need(operation.scope)
    if operation.staff:
        actor.need_staff()
    check_parts(parts)
    raw = raw_of(request)
    return Call(
        actor=actor,
        request=request,
        raw=raw,
        operation=operation,
        query=query_as(operation.query, query_of(request)),
        body=body_of(request, operation.body, raw),
        key=key_of(request) if operation.takes_key else None,
        seen=seen_of(request) if operation.changes else None,
    )


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
