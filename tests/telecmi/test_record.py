"""One record of an answer: a call, or a reject that says why."""

import hashlib
import time

import pytest

from notifier.model import Call, Endpoint, Reject
from notifier.telecmi.record import EARLIEST, LATEST, read_record

GOOD = {"_id": "a1", "to": 9812345678, "time": 1790000000000, "from": "209_1111113", "name": "suresh"}


def read(record: object) -> Call | Reject:
    return read_record(record, "main", Endpoint.OUT_MISSED, "IN")


def call(**changes: object) -> Call:
    found = read({**GOOD, **changes})
    assert isinstance(found, Call), found
    return found


def without(key: str, **changes: object) -> dict[str, object]:
    return {name: value for name, value in {**GOOD, **changes}.items() if name != key}


def test_a_record_becomes_a_call() -> None:
    assert read(GOOD) == Call(
        account="main",
        endpoint=Endpoint.OUT_MISSED,
        id="a1",
        alias=None,
        extension="209",
        customer="+919812345678",
        placed_at=1790000000000,
        name="suresh",
    )


@pytest.mark.parametrize(
    ("record", "reason"),
    [
        (None, "not an object"),
        ([GOOD], "not an object"),
        ("call", "not an object"),
        ({}, "`time` is missing"),
        (without("time"), "`time` is missing"),
        (GOOD | {"time": None}, "`time` is missing"),
        (GOOD | {"time": 1790000000000.0}, "`time` is not a whole number of milliseconds"),
        (GOOD | {"time": True}, "`time` is not a whole number of milliseconds"),
        (GOOD | {"time": "yesterday"}, "`time` is not a whole number of milliseconds"),
        (GOOD | {"time": "-1790000000000"}, "`time` is not a whole number of milliseconds"),
        (GOOD | {"time": "1" * 5_000}, "`time` is not a whole number of milliseconds"),
        (GOOD | {"time": {"$date": 1790000000000}}, "`time` is not a whole number of milliseconds"),
        (GOOD | {"time": 1790000000}, "`time` is in seconds, not in milliseconds"),
        (GOOD | {"time": "1790000000"}, "`time` is in seconds, not in milliseconds"),
        (GOOD | {"time": 0}, "`time` is not between the years 2000 and 2100"),
        (GOOD | {"time": -1790000000000}, "`time` is not between the years 2000 and 2100"),
        (GOOD | {"time": EARLIEST - 1}, "`time` is not between the years 2000 and 2100"),
        (GOOD | {"time": LATEST}, "`time` is not between the years 2000 and 2100"),
        (GOOD | {"time": 10**5_000}, "`time` is not between the years 2000 and 2100"),
        (without("to"), "`to` is missing"),
        (GOOD | {"to": None}, "`to` is missing"),
        (GOOD | {"to": ""}, "`to` is missing"),
        (GOOD | {"to": "anonymous"}, "`to` holds no digits"),
        (GOOD | {"to": False}, "`to` is neither a number nor text"),
        (GOOD | {"to": -9812345678}, "`to` is out of range"),
        (GOOD | {"_id": "x" * 201}, "its id is too long"),
        (GOOD | {"cmiuid": "x" * 10**6}, "its id is too long"),
        (GOOD | {"_id": 10**200}, "its id is too long"),
    ],
)
def test_what_cannot_be_read_is_a_reject_with_its_reason(record: object, reason: str) -> None:
    found = read(record)
    assert isinstance(found, Reject)
    assert (found.account, found.endpoint, found.reason) == ("main", Endpoint.OUT_MISSED, reason)
    assert len(found.raw) <= 4_096


@pytest.mark.parametrize("value", [1790000000000, "1790000000000", EARLIEST, LATEST - 1])
def test_a_time_is_a_number_or_its_digits(value: object) -> None:
    assert call(time=value).placed_at == int(str(value))


def test_a_reject_keeps_the_time_where_that_could_be_read() -> None:
    late, timeless = read(without("to")), read(without("time"))
    assert isinstance(late, Reject)
    assert late.placed_at == 1790000000000
    assert isinstance(timeless, Reject)
    assert timeless.placed_at is None


def test_a_reject_is_known_by_the_hash_of_its_canonical_json_whatever_the_order_of_its_keys() -> None:
    one, other = read({"b": 1, "a": "é"}), read({"a": "é", "b": 1})
    assert isinstance(one, Reject)
    assert one == other
    assert one.raw == '{"a":"\\u00e9","b":1}'
    assert one.digest == hashlib.sha256(one.raw.encode()).hexdigest()


def test_two_long_rejects_that_differ_at_the_end_only_are_two() -> None:
    one, other = read({"name": "x" * 5_000 + "1"}), read({"name": "x" * 5_000 + "2"})
    assert isinstance(one, Reject)
    assert isinstance(other, Reject)
    assert one.raw == other.raw
    assert one.digest != other.digest


@pytest.mark.parametrize(
    ("ids", "expected"),
    [
        ({"_id": "a", "cmiuid": "b"}, ("a", "b")),
        ({"_id": "a", "cmiuid": "a"}, ("a", None)),
        ({"_id": "a"}, ("a", None)),
        ({"cmiuid": "b"}, ("b", None)),
        ({"_id": "", "cmiuid": "b"}, ("b", None)),
        ({"_id": None, "cmiuid": "b"}, ("b", None)),
        ({"_id": {"$oid": "a"}, "cmiuid": "b"}, ("b", None)),
        ({"_id": True, "cmiuid": "b"}, ("b", None)),
        ({"_id": 42}, ("42", None)),
        ({"_id": " a\x00b "}, ("a b", None)),
        ({"_id": "x" * 200}, ("x" * 200, None)),
    ],
)
def test_a_call_is_known_by_its_id_else_by_its_cmiuid_and_both_are_kept(
    ids: dict[str, object], expected: tuple[str, str | None]
) -> None:
    found = read(without("_id") | ids)
    assert isinstance(found, Call)
    assert (found.id, found.alias) == expected


def test_a_call_without_ids_is_known_by_agent_number_and_time() -> None:
    found = read(without("_id"))
    assert isinstance(found, Call)
    assert found.id == "hash:" + hashlib.sha256(b"209_1111113\n9812345678\n1790000000000").hexdigest()
    for same in ({"to": "9812345678"}, {"time": "1790000000000"}, {"name": "other"}, {"to": "+9812345678"}):
        assert _id(read(without("_id", **same))) == found.id
    for other in ({"to": 9812345679}, {"time": 1790000000001}, {"from": "210_1111113"}, {"from": "209_1"}):
        assert _id(read(without("_id", **other))) != found.id


def _id(found: Call | Reject) -> str:
    assert isinstance(found, Call)
    return found.id


@pytest.mark.parametrize(
    ("fields", "extension"),
    [
        ({"from": "209_1111113"}, "209"),
        ({"agent": "208_1111112", "from": "919200000001"}, "208"),
        ({"agent": "208_1111112", "from": "209_1111113"}, "208"),  # `agent` comes first
        ({"agent": "nobody", "from": "209_1111113"}, "209"),
        ({"agent": None, "from": "919200000001"}, ""),  # the caller id, which is no agent
        ({"from": 209}, ""),
        ({"from": "suresh_1111113"}, ""),
        ({"from": "209_1111113_2"}, ""),
        ({"from": "209_1111113\n"}, ""),
        ({"from": "9" * 10**6 + "_1"}, ""),
        ({}, ""),
    ],
)
def test_the_extension_is_what_stands_before_the_app_id(fields: dict[str, object], extension: str) -> None:
    found = read(without("from") | fields)
    assert isinstance(found, Call)
    assert found.extension == extension


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("suresh", "suresh"),
        ("  Priya  Nair ", "Priya  Nair"),
        ("unknown", ""),
        ("Unknown", ""),
        (" unknown\x00", ""),
        ("unknown person", "unknown person"),
        ("", ""),
        (None, ""),
        (5, ""),
        ({"first": "a"}, ""),
        ("a\r\nBcc: b", "a Bcc: b"),
        ("a\x00\x1b[31mb\x7f\x9b", "a [31mb"),
        ("a\u2028b", "a b"),
        ("प्रिया", "प्रिया"),
        ("a\ud800b", "a\ufffdb"),
        ("x" * 201, "x" * 200),
        ("x" * 199 + " y", "x" * 199),
    ],
)
def test_a_name_is_one_short_line_of_text_or_empty(name: object, expected: str) -> None:
    assert call(name=name).name == expected


@pytest.mark.parametrize("letter", ["x", "\x00", "\ud800", " "])
def test_a_name_of_a_million_characters_is_cheap(letter: str) -> None:
    record = GOOD | {"name": letter * 10**6}
    began = time.process_time()
    for _ in range(100):
        found = read(record)
        assert isinstance(found, Call)
        assert len(found.name) <= 200
    assert time.process_time() - began < 0.5  # reading each whole would take seconds


@pytest.mark.parametrize("to", ["210_1111113", " 210_1111113 ", "0201_1"])
def test_an_extension_with_its_app_id_is_nobodys_phone_number(to: str) -> None:
    """Its digits may well be one: +91 2101111113 has as many as any."""
    assert call(to=to).customer == to.strip()
    answered = read_record({**GOOD, "to": to}, "main", Endpoint.OUT_ANSWERED, "IN")
    assert isinstance(answered, Call)
    assert answered.customer == ""


def test_a_leg_without_an_id_is_the_same_call_whoever_reads_it() -> None:
    expected = hashlib.sha256(b"209_1111113\n2101111113\n1790000000000").hexdigest()
    assert call(_id=None, to="210_1111113").id == "hash:" + expected


@pytest.mark.parametrize("to", ["+91 98123 45678", "098123-45678", "(98123) 45678"])
def test_other_ways_to_write_a_number_mean_it_still(to: str) -> None:
    assert call(to=to).customer == "+919812345678"
