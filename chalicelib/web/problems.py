"""Refusals as problem details (RFC 9457)."""

import json
from typing import Any

from chalice.app import Response
from pydantic import BaseModel

from chalicelib.core import errors

PROBLEM_JSON = "application/problem+json"
STATUS: dict[type[errors.DeskError], int] = {
    errors.Malformed: 400,
    errors.Unauthorised: 401,
    errors.Forbidden: 403,
    errors.NotFound: 404,
    errors.Conflict: 409,
    errors.PreconditionFailed: 412,
    errors.TooLarge: 413,
    errors.UnsupportedMediaType: 415,
    errors.Invalid: 422,
    errors.TooManyRequests: 429,
    errors.Unavailable: 503,
}
TITLES = {
    400: "Not readable",
    401: "Key needed",
    403: "Not allowed",
    404: "Not found",
    405: "Method not allowed",
    409: "Not possible now",
    412: "Changed meanwhile",
    413: "Too large",
    415: "Unsupported media type",
    422: "Not valid",
    429: "Too many requests",
    500: "Our fault",
    503: "Unavailable",
}
SAFE_HEADERS = {
    "Cache-Control": "no-store",
    "X-Content-Type-Options": "nosniff",
    "Strict-Transport-Security": "max-age=31536000; includeSubDomains",
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
    "Referrer-Policy": "no-referrer",
}


class Fault(BaseModel, extra="allow"):
    """One thing that is wrong, and where."""

    field: str
    fault: str


class Problem(BaseModel, extra="allow"):
    """What is wrong and what to do (RFC 9457)."""

    type: str
    title: str
    status: int
    detail: str
    errors: list[Fault | str] = []


def refusal(error: errors.DeskError) -> Response:
    """What the caller did wrong, and what to do."""
    status = next(code for kind, code in STATUS.items() if isinstance(error, kind))
    details = {name: value for name, value in error.details.items() if name != "retry_after"}
    headers = {}
    if "retry_after" in error.details:
        headers["Retry-After"] = str(error.details["retry_after"])
    if status == 401:
        headers["WWW-Authenticate"] = 'Bearer realm="pledge"'
    return problem(status, error.message, headers=headers, **details)


def problem(status: int, detail: str, *, headers: dict[str, str] | None = None, **more: Any) -> Response:
    """One problem document."""
    body = {"type": "about:blank", "title": TITLES[status], "status": status, "detail": detail, **more}
    return Response(
        body=json.dumps(body, default=str),
        status_code=status,
        headers={"Content-Type": PROBLEM_JSON, **SAFE_HEADERS, **(headers or {})},
    )
