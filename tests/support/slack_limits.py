"""Slack's documented limits for messages, which neither the SDK nor a look-alike would otherwise enforce.

https://docs.slack.dev/reference/block-kit/blocks, https://docs.slack.dev/messaging/message-metadata
"""

import json
from collections.abc import Callable

Block = dict[str, object]

TEXT = 4_000
BLOCKS = 50
BLOCKS_IN_ALL = 13_200  # characters; not documented
METADATA = 8_000  # characters


def fault(message: object) -> str | None:
    """The error code with which Slack would refuse this message; None where it would take it."""
    if not isinstance(message, dict):
        return "invalid_payload"
    text, blocks, metadata = message.get("text"), message.get("blocks") or [], message.get("metadata")
    if not text and not blocks:
        return "no_text"
    if text is not None and (not isinstance(text, str) or len(text) > TEXT):
        return "msg_too_long"
    if not isinstance(blocks, list) or len(blocks) > BLOCKS or not all(map(_is_block, blocks)):
        return "invalid_blocks"
    if len(json.dumps(blocks, ensure_ascii=False)) > BLOCKS_IN_ALL:
        return "msg_blocks_too_long"
    return None if metadata is None else _metadata_fault(metadata)


def _metadata_fault(metadata: object) -> str | None:
    match metadata:
        case {"event_type": str(), "event_payload": dict(), **rest} if not rest:
            return "metadata_too_large" if len(json.dumps(metadata)) > METADATA else None
        case _:
            return "invalid_metadata_format"


def _is_block(block: object) -> bool:
    if not isinstance(block, dict) or len(str(block.get("block_id", ""))) > 255:
        return False
    check = _KINDS.get(str(block.get("type")))
    return check is not None and check(block)


def _is_header(block: Block) -> bool:
    return _is_text(block.get("text"), 150, ("plain_text",))


def _is_section(block: Block) -> bool:
    text, fields = block.get("text"), block.get("fields")
    if text is None and not fields:
        return False
    return (text is None or _is_text(text, 3_000)) and (
        fields is None or _are(fields, 10, lambda field: _is_text(field, 2_000))
    )


def _is_context(block: Block) -> bool:
    return _are(block.get("elements"), 10, lambda element: _is_text(element, 3_000))


def _is_actions(block: Block) -> bool:
    return _are(block.get("elements"), 25, _is_button)


def _is_button(element: object) -> bool:
    if not isinstance(element, dict) or element.get("type") != "button":
        return False
    sizes = len(str(element.get("action_id", ""))) <= 255 and len(str(element.get("value", ""))) <= 2_000
    return sizes and _is_text(element.get("text"), 75, ("plain_text",))


def _are(parts: object, most: int, fits: Callable[[object], bool]) -> bool:
    return isinstance(parts, list) and 1 <= len(parts) <= most and all(map(fits, parts))


def _is_text(part: object, most: int, kinds: tuple[str, ...] = ("plain_text", "mrkdwn")) -> bool:
    if not isinstance(part, dict) or part.get("type") not in kinds or not isinstance(part.get("text"), str):
        return False
    extra = "emoji" if part["type"] == "plain_text" else "verbatim"
    return 1 <= len(part["text"]) <= most and set(part) <= {"type", "text", extra}


_KINDS: dict[str, Callable[[Block], bool]] = {
    "header": _is_header,
    "section": _is_section,
    "context": _is_context,
    "actions": _is_actions,
    "divider": lambda block: set(block) <= {"type", "block_id"},
}
