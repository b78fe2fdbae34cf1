"""OpenAPI 3.1, made from the very declarations that check the input: the two cannot differ."""

import json
import re
from functools import cache
from typing import Any

from pydantic import BaseModel
from pydantic.json_schema import models_json_schema

from chalicelib.core.settings import settings
from chalicelib.customers.domain import Scope
from chalicelib.web import requests
from chalicelib.web.api import OPERATIONS, Operation
from chalicelib.web.problems import PROBLEM_JSON, TITLES, Problem

Json = dict[str, Any]
# The rows of the requirements that our own texts cite say nothing to a partner.
ROWS = re.compile(r" \((?:[A-Z]\d{1,2}(?:, )?)+\)")
DIALECT = "https://json-schema.org/draft/2020-12/schema"
REF = "#/components/schemas/{model}"
ALWAYS = (400, 401, 404, 429, 500, 503)
MEANING = {
    Scope.TICKETS_READ: "read tickets and their history",
    Scope.TICKETS_WRITE: "report issues, reply, close, reopen, escalate",
    Scope.PROMISES_READ: "read promises, explanations and plans",
    Scope.WEBHOOKS: "have events sent to addresses of your own",
    Scope.KEYS: "make, list and revoke keys",
    Scope.DESK: "staff work: triage, notes, queue, customers, resending",
}
ABOUT = """\
The desk that keeps its promises. State changes are nouns: `POST /v1/tickets/{ticket_id}/solution`.

Send `Idempotency-Key` and a repeat is answered as the first time. Send the `ETag` that you were given as
`If-Match`, and you are told when somebody else was quicker (412). Lists are paged: pass `next` as `cursor`.
Whatever is refused is a problem document (RFC 9457) that says what is wrong and what to do."""


@cache
def text() -> str:
    """The document as JSON, made when it is first asked for."""
    return json.dumps(document(), separators=(",", ":"))


def document() -> Json:
    """The document."""
    refs, schemas = _schemas()
    paths: dict[str, Json] = {}
    for operation in OPERATIONS:
        paths.setdefault(operation.path, {})[operation.method.lower()] = _operation(operation, refs)
    return {
        "openapi": "3.1.0",
        "jsonSchemaDialect": DIALECT,
        "info": {"title": "Pledge", "version": "1", "description": ABOUT},
        "servers": [{"url": settings().public_url}],
        "paths": dict(sorted(paths.items())),
        "components": {"schemas": schemas, "securitySchemes": {"key": _scheme()}},
    }


def _scheme() -> Json:
    scopes = "\n".join(f"- `{scope.value}`: {MEANING[scope]}" for scope in Scope)
    about = f"`Authorization: Bearer pk_…`. What a key may do is named by its scopes:\n{scopes}"
    return {"type": "http", "scheme": "bearer", "description": about}


def _schemas() -> tuple[dict[tuple[type[BaseModel], str], Json], Json]:
    bodies = {operation.body for operation in OPERATIONS if operation.body}
    answers = {operation.answer for operation in OPERATIONS if operation.answer} | {Problem}
    models: list[Any] = [(model, "validation") for model in sorted(bodies, key=_name)]
    models += [(model, "serialization") for model in sorted(answers, key=_name)]
    refs, definitions = models_json_schema(models, ref_template=REF)
    return {(model, mode): schema for (model, mode), schema in refs.items()}, definitions["$defs"]  # type: ignore[misc]


def _name(model: type[BaseModel]) -> str:
    return f"{model.__name__} {model.__module__}"


def _operation(operation: Operation, refs: dict[tuple[type[BaseModel], str], Json]) -> Json:
    found: Json = {
        "operationId": operation.name,
        "summary": ROWS.sub("", operation.summary),
        "description": _needs(operation),
        "tags": [operation.tag],
        "security": [{"key": [operation.scope.value] if operation.scope else []}],
        "parameters": [*_path(operation), *_query(operation), *_headers(operation)],
        "responses": _answers(operation, refs),
    }
    if operation.body:
        schema = refs[operation.body, "validation"]
        found["requestBody"] = {"required": True, "content": {"application/json": {"schema": schema}}}
    return found


def _needs(operation: Operation) -> str:
    scope = f"Needs the scope `{operation.scope.value}`." if operation.scope else "Any key will do."
    return f"{scope} For staff." if operation.staff else scope


def _path(operation: Operation) -> list[Json]:
    names = [part[1:-1] for part in operation.path.split("/") if part.startswith("{")]
    schema = {"type": "string", "pattern": requests.PART}
    return [{"name": name, "in": "path", "required": True, "schema": schema} for name in names]


def _query(operation: Operation) -> list[Json]:
    schema = operation.query.model_json_schema()
    required = schema.get("required", ())
    return [
        {"name": name, "in": "query", "required": name in required, "schema": _without_null(given)}
        for name, given in schema.get("properties", {}).items()
    ]


def _without_null(schema: Json) -> Json:
    """A parameter is there or not there; there is no null in a query."""
    some = [one for one in schema.get("anyOf", ()) if one != {"type": "null"}]
    rest = {key: value for key, value in schema.items() if key not in ("anyOf", "default")}
    if "anyOf" not in schema:
        return schema
    return {**some[0], **rest} if len(some) == 1 else {**rest, "anyOf": some}


def _headers(operation: Operation) -> list[Json]:
    known = []
    if operation.takes_key:
        known.append(("Idempotency-Key", requests.IDEMPOTENCY_KEY, "A repeat with the same key acts once."))
    if operation.changes:
        known.append(("If-Match", requests.IF_MATCH, "The `ETag` you saw: 412 when it changed meanwhile."))
    return [
        {"name": name, "in": "header", "description": about, "schema": {"type": "string", "pattern": pattern}}
        for name, pattern, about in known
    ]


def _answers(operation: Operation, refs: dict[tuple[type[BaseModel], str], Json]) -> Json:
    done: Json = {"description": "Done"}
    if operation.answer:
        done["content"] = {"application/json": {"schema": refs[operation.answer, "serialization"]}}
        done["headers"] = _told(operation, operation.answer)
    return {str(operation.status): done} | {
        str(status): {
            "description": TITLES[status],
            "content": {PROBLEM_JSON: {"schema": refs[Problem, "serialization"]}},
        }
        for status in _refusals(operation)
    }


def _told(operation: Operation, answer: type[BaseModel]) -> Json:
    told = {}
    if "version" in answer.model_fields:
        told["ETag"] = {"schema": {"type": "string"}, "description": "Send it as `If-Match`."}
    if operation.status == 201 and "url" in answer.model_fields:
        told["Location"] = {"schema": {"type": "string"}}
    return told


def _refusals(operation: Operation) -> list[int]:
    found = set(ALWAYS)
    if operation.scope or operation.staff:
        found.add(403)
    if operation.method != "GET":
        found |= {409, 422}
    if operation.changes:
        found.add(412)
    if operation.body:
        found |= {413, 415}
    if operation.query.model_fields:
        found.add(422)
    return sorted(found)
