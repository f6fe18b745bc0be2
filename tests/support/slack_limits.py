"""Slack's documented limits for messages and forms, which neither the SDK nor a look-alike would enforce.

https://docs.slack.dev/reference/block-kit, https://docs.slack.dev/messaging/message-metadata,
https://docs.slack.dev/reference/views/modal-views
"""

import json
from collections.abc import Callable, Mapping
from itertools import chain

Shape = Callable[[object], bool]
"""Would Slack take this part of a message?"""

TEXT = 4_000
BLOCKS = 50
BLOCKS_IN_ALL = 13_200  # characters; not documented
METADATA = 8_000  # characters
HEADER = 150
SECTION = 3_000
FIELDS, FIELD = 10, 2_000
CONTEXT = 10  # elements
ACTIONS = 25  # elements
ID = 255  # characters of an action_id or a block_id
BUTTON, BUTTON_VALUE, LABEL = 75, 2_000, 75
OPTIONS, OPTION, OPTION_VALUE, PLACEHOLDER = 100, 75, 150, 150
OVERFLOW, RADIOS = 5, 10  # options
DIALOG_TITLE, DIALOG_TEXT, DIALOG_BUTTON = 100, 300, 30
ROWS, CELLS, TABLE = 100, 20, 10_000  # the last: characters of a table in all
VIEW_BLOCKS, VIEW_TITLE, VIEW_PRIVATE, INPUT_LABEL = 100, 24, 3_000, 2_000


def fault(message: object) -> str | None:
    """The error code with which Slack would refuse this message; None where it would take it."""
    if not isinstance(message, dict):
        return "invalid_payload"
    text, blocks, metadata = message.get("text"), message.get("blocks") or [], message.get("metadata")
    if not text and not blocks:
        return "no_text"
    if text is not None and (not _is_unicode(text) or len(str(text)) > TEXT):
        return "msg_too_long"
    return _blocks_fault(blocks, BLOCKS, _MESSAGE) or (
        None if metadata is None else _metadata_fault(metadata)
    )


def view_fault(view: object) -> str | None:
    """The error code with which Slack would refuse to open this form; None where it would."""
    if not _VIEW(view) or not isinstance(view, dict):
        return "invalid_arguments"
    return _blocks_fault(view["blocks"], VIEW_BLOCKS, _FORM)


def _blocks_fault(blocks: object, most: int, kinds: Mapping[str, Shape]) -> str | None:
    if not _items(0, most, _kind(kinds))(blocks) or not isinstance(blocks, list):
        return "invalid_blocks"
    ids = [block["block_id"] for block in blocks if "block_id" in block]
    tables = [block for block in blocks if block["type"] == "table"]
    if len(set(ids)) < len(ids) or len(tables) > 1:
        return "invalid_blocks"
    return "msg_blocks_too_long" if len(json.dumps(blocks, ensure_ascii=False)) > BLOCKS_IN_ALL else None


def _metadata_fault(metadata: object) -> str | None:
    match metadata:
        case {"event_type": str(), "event_payload": dict(), **rest} if not rest:
            return "metadata_too_large" if len(json.dumps(metadata)) > METADATA else None
        case _:
            return "invalid_metadata_format"


def _is_unicode(text: object) -> bool:
    """Slack refuses halves of surrogate pairs."""
    return isinstance(text, str) and not any("\ud800" <= char <= "\udfff" for char in text)


def _string(most: int, least: int = 0) -> Shape:
    return lambda part: isinstance(part, str) and _is_unicode(part) and least <= len(part) <= most


def _one_of(*known: object) -> Shape:
    return lambda part: any(part is one or part == one for one in known)


def _items(least: int, most: int, shape: Shape) -> Shape:
    return lambda part: isinstance(part, list) and least <= len(part) <= most and all(map(shape, part))


def _has(kind: str, needed: Mapping[str, Shape], optional: Mapping[str, Shape] | None = None) -> Shape:
    """These keys and no others: Slack refuses what it does not know."""
    known = {"type": _one_of(kind), **needed, **(optional or {})}

    def fits(part: object) -> bool:
        if not isinstance(part, dict) or not {"type", *needed} <= part.keys() <= known.keys():
            return False
        return all(known[key](value) for key, value in part.items())

    return fits


def _text(most: int, *kinds: str) -> Shape:
    """A text object, which is never empty."""
    shapes = {
        "plain_text": _has("plain_text", {"text": _string(most, 1)}, {"emoji": _one_of(True, False)}),
        "mrkdwn": _has("mrkdwn", {"text": _string(most, 1)}, {"verbatim": _one_of(True, False)}),
    }
    return lambda part: any(shapes[kind](part) for kind in kinds or shapes)


def _plain(most: int) -> Shape:
    return _text(most, "plain_text")


def _kind(kinds: Mapping[str, Shape]) -> Shape:
    def fits(part: object) -> bool:
        shape = kinds.get(str(part.get("type"))) if isinstance(part, dict) else None
        return shape is not None and shape(part)

    return fits


def _confirm(part: object) -> bool:
    needed = {
        "title": _plain(DIALOG_TITLE),
        "text": _plain(DIALOG_TEXT),
        "confirm": _plain(DIALOG_BUTTON),
        "deny": _plain(DIALOG_BUTTON),
    }
    fits = _has("", needed, {"style": _STYLE})
    return isinstance(part, dict) and "type" not in part and fits({"type": "", **part})


def _option(part: object) -> bool:
    fits = _has(
        "", {"text": _plain(OPTION), "value": _string(OPTION_VALUE, 1)}, {"description": _plain(OPTION)}
    )
    return isinstance(part, dict) and "type" not in part and fits({"type": "", **part})


_STYLE = _one_of("primary", "danger")
_NAME = _string(ID, 1)
_BLOCK: Mapping[str, Shape] = {"block_id": _NAME}
_ELEMENTS: Mapping[str, Shape] = {
    "button": _has(
        "button",
        {"text": _plain(BUTTON), "action_id": _NAME},
        {
            "value": _string(BUTTON_VALUE),
            "url": _string(3_000),
            "style": _STYLE,
            "confirm": _confirm,
            "accessibility_label": _string(LABEL),
        },
    ),
    "static_select": _has(
        "static_select",
        {"action_id": _NAME, "placeholder": _plain(PLACEHOLDER), "options": _items(1, OPTIONS, _option)},
        {"confirm": _confirm, "initial_option": _option},
    ),
    "overflow": _has(
        "overflow", {"action_id": _NAME, "options": _items(1, OVERFLOW, _option)}, {"confirm": _confirm}
    ),
}
_INPUTS: Mapping[str, Shape] = {
    "static_select": _ELEMENTS["static_select"],
    "radio_buttons": _has(
        "radio_buttons",
        {"action_id": _NAME, "options": _items(1, RADIOS, _option)},
        {"initial_option": _option},
    ),
    "plain_text_input": _has(
        "plain_text_input",
        {"action_id": _NAME},
        {
            "placeholder": _plain(PLACEHOLDER),
            "multiline": _one_of(True, False),
            "min_length": _one_of(*range(3_001)),
            "max_length": _one_of(*range(1, 3_001)),
            "initial_value": _string(3_000),
        },
    ),
}


def _actions(block: object) -> bool:
    fits = _has("actions", {"elements": _items(1, ACTIONS, _kind(_ELEMENTS))}, _BLOCK)
    if not fits(block) or not isinstance(block, dict):
        return False
    ids = [element["action_id"] for element in block["elements"]]
    return len(set(ids)) == len(ids)


def _section(block: object) -> bool:
    parts = {
        "text": _text(SECTION),
        "fields": _items(1, FIELDS, _text(FIELD)),
        "accessory": _kind(_ELEMENTS),
        "expand": _one_of(True, False),
    }
    fits = _has("section", {}, parts | dict(_BLOCK))
    return fits(block) and isinstance(block, dict) and bool({"text", "fields"} & block.keys())


def _table(block: object) -> bool:
    cell = _has("raw_text", {"text": _string(TABLE, 1)})
    settings = {"align": _one_of("left", "center", "right"), "is_wrapped": _one_of(True, False)}
    column: Shape = lambda part: isinstance(part, dict) and _has("", {}, settings)({"type": "", **part})  # noqa: E731 - as the others
    fits = _has(
        "table",
        {"rows": _items(1, ROWS, _items(1, CELLS, cell))},
        {"column_settings": _items(0, CELLS, column), **_BLOCK},
    )
    if not fits(block) or not isinstance(block, dict):
        return False
    cells = list(chain.from_iterable(block["rows"]))
    return len({len(row) for row in block["rows"]}) == 1 and sum(len(one["text"]) for one in cells) <= TABLE


_MESSAGE: Mapping[str, Shape] = {
    "header": _has("header", {"text": _plain(HEADER)}, _BLOCK),
    "section": _section,
    "context": _has("context", {"elements": _items(1, CONTEXT, _text(SECTION))}, _BLOCK),
    "actions": _actions,
    "table": _table,
    "divider": _has("divider", {}, _BLOCK),
}
_FORM: Mapping[str, Shape] = {
    **{kind: shape for kind, shape in _MESSAGE.items() if kind != "table"},
    "input": _has(
        "input",
        {"label": _plain(INPUT_LABEL), "element": _kind(_INPUTS)},
        {"hint": _plain(INPUT_LABEL), "optional": _one_of(True, False), **_BLOCK},
    ),
}
_VIEW = _has(
    "modal",
    {"title": _plain(VIEW_TITLE), "blocks": _items(1, VIEW_BLOCKS, lambda _: True)},
    {
        "submit": _plain(VIEW_TITLE),
        "close": _plain(VIEW_TITLE),
        "callback_id": _NAME,
        "external_id": _NAME,
        "private_metadata": _string(VIEW_PRIVATE),
        "notify_on_close": _one_of(True, False),
        "clear_on_close": _one_of(True, False),
    },
)
