"""Addresses, extensions, hosts and URLs: what is one and what is not."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from notifier.config.forms import (
    is_address,
    is_customer_prefix,
    is_e164,
    is_extension_range,
    is_sender,
    is_slack_person,
    is_slack_target,
)
from notifier.config.network import is_loopback, listen_address, url_trouble

ADDRESSES = ["a@b", "asha@example.com", "first.last+tag@mail.example.co.in", "o'neil@example.com"]
NO_ADDRESSES = [
    *("", "a", "@", "a@", "@b", "a@b@c", "a b@c", "a@b c", "a@b,c@d", "a@b;c@d", "<a@b>", "A <a@b>", "a@b\n"),
    *(".a@b", "a.@b", "a..b@c", "a@-b", "a@b-", "a@b..c", "a@[127.0.0.1]", '"a b"@c', "ü@b", "a@ü"),
    *("x" * 65 + "@b", "a@" + "x" * 64, "a@" + "x." * 127 + "x", "a@b\r\nBcc: c@d", "a\0@b"),
]


def test_one_address_is_an_address() -> None:
    for address in ADDRESSES:
        assert is_address(address)
        assert is_sender(address)
        assert is_sender(f"Missed calls <{address}>")
        assert is_slack_person(address)


@pytest.mark.parametrize("text", NO_ADDRESSES)
def test_anything_else_is_no_address(text: str) -> None:
    assert not is_address(text)
    assert not is_slack_target(text)


def test_a_sender_is_one_address_with_its_name() -> None:
    assert is_sender('"Calls, missed" <a@b.example>')
    assert is_sender("Verpasst später <a@b.example>")
    for text in (
        "",
        "Calls",
        "Calls, missed <a@b>",
        "a@b, c@d",
        "A <a@b>\nBcc: c@d",
        "A <a@b> <c@d>",
        "A <a b@c>",
    ):
        assert not is_sender(text)


def test_a_slack_target_is_one_of_five_things() -> None:
    for text in (
        "agent",
        "#sales",
        "#verkauf-süd",
        "C012AB3CD",
        "G012",
        "D012",
        "U012",
        "W012",
        "a@b.example",
    ):
        assert is_slack_target(text)
    for text in (
        "sales",
        "#",
        "#a b",
        "#<!channel>",
        "@asha",
        "c012ab",
        "T012AB",
        "B012AB",
        "U",
        "C012 ",
        "agents",
    ):
        assert not is_slack_target(text)


def test_a_slack_person_is_no_channel() -> None:
    assert is_slack_person("U012AB3CD")
    assert not is_slack_person("C012AB3CD")
    assert not is_slack_person("agent")


def test_a_range_runs_upwards_between_numbers_of_the_same_length() -> None:
    for text in ("200-219", "0200-0219", "5-5"):
        assert is_extension_range(text)
    for text in ("219-200", "99-100", "200-", "-219", "200", "200-219-230", "a-b", "\u0662-\u0663"):
        assert not is_extension_range(text)


def test_a_phone_in_e164_begins_with_its_country() -> None:
    assert all(is_e164(text) for text in ("+919812345678", "+1234567", "+123456789012345"))
    odd = (
        "919812345678",
        "+0919812345678",
        "+91 98123 45678",
        "+123456",
        "+1234567890123456",
        "+91981234567x",
        "",
    )
    assert not any(is_e164(text) for text in odd)


def test_a_customer_begins_with_digits() -> None:
    for text in ("+91", "91", "0"):
        assert is_customer_prefix(text)
    for text in ("", "+", "++91", "91 80", "+91-80", "\u0669", "1" * 16):
        assert not is_customer_prefix(text)


@pytest.mark.parametrize(
    ("host", "loopback"),
    [
        *(("localhost", True), ("LocalHost", True), ("127.0.0.1", True), ("127.9.9.9", True), ("::1", True)),
        *(("0.0.0.0", False), ("::", False), ("10.0.0.1", False), ("127.0.0.1.example.com", False)),
        *(("localhost.example.com", False), ("0x7f000001", False), ("2130706433", False), ("", False)),
    ],
)
def test_loopback_is_this_machine_and_nothing_that_looks_like_it(host: str, *, loopback: bool) -> None:
    assert is_loopback(host) is loopback


@pytest.mark.parametrize(
    "url",
    [
        *(
            "https://example.com",
            "https://example.com:8443/v1",
            "https://[2001:db8::1]/x",
            "HTTPS://example.com",
        ),
        *("http://localhost:1/x", "http://127.0.0.1", "http://[::1]:8080/", "https://example.com/a?b=c#d"),
    ],
)
def test_a_url_that_is_encrypted_or_stays_here_is_fine(url: str) -> None:
    assert url_trouble(url, insecure=False) is None


@pytest.mark.parametrize(
    "url",
    [
        *(
            "",
            "example.com",
            "//example.com",
            "ftp://example.com",
            "file:///etc/passwd",
            "https://",
            "https:///x",
        ),
        *(
            "https://a b/",
            "https://a/\n",
            "https://a\t/",
            "https://ü.example",
            "https://a:x/",
            "https://a:70000/",
        ),
        *("https://[::1/", "https://a:0/", "https://u:p@a/", "https://u@a/", "https://@a/", "https://-a/"),
        *(
            "http://example.com",
            "http://127.0.0.1.example.com",
            "http://127.0.0.1@example.com",
            "javascript:x",
        ),
        "https://a/" + "x" * 2000,
    ],
)
def test_any_other_url_is_refused(url: str) -> None:
    assert url_trouble(url, insecure=False) is not None


def test_plain_http_may_be_allowed() -> None:
    assert url_trouble("http://example.com", insecure=True) is None
    assert url_trouble("ftp://example.com", insecure=True) is not None


def test_a_bare_url_has_no_query() -> None:
    assert url_trouble("https://a/v1", insecure=False, bare=True) is None
    assert url_trouble("https://a/v1?b", insecure=False, bare=True) is not None
    assert url_trouble("https://a/v1#b", insecure=False, bare=True) is not None


def test_an_address_to_listen_at_is_taken_apart() -> None:
    assert listen_address("127.0.0.1:9464") == ("127.0.0.1", 9464)
    assert listen_address("[::1]:0") == ("::1", 0)
    assert listen_address("localhost:65535") == ("localhost", 65535)


@pytest.mark.parametrize(
    "text",
    [
        "",
        ":",
        ":80",
        "80",
        "localhost",
        "localhost:",
        "a:65536",
        "a:-1",
        "::1:80",
        "[a]:80",
        "a b:1",
        "a:1\n",
        "[::1:80",
    ],
)
def test_what_can_not_be_listened_at_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="not host:port"):
        listen_address(text)


@given(st.text())
@settings(deadline=None)
def test_any_text_can_be_judged(text: str) -> None:
    for judge in (
        is_address,
        is_sender,
        is_slack_target,
        is_extension_range,
        is_customer_prefix,
        is_loopback,
    ):
        assert judge(text) in {True, False}
    url_trouble(f"https://{text}", insecure=False)
