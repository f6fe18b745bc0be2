"""Slack's limits for a message, as assertions: the SDK does not check blocks that are given as dicts."""

import json
import re
from typing import Any

_DATE = re.compile(r"<!date\^\d{1,12}\^\{date_short_pretty\} \{time\}\|[^<>|]+>")
_ENTITY = re.compile(r"&(?:amp|lt|gt);")
_TEXTS = {"header": (150, "plain_text"), "section": (3_000, None)}


def assert_harmless(said: str) -> None:
    """No command but our own dates, and no entity that was cut in two."""
    rest = _DATE.sub("", said)
    assert "<" not in rest, rest
    assert ">" not in rest, rest
    assert "&" not in _ENTITY.sub("", rest), rest


def assert_fits(blocks: list[dict[str, Any]]) -> None:
    """Slack would take these blocks, and reads no command out of them."""
    assert 1 <= len(blocks) <= 50
    assert len(json.dumps(blocks, ensure_ascii=False)) < 12_000
    for block in blocks:
        texts = [block["text"]] if "text" in block else []
        limit, only = _TEXTS.get(block["type"], (2_000, None))
        if "fields" in block:
            assert 1 <= len(block["fields"]) <= 10
            assert all(len(field["text"]) <= 2_000 for field in block["fields"])
            texts += block["fields"]
        if block["type"] == "context":
            assert 1 <= len(block["elements"]) <= 10
            texts += block["elements"]
        assert texts
        for text in texts:
            assert only in {None, text["type"]}
            assert 1 <= len(text["text"]) <= limit
            assert set(text) <= {"type", "text", "emoji" if text["type"] == "plain_text" else "verbatim"}
            assert_harmless(text["text"])
