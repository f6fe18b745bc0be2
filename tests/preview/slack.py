"""A message in Slack as HTML: enough of how clients draw blocks to judge what an agent would see."""

import re
from collections.abc import Iterable, Mapping, Sequence
from html import escape, unescape
from pathlib import Path
from typing import Any

from notifier.channels.render.times import duration

Block = Mapping[str, Any]

_DATE = re.compile(r"<!date\^(\d+)\^\{ago\}\|[^>]*>")
_PERSON = re.compile(r"<@([^>]+)>")
_GROUP = re.compile(r"<!(?:subteam\^)?([^>]+)>")
_STYLES = ((re.compile(r"`([^`\n]+)`"), "code"), (re.compile(r"\*([^*\n]+)\*"), "b"))

STYLE = (Path(__file__).parent / "slack.css").read_text()


def drawn(blocks: Sequence[Block], now: int) -> str:
    """A message's blocks, as somebody sees them at that moment (UTC ms)."""
    inner = "".join(_block(block, now) for block in blocks)
    return f'<div class="slack"><div class="by">Missed calls <i>APP</i></div>{inner}</div>'


def _block(block: Block, now: int) -> str:
    match block["type"]:
        case "header":
            return f"<h2>{_text(block['text'], now)}</h2>"
        case "section":
            return f'<div class="section">{_text(block["text"], now)}</div>'
        case "context":
            said = " ".join(_text(each, now) for each in block["elements"])
            return f'<div class="context">{said}</div>'
        case "actions":
            return f'<div class="actions">{"".join(map(_element, block["elements"]))}</div>'
        case "table":
            return _table(block)
        case other:
            raise ValueError(f"the preview can't draw a block of type {other}")


def _element(element: Block) -> str:
    if element["type"] == "static_select":
        return f"<span>{escape(element['placeholder']['text'])} ⌄</span>"
    return f'<span class="{element.get("style", "")}">{escape(element["text"]["text"])}</span>'


def _table(block: Block) -> str:
    sides = [
        f"{column.get('align', 'left')} {'' if column.get('is_wrapped') else 'whole'}"
        for column in block["column_settings"]
    ]
    head, *rows = block["rows"]
    drawn_rows = (_row(row, sides, "td") for row in rows)
    return f'<div class="scroll"><table>{_row(head, sides, "th")}{"".join(drawn_rows)}</table></div>'


def _row(row: Iterable[Block], sides: Sequence[str], tag: str) -> str:
    cells = (
        f'<{tag} class="{side}">{escape(cell["text"])}</{tag}>' for cell, side in zip(row, sides, strict=True)
    )
    return f"<tr>{''.join(cells)}</tr>"


def _text(text: Mapping[str, str], now: int) -> str:
    if text["type"] == "plain_text":
        return escape(unescape(text["text"])).replace("\n", "<br>")
    said = _DATE.sub(lambda match: f"{duration(now - int(match[1]) * 1_000)} ago", text["text"])
    said = _PERSON.sub(r'<span class="at">@Asha Rao</span>', said)
    said = _GROUP.sub(r'<span class="ping">@\1</span>', said)
    for pattern, tag in _STYLES:
        said = pattern.sub(rf"<{tag}>\1</{tag}>", said)
    return said.replace("\n", "<br>")
