"""Stands before moto: one request at a time, faults on demand, and a look at what succeeded.

It reads the protocols that boto3 speaks, not moto's insides: SES and SNS requests as they went over the wire.
"""

import io
import json
import re
import sys
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from threading import RLock
from typing import Any
from urllib.parse import parse_qs, unquote

Environ = dict[str, Any]
Watcher = Callable[["Passed"], None]
SERVICE = re.compile(r"Credential=[^/]+/\d+/[^/]+/([^/]+)/aws4_request")
THROTTLED = {"ses", "sns", "sqs", "events"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Passed:
    """One request that succeeded, with its answer."""

    service: str
    method: str
    path: str
    query: str
    body: bytes
    answer: bytes

    @property
    def parameters(self) -> dict[str, str]:
        """The parameters of the query protocol."""
        found = parse_qs(self.body.decode("utf-8", "replace"), keep_blank_values=True)
        return {name: values[0] for name, values in found.items()}

    def answered(self, tag: str) -> str:
        """A value of the answer by name, whether XML or JSON."""
        text = self.answer.decode("utf-8", "replace")
        found = re.search(rf'<{tag}>([^<]*)</{tag}>|"{tag}":\s*"([^"]*)"', text)
        return (found.group(1) or found.group(2)) if found else ""


@dataclass(slots=True, kw_only=True)
class Faults:
    """How many of the next calls of a service fail: `POST /faults`."""

    _left: dict[str, int] = field(default_factory=dict)

    def plan(self, service: str, count: int) -> dict[str, int]:
        """The next `count` calls of this service fail."""
        self._left[service] = max(0, count)
        return {name: left for name, left in self._left.items() if left}

    def strikes(self, service: str) -> bool:
        """Whether this call fails; counts it."""
        left = self._left.get(service, 0)
        self._left[service] = max(0, left - 1)
        return left > 0


@dataclass(slots=True, kw_only=True)
class Wire:
    """A WSGI application around moto's."""

    application: Any
    lock: RLock
    faults: Faults
    watchers: list[Watcher]

    def __call__(self, environ: Environ, start_response: Any) -> Iterable[bytes]:
        service = service_of(environ)
        if self.faults.strikes(service):
            return refuse(service, start_response)
        # moto changes plain lists without a lock; what it does is quick.
        with self.lock:
            body = read_body(environ) if service in {"ses", "sns"} else b""
            status: list[str] = []

            def started(line: str, headers: Any, exc_info: Any = None) -> Any:
                status.append(line)
                return start_response(line, headers, exc_info) if exc_info else start_response(line, headers)

            answer = self.application(environ, started)
            if not status or not status[0].startswith("2"):
                return answer  # type: ignore[no-any-return]
            return self._seen(service, environ, body, answer)

    def _seen(self, service: str, environ: Environ, body: bytes, answer: Any) -> Iterable[bytes]:
        whole = [b"".join(answer)] if service in {"ses", "sns"} else answer
        passed = Passed(
            service=service,
            method=environ["REQUEST_METHOD"],
            path=unquote(environ.get("PATH_INFO", "")),
            query=environ.get("QUERY_STRING", ""),
            body=body,
            answer=whole[0] if service in {"ses", "sns"} else b"",
        )
        for watcher in self.watchers:
            try:
                watcher(passed)
            except Exception as error:  # what was sent is sent; only our look at it failed
                print(f"cannot show a {service} request: {type(error).__name__}: {error}", file=sys.stderr)
        return whole


def service_of(environ: Environ) -> str:
    """The service that the signature names; SES has one name in both its versions."""
    found = SERVICE.search(environ.get("HTTP_AUTHORIZATION", ""))
    return found.group(1) if found else ""


def read_body(environ: Environ) -> bytes:
    """The whole body, put back for moto to read again."""
    body: bytes = environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
    environ["wsgi.input"] = io.BytesIO(body)
    return body


def refuse(service: str, start_response: Any) -> Iterable[bytes]:
    """The answer of a service that cannot just now: botocore reads both forms."""
    code = "ThrottlingException" if service in THROTTLED else "InternalError"
    status = "400 Bad Request" if service in THROTTLED else "500 Internal Server Error"
    xml = f"<ErrorResponse><Error><Code>{code}</Code><Message>planned fault</Message></Error></ErrorResponse>"
    text = (
        xml if service in {"ses", "sns", "s3"} else json.dumps({"__type": code, "message": "planned fault"})
    )
    start_response(status, [("Content-Type", "text/xml"), ("x-amzn-ErrorType", code)])
    return [text.encode()]
