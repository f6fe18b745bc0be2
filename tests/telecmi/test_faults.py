"""What TeleCMI's errors mean: every shape and its class."""

import time

import pytest

from notifier.errors import SourceError, SourceRefused, SourceTransient
from notifier.model import Endpoint
from notifier.telecmi.faults import presentable, said, status_fault
from notifier.telecmi.parse import read_answer

SECRET = "abcd-efgh-ijkl"
RECORD = {"_id": "a", "to": 9812345678, "time": 1790000000000}


def read(body: object) -> object:
    return read_answer(body, "main", Endpoint.OUT_MISSED, "IN", SECRET)


@pytest.mark.parametrize(
    "code", [200, "200", " 200 ", "cmi-2000", "CMI2000", 2000, None, 0, -5, True, "ok", [], 1.5]
)
def test_an_answer_with_a_list_and_no_code_of_an_error_is_good(code: object) -> None:
    assert read({"code": code, "cdr": [RECORD], "count": 1, "status": "success", "error": None, "Error": ""})


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        ({"code": 404, "msg": "Invalid app id or secret, authentication failed"}, SourceRefused),
        ({"code": "404", "msg": "Invalid app id or secret"}, SourceRefused),
        ({"code": 404, "cdr": [RECORD], "count": 1}, SourceRefused),
        ({"code": "cmi-4040"}, SourceRefused),
        ({"code": 407, "error": True, "msg": "Authentication Failed"}, SourceRefused),
        ({"code": 400, "msg": {"name": "ValidationError"}}, SourceRefused),
        ({"code": 401}, SourceRefused),
        ({"code": 403}, SourceRefused),
        ({"code": 499}, SourceRefused),
        ({"error": True, "msg": "Authentication Failed"}, SourceRefused),
        ({"Error": "Invalid app id or secret"}, SourceRefused),
        ({"Error": "Invalid token", "cdr": []}, SourceRefused),
        ({"error": {"details": [{"message": '"appid" is required'}]}}, SourceRefused),
        ({"msg": "Unauthorized"}, SourceRefused),
        ({"code": 200, "msg": "token must be a string"}, SourceRefused),
        ({"code": 502, "msg": "Internal Server Error"}, SourceTransient),
        ({"code": "502", "cdr": []}, SourceTransient),
        ({"code": "cmi-5000"}, SourceTransient),
        ({"code": 500, "error": True, "msg": "invalid state"}, SourceTransient),
        ({"code": 429}, SourceTransient),
        ({"code": 408}, SourceTransient),
        ({"Error": "try again"}, SourceTransient),
        ({"error": True}, SourceTransient),
        ({"error": True, "cdr": [RECORD]}, SourceTransient),
        ({"code": 200, "msg": "hello"}, SourceTransient),
        ({"code": "cmi-2000"}, SourceTransient),
        ({"code": 1234567, "msg": ["busy"]}, SourceTransient),
        ({"status": "success"}, SourceTransient),
    ],
)
def test_an_error_inside_a_good_answer_is_known_for_what_it_is(body: object, kind: type[SourceError]) -> None:
    with pytest.raises(SourceError) as caught:
        read(body)
    assert type(caught.value) is kind


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        *((status, SourceRefused) for status in (400, 401, 402, 403, 404, 405, 407, 410, 413, 422, 451, 499)),
        *((status, SourceTransient) for status in (301, 302, 304, 307, 308, 408, 425, 429)),
        *((status, SourceTransient) for status in (100, 500, 501, 502, 503, 504, 520, 599, 600, 999)),
    ],
)
def test_every_http_status_that_is_no_success_has_its_class(status: int, kind: type[SourceError]) -> None:
    fault = status_fault(status, None, SECRET, None)
    assert type(fault) is kind
    assert f"HTTP {status}" in str(fault)
    assert ("redirects" in str(fault)) is (300 <= status < 400)


@pytest.mark.parametrize("status", [200, 201, 204, 299])
def test_a_good_status_is_no_fault(status: int) -> None:
    assert status_fault(status, {"code": 404}, SECRET, 5.0) is None


@pytest.mark.parametrize("status", [401, 403, 404, 407])
def test_a_refusal_says_what_to_look_at(status: int) -> None:
    text = str(status_fault(status, {"msg": "Authentication Failed"}, SECRET, None))
    assert "Authentication Failed" in text
    for hint in ("app_id", "secret", "region", "allow-list"):
        assert hint in text


def test_a_transient_fault_carries_how_long_to_wait() -> None:
    fault = status_fault(429, None, SECRET, 7.0)
    assert isinstance(fault, SourceTransient)
    assert fault.retry_after == 7.0


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ({"msg": "Authentication Failed"}, "Authentication Failed"),
        ({"Error": "no"}, "no"),
        ({"error": True, "message": "no"}, "no"),
        ({"msg": {"code": 5, "text": ["", " no "]}}, "no"),
        ({"msg": {"a": {"b": {"c": {"d": "too deep"}}}}}, ""),
        ({"msg": ""}, ""),
        ({}, ""),
        (["msg"], ""),
        (None, ""),
    ],
)
def test_the_vendors_own_words_are_found_wherever_they_stand(body: object, expected: str) -> None:
    assert said(body, SECRET) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (f"token {SECRET} is wrong", "token *** is wrong"),
        ("x" + " " * 1_990 + SECRET * 2, "x"),
        ("token 92924bb6-9c55-41c5-b380-df6706727a6b is wrong", "token … is wrong"),
        ("call to 919812345678 failed", "call to … failed"),
        ("call to +91 98123-45678 failed", "call to +… failed"),
        ("error 404 on line 12", "error 404 on line 12"),
        ("two\r\nlines\x00\x1b[31m", "two lines[31m"),
        ("half \ud800 a character", "half  a character"),
        ("é" * 300, "é" * 199 + "…"),
    ],
)
def test_text_from_outside_is_made_fit_to_be_shown(text: str, expected: str) -> None:
    shown = presentable(text, SECRET)
    assert shown.replace("***", "").strip() == expected.replace("***", "").strip()
    assert SECRET not in shown
    assert len(shown) <= 200


def test_without_a_secret_nothing_is_starred() -> None:
    assert presentable("plain", "") == "plain"


@pytest.mark.parametrize("text", ["9 " * 10**6, "a" * 10**6, "1a" * 10**6, " " * 10**6])
def test_text_of_any_length_is_cheap(text: str) -> None:
    began = time.process_time()
    presentable(text, SECRET)
    assert time.process_time() - began < 0.5
