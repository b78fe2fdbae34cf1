"""The running desk against its own OpenAPI document: whatever is sent, it answers as it declares."""

from collections import Counter
from collections.abc import Iterator, Sequence
from email.message import Message
from typing import Any

import pytest
import schemathesis.openapi
from schemathesis.config import SchemathesisConfig
from schemathesis.engine import Status, from_schema
from schemathesis.engine.events import EngineEvent, FatalError, NonFatalError, ScenarioFinished

import app  # noqa: F401 - declares the operations
from chalicelib.web.api import OPERATIONS, Operation
from infra.local.gateway import handler
from infra.local.http import Answer, Handler, listen
from infra.local.ports import HOST, free_port
from tests.web.http_desk import HttpDesk, gateway

CHECKS = (
    "not_a_server_error",
    "status_code_conformance",
    "content_type_conformance",
    "response_headers_conformance",
    "response_schema_conformance",
    "negative_data_rejection",
    "unsupported_method",
    "ignored_auth",
)
# Any other method is answered by the gateway itself: it never reaches the desk.
METHODS = ["get", "put", "post", "delete", "patch"]
FRESH = "T-FRESH"
REPORT = {"subject": "Payroll", "text": "It is down"}


@pytest.fixture
def url(desk: HttpDesk) -> Iterator[str]:
    """Where the desk listens."""
    port = free_port()
    server = listen(port, with_fresh_tickets(desk))
    yield f"http://{HOST}:{port}"
    server.shutdown()
    server.server_close()


def with_fresh_tickets(desk: HttpDesk) -> type[Handler]:
    """The desk; requests about `FRESH` find a ticket that no request has changed: it may be closed or merged."""
    fresh: list[str] = []

    class Fresh(handler(gateway())):  # type: ignore[misc]
        def respond(self, method: str, target: str, headers: Message, body: bytes) -> Answer:
            if FRESH not in target:
                return super().respond(method, target, headers, body)  # type: ignore[no-any-return]
            ticket = fresh.pop() if fresh else desk.post("/v1/tickets", "alice", REPORT).json()["id"]
            answer: Answer = super().respond(method, target.replace(FRESH, ticket), headers, body)
            if method == "GET" or answer.status >= 400:
                fresh.append(ticket)
            return answer

    return Fresh


def test_whatever_staff_send_to_the_desk_it_answers_as_its_openapi_document_says(
    desk: HttpDesk, url: str
) -> None:
    """Examples, boundary values, broken values, wrong methods, no key (F27, F28, F30)."""
    found, done = run(url, configured(desk.keys["carol"], coverage=True), OPERATIONS)
    assert not found, "\n\n".join(found[:10])
    # It was really tried: each operation many times, and more than once with success.
    assert done["cases"] > 20 * len(OPERATIONS)
    assert done["2xx"] > 2 * len(OPERATIONS)


def test_whatever_a_contact_sends_to_the_desk_it_answers_as_its_openapi_document_says(
    desk: HttpDesk, url: str
) -> None:
    """The values are tried above; here it is who sends them."""
    theirs = [operation for operation in OPERATIONS if not operation.staff]
    found, done = run(url, configured(desk.keys["alice"], coverage=False), theirs)
    assert not found, "\n\n".join(found[:10])
    assert done["2xx"] >= 15


def run(
    url: str, config: SchemathesisConfig, operations: Sequence[Operation]
) -> tuple[list[str], Counter[str]]:
    """What was found wrong, and how many answers there were of each kind."""
    labels = {f"{one.method} {one.path}" for one in operations}
    schema = schemathesis.openapi.from_url(f"{url}/v1/openapi.json", config=config)
    schema = schema.include(lambda context: context.operation.label in labels)
    found: list[str] = []
    done: Counter[str] = Counter()
    for event in from_schema(schema).execute():
        found += faults_of(event)
        done.update(answers_of(event))
    return list(dict.fromkeys(found)), done


def configured(key: str, *, coverage: bool) -> SchemathesisConfig:
    """Few examples, the same ones every time."""
    return SchemathesisConfig.from_dict(
        {
            "seed": 20261121,
            "headers": {"Authorization": f"Bearer {key}"},
            "parameters": {"path.ticket_id": FRESH},
            "checks": {"enabled": False} | {name: {"enabled": True} for name in CHECKS},
            "generation": {"max-examples": 3, "deterministic": True, "no-shrink": True, "database": "none"},
            "phases": {
                "coverage": {"enabled": coverage, "unexpected-methods": METHODS},
                "stateful": {"enabled": False},
            },
            "continue-on-failure": True,
        }
    )


def faults_of(event: EngineEvent) -> list[str]:
    """What this event says is wrong."""
    if isinstance(event, FatalError):
        raise event.exception
    if isinstance(event, NonFatalError):
        return [f"{event.label}: {event.value!r}"]
    if not isinstance(event, ScenarioFinished):
        return []
    return [
        f"{event.label}: {check.name}: {check.failure_info.failure.message[:600]}\n{check.failure_info.code_sample}"
        for checks in event.recorder.checks.values()
        for check in checks
        if check.status is Status.FAILURE and check.failure_info
    ]


def answers_of(event: EngineEvent) -> Counter[str]:
    """How many cases, and how they were answered."""
    if not isinstance(event, ScenarioFinished):
        return Counter()
    answers: list[Any] = [one.response for one in event.recorder.interactions.values() if one.response]
    return Counter(f"{answer.status_code // 100}xx" for answer in answers) + Counter(cases=len(answers))
