"""Every limit of Slack that the validator knows: what is at it is taken, what is one beyond is refused."""

import json
from collections.abc import Callable
from typing import Any

import pytest

from tests.support import slack_limits as limits
from tests.support.slack_limits import fault, view_fault

Part = dict[str, Any]


FRAME = len(json.dumps({"event_type": "e", "event_payload": {"x": ""}}))


def text(size: int) -> Part:
    return {"type": "plain_text", "text": "x" * size}


def message(*blocks: Part) -> Part:
    return {"text": "x", "blocks": list(blocks)}


def actions(*elements: Part) -> Part:
    return message({"type": "actions", "elements": list(elements)})


def button(**over: Any) -> Part:
    return {"type": "button", "text": text(1), "action_id": "a", **over}


def option(shown: int = 1, value: int = 1) -> Part:
    return {"text": text(shown), "value": "v" * value}


def menu(**over: Any) -> Part:
    return {"type": "static_select", "action_id": "a", "placeholder": text(1), "options": [option()], **over}


def dialog(**over: Any) -> Part:
    confirm = {"title": text(1), "text": text(1), "confirm": text(1), "deny": text(1)} | over
    return actions(button(confirm=confirm))


def table(rows: int = 1, cells: int = 1, size: int = 1, **over: Any) -> Part:
    row = [{"type": "raw_text", "text": "x" * size} for _ in range(cells)]
    return message({"type": "table", "rows": [row] * rows, **over})


def form(*blocks: Part, **over: Any) -> Part:
    shown = list(blocks) or [{"type": "divider"}]
    return {"type": "modal", "title": text(1), "blocks": shown, **over}


def asking(element: Part, **over: Any) -> Part:
    return form({"type": "input", "label": text(1), "element": element, **over})


AT: dict[str, tuple[int, Callable[[int], Part]]] = {
    "text": (4_000, lambda n: {"text": "x" * n}),
    "blocks": (50, lambda n: message(*[{"type": "divider"}] * n)),
    "header": (150, lambda n: message({"type": "header", "text": text(n)})),
    "section": (3_000, lambda n: message({"type": "section", "text": text(n)})),
    "fields": (10, lambda n: message({"type": "section", "fields": [text(1)] * n})),
    "field": (2_000, lambda n: message({"type": "section", "fields": [text(n)]})),
    "context": (10, lambda n: message({"type": "context", "elements": [text(1)] * n})),
    "block_id": (255, lambda n: message({"type": "divider", "block_id": "x" * n})),
    "actions": (25, lambda n: actions(*(button(action_id=str(one)) for one in range(n)))),
    "action_id": (255, lambda n: actions(button(action_id="x" * n))),
    "button": (75, lambda n: actions(button(text=text(n)))),
    "button value": (2_000, lambda n: actions(button(value="x" * n))),
    "label": (75, lambda n: actions(button(accessibility_label="x" * n))),
    "placeholder": (150, lambda n: actions(menu(placeholder=text(n)))),
    "options": (100, lambda n: actions(menu(options=[option()] * n))),
    "option": (75, lambda n: actions(menu(options=[option(shown=n)]))),
    "option value": (150, lambda n: actions(menu(options=[option(value=n)]))),
    "overflow": (
        5,
        lambda n: actions({"type": "overflow", "action_id": "a", "options": [option()] * n}),
    ),
    "dialog title": (100, lambda n: dialog(title=text(n))),
    "dialog text": (300, lambda n: dialog(text=text(n))),
    "dialog confirm": (30, lambda n: dialog(confirm=text(n))),
    "dialog deny": (30, lambda n: dialog(deny=text(n))),
    "rows": (100, lambda n: table(rows=n)),
    "cells": (20, lambda n: table(cells=n)),
    "table": (10_000, lambda n: table(size=n)),
    "columns": (20, lambda n: table(column_settings=[{"align": "left"}] * n)),
    "tables": (1, lambda n: message(*table()["blocks"] * n)),
    "metadata": (
        8_000,
        lambda n: {"text": "x", "metadata": {"event_type": "e", "event_payload": {"x": "x" * (n - FRAME)}}},
    ),
}
FORMS: dict[str, tuple[int, Callable[[int], Part]]] = {
    "title": (24, lambda n: form(title=text(n))),
    "submit": (24, lambda n: form(submit=text(n))),
    "close": (24, lambda n: form(close=text(n))),
    "blocks": (100, lambda n: form(*[{"type": "divider"}] * n)),
    "private_metadata": (3_000, lambda n: form(private_metadata="x" * n)),
    "callback_id": (255, lambda n: form(callback_id="x" * n)),
    "label": (2_000, lambda n: asking(menu(), label=text(n))),
    "hint": (2_000, lambda n: asking(menu(), hint=text(n))),
    "radios": (
        10,
        lambda n: asking({"type": "radio_buttons", "action_id": "a", "options": [option()] * n}),
    ),
    "max_length": (
        3_000,
        lambda n: asking({"type": "plain_text_input", "action_id": "a", "max_length": n}),
    ),
}


@pytest.mark.parametrize("name", AT)
def test_a_message_at_a_limit_is_taken_and_one_beyond_is_not(name: str) -> None:
    limit, build = AT[name]
    assert fault(build(limit)) is None
    assert fault(build(limit + 1)) is not None


@pytest.mark.parametrize("name", FORMS)
def test_a_form_at_a_limit_is_taken_and_one_beyond_is_not(name: str) -> None:
    limit, build = FORMS[name]
    assert view_fault(build(limit)) is None
    assert view_fault(build(limit + 1)) is not None


@pytest.mark.parametrize(
    "refused",
    [
        message({"type": "header", "text": {"type": "mrkdwn", "text": "x"}}),
        message({"type": "header", "text": text(1), "colour": "red"}),
        message({"type": "section", "text": {"type": "mrkdwn", "text": "\ud83d"}}),
        message(*[{"type": "divider", "block_id": "same"}] * 2),
        actions(button(), button()),
        actions(button(style="green")),
        actions(menu(options=[])),
        dialog(text={"type": "mrkdwn", "text": "x"}),
        table(size=0),
        table(rows=0),
        message({"type": "table", "rows": [table()["blocks"][0]["rows"][0], []]}),
        message({"type": "table", "rows": [[{"type": "raw_text", "text": "x"}] * n for n in (1, 2)]}),
        {"text": "\udc00"},
    ],
)
def test_what_slack_does_not_know_or_take_is_refused(refused: Part) -> None:
    assert fault(refused) is not None


@pytest.mark.parametrize("refused", [None, form(*table()["blocks"]), form(colour="red"), {"type": "modal"}])
def test_a_form_that_slack_does_not_know_is_refused(refused: object) -> None:
    assert view_fault(refused) is not None


def test_all_characters_of_a_message_are_counted() -> None:
    several = [{"type": "section", "text": text(3_000)}] * 4
    assert fault(message(*several)) is None
    assert fault(message(*several, {"type": "section", "text": text(limits.BLOCKS_IN_ALL - 12_000)})) == (
        "msg_blocks_too_long"
    )
