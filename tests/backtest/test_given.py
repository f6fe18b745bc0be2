import contextlib
import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from notifier.backtest import GivenReject, read_given
from notifier.config import Config
from notifier.errors import NotifierError
from notifier.model import Endpoint
from tests.support.clock import START

CONFIG = Config.model_validate(
    {
        "country": "IN",
        "telecmi": {
            "accounts": [
                {"name": "main", "region": "india", "app_id": 1111113, "secret": "secret-of-main"},
                {
                    "name": "dubai",
                    "region": "global",
                    "app_id": 2222224,
                    "secret": "secret-of-dubai",
                    "country": "AE",
                },
            ]
        },
    }
)


def a_record(**over: Any) -> dict[str, Any]:
    return {
        "_id": "5d9d",
        "to": "919812345678",
        "time": START,
        "from": "209_1111113",
        "name": "Suresh",
        **over,
    }


def encoded(value: object) -> bytes:
    return json.dumps(value).encode()


def test_a_list_holds_calls_that_were_missed() -> None:
    (call,) = read_given(encoded([a_record()]), CONFIG).calls
    assert (call.endpoint, call.agent, call.customer) == (Endpoint.OUT_MISSED, "main/209", "+919812345678")


def test_an_answer_of_telecmi_is_read_as_it_is() -> None:
    answer = {"count": 1, "code": "200", "cdr": [a_record()]}
    assert [call.id for call in read_given(encoded(answer), CONFIG).calls] == ["5d9d"]


def test_keys_say_which_list_a_call_stands_in() -> None:
    incoming = a_record(to="914400000000", agent="210_1111113", **{"from": 919812345678})
    lists = {"out_missed": [a_record()], "out_answered": [a_record()], "in_answered": [incoming]}
    found = read_given(encoded(lists), CONFIG).calls
    assert [call.endpoint for call in found] == list(Endpoint)
    assert {call.customer for call in found} == {"+919812345678"}
    assert [call.extension for call in found] == ["209", "209", "210"]


def test_one_record_may_stand_alone_or_on_each_line() -> None:
    assert len(read_given(encoded(a_record()), CONFIG).calls) == 1
    lines = b"\n".join([encoded(a_record(_id="1")), b"", encoded({"out_answered": [a_record(_id="2")]})])
    found = read_given(lines, CONFIG)
    assert [(call.id, call.endpoint) for call in found.calls] == [
        ("1", Endpoint.OUT_MISSED),
        ("2", Endpoint.OUT_ANSWERED),
    ]
    assert found.rejects == []


def test_a_record_belongs_to_the_account_whose_app_id_it_names() -> None:
    records = [
        a_record(**{"from": "305_2222224"}, to="0501234567"),
        a_record(**{"from": "305_9"}),
        a_record(agent="305_2222224", **{"from": "914400000000"}),
    ]
    found = read_given(encoded(records), CONFIG).calls
    assert [call.agent for call in found] == ["dubai/305", "main/305", "dubai/305"]
    assert found[0].customer == "+971501234567"


def test_whatever_can_not_be_read_is_named_and_costs_nothing_else() -> None:
    lists = {"cdr": [a_record(), 7, a_record(time=None)], "out_answered": {}, "in_answered": [[]]}
    found = read_given(encoded(lists), CONFIG)
    assert len(found.calls) == 1
    assert found.rejects == [
        GivenReject("cdr, record 2", "not an object"),
        GivenReject("cdr, record 3", "`time` is missing"),
        GivenReject("out_answered", "not a list"),
        GivenReject("in_answered, record 1", "not an object"),
    ]
    assert found.reasons == {"not an object": 2, "`time` is missing": 1, "not a list": 1}


def test_a_line_that_is_no_json_is_named_with_its_number() -> None:
    lines = b"\n".join([encoded(a_record()), b"{half", b'"text"'])
    assert read_given(lines, CONFIG).rejects == [
        GivenReject("line 2", "not JSON"),
        GivenReject("line 3", "not an object"),
    ]


def test_only_the_first_that_can_not_be_read_are_named_and_all_are_counted() -> None:
    found = read_given(encoded([{}] * 1_000), CONFIG)
    assert len(found.rejects) == 20
    assert found.reasons == {"`time` is missing": 1_000}


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (b"", "not JSON"),
        (b"\xff\xfe\x00", "not JSON"),
        (b"<html>", "not JSON"),
        (b"one\ntwo\n3", "not JSON"),
        (b"[" * 100_000 + b"]" * 100_000, "nested too deep"),
    ],
    ids=["empty", "binary", "html", "words", "deep"],
)
def test_what_holds_no_calls_at_all_is_refused(data: bytes, why: str) -> None:
    with pytest.raises(NotifierError, match=why):
        read_given(data, CONFIG)


def test_a_deep_line_spoils_only_itself() -> None:
    lines = b"\n".join([encoded(a_record()), b"[" * 100_000 + b"]" * 100_000])
    found = read_given(lines, CONFIG)
    assert len(found.calls) == 1
    assert found.rejects == [GivenReject("line 2", "nested too deep")]


def test_a_number_of_thousands_of_digits_spoils_its_own_record_only() -> None:
    data = b'[{"_id":"1","to":%s,"time":%d},%s]' % (b"9" * 5_000, START, encoded(a_record()))
    found = read_given(data, CONFIG)
    assert ([call.id for call in found.calls], found.reasons) == (["5d9d"], {"`to` is too long": 1})


@pytest.mark.parametrize(
    "data",
    [b"[" + b"0," * 1_000_000 + b"0]", b"[]\n" * 1_000_001, b"{}\n" + b"[" + b"0," * 999_999 + b"0]"],
    ids=["records", "lines", "lists"],
)
def test_more_than_a_million_records_are_refused(data: bytes) -> None:
    with pytest.raises(NotifierError, match=r"more than 1,000,000 records; give them in several files"):
        read_given(data, CONFIG)


def test_names_that_are_no_utf8_are_read_all_the_same() -> None:
    data = encoded([a_record(name="NAME")]).replace(b"NAME", b"Andr\xe9")
    assert [call.name for call in read_given(data, CONFIG).calls] == ["Andr\ufffd"]


anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: (
        st.lists(inner)
        | st.dictionaries(
            st.sampled_from(["cdr", "out_answered", "in_answered", "time", "to", "from", "agent", "_id"])
            | st.text(),
            inner,
        )
    ),
    max_leaves=20,
)


@settings(deadline=None)
@given(value=anything)
def test_any_json_is_read_or_refused(value: object) -> None:
    found = read_given(encoded([a_record(), value]), CONFIG)
    assert len(found.calls) + found.reasons.total() == 2


@settings(deadline=None)
@given(data=st.binary(max_size=200))
def test_any_bytes_are_read_or_refused(data: bytes) -> None:
    with contextlib.suppress(NotifierError):
        found = read_given(data, CONFIG)
        assert found.reasons.total() or found.calls or data.strip()[:1] in b"[{"


def test_a_name_may_hold_what_elsewhere_ends_a_line() -> None:
    records = [a_record(_id=str(number), name="Su\u2028resh\x85\x0c") for number in range(3)]
    text = "\r\n".join(json.dumps(record, ensure_ascii=False) for record in records)
    given = read_given(text.encode(), CONFIG)
    assert [call.id for call in given.calls] == ["0", "1", "2"]
    assert not given.reasons
