"""The smallest body that a form takes, made from its own schema: new operations are covered by themselves."""

from typing import Any

from pydantic import BaseModel

TEXTS = {"date-time": "2027-01-04T09:00:00Z", "date": "2027-01-04"}


def smallest(model: type[BaseModel] | None) -> Any:
    """A valid body with required fields alone; None for an operation without one."""
    if model is None:
        return None
    schema = model.model_json_schema()
    if examples := schema.get("examples"):
        return examples[0]
    return _value(schema, schema.get("$defs", {}))


def _value(schema: dict[str, Any], known: dict[str, Any]) -> Any:
    if "$ref" in schema:
        return _value(known[schema["$ref"].rpartition("/")[2]], known)
    if examples := schema.get("examples"):
        return examples[0]
    if "anyOf" in schema:
        return _value(schema["anyOf"][0], known)
    return schema["enum"][0] if "enum" in schema else _plain(schema, known)


def _plain(schema: dict[str, Any], known: dict[str, Any]) -> Any:
    match schema.get("type"):
        case "object":
            return {name: _value(schema["properties"][name], known) for name in schema.get("required", ())}
        case "array":
            return [_value(schema["items"], known)] * schema.get("minItems", 0)
        case "integer" | "number":
            return schema.get("minimum", 1)
        case "boolean":
            return True
    return TEXTS.get(schema.get("format", ""), "x" * max(1, schema.get("minLength", 1)))
