"""What a request brings besides its JSON: the key it is signed with, its headers, its parts of the path."""

import re
from typing import Any

from chalice.app import Request
from pydantic import BaseModel

from chalicelib import wiring
from chalicelib.core.errors import Malformed, NotFound, PreconditionFailed, UnsupportedMediaType
from chalicelib.customers.domain import Actor
from chalicelib.web.reading import body_as

# Patterns in both Python's and OpenAPI's words: they check, and they are published.
IDEMPOTENCY_KEY = r"^[!-~]{1,200}$"
IF_MATCH = r'^(\*|(W/)?"[!#-~]*")$'
PART = r"^[A-Za-z0-9%#._~:@+-]{1,120}$"
_KEY, _TAG, _PART = (re.compile(pattern) for pattern in (IDEMPOTENCY_KEY, IF_MATCH, PART))
_OURS = re.compile(r'(?:W/)?"([0-9]{1,9})"')


def actor_of(request: Request) -> Actor:
    """Whose key the request carries; Unauthorised without a valid one."""
    scheme, _, token = (request.headers.get("authorization") or "").partition(" ")
    return wiring.customers().actor_of(token.strip() if scheme.lower() == "bearer" else "")


def check_parts(parts: dict[str, str]) -> None:
    """NotFound for a part of the path that can be nobody's id."""
    if not all(_PART.fullmatch(part) for part in parts.values()):
        raise NotFound("there is nothing with such an id")


def query_of(request: Request) -> dict[str, list[str]]:
    """The query's parameters with all their values."""
    query = request.query_params
    return {name: query.getlist(name) for name in query} if query else {}


def raw_of(request: Request) -> bytes:
    """The body as it was sent."""
    try:
        raw = request.raw_body or b""
        return raw.encode() if isinstance(raw, str) else raw
    except ValueError:
        raise Malformed("the body is not valid base64") from None


def body_of(request: Request, model: type[BaseModel] | None, raw: bytes) -> Any:
    """The body as the operation declares it."""
    if model is None:
        if raw.strip():
            raise Malformed("this request takes no body")
        return None
    if (request.headers.get("content-encoding") or "identity").lower() != "identity":
        raise UnsupportedMediaType("send the body uncompressed")
    kind = (request.headers.get("content-type") or "").partition(";")[0].strip().lower()
    if kind != "application/json":
        raise UnsupportedMediaType("send JSON, with `Content-Type: application/json`")
    return body_as(model, raw)


def key_of(request: Request) -> str | None:
    """The Idempotency-Key."""
    key: str | None = request.headers.get("idempotency-key")
    if key is not None and not _KEY.fullmatch(key):
        raise Malformed("an Idempotency-Key is 1 to 200 visible ASCII characters")
    return key


def seen_of(request: Request) -> int | None:
    """The version that If-Match names: whoever saw another one is told (F8)."""
    tag: str | None = request.headers.get("if-match")
    if tag is None or tag.strip() == "*":
        return None
    if not _TAG.fullmatch(tag.strip()):
        raise Malformed('send one ETag in If-Match, as you were given it: "3"')
    found = _OURS.fullmatch(tag.strip())
    if not found:
        raise PreconditionFailed("this If-Match is none of our ETags; read it again")
    return int(found[1])
