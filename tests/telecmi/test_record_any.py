"""Any record at all: it becomes a call or a reject, and nothing raises."""

import json
import string
import sys
from collections.abc import Callable

from hypothesis import given, settings
from hypothesis import strategies as st

from notifier.model import Call, Endpoint, Reject
from notifier.telecmi.record import EARLIEST, LATEST, read_record


def read(record: object) -> Call | Reject:
    return read_record(record, "main", Endpoint.OUT_MISSED, "IN")


def nested(kind: Callable[[object], object], depth: int) -> object:
    value: object = 1
    for _ in range(depth):
        value = kind(value)
    return value


def test_a_record_that_is_nested_too_deep_to_be_written_down_is_a_reject_all_the_same() -> None:
    deep = nested(lambda inner: [inner], sys.getrecursionlimit() * 100)
    found = read({"notes": deep, "name": "suresh"})
    assert isinstance(found, Reject)
    assert found.raw == '{"name": "suresh"}'
    assert isinstance(read(deep), Reject)


ANY_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(st.characters(), max_size=30),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=12,
)
DIGITS = st.text(string.digits, max_size=40)
NEARLY = st.fixed_dictionaries(
    {},
    optional={
        "_id": ANY_JSON,
        "cmiuid": ANY_JSON,
        "to": ANY_JSON | DIGITS | st.integers(0, 10**13),
        "time": ANY_JSON | DIGITS | st.integers(EARLIEST - 5, LATEST + 5),
        "from": ANY_JSON | st.from_regex(r"[0-9]{1,22}_[0-9]{1,22}"),
        "agent": ANY_JSON | st.from_regex(r"[0-9]{1,22}_[0-9]{1,22}"),
        "name": ANY_JSON | st.text(max_size=300),
    },
)


@given(st.one_of(ANY_JSON, NEARLY))
@settings(deadline=None, max_examples=400)
def test_any_json_becomes_a_call_or_a_reject_within_bounds(record: object) -> None:
    match read(record):
        case Call() as found:
            assert 0 < len(found.id) <= 200
            assert found.alias is None or 0 < len(found.alias) <= 200
            assert found.alias != found.id
            assert len(found.extension) <= 20
            assert found.customer.removeprefix("+").isdigit()
            assert EARLIEST <= found.placed_at < LATEST
            assert len(found.name) <= 200
            texts = [found.id, found.alias or "", found.extension, found.customer, found.name]
            assert all(not ("\x00" <= char < " " or "\x7f" <= char < "\xa0") for char in "".join(texts))
        case Reject() as found:
            assert 0 < len(found.reason) < 100
            assert len(found.digest) == 64
            assert len(found.raw) <= 4_096
            assert found.placed_at is None or EARLIEST <= found.placed_at < LATEST
            texts = [found.raw, found.reason]
    "".join(texts).encode()  # what SQLite could not store would raise here
    assert read(record) == read(json.loads(json.dumps(record)))
