import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from notifier.sandbox.queries import DAY, Query, QueryError, read_query
from notifier.sandbox.shapes import Region

NOW = 1_790_000_000_000
INDIA = {"appid": 7, "token": "t"}
GLOBAL = {"appid": 7, "secret": "t"}


def read(region: Region, fields: object) -> Query:
    return read_query(region, json.dumps(fields).encode(), 7, "t", NOW)


def refusal(region: Region, raw: bytes) -> QueryError:
    with pytest.raises(QueryError) as caught:
        read_query(region, raw, 7, "t", NOW)
    return caught.value


@pytest.mark.parametrize(("region", "fields"), [("india", INDIA), ("global", GLOBAL)])
def test_without_dates_the_last_24_hours_are_meant_and_the_first_ten(
    region: Region, fields: dict[str, object]
) -> None:
    assert read(region, fields) == Query(NOW - DAY, NOW, 1, 10)


@pytest.mark.parametrize(("region", "fields"), [("india", INDIA), ("global", GLOBAL)])
def test_what_is_asked_for_is_read(region: Region, fields: dict[str, object]) -> None:
    asked = {"start_date": 5, "end_date": 9, "page": 2, "limit": 20}
    assert read(region, fields | asked) == Query(5, 9, 2, 20)


def test_the_indian_region_reads_digit_strings_and_takes_defaults_for_the_rest() -> None:
    asked = {"start_date": "5", "end_date": [9], "page": True, "limit": 2.0}
    assert read("india", INDIA | {"appid": "7"} | asked) == Query(5, NOW, 1, 2)


@pytest.mark.parametrize("value", [0, -3, float("nan"), float("inf"), "9" * 5000, "two", None])
def test_a_page_that_can_not_be_is_the_first_in_the_indian_region(value: object) -> None:
    assert read("india", INDIA | {"page": value}).page == 1


@pytest.mark.parametrize("region", ["india", "global"])
@pytest.mark.parametrize("wrong", [{"appid": 8}, {"token": "u", "secret": "u"}])
def test_a_wrong_app_id_or_secret_gets_the_documented_refusal(
    region: Region, wrong: dict[str, object]
) -> None:
    error = refusal(region, json.dumps(INDIA | GLOBAL | wrong).encode())
    assert error.status == 404
    assert error.body == {"code": 404, "msg": "Invalid app id or secret, authentication failed"}


def test_the_secret_under_the_other_regions_name_is_a_wrong_secret() -> None:
    assert refusal("india", json.dumps(GLOBAL).encode()).status == 404
    assert refusal("global", json.dumps(INDIA).encode()).body == {
        "code": 400,
        "msg": {"secret": "is required"},
    }


def test_the_global_region_checks_the_types_before_the_secret() -> None:
    fields = {"appid": "7", "secret": 5, "start_date": "5", "page": True, "limit": None}
    assert refusal("global", json.dumps(fields).encode()).body == {
        "code": 400,
        "msg": {
            "appid": "must be a number",
            "secret": "must be a string",
            "start_date": "must be a number",
            "page": "must be a number",
            "limit": "must be a number",
        },
    }


@pytest.mark.parametrize("region", ["india", "global"])
@pytest.mark.parametrize("raw", [b"", b"{", b"[]", b"null", b"\xff\xfe", b"appid=7&token=t"])
def test_what_is_not_a_json_object_is_refused(region: Region, raw: bytes) -> None:
    assert refusal(region, raw).status == 400


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(), st.lists, max_leaves=5
)


@given(st.dictionaries(st.sampled_from(["start_date", "end_date", "page", "limit", "x"]), json_values))
@settings(deadline=None)
def test_whatever_the_indian_region_is_asked_it_makes_a_page_of_it(fields: dict[str, object]) -> None:
    query = read("india", fields | INDIA)
    assert query.page >= 1
    assert query.limit >= 1
