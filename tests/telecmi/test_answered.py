"""Calls that were answered: outgoing ones read like missed ones, incoming ones the other way round."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from notifier.model import Call, Endpoint, Reject
from notifier.telecmi.numbers import customer
from notifier.telecmi.record import read_record

# As documented: doc.telecmi.com, chub-india and chub, pages out-answered and answered-call.
INDIA_OUT = {
    "_id": "5d9df5b97a2b952710b030dd",
    "to": 919812345678,
    "time": 1570633217848,
    "from": "209_1111113",
    "billedsec": 17,
    "rate": "0.6",
    "record": "true",
    "filename": "157063321784855021379679261_1111113.mp3",
    "name": "unknown",
}
INDIA_IN = {
    "_id": "5d95dabd04eaac7de3aa20c8",
    "to": 914400000000,
    "time": 1570101934939,
    "from": 9812345678,
    "agent": "201_1111113",
    "billedsec": 14,
    "rate": "0.00",
    "record": "true",
    "filename": "15700821185415026428427_1111113.mp3",
    "name": "unknown",
}
GLOBAL_OUT = {
    "cmiuid": "bdd91865-34a4-4b9b-b7c0-eb4b0da7c83e",
    "duration": 34,
    "agent": "208_1111112",
    "notes": [{"msg": "Interested", "date": 1654508655024, "agent": "208_1111112"}],
    "billedsec": 31,
    "filename": "1654508655470066682125604_1111112.mp3",
    "rate": 0.0231,
    "record": "true",
    "name": "unknown",
    "from": "919100000000",
    "to": 919812345678,
    "time": 1654508655024,
}
GLOBAL_IN = {
    "cmiuid": "0a562832-ac7c-48c6-8847-47c8bf2a0b7d",
    "duration": 67,
    "agent": "201_1111112",
    "billedsec": 61,
    "filename": "1652085467968095564833_1111112.mp3",
    "rate": 0,
    "record": "true",
    "name": "unknown",
    "from": 919812345678,
    "to": 919999999999,
    "time": 1652105272029,
}


def read(endpoint: Endpoint, record: object) -> Call | Reject:
    return read_record(record, "main", endpoint, "IN")


def outgoing(record: object) -> Call:
    found = read(Endpoint.OUT_ANSWERED, record)
    assert isinstance(found, Call), found
    return found


def incoming(**changes: object) -> Call:
    found = read(Endpoint.IN_ANSWERED, {**INDIA_IN, **changes})
    assert isinstance(found, Call), found
    return found


@pytest.mark.parametrize(
    ("endpoint", "record", "extension"),
    [
        (Endpoint.OUT_ANSWERED, INDIA_OUT, "209"),
        (Endpoint.OUT_ANSWERED, GLOBAL_OUT, "208"),
        (Endpoint.IN_ANSWERED, INDIA_IN, "201"),
        (Endpoint.IN_ANSWERED, GLOBAL_IN, "201"),
    ],
)
def test_what_both_regions_document_is_read(
    endpoint: Endpoint, record: dict[str, Any], extension: str
) -> None:
    found = read(endpoint, record)
    assert found == Call(
        account="main",
        endpoint=endpoint,
        id=record.get("_id") or record["cmiuid"],
        alias=None,
        extension=extension,
        customer="+919812345678",
        placed_at=record["time"],
        name="",
    )


@pytest.mark.parametrize("endpoint", [Endpoint.OUT_ANSWERED, Endpoint.IN_ANSWERED])
@pytest.mark.parametrize(
    "changes",
    [
        {"billedsec": 0},
        {"billedsec": "0", "duration": "0"},
        {"billedsec": None},
        {"billedsec": -1, "duration": {"s": 1}},
    ],
)
def test_the_list_says_that_somebody_answered_whatever_the_seconds_say(
    endpoint: Endpoint, changes: dict[str, object]
) -> None:
    record = INDIA_IN if endpoint is Endpoint.IN_ANSWERED else INDIA_OUT
    without = {key: value for key, value in record.items() if key not in {"billedsec", "duration"}}
    assert read(endpoint, {**record, **changes}) == read(endpoint, record) == read(endpoint, without)


@pytest.mark.parametrize(
    ("changes", "extension"),
    [
        ({"agent": "201_1111113"}, "201"),
        ({"agent": None, "user": "103_1111113"}, "103"),
        ({"agent": None, "to": "0104_1111113"}, "0104"),
        ({"agent": "", "user": 7, "to": "104_1111113"}, "104"),
        ({"agent": "201_1111113", "user": "103_1111113", "to": "104_1111113"}, "201"),
        ({"agent": None}, ""),
        ({"agent": ["201_1111113"]}, ""),
        ({"agent": "201"}, ""),
        ({"agent": "201_" + "1" * 21}, ""),
    ],
)
def test_who_took_an_incoming_call_stands_in_agent_or_user_or_to(
    changes: dict[str, object], extension: str
) -> None:
    assert incoming(**changes).extension == extension


def test_the_number_that_was_rung_is_not_the_customer() -> None:
    assert incoming(to={"broken": True}).customer == "+919812345678"


@pytest.mark.parametrize("caller", ["anonymous", "Restricted", "---", "209_1111113"])
def test_a_caller_who_withholds_the_number_or_is_an_agent_is_a_call_about_no_customer(caller: str) -> None:
    assert incoming(**{"from": caller}).customer == ""


@pytest.mark.parametrize(
    ("caller", "reason"),
    [
        (None, "`from` is missing"),
        ("", "`from` is missing"),
        (["9812345678"], "`from` is neither a number nor text"),
        (True, "`from` is neither a number nor text"),
        (-9812345678, "`from` is out of range"),
        (10**40, "`from` is out of range"),
        ("9" * 33, "`from` is too long"),
        ("9" * 5_000, "`from` is too long"),
    ],
)
def test_a_caller_who_cannot_be_read_makes_a_reject(caller: object, reason: str) -> None:
    found = read(Endpoint.IN_ANSWERED, {**INDIA_IN, "from": caller})
    assert isinstance(found, Reject)
    assert (found.endpoint, found.reason, found.placed_at) == (
        Endpoint.IN_ANSWERED,
        reason,
        INDIA_IN["time"],
    )


def test_an_incoming_record_without_a_caller_is_no_call_whatever_stands_in_to() -> None:
    record = {key: value for key, value in INDIA_IN.items() if key != "from"}
    assert isinstance(read(Endpoint.IN_ANSWERED, record), Reject)


WAYS = [9812345678, "9812345678", 919812345678, "919812345678", "+919812345678", "09812345678"]
MORE = ["+91 98123 45678", "+91-9812-345678", "00919812345678", "0 98123 45678"]


@pytest.mark.parametrize("way", [*WAYS, *MORE])
def test_a_customer_is_the_same_however_the_lists_write_the_number(way: object) -> None:
    missed = read(Endpoint.OUT_MISSED, {**INDIA_OUT, "to": way})
    assert isinstance(missed, Call)
    assert missed.customer == "+919812345678"
    assert outgoing({**INDIA_OUT, "to": way}).customer == missed.customer
    assert incoming(**{"from": way}).customer == missed.customer


@settings(deadline=None)
@given(number=st.from_regex(r"\+?[0-9]{1,20}", fullmatch=True), country=st.sampled_from(["IN", "AE", ""]))
def test_any_number_means_the_same_customer_in_every_list(number: str, country: str) -> None:
    read_as = [
        read_record({**INDIA_OUT, "to": number}, "main", Endpoint.OUT_MISSED, country),
        read_record({**INDIA_OUT, "to": number}, "main", Endpoint.OUT_ANSWERED, country),
        read_record({**INDIA_IN, "from": number}, "main", Endpoint.IN_ANSWERED, country),
    ]
    assert [one.customer for one in read_as if isinstance(one, Call)] == [customer(number, country)] * 3


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=5,
)
FIELDS = ("_id", "cmiuid", "to", "from", "agent", "user", "time", "name", "billedsec", "notes")
RECORDS = st.one_of(
    JSON,
    st.dictionaries(st.sampled_from(FIELDS), JSON),
    st.builds(lambda found: {**INDIA_IN, **found}, st.dictionaries(st.sampled_from(FIELDS), JSON)),
)


@settings(deadline=None, max_examples=300)
@given(record=RECORDS, endpoint=st.sampled_from([Endpoint.OUT_ANSWERED, Endpoint.IN_ANSWERED]))
def test_nothing_that_stands_in_a_record_raises(record: object, endpoint: Endpoint) -> None:
    found = read(endpoint, record)
    assert found.endpoint is endpoint
    if isinstance(found, Call):
        assert found.extension == "" or found.extension.isdigit()
        assert found.customer.removeprefix("+").isdigit() or found.customer == ""
