"""The pieces that blocks are made of."""

from collections.abc import Mapping
from typing import Final

Block = dict[str, object]

MARKS: Final[Mapping[str, str]] = {"info": "📞", "warning": "🟠", "critical": "🔴"}
"""How grave it is, at a glance."""


def context(lines: list[str]) -> Block:
    """Small and grey; escaped."""
    return {"type": "context", "elements": [mrkdwn("\n".join(lines))]}


def lines(said: list[str]) -> Block:
    """A section of lines, escaped."""
    return section(mrkdwn("\n".join(said)))


def section(text: Block) -> Block:
    """A paragraph."""
    return {"type": "section", "text": text}


def header(text: str) -> Block:
    """The title; nothing in it is styled."""
    return {"type": "header", "text": plain(text)}


def plain(text: str) -> Block:
    """Text in which nothing is styled, and nothing needs escaping."""
    return {"type": "plain_text", "text": text, "emoji": False}


def mrkdwn(text: str) -> Block:
    """Escaped text with Slack's styles."""
    # Verbatim: Slack adds no links of its own to names that look like addresses or channels.
    return {"type": "mrkdwn", "text": text, "verbatim": True}
