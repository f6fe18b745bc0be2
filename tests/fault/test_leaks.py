"""The leak scan itself: it finds what it is to find, in each of its forms, and nothing else."""

import base64
from pathlib import Path

import pytest

from tests.fault.leaks import Scan

SCAN = Scan({"token": "xoxb-1/2 3", "password": "pa55word"}, ["+919812000123"])


@pytest.mark.parametrize(
    "text",
    [
        "Bearer xoxb-1/2 3",
        "https://example.com/?t=xoxb-1%2F2%203",
        f"AUTH PLAIN {base64.b64encode(b'xoxb-1/2 3').decode()}",
    ],
)
def test_a_secret_is_found_in_each_form(text: str) -> None:
    (leak,) = SCAN.text(text, "the log")
    assert str(leak) == "the token in the log"


def test_the_password_of_an_smtp_login_is_found() -> None:
    login = base64.b64encode(b"\0u\0pa55word").decode()
    assert [leak.what for leak in SCAN.text(f"AUTH PLAIN {login}", "x")] == ["the password"]


@pytest.mark.parametrize(
    "text", ["+919812000123", "to=9812000123&", "0098120 00123", "+91 98120-00123", "(98120) 00 123 and 7"]
)
def test_a_full_number_is_found_however_it_is_written(text: str) -> None:
    assert [leak.what for leak in SCAN.text(text, "x")] == ["a full phone number"]
    assert SCAN.text(text, "x", numbers=False) == []


@pytest.mark.parametrize("text", ["+91…0123", "9812000124", "981200 x 0123", "1790000000000", "xoxb"])
def test_what_is_masked_or_somebody_elses_is_no_leak(text: str) -> None:
    assert SCAN.text(text, "x") == []


def test_every_file_is_looked_through_and_the_store_may_hold_numbers(tmp_path: Path) -> None:
    (tmp_path / "deep").mkdir()
    (tmp_path / "deep" / "a.log").write_bytes(b"\xff 9812000123")
    (tmp_path / "notifier.db").write_bytes(b"\0 9812000123 pa55word")
    found = {str(leak) for leak in SCAN.files(tmp_path, without_numbers=["notifier.db"])}
    assert found == {"a full phone number in a.log", "the password in notifier.db"}
