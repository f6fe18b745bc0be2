"""The configuration as a JSON Schema, by which editors complete, explain and check it while it is written."""

import ast
import inspect
import textwrap
from collections.abc import Callable, Mapping
from itertools import pairwise
from typing import Any

from notifier.config.schema import Config
from notifier.config.values import DURATION_SCHEMA, Strict, duration_text

Schema = dict[str, Any]

DIALECT = "https://json-schema.org/draft/2020-12/schema"

PLACEHOLDER: Schema = {"type": "string", "pattern": r"\$\{"}
"""What may stand wherever a value does: nobody knows before it is replaced whether it fits."""

_DIGITS: Schema = {"type": "string", "pattern": "^(0|[1-9][0-9]*)$"}
_SWITCH: Schema = {"enum": [True, False, "true", "false"]}
_BOUNDS = {"gt": "exclusiveMinimum", "ge": "minimum", "lt": "exclusiveMaximum", "le": "maximum"}
_REF = "#/$defs/"


def json_schema() -> Schema:
    """Make it from the models, whose docstrings it hands on."""
    raw = Config.model_json_schema()
    raw_parts = raw.pop("$defs")
    models = {model.__name__: model for model in Strict.__subclasses__()}
    parts = {
        name: _mapping(models[name], part, raw_parts) if name in models else _value(part)
        for name, part in raw_parts.items()
    }
    schema = {"$schema": DIALECT, **_mapping(Config, raw, raw_parts), "$defs": parts}
    schema |= {"title": "The configuration of notifier", "description": "README.md explains it."}
    return schema


def _mapping(model: type[Strict], raw: Schema, raw_parts: Schema) -> Schema:
    """The keys of one model, each with what is said of it, or of the model behind it."""
    said = _docstrings(model)
    properties = {}
    for key, value in raw["properties"].items():
        text = said.get(key) or _about_ref(value, raw_parts)
        default = _default(value)
        properties[key] = {"title": key, "description": text, **_value(_bare(value)), **default}
    return {**raw, "properties": properties}


def _docstrings(model: type[Strict]) -> dict[str, str]:
    """What stands below each field, by the key that it has in the file."""
    (tree,) = ast.parse(textwrap.dedent(inspect.getsource(model))).body
    assert isinstance(tree, ast.ClassDef)
    said = {}
    for field, below in pairwise(tree.body):
        match field, below:
            case (
                ast.AnnAssign(target=ast.Name(id=name)),
                ast.Expr(value=ast.Constant(value=str(text))),
            ):
                said[model.model_fields[name].alias or name] = " ".join(text.split())
    return said


def _about_ref(raw: Schema, raw_parts: Schema) -> str:
    refs = [one["$ref"] for one in (raw, *raw.get("anyOf", ())) if "$ref" in one]
    return str(raw_parts[refs[0].removeprefix(_REF)]["description"])


def _default(raw: Schema) -> Schema:
    """A default that says something, as it would be written."""
    value = raw.get("default")
    if value in (None, "", 0) and value is not False:
        return {}
    if raw.get("pattern") == DURATION_SCHEMA["pattern"]:
        return {"default": duration_text(value)}
    return {} if isinstance(value, dict | list) else {"default": value}


def _bare(raw: Schema) -> Schema:
    return {key: value for key, value in raw.items() if key not in {"title", "default", "format"}}


def _value(raw: Schema) -> Schema:
    """What may stand in a file for a value: more than what the model has in the end."""
    if "anyOf" in raw:
        return {**raw, "anyOf": [_value(kind) for kind in raw["anyOf"]]}
    kind = raw.get("type", "")
    return _OF_TYPE[kind](raw) if kind in _OF_TYPE else raw


def _number(raw: Schema) -> Schema:
    bounded = {_BOUNDS.get(key, key): value for key, value in raw.items()}
    return {"anyOf": [bounded, _DIGITS, PLACEHOLDER]}


def _switch(_: Schema) -> Schema:
    return {"anyOf": [_SWITCH, PLACEHOLDER]}


def _by_name(raw: Schema) -> Schema:
    return {**raw, "additionalProperties": _value(raw["additionalProperties"])}


def _text(raw: Schema) -> Schema:
    if raw.get("pattern") == DURATION_SCHEMA["pattern"]:
        return {"anyOf": [raw, {"const": 0}, PLACEHOLDER]}
    if raw.keys() & {"pattern", "enum"}:
        return {"anyOf": [raw, PLACEHOLDER]}
    # A number is a text, too, where one is asked for: an extension, an app's name.
    return {**raw, "type": ["string", "number"]}


def _list(raw: Schema) -> Schema:
    """A list; of texts, one may stand by itself."""
    several: Schema = {"type": "array", "items": _value(raw["items"])}
    least = raw.get("minItems", raw.get("minLength"))  # pydantic confuses them where a validator comes first
    if least:
        several["minItems"] = least
    return several if "$ref" in raw["items"] else {"anyOf": [several, several["items"]]}


_OF_TYPE: Mapping[str, Callable[[Schema], Schema]] = {
    "array": _list,
    "boolean": _switch,
    "integer": _number,
    "object": _by_name,
    "string": _text,
}
