"""Bodies and headers that nobody vouches for."""

import json
import os
import subprocess
import sys
from importlib.metadata import version
from pathlib import Path

import httpx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from notifier.errors import SourceTransient
from notifier.telecmi.wire import LONGEST_WAIT, decode, http_client, retry_after, server_date

NOW = 1_790_000_000_000
DATE = "Mon, 21 Sep 2026 14:13:20 GMT"  # NOW


def test_json_is_decoded() -> None:
    assert decode(b'{"a": [1, "x"]}') == {"a": [1, "x"]}


def test_a_byte_order_mark_and_broken_utf8_cost_nothing_else() -> None:
    assert decode(b'\xef\xbb\xbf{"name": "caf\xe9", "to": 5}') == {"name": "caf\ufffd", "to": 5}


def test_a_raw_control_character_in_a_name_is_let_through() -> None:
    assert decode(b'{"name": "a\nb"}') == {"name": "a\nb"}


def test_a_number_of_thousands_of_digits_spoils_its_own_field_only() -> None:
    assert decode(b'{"to": ' + b"9" * 5_000 + b', "time": 1}') == {"to": "9" * 5_000, "time": 1}


@pytest.mark.parametrize(
    ("body", "what"),
    [
        (b"", "not JSON"),
        (b"not json", "not JSON"),
        (b'{"cdr": [', "not JSON"),
        (b" <html>502 Bad Gateway</html>", "HTML"),
        (b"[" * 10**6, "nested too deep"),
        (b'{"a":' * 10**6, "nested too deep"),
        (b"\xff\xfe\x00", "not JSON"),
    ],
)
def test_what_is_not_json_may_pass(body: bytes, what: str) -> None:
    with pytest.raises(SourceTransient, match=f"^TeleCMI's answer is {what}$"):
        decode(body)


@given(st.one_of(st.binary(max_size=200), st.text(max_size=50).map(lambda text: json.dumps(text).encode())))
@settings(deadline=None)
def test_any_bytes_are_json_or_a_fault_that_may_pass(body: bytes) -> None:
    try:
        value = decode(body)
    except SourceTransient:
        return
    assert value is None or isinstance(value, (str, int, float, bool, list, dict))


@pytest.mark.parametrize(
    ("date", "expected"),
    [
        (DATE, NOW),
        ("Mon, 21 Sep 2026 14:13:20 +0530", NOW - 19_800_000),
        ("Mon, 21 Sep 2026 14:13:20 -0000", None),  # says itself that it knows no zone
        ("Thu, 01 Jan 1970 00:00:00 GMT", None),
        ("Mon, 21 Sep 2199 14:13:20 GMT", None),
        ("Mon, 99 Sep 2026 14:13:20 GMT", None),
        ("yesterday", None),
        ("", None),
        ("9" * 5_000, None),
        ("Mon, 21 Sep " + "9" * 5_000 + " 14:13:20 GMT", None),
    ],
)
def test_the_servers_date_is_utc_ms_or_nothing(date: str, expected: int | None) -> None:
    assert server_date({"date": date}) == expected


def test_a_server_without_a_date_has_none() -> None:
    assert server_date({}) is None


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({"retry-after": "7"}, 7.0),
        ({"retry-after": "0.5"}, 0.5),
        ({"retry-after": "-5"}, 0.0),
        ({"retry-after": "999999999"}, LONGEST_WAIT),
        ({"retry-after": "1e400"}, None),
        ({"retry-after": "nan"}, None),
        ({"retry-after": "soon"}, None),
        ({"retry-after": ""}, None),
        ({}, None),
        ({"retry-after": "Mon, 21 Sep 2026 14:13:50 GMT"}, 30.0),
        ({"retry-after": "Mon, 21 Sep 2026 14:13:50 GMT", "date": "Mon, 21 Sep 2026 14:13:40 GMT"}, 10.0),
        ({"retry-after": "Mon, 21 Sep 2020 14:13:50 GMT"}, 0.0),
    ],
)
def test_how_long_to_wait_comes_as_seconds_or_as_a_date(
    headers: dict[str, str], seconds: float | None
) -> None:
    assert retry_after(headers, NOW) == seconds


@given(st.text(max_size=60))
@settings(deadline=None)
def test_no_header_makes_it_raise(text: str) -> None:
    assert server_date({"date": text}) is None or text
    assert 0 <= (retry_after({"retry-after": text}, NOW) or 0) <= LONGEST_WAIT


async def test_the_client_says_who_it_is_follows_nobody_and_keeps_no_cookies() -> None:
    seen: list[httpx.Request] = []

    def answer(request: httpx.Request) -> httpx.Response:
        seen.append(request)
        return httpx.Response(
            302, headers={"Location": "https://elsewhere.example", "Set-Cookie": "session=1; Path=/"}
        )

    async with http_client(5.0, transport=httpx.MockTransport(answer)) as client:
        for _ in range(2):
            response = await client.post("https://telecmi.example/")
            assert response.status_code == 302
        assert client.timeout == httpx.Timeout(5.0)
    assert [request.headers["User-Agent"] for request in seen] == [f"notifier/{version('notifier')}"] * 2
    assert all("cookie" not in request.headers for request in seen)
    assert all(request.headers["Accept-Encoding"] == "identity" for request in seen)


def test_certificates_that_are_not_there_are_said_with_where_to_look(tmp_path: Path) -> None:
    program = "from notifier.telecmi import http_client; http_client(1.0)"
    environ = {**os.environ, "SSL_CERT_FILE": str(tmp_path / "gone.pem")}
    result = subprocess.run(
        [sys.executable, "-c", program], env=environ, capture_output=True, text=True, check=False
    )
    assert "NotifierError: the environment's proxy or certificates can't be used" in result.stderr
    assert "SSL_CERT_FILE" in result.stderr
