"""Whole answers, documented and seen."""

import json
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from notifier.errors import SourceError, SourceTransient
from notifier.model import Call, Endpoint, Reject
from notifier.telecmi.parse import MOST_RECORDS, Answer, read_answer

DATA = Path(__file__).parent / "data"


def read(body: object) -> Answer:
    return read_answer(body, "main", Endpoint.OUT_MISSED, "IN", "s3cret-s3cret")


def sample(name: str) -> Answer:
    return read(json.loads((DATA / f"{name}.json").read_text()))


def brief(answer: Answer) -> list[tuple[str, str | None, str, str, int, str]]:
    return [
        (call.id, call.alias, call.extension, call.customer, call.placed_at, call.name)
        for call in answer.records
        if isinstance(call, Call)
    ]


def test_the_documented_sample_of_india_says_six_and_shows_five() -> None:
    answer = sample("india_documented")
    assert (answer.count, answer.shown) == (6, 5)
    assert brief(answer) == [
        ("5d9df5607a2b952710b030dc", None, "209", "+919100000000", 1570633130937, ""),
        ("5d9def617a2b952710b0309c", None, "207", "+919200000000", 1570631600165, ""),
        ("5d9deeaa362b8f14305933c5", None, "208", "+919300000000", 1570631272413, ""),
        ("5d9ded777a2b952710b03086", None, "201", "+919400000000", 1570631107215, ""),
        ("5d9deb167a2b952710b03062", None, "201", "+919500000000", 1570630422310, "suresh"),
    ]


def test_india_as_it_was_seen() -> None:
    answer = sample("india_seen")
    assert answer.count == 3
    uuids = ("834a35bb-733a-4839-8338-9939143ac7cc", "4fe3dacc-2890-48d4-bb1a-0d3fe434c388")
    first, second, third = brief(answer)
    assert first == (uuids[0], None, "2091", "+919812345678", 1790000000123, "Priya")
    assert second == ("5d9df5607a2b952710b030dc", uuids[1], "209", "+919812345678", 1790000000456, "")
    assert third[0].startswith("hash:")
    assert third[1:] == (None, "209", "+919812345678", 1790000000789, "")


def test_the_documented_sample_of_the_other_region() -> None:
    answer = sample("global_documented")
    assert (answer.count, answer.shown) == (275, 2)
    assert brief(answer) == [
        ("40bed6c9-14f1-435b-b4a3-224bd22e5241", None, "208", "+919200000000", 1654508747170, ""),
        ("906cd491-680a-4ee1-a75a-43f07878b61d", None, "208", "+919200000003", 1654508701320, ""),
    ]


def test_the_other_region_as_it_was_seen_with_a_record_that_cannot_be_read() -> None:
    answer = sample("global_seen")
    assert answer.count == 3
    assert brief(answer) == [
        ("44c2889d-7621-4be5-9de7-5f40ceef8360", None, "", "+61400000000", 1654086575340, ""),
        ("42", None, "101", "+442079460958", 1654086575341, ""),
    ]
    assert isinstance(answer.records[2], Reject)
    assert answer.records[2].reason == "`time` is in seconds, not in milliseconds"


@pytest.mark.parametrize(
    ("fields", "count"),
    [
        ({"total": 6}, 6),
        ({"count": 6}, 6),
        ({"count": "6"}, 6),
        ({"total": 6, "count": 7}, 7),  # rather a page too many than one too few
        ({"total": 6, "count": "many"}, 6),
        ({"total": 0}, 0),
        ({}, None),
        ({"total": -1}, None),
        ({"total": True}, None),
        ({"total": 6.0}, None),
        ({"total": "9" * 16}, None),
        ({"total": [6]}, None),
    ],
)
def test_the_count_is_found_under_both_names_and_as_text(
    fields: dict[str, object], count: int | None
) -> None:
    assert read({"cdr": [], **fields}) == Answer(count, (), 0)


@pytest.mark.parametrize("body", [{"count": 0}, {"total": 0, "cdr": None, "code": "200"}])
def test_no_list_is_an_empty_one_where_nothing_is_counted(body: object) -> None:
    assert read(body) == Answer(0, (), 0)


@pytest.mark.parametrize(
    "body",
    [
        None,
        [],
        "cdr",
        5,
        {},
        {"count": 6},
        {"cdr": {}, "count": 0},
        {"cdr": "x"},
        {"code": 200},
        {"count": True},
    ],
)
def test_what_is_no_list_of_calls_may_pass(body: object) -> None:
    with pytest.raises(SourceTransient):
        read(body)


def test_a_page_with_far_too_many_records_is_read_in_part_and_says_so() -> None:
    answer = read({"count": 5, "cdr": [None] * (MOST_RECORDS + 1)})
    assert len(answer.records) == MOST_RECORDS
    assert answer.shown == MOST_RECORDS + 1


def test_a_bad_record_costs_its_neighbours_nothing() -> None:
    good = {"_id": "a", "to": 9812345678, "time": 1790000000000}
    answer = read({"count": 3, "cdr": [good, {"time": "soon"}, good | {"_id": "b"}]})
    assert [type(record) for record in answer.records] == [Call, Reject, Call]


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["cdr", "total", "count", "code", "msg", "Error", "error", "x"]), inner
        )
    ),
    max_leaves=15,
)


@given(JSON)
@settings(deadline=None, max_examples=300)
def test_any_json_is_an_answer_or_an_error_with_a_short_text(body: object) -> None:
    try:
        answer = read(body)
    except SourceError as error:
        text = str(error)
    else:
        text = f"{answer.count} calls"
        assert len(answer.records) <= answer.shown
    assert 0 < len(text) < 600
    assert text.isprintable()
