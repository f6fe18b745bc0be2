"""A built message as assertions: within Slack's limits, and nothing in it that Slack takes for a command."""

import re
from collections.abc import Collection, Iterator
from typing import Any

from tests.support.slack_limits import fault

_DATE = re.compile(r"<!date\^\d{1,12}\^\{ago\}\|[^<>|]+>")
_DECODED = re.compile(r"[<>]|&(?:amp|lt|gt);")
_ENTITY = re.compile(r"&(?:amp|lt|gt);")


def assert_harmless(said: str, mentions: Collection[str] = ()) -> None:
    """No command but our own dates and these mentions, and no entity that was cut in two."""
    rest = _DATE.sub("", said)
    for mention in mentions:
        rest = rest.replace(mention, "")
    assert "<" not in rest, rest
    assert ">" not in rest, rest
    assert "&" not in _ENTITY.sub("", rest), rest


def assert_fits(blocks: list[dict[str, Any]], mentions: Collection[str] = ()) -> None:
    """Slack would take these blocks, and reads no command out of them but these mentions."""
    assert blocks
    assert fault({"text": "text", "blocks": blocks}) is None, blocks
    for said in texts_in([block for block in blocks if block["type"] != "table"]):
        assert_harmless(said, mentions)
    for block in blocks:
        for row in block.get("rows", ()):
            # Slack does not say whether cells are decoded, so nothing in them may need it.
            assert not any(_DECODED.search(cell["text"]) for cell in row), row


def texts_in(part: Any) -> Iterator[str]:
    """Every text that somebody sees or hears, wherever it stands in blocks."""
    match part:
        case {"type": "plain_text" | "mrkdwn" | "raw_text", "text": str(said)}:
            yield said
        case dict():
            yield from ([part["accessibility_label"]] if "accessibility_label" in part else [])
            for inner in part.values():
                yield from texts_in(inner)
        case list():
            for inner in part:
                yield from texts_in(inner)
