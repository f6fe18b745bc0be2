"""What the demo shows: calls and decisions as lines, Slack's messages as boxes."""

import html
import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from rich.console import Console
from rich.panel import Panel
from rich.text import Text

_DATE = re.compile(r"<!date\^[^|>]*\|([^>]*)>")
_LINK = re.compile(r"<[^|>]*\|([^>]*)>")
_STYLED = re.compile(r"([*`])([^*`\n]+)\1")

WIDTH = 72


class Screen:
    """Writes to a terminal, or plainly where there is none."""

    def __init__(self, console: Console) -> None:
        self._console = console

    def say(self, text: str, style: str = "") -> None:
        """A line of our own."""
        self._console.print(Text(text, style=style))

    def call(
        self, when: str, who: str, customer: str, decisions: Iterable[str], *, answered: bool = False
    ) -> None:
        """A call, and what the rules made of it."""
        what = ("  answered call  ", "green") if answered else "  missed call  "
        line = Text.assemble((when, "dim"), what, (who, "bold"), f" → {customer}")
        for decision in decisions:
            line.append(f"\n          {decision}", style="dim")
        self._console.print(line)

    def message(self, room: str, payload: Mapping[str, Any], *, edited: bool) -> None:
        """A message in Slack, or how it looks after an edit."""
        blocks = payload.get("blocks")
        text = readable(blocks) if blocks else plain(payload["text"])
        title = f"Slack · {room}" + (" · edited in place" if edited else "")
        style = "yellow" if edited else "green"
        self._console.print(
            Panel(Text(text), title=title, title_align="left", border_style=style, width=WIDTH)
        )


def readable(blocks: Sequence[Mapping[str, Any]]) -> str:
    """Headers, sections and contexts of Block Kit as a person reads them."""
    return "\n".join(line for block in blocks for line in _lines(block))


def plain(text: str) -> str:
    """Slack's text as a person reads it."""
    shown = _STYLED.sub(r"\2", _LINK.sub(r"\1", _DATE.sub(r"\1", text)))
    return html.unescape(shown)


def _lines(block: Mapping[str, Any]) -> list[str]:
    texts = [block["text"]] if "text" in block else block.get("elements", [])
    # A field is a title above a value: beside each other they are easier on a terminal.
    fields = [_shown(field).replace("\n", ": ", 1) for field in block.get("fields", [])]
    return [_shown(text) for text in texts] + fields


def _shown(text: Mapping[str, str]) -> str:
    return plain(text["text"]) if text["type"] == "mrkdwn" else html.unescape(text["text"])
