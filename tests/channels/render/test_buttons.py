"""The buttons: which are drawn in which state, what they say when they are pressed, and that they fit."""

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings

from notifier.channels.render import blocks
from notifier.channels.render.buttons import buttons, offered
from notifier.model import AlertState, Button, EndReason, Nap, Notification, read_button_value
from tests.support.blockkit import assert_fits, texts_in
from tests.support.hostile import notifications
from tests.support.messages import masked, of_a_team, one

ACK, REACHED, SNOOZE, NOT_NEEDED, DO_NOT_CALL = Button
ALL = (ACK, REACHED, SNOOZE, NOT_NEEDED, DO_NOT_CALL)


def of(**alert: Any) -> Notification:
    return replace(one(), alert=replace(one().alert, **alert))


def drawn(notification: Notification) -> list[dict[str, Any]]:
    block: Any = buttons(notification)[0]
    elements: list[dict[str, Any]] = block["elements"]
    return elements


@pytest.mark.parametrize(
    ("notification", "expected"),
    [
        (of(), ALL),
        (of(state=AlertState.PENDING), ALL),
        (of(state=AlertState.ACKNOWLEDGED), (REACHED, SNOOZE, NOT_NEEDED, DO_NOT_CALL)),
        (of(state=AlertState.SNOOZED), ALL),
        (of(state=AlertState.ENDED, ended_as=EndReason.REACHED), ()),
        (of(state=AlertState.ENDED, ended_as=EndReason.EXPIRED), ()),
        (of(state=AlertState.ENDED, ended_as=EndReason.TOLD), (DO_NOT_CALL,)),
        (of(per=("call",), follows_up=False), (DO_NOT_CALL,)),
        (of(per=("call",), follows_up=False, due_at=1), ALL),
        (of_a_team(), (ACK, SNOOZE, NOT_NEEDED)),
        (replace(one(), is_agent_leg=True), (ACK, SNOOZE, NOT_NEEDED)),
        (replace(one(), test=True), ()),
    ],
    ids=[
        "open",
        "pending",
        "acknowledged",
        "snoozed",
        "reached",
        "expired",
        "told",
        "only told",
        "waiting",
        "several customers",
        "agent leg",
        "test-customer",
    ],
)
def test_only_what_does_something_is_drawn(notification: Notification, expected: tuple[Button, ...]) -> None:
    assert offered(notification) == expected
    shown = [block for block in blocks(notification, has_buttons=True) if block["type"] == "actions"]
    assert [each["action_id"] for block in shown for each in block["elements"]] == list(expected)  # type: ignore[attr-defined] # a list
    assert [block["type"] for block in blocks(notification)].count("actions") == 0


def test_a_press_names_the_alert_and_nothing_else() -> None:
    alert = one().alert
    ack, _, snooze, *_ = drawn(one())
    assert read_button_value(ack["value"]) == (alert.id, alert.uid, None)
    naps = [read_button_value(option["value"]) for option in snooze["options"]]
    assert naps == [(alert.id, alert.uid, nap) for nap in Nap]
    assert "98123" not in str([each.get("value") for each in drawn(one())])


def test_every_version_of_the_alert_has_a_block_id_of_its_own() -> None:
    ids = {str(buttons(of(version=version))[0]["block_id"]) for version in (1, 2, 3)}
    assert len(ids) == 3
    assert buttons(of(version=2))[0]["block_id"] == buttons(of(version=2))[0]["block_id"]
    later = of(version=2, state=AlertState.ACKNOWLEDGED)
    assert [each["value"] for each in drawn(later)[:1]] == [drawn(one())[0]["value"]]


def test_before_a_customer_is_silenced_it_is_asked_whether_that_is_meant() -> None:
    confirm = drawn(one())[-1]["confirm"]
    assert confirm["text"]["text"] == (
        "Suresh, 098123 45678. "
        "Nobody is told of missed calls to this customer any more, and this alert is resolved."
    )
    assert [each["action_id"] for each in drawn(one()) if "confirm" in each] == [DO_NOT_CALL]
    assert "98123 4" not in str(list(texts_in(buttons(masked(one())))))
    nobody = replace(one(), calls=())
    assert drawn(nobody)[-1]["confirm"]["text"]["text"].startswith("Nobody is told of missed calls")


def test_a_screen_reader_is_told_more_than_a_label_says() -> None:
    labels = [each["accessibility_label"] for each in drawn(one()) if each["type"] == "button"]
    assert labels == [
        "I am on it (A12)",
        "The customer was reached (A12)",
        "Nobody needs to call back; asks for the reason (A12)",
        "Do not call this customer; asks whether you are sure (A12)",
    ]


@given(notification=notifications)
@settings(deadline=None, max_examples=100)
def test_whatever_an_alert_is_about_its_buttons_fit_and_ping_nobody(notification: Notification) -> None:
    about_one = replace(notification, alert=replace(notification.alert, customer="+919812345678"))
    assert_fits(blocks(about_one, has_buttons=True))
