"""What is posted, before it is posted."""

import uuid

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from notifier.channels.slack import message
from notifier.channels.slack.bot import SUMMARY_SIZE
from notifier.model import Message
from tests.support.sample import a_call, a_notice, a_notification, a_summary
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
        said = message.posted(notification, plain=plain) | {"metadata": message.metadata(notification)}
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


def a_page(*messages: Message) -> list[object]:
    return [{"ts": f"{n}.0", "metadata": message.metadata(each)} for n, each in enumerate(messages, 1)]


def test_a_message_is_known_by_the_delivery_id_in_its_metadata() -> None:
    page = a_page(a_notification(delivery_id="d1"), a_notice(delivery_id="n1"))
    assert message.receipts_in("C1", page) == {"d1": "C1:1.0", "n1": "C1:2.0"}


def test_what_stands_in_a_summary_is_found_and_has_no_receipt() -> None:
    found = message.receipts_in("C1", a_page(a_summary(delivery_id="s1")))
    assert found == {"s1": "C1:1.0", "d12": "", "d13": ""}


@pytest.mark.parametrize("order", [1, -1])
def test_what_stands_in_a_summary_and_by_itself_has_a_receipt(order: int) -> None:
    messages: list[Message] = [a_summary(delivery_id="s1"), a_notification(delivery_id="d12")]
    pages = a_page(*messages[::order])
    assert message.receipts_in("C1", pages)["d12"].startswith("C1:")


@pytest.mark.parametrize(
    "metadata",
    [
        {"event_type": "other", "event_payload": {"delivery_id": "d1", "delivery_ids": ["d2"]}},
        {"event_type": message.EVENT, "event_payload": {"delivery_id": 7, "delivery_ids": "d1"}},
        {"event_type": message.EVENT, "event_payload": ["d1"]},
        {"event_type": message.EVENT, "event_payload": {"delivery_ids": [["d1"], None]}},
        None,
    ],
)
def test_metadata_of_another_form_is_none_of_ours(metadata: object) -> None:
    assert message.receipts_in("C1", [{"ts": "1.0", "metadata": metadata}]) == {}


@given(st.recursive(st.none() | st.text(), lambda s: st.lists(s) | st.dictionaries(st.text(), s)))
@settings(deadline=None)
def test_any_other_history_holds_none_of_ours(found: object) -> None:
    assert message.receipts_in("C1", found) == {}


def test_the_metadata_of_the_largest_summary_is_within_slacks_limits() -> None:
    many = tuple(a_notification(delivery_id=uuid.uuid4().hex) for _ in range(SUMMARY_SIZE))
    said = {"text": "text", "metadata": message.metadata(a_summary(many))}
    assert fault(said) is None


@pytest.mark.parametrize(
    ("answer", "unthreaded"),
    [
        ({"message": {"text": "x", "thread_ts": "1.0"}}, False),
        ({"message": {"text": "x"}}, True),
        ({"message": "x"}, False),
        ({}, False),
    ],
)
def test_a_reply_that_slack_posted_outside_of_its_thread_is_known_by_the_answer(
    answer: dict[str, object], *, unthreaded: bool
) -> None:
    assert message.is_unthreaded(answer) is unthreaded


def test_a_reply_leads_to_the_message_that_it_replies_to() -> None:
    said = {"ts": "2.0", "metadata": message.metadata(a_notification(delivery_id="d1"))}
    assert message.receipts_in("C1", [said | {"thread_ts": "1.0"}]) == {"d1": "C1:1.0"}
    assert message.receipts_in("C1", [said | {"thread_ts": "2.0"}]) == {"d1": "C1:2.0"}
