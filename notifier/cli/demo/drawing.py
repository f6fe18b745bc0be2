"""A message as people see it in Slack: its blocks drawn with the means of a terminal. Pure."""

import html
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, TypeAlias

from rich.table import Table
from rich.text import Text

from notifier.channels.render.times import duration

Drawn: TypeAlias = Text | Table

_MARKS = re.compile(
    r"<!date\^(?P<at>\d+)\^(?P<form>[^|>]*)\|(?P<date>[^>]*)>"
    r"|<@(?P<person>[^>]+)>|<!(?:subteam\^)?(?P<group>[^|>]+)>|<[^|>]*\|(?P<link>[^>]*)>"
    r"|`(?P<code>[^`\n]+)`|\*(?P<bold>[^*\n]+)\*"
)
_KINDS = ("form", "person", "group", "link", "code", "bold")
_STYLES = {"person": "cyan", "group": "cyan", "code": "yellow", "bold": "bold"}
_BUTTONS = {"primary": "bold white on dark_green", "danger": "bold white on dark_red"}


def drawn(payload: Mapping[str, Any], names: Mapping[str, str], now: int) -> list[Drawn]:
    """Draw it: by its blocks, or by its text where it has none.

    Args:
        payload: of a message, as it is posted.
        names: of people, by their ids.
        now: UTC ms; tells how long ago something was.
    """
    blocks: Sequence[Mapping[str, Any]] = payload.get("blocks") or ()
    if not blocks:
        return [styled(str(payload["text"]), names, now)]
    return [part for block in blocks for part in _block(block, names, now)]


def styled(said: str, names: Mapping[str, str], now: int, style: str = "") -> Text:
    """Slack's text with its marks drawn: names for ids, a time for an instant, bold for stars."""
    made, at = Text(style=style), 0
    for found in _MARKS.finditer(said):
        made.append(html.unescape(said[at : found.start()]))
        made.append_text(_marked(found, names, now))
        at = found.end()
    return made.append(html.unescape(said[at:]))


def _marked(found: re.Match[str], names: Mapping[str, str], now: int) -> Text:
    kind = next(name for name in _KINDS if found[name] is not None)
    inner, style = found[kind], _STYLES.get(kind, "")
    match kind:
        case "bold":
            return styled(inner, names, now, style)
        case "form":
            ago = f"{duration(max(now - int(found['at']) * 1_000, 0))} ago"
            return Text(ago if inner == "{ago}" else html.unescape(found["date"]))
        case "person" | "group":
            return Text(f"@{names.get(inner, inner)}", style)
        case _:
            return Text(html.unescape(inner), style)


def _block(block: Mapping[str, Any], names: Mapping[str, str], now: int) -> Iterator[Drawn]:
    match block:
        case {"type": "table", "rows": [head, *rows]}:
            yield _table(head, rows, block["column_settings"])
        case {"type": "actions", "elements": elements}:
            yield Text(" ").join(map(_button, elements))
        case {"type": "header", "text": text}:
            yield _shown(text, names, now, "bold")
        case {"type": "context", "elements": elements}:
            yield from (_shown(text, names, now, "dim") for text in elements)
        case {"text": text}:
            yield _shown(text, names, now)


def _shown(text: Mapping[str, str], names: Mapping[str, str], now: int, style: str = "") -> Text:
    if text["type"] == "mrkdwn":
        return styled(text["text"], names, now, style)
    return Text(html.unescape(text["text"]), style)


def _button(element: Mapping[str, Any]) -> Text:
    if element["type"] == "static_select":
        return Text(f"[{element['placeholder']['text']} ▾]", "bold")
    return Text(f"[{element['text']['text']}]", _BUTTONS.get(element.get("style", ""), "bold"))


def _table(
    head: Sequence[Mapping[str, str]], rows: Sequence[Sequence[Mapping[str, str]]], sides: Sequence[Any]
) -> Table:
    table = Table(box=None, padding=(0, 3, 0, 0), pad_edge=False, header_style="bold")
    for cell, side in zip(head, sides, strict=True):
        table.add_column(Text(cell["text"]), justify="right" if side.get("align") == "right" else "left")
    for row in rows:
        table.add_row(*(Text(cell["text"]) for cell in row))
    return table
