"""The HTTP API on PORT: the deployed function behind what API Gateway would do before and after it."""

import base64
from dataclasses import dataclass, field
from email.message import Message
from typing import Any

from infra.local.containers import Containers
from infra.local.functions import Function
from infra.local.http import Answer, Handler, as_json
from infra.local.names import Json, Names
from infra.local.routes import Api, Request, proxy_event

GATEWAY_SECONDS = 29
GATEWAY_WORDS: dict[str, tuple[int, Json]] = {
    "MISSING_AUTHENTICATION_TOKEN": (403, {"message": "Missing Authentication Token"}),
    "INTEGRATION_TIMEOUT": (504, {"message": "Endpoint request timed out"}),
    "INTEGRATION_FAILURE": (502, {"message": "Internal server error"}),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Gateway:
    """`handle(request)`: one request through the function and back."""

    api: Api
    function: Function
    containers: Containers
    responses: dict[str, Json] = field(default_factory=dict)  # by kind, from the template

    def handle(self, request: Request) -> Answer:
        """API Gateway answers itself when there is no route, no time left, or no proper answer."""
        found = self.api.find(request)
        if found is None:
            return self.own_answer("MISSING_AUTHENTICATION_TOKEN")
        event = proxy_event(request, found, self.api)
        outcome = self.containers.invoke(self.function, event, seconds=GATEWAY_SECONDS)
        request_id = ("x-amzn-RequestId", event["requestContext"]["requestId"])
        if outcome.error and outcome.error.startswith("TimeOut"):
            return with_header(self.own_answer("INTEGRATION_TIMEOUT"), request_id)
        try:
            return with_header(answer(outcome.value), request_id)
        except (TypeError, KeyError, ValueError, AttributeError):
            return with_header(self.own_answer("INTEGRATION_FAILURE"), request_id)

    def own_answer(self, kind: str) -> Answer:
        """What the template lets API Gateway say by itself; else its own words."""
        given = self.responses.get(kind)
        if given is None:
            return as_json(*GATEWAY_WORDS[kind])
        headers = {
            name.removeprefix("gatewayresponse.header."): str(text).strip("'")
            for name, text in given.get("ResponseParameters", {}).items()
        }
        ((content_type, body),) = given["ResponseTemplates"].items()
        headers = {"Content-Type": content_type} | headers
        return Answer(
            status=int(given["StatusCode"]),
            body=body.encode(),
            headers=list(headers.items()),
        )


def own_responses(names: Names) -> dict[str, Json]:
    """What the template lets API Gateway answer by itself, by kind."""
    declared = names.of_type("AWS::ApiGateway::GatewayResponse").values()
    return {properties["ResponseType"]: properties for properties in declared}


def answer(value: Any) -> Answer:
    """The function's proxy answer as an HTTP answer."""
    body: str = value.get("body") or ""
    single: Json = value.get("headers") or {}
    many: Json = value.get("multiValueHeaders") or {}
    headers = [(name, str(text)) for name, text in single.items() if name not in many]
    headers += [(name, str(text)) for name, texts in many.items() for text in texts]
    if not any(name.lower() == "content-type" for name, _ in headers):
        headers.append(("Content-Type", "application/json"))
    return Answer(
        status=int(value["statusCode"]),
        body=base64.b64decode(body) if value.get("isBase64Encoded") else body.encode(),
        headers=[(name, text) for name, text in headers if name.lower() != "content-length"],
    )


def with_header(given: Answer, header: tuple[str, str]) -> Answer:
    """The same answer with one header more."""
    return Answer(status=given.status, body=given.body, headers=[*given.headers, header])


def handler(gateway: Gateway) -> type[Handler]:
    """The HTTP handler of this gateway."""

    class ApiHandler(Handler):
        """Payloads up to 10 MB, as API Gateway's."""

        def respond(self, method: str, target: str, headers: Message, body: bytes) -> Answer:
            path, _, query = target.partition("?")
            peer = str(self.client_address[0])
            request = Request(
                method=method, path=path, query=query, headers=headers, body=body, source_ip=peer
            )
            return gateway.handle(request)

    return ApiHandler
