"""Reading requests: strict JSON within bounds, then the declared model. Nothing else gets in (F27, F28)."""

import json
import math
from collections.abc import Mapping
from typing import Any, NoReturn, TypeVar

from pydantic import BaseModel, ValidationError

from chalicelib.core.errors import Invalid, Malformed, TooLarge

MOST_BODY = 512 * 1024
MOST_DEPTH = 32
MOST_KEYS = 200  # of one object; no form comes near it
REPLACED = "\N{REPLACEMENT CHARACTER}"
M = TypeVar("M", bound=BaseModel)


def body_as(model: type[M], raw: bytes) -> M:
    """The body as `model`: Malformed when it is not JSON, Invalid with all faults when it breaks the model."""
    checked_json(raw)
    try:
        return model.model_validate_json(raw, strict=True)
    except ValidationError as error:
        raise _invalid(error, "body") from None


def query_as(model: type[M], query: Mapping[str, list[str]]) -> M:
    """The query string as `model`; a parameter given twice or unknown is refused."""
    twice = [name for name, values in query.items() if len(values) > 1]
    if twice:
        raise Invalid(f"given more than once: {', '.join(twice[:5])}")
    try:
        return model.model_validate({name: values[0] for name, values in query.items()})
    except ValidationError as error:
        raise _invalid(error, "query") from None


def checked_json(raw: bytes) -> Any:
    """The JSON value; Malformed for NaN, twice the same key, lone surrogates, depth, or what is no UTF-8."""
    if len(raw) > MOST_BODY:
        raise TooLarge(f"a body has at most {MOST_BODY} bytes; send large text as an attachment or by mail")
    if not raw.strip():
        raise Malformed("this request needs a JSON body")
    try:
        text = raw.decode("utf-8")
        _check_replaced(text)
        _check_depth(text)
        value = json.loads(text, parse_constant=_refuse, parse_float=_finite, object_pairs_hook=_once)
        json.dumps(value, ensure_ascii=False).encode("utf-8")
    except UnicodeError:
        raise Malformed("the body is not valid UTF-8 text") from None
    except RecursionError:
        raise Malformed("the body is nested too deeply") from None
    except ValueError as error:
        raise Malformed(f"the body is not valid JSON: {str(error)[:200]}") from None
    return value


def _check_replaced(text: str) -> None:
    # API Gateway hands bodies over as text: what was no UTF-8 has become this character on the way.
    if REPLACED in text:
        raise Malformed("the body is not valid UTF-8 text; if you mean U+FFFD itself, write \\ufffd")


def _check_depth(text: str) -> None:
    # Before the parser: brackets in texts count too, which only makes the bound stricter for odd bodies.
    depth = 0
    in_text = escaped = False
    for letter in text:
        if in_text:
            in_text, escaped = (letter != '"' or escaped), letter == "\\" and not escaped
        elif letter == '"':
            in_text, escaped = True, False
        elif letter in "[{":
            depth += 1
            if depth > MOST_DEPTH:
                raise Malformed(f"the body is nested deeper than {MOST_DEPTH} levels")
        elif letter in "]}":
            depth -= 1


def _refuse(constant: str) -> NoReturn:
    raise ValueError(f"{constant} is not JSON")


def _finite(text: str) -> float:
    value = float(text)
    if not math.isfinite(value):
        raise ValueError("a number is too large")
    return value


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    if len(pairs) > MOST_KEYS:
        raise ValueError(f"an object has at most {MOST_KEYS} keys")
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a key is there twice")
    return found


def _invalid(error: ValidationError, where: str) -> Invalid:
    faults = [
        {"field": ".".join(str(part) for part in fault["loc"]) or where, "fault": fault["msg"][:200]}
        for fault in error.errors(include_url=False, include_context=False, include_input=False)[:20]
    ]
    said = "; ".join(f"{fault['field'][:80]}: {fault['fault']}" for fault in faults[:3])
    return Invalid(f"the {where} is not valid: {said}", errors=faults)
