"""What is posted, before it is posted."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from notifier.channels.slack import message
from tests.support.sample import a_call, a_notification
from tests.support.slack_limits import fault


def test_a_formatted_message_has_both_text_and_blocks() -> None:
    said = message.content(a_notification(), plain=False)
    assert set(said) == {"text", "blocks"}
    assert said["blocks"]


def test_a_plain_message_has_text_only() -> None:
    assert set(message.content(a_notification(), plain=True)) == {"text"}


def test_a_new_message_unfurls_nothing_and_parses_nothing() -> None:
    said = message.posted(a_notification(), plain=False)
    assert said["unfurl_links"] is False
    assert said["unfurl_media"] is False
    assert not {"parse", "link_names"} & set(said)


@given(st.text(max_size=200), st.integers(min_value=1, max_value=50))
@settings(deadline=None, max_examples=50)
def test_every_message_is_within_slacks_limits(name: str, calls: int) -> None:
    notification = a_notification(calls=tuple(a_call(id=str(i), name=name) for i in range(calls)))
    for plain in (False, True):
        said = message.posted(notification, plain=plain) | {"metadata": message.metadata("d")}
        assert fault(said) is None


@pytest.mark.parametrize(
    ("channel", "ts", "made"),
    [
        ("C1", "1700000000.000100", "C1:1700000000.000100"),
        ("D9", "1.2", "D9:1.2"),
        (None, "1700000000.000100", ""),
        ("C1", None, ""),
        ("C1:1.2\n", "1.2", ""),
        ({"id": "C1"}, 17, ""),
    ],
)
def test_a_receipt_names_channel_and_ts_or_is_empty(channel: object, ts: object, made: str) -> None:
    assert message.receipt(channel, ts) == made


def test_a_receipt_leads_back_to_its_message() -> None:
    assert message.place("C1:1700000000.000100") == {"channel": "C1", "ts": "1700000000.000100"}
    assert message.place("") is None


def test_a_message_is_known_by_the_delivery_id_in_its_metadata() -> None:
    assert message.has_delivery_id({"metadata": message.metadata("d1")}, "d1")
    assert not message.has_delivery_id({"metadata": message.metadata("d2")}, "d1")
    assert not message.has_delivery_id({"metadata": message.metadata("d1") | {"event_type": "other"}}, "d1")


@given(st.recursive(st.none() | st.text(), lambda s: st.lists(s) | st.dictionaries(st.text(), s)))
@settings(deadline=None)
def test_any_other_message_of_a_history_is_none_of_ours(found: object) -> None:
    assert not message.has_delivery_id(found, "d1")
