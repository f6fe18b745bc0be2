"""The text part of an e-mail: not escaped, and no wider than a terminal."""

import re
import textwrap
from collections.abc import Iterable

from notifier.channels.render.digests import DigestWords, digest_words, more
from notifier.channels.render.escape import unlinked
from notifier.channels.render.letter import letter
from notifier.channels.render.notices import in_mail
from notifier.channels.render.summaries import summary_words
from notifier.model import DigestReport, Message, Notice, Notification, Summary

_COLUMNS = 78  # RFC 5322, 2.1.1
_KEPT = re.compile(r"(?<=\d) (?=\d)|(?<=[A-Z]) (?=\([+-]\d)|(?<=\d) (?=[A-Z]{2,5} \([+-])")
"""Blanks within a number, and within a time with its zone: no line ends there."""
_HARD_BLANK = "\N{NO-BREAK SPACE}"


def plain(message: Message) -> str:
    """The text of an e-mail, one fact a line; longer ones go on below, indented."""
    match message:
        case Notification():
            lines = _alert(message)
        case Summary():
            told = summary_words(message, unlinked)
            lines = [*_paragraph(told.title, told.why), *_listed(map(str, told.items))]
        case Notice():
            said = in_mail(message)
            # As they are: ops copy keys and commands out of them.
            return "\n".join([said.title, "", f"{said.span}.", *said.story, ""])
        case DigestReport():
            lines = _digest(digest_words(message, unlinked))
    return "\n".join([*lines, ""])


def _alert(notification: Notification) -> list[str]:
    told = letter(notification)
    number = "" if told.has_number_in_title else told.number
    shown = told.table
    rows = [*_listed(shown.lines), *filter(None, [shown.rest]), ""] if shown else []
    return [
        *_paragraph(told.test, told.status, told.note),
        *_paragraph(told.title, number, told.leg),
        *(_folded(f"{name}: {fact}", hang="  ") for name, fact in told.facts),
        "",
        *rows,
        _folded(told.foot),
    ]


def _digest(told: DigestWords) -> list[str]:
    lists = {
        "By agent": [*_listed(map(str, told.agents)), *more(told.more_agents)],
        "By hour": [*_listed(map(str, told.hours))],
        told.left_title: [*_listed(map(str, told.left)), *more(told.more_left)],
    }
    listed = [line for name, rows in lists.items() if rows for line in (f"{name}:", *rows, "")]
    head = [*_paragraph(told.title, told.span), *_paragraph(*(f"{fact}." for fact in told.facts))]
    return [*head, *listed][:-1]


def _paragraph(*lines: str) -> list[str]:
    """Those that say something, and an empty line below; nothing where none does."""
    said = [_folded(line) for line in lines if line]
    return [*said, ""] if said else []


def _listed(lines: Iterable[str]) -> list[str]:
    return [_folded(f"- {line}", hang="  ") for line in lines]


def _folded(line: str, *, hang: str = "") -> str:
    """As many lines as it needs, those below the first behind `hang`."""
    if len(line) <= _COLUMNS:
        return line
    whole = _KEPT.sub(_HARD_BLANK, line)
    folded = textwrap.fill(
        whole, _COLUMNS, subsequent_indent=hang, break_long_words=False, break_on_hyphens=False
    )
    return folded.replace(_HARD_BLANK, " ")
