"""Whatever comes over the connection, it is a press that can be judged, or nothing."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from notifier.buttons.press import Press, press_of
from notifier.model import Button, Nap
from tests.support.socket_mode import SocketSlack

UID = "0123456789abcdef0123456789abcdef"
ACTION = {"action_id": "notifier.ack", "value": f"A12 {UID}"}

json = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["type", "user", "id", "actions", "value", "view", "state", "values"])
            | st.text(),
            inner,
            max_size=4,
        )
    ),
    max_leaves=12,
)
KEYS = ["type", "user", "container", "team", "channel", "response_url", "actions", "view", "trigger_id"]


def a_press(action: dict[str, Any] | None = None, **over: Any) -> Any:
    return {**SocketSlack().payload("U209", {**ACTION, **(action or {})}), **over}


def a_form(view: Any = None, **over: Any) -> Any:
    form = {"callback_id": "notifier.not_needed", "private_metadata": f'{{"value": "A12 {UID}"}}'}
    sent = SocketSlack().sent_form("U209", form, "other", "a note")
    return {**sent, "view": {**sent["view"], **(view or {})}, **over}


def read(payload: Any) -> Press:
    press = press_of(payload)
    assert press is not None
    return press


def test_a_press_names_the_alert_and_who_pressed() -> None:
    press = read(a_press())
    assert (press.user, press.team, press.button) == ("U209", "T1", Button.ACK)
    assert press.value is not None
    assert (press.value.alert, press.value.uid) == (12, UID)
    assert press.place.channel == "C1"
    assert "secret" in press.place.url
    assert "secret" not in repr(press)


@pytest.mark.parametrize("kind", ["static_select", "overflow"])
def test_of_a_menu_the_choice_counts(kind: str) -> None:
    chosen = {"action_id": "notifier.snooze", "type": kind, "selected_option": {"value": f"A12 {UID} 2h"}}
    press = read(a_press({**chosen, "value": "A1 x"}))
    assert press.nap is Nap.TWO_HOURS


def test_the_same_press_has_the_same_id_and_another_one_has_not() -> None:
    payload = a_press({"action_ts": "1.1"})
    assert read(payload).id == read(payload).id
    assert read(payload).id != read(a_press({"action_ts": "1.2"})).id
    assert read(payload).id != read({**payload, "user": {"id": "U1"}}).id
    assert read(a_form()).id != read(a_form({"id": "another"})).id


def test_only_not_needed_opens_a_form_and_a_sent_one_opens_none() -> None:
    assert [button for button in Button if read(a_press({"action_id": button.value})).opens_form] == [
        Button.NOT_NEEDED
    ]
    assert not read(a_form()).opens_form


def test_who_is_in_a_thread_is_answered_there() -> None:
    inside = {"type": "message", "message_ts": "2.0", "thread_ts": "1.0", "channel_id": "C1"}
    assert read(a_press(container=inside)).place.thread == "1.0"


@pytest.mark.parametrize(
    "payload",
    [
        None,
        [],
        "x",
        {},
        {"type": "block_actions"},
        a_press(user={"id": 7}),
        a_press(user={"id": ""}),
        a_press(user={"id": "<!channel>"}),
        a_press(user={"id": "U" * 300}),
        a_press(user=None),
        a_press(actions=[]),
        a_press(actions=["x"]),
        a_press(actions={}),
        a_press({"action_id": None}),
        a_press({"action_id": "another"}),
        a_press(type="shortcut"),
        a_form(user={"id": "C1"}),
        {"type": "view_submission", "user": {"id": "U1"}, "view": "x"},
        a_form({"callback_id": "another"}),
    ],
    ids=range(19),
)
def test_what_is_nobodys_or_not_ours_is_nothing(payload: object) -> None:
    assert press_of(payload) is None


@pytest.mark.parametrize("value", [None, 7, {}, "A1", "x" * 10_000, f"A0 {UID}", f"A12  {UID}", "A12 \u0661"])
def test_a_value_that_is_none_of_ours_is_no_alert(value: object) -> None:
    assert read(a_press({"value": value})).value is None


@pytest.mark.parametrize("metadata", [None, 7, "", "[]", "{", "{}", '{"value": 7}', "[" * 2_900, "x" * 4_000])
def test_a_form_that_carries_nothing_of_ours_is_about_no_alert(metadata: object) -> None:
    assert read(a_form({"private_metadata": metadata})).value is None


@given(json)
@settings(deadline=None)
def test_anything_at_all_can_be_read(payload: object) -> None:
    press_of(payload)


@given(st.sampled_from(KEYS), json, st.booleans())
@settings(deadline=None)
def test_any_part_may_be_anything(key: str, part: object, is_form: bool) -> None:  # noqa: FBT001 - hypothesis
    payload = a_form() if is_form else a_press()
    press = press_of({**payload, key: part})
    if press is not None:
        assert len(press.place.url) <= 1_000
        assert all(len(one) <= 255 for one in press.id)


@given(st.dictionaries(st.sampled_from(["action_id", "value", "selected_option", "action_ts"]), json))
@settings(deadline=None)
def test_any_part_of_an_action_may_be_anything(action: dict[str, Any]) -> None:
    press_of(a_press(action))


@given(st.dictionaries(st.sampled_from(["callback_id", "id", "state", "private_metadata"]), json))
@settings(deadline=None)
def test_any_part_of_a_form_may_be_anything(view: dict[str, Any]) -> None:
    press_of({**a_form(), "view": {**a_form()["view"], **view}})
