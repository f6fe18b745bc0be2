"""What pydantic found, in words for people: what is wrong and how to mend it, never the value itself."""

import re
from collections.abc import Mapping
from types import NoneType
from typing import Any, get_args, get_origin

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from notifier.config.meant import meant, meant_or_listed
from notifier.config.places import Finding, KeyPath
from notifier.config.schema import Config
from notifier.config.values import Strict

_MOST = 1_000  # findings of one file; nobody reads more

_FIXED = {
    "missing": ("is missing", "add it"),
    "string_type": ("a text is needed here", "write one value, in quotes"),
    "model_type": ("keys are needed here", "write them beneath it, indented, each with its colon"),
    "dict_type": ("keys are needed here", "write them beneath it, indented, each with its colon"),
    "tuple_type": ("a list is needed here", "begin each item with `- `, or write [a, b]"),
    "string_pattern_mismatch": (
        "it has a form that is not allowed",
        "only A-Z a-z 0-9 _ -, at most 40 of them",
    ),
}
_BOUNDS = {
    "greater_than": "it must be more than {gt}",
    "greater_than_equal": "it must be {ge} or more",
    "less_than": "it must be less than {lt}",
    "less_than_equal": "it must be {le} or less",
    "too_short": "at least {min_length} needed here",
    "string_too_short": "it is empty",
    "string_too_long": "it is longer than {max_length} characters",
}
_BOUND_HINTS = {"too_short": "name one", "string_too_short": "write a text"}


def findings_of(error: ValidationError) -> list[Finding]:
    """All that pydantic found."""
    return [_finding(details) for details in error.errors(include_url=False)[:_MOST] if not _follows(details)]


def _follows(details: ErrorDetails) -> bool:
    """A list of which every item is wrong also counts as too short: saying so once is enough."""
    return details["type"] == "too_short" and bool(details["input"])


def _finding(details: ErrorDetails) -> Finding:
    path, kind, value = details["loc"], details["type"], details["input"]
    context = details.get("ctx", {})
    if kind == "extra_forbidden":
        return _unknown_key(path)
    if value is None:
        return Finding(path, "nothing stands here", "write a value (text from an unquoted # on is a comment)")
    if kind in _FIXED:
        what, hint = _FIXED[kind]
    elif kind in _BOUNDS:
        what, hint = _BOUNDS[kind].format(**context), _BOUND_HINTS.get(kind, "")
    elif kind in {"literal_error", "enum"}:
        what, hint = _not_one_of(value, str(context["expected"]))
    elif kind == "value_error":
        what, _, hint = str(context["error"]).partition("; ")
    else:
        what, hint = "it is not valid", ""
    if path[-1:] == ("[key]",):  # pydantic's way to say that the key itself is meant
        return Finding(path[:-1], what, hint, at_key=True)
    return Finding(path, what, hint)


def _not_one_of(value: object, expected: str) -> tuple[str, str]:
    allowed = re.findall(r"'([^']*)'", expected)
    return f"it must be one of {', '.join(allowed)}", meant(value, allowed)


def _unknown_key(path: KeyPath) -> Finding:
    key, fields = str(path[-1]), fields_at(path[:-1])
    if key in _above(path):
        return Finding(path, "unknown key", f"write it one level up, beside `{path[-2]}:`", at_key=True)
    hint = "put a blank after the colon" if ":" in key else meant_or_listed(key, fields)
    guesses = [field for field in fields if key.startswith(f"{field}:") or meant(key, [field])]
    return Finding(
        path, "unknown key", hint, at_key=True, also=tuple((*path[:-1], guess) for guess in guesses)
    )


def _above(path: KeyPath) -> list[str]:
    """The keys beside the one that this lies in, where that is a key of ours and no name or number."""
    return fields_at(path[:-2]) if len(path) > 2 and str(path[-2]) in fields_at(path[:-2]) else []


def fields_at(path: KeyPath) -> list[str]:
    """The keys that the mapping at a path may have.

    Args:
        path: of a mapping with fixed keys.
    """
    model: type[Strict] = Config
    steps = iter(path)
    for step in steps:
        annotation = _fields(model)[str(step)]
        found = _model_in(annotation)
        assert found is not None
        model = found
        if get_origin(annotation) in {tuple, dict}:
            next(steps, None)  # the item's number or name
    return list(_fields(model))


def _fields(model: type[Strict]) -> Mapping[str, Any]:
    return {field.alias or name: field.annotation for name, field in model.model_fields.items()}


def _model_in(annotation: Any) -> type[Strict] | None:
    if isinstance(annotation, type) and issubclass(annotation, Strict):
        return annotation
    inner = (_model_in(part) for part in get_args(annotation) if part is not NoneType)
    return next((model for model in inner if model is not None), None)
