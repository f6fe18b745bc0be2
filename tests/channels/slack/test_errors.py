"""What answers mean, and that there is none; `test_error_table` has every failure over a socket."""

import aiohttp
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from notifier.channels.slack.app_token import METHOD, WORDS, warned_of
from notifier.channels.slack.errors import Redirected, code_in, lost, refused, retry_after, scopes_in
from notifier.channels.slack.meanings import GROUPS, Group
from notifier.errors import (
    CredentialsBroken,
    DeliveryError,
    DeliveryTransient,
    EditRefused,
    PayloadBroken,
    RateLimited,
    TargetBroken,
)


def test_no_code_is_in_two_groups() -> None:
    codes = [code for group in GROUPS for code in group.codes]
    assert len(codes) == len(set(codes))


@pytest.mark.parametrize(
    ("status", "kind", "uncertain"),
    [
        (0, DeliveryTransient, True),
        (200, DeliveryTransient, True),
        (400, DeliveryTransient, False),
        (403, DeliveryTransient, False),
        (404, DeliveryTransient, False),
        (407, DeliveryTransient, False),
        (408, DeliveryTransient, False),
        (413, PayloadBroken, None),
        (429, RateLimited, None),
        (500, DeliveryTransient, True),
        (502, DeliveryTransient, True),
        (503, DeliveryTransient, True),
        (504, DeliveryTransient, True),
    ],
)
def test_each_status_without_a_code_says_what_to_do(
    status: int, kind: type[DeliveryError], *, uncertain: bool | None
) -> None:
    failure = refused("chat.postMessage", status, None, {})
    assert type(failure) is kind
    assert getattr(failure, "uncertain", None) is uncertain


@pytest.mark.parametrize(
    ("code", "person_is_gone"),
    [
        ("user_disabled", True),
        ("user_not_found", True),
        ("user_not_visible", True),
        ("users_not_found", True),
        ("channel_not_found", False),
        ("is_archived", False),
        ("messages_tab_disabled", False),
        ("no_service", False),
    ],
)
def test_a_person_who_is_gone_is_told_from_a_place_that_does_not_work(
    code: str, *, person_is_gone: bool
) -> None:
    failure = refused("chat.postMessage", 200, code, {})
    assert isinstance(failure, TargetBroken)
    assert failure.person_is_gone is person_is_gone
    assert str(failure).startswith(f"chat.postMessage: {code}")


def test_an_unknown_code_of_a_broken_server_may_have_been_posted() -> None:
    failure = refused("chat.postMessage", 500, "strange_error", {})
    assert isinstance(failure, DeliveryTransient)
    assert failure.uncertain


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        ("30", 30),
        ("0.5", 1),
        ("0", 1),
        ("-5", 1),
        ("99999999", 3600),
        ("nan", None),
        ("inf", None),
        ("", None),
    ],
)
def test_retry_after_is_believed_within_reason(header: str, seconds: float | None) -> None:
    assert retry_after({"Retry-After": header}) == seconds


@given(st.text())
@settings(deadline=None)
def test_any_retry_after_gives_a_sane_pause(header: str) -> None:
    failure = refused("chat.postMessage", 429, None, {"Retry-After": header})
    assert isinstance(failure, RateLimited)
    assert 1 <= failure.retry_after <= 3600


def test_a_limit_without_retry_after_has_a_pause_of_its_own() -> None:
    limited = ("ratelimited", "rate_limited", "message_limit_exceeded")
    by_code = {code: refused("x", 200, code, {}) for code in limited}
    pauses = {
        code: failure.retry_after for code, failure in by_code.items() if isinstance(failure, RateLimited)
    }
    assert pauses == {"ratelimited": 30, "rate_limited": 30, "message_limit_exceeded": 900}


@given(st.one_of(st.none(), st.integers(), st.text(), st.lists(st.text())))
@settings(deadline=None)
def test_only_what_looks_like_a_code_is_repeated(value: object) -> None:
    found = code_in(value)
    assert found is None or (found == value and found.isascii() and found.replace("_", "").isalnum())


def test_a_missing_scope_is_named() -> None:
    answer = {
        "error": "missing_scope",
        "needed": "channels:history",
        "provided": "chat:write,im:write\n<!here>",
    }
    assert scopes_in(answer) == "channels:history"
    assert scopes_in({**answer, "needed": "im:write\n<!here>"}) == "im:writehere"
    assert scopes_in({"error": "invalid_auth", "needed": "x"}) == ""
    assert len(scopes_in({"error": "missing_scope", "needed": "x" * 9999})) <= 300


@pytest.mark.parametrize(
    ("error", "kind", "uncertain"),
    [
        (aiohttp.InvalidURL("https://secret.example"), CredentialsBroken, None),
        (aiohttp.NonHttpUrlClientError("ftp://secret.example"), CredentialsBroken, None),
        (Redirected(), DeliveryTransient, False),
        (aiohttp.ConnectionTimeoutError("to https://secret.example"), DeliveryTransient, False),
        (TimeoutError(), DeliveryTransient, True),
        (aiohttp.SocketTimeoutError("secret.example"), DeliveryTransient, True),
        (aiohttp.ServerDisconnectedError("secret.example"), DeliveryTransient, True),
        (aiohttp.ClientPayloadError("secret.example"), DeliveryTransient, True),
        (ConnectionResetError("secret.example"), DeliveryTransient, True),
        (AttributeError("secret.example"), DeliveryTransient, True),
        (UnicodeDecodeError("utf-8", b"secret", 0, 1, "secret"), DeliveryTransient, True),
    ],
)
def test_without_an_answer_it_matters_whether_the_request_got_out(
    error: Exception, kind: type[DeliveryError], *, uncertain: bool | None
) -> None:
    failure = lost("chat.postMessage", error)
    assert type(failure) is kind
    assert getattr(failure, "uncertain", None) is uncertain
    assert "secret" not in str(failure)


@pytest.mark.parametrize("group", GROUPS, ids=lambda group: group.codes[0])
def test_what_ops_can_mend_is_said_in_words_that_name_the_place_and_what_to_do(group: Group) -> None:
    failure = refused("chat.postMessage", 200, group.codes[0].replace("*", ""), {}, "im:write")
    assert "{" not in str(failure).replace("`${file:…}`", "")
    if not group.says:
        assert failure.for_ops == ""
        return
    assert failure.for_ops.endswith(f"(chat.postMessage: {group.codes[0].replace('*', '')})")
    assert len(failure.for_ops) < 400, "one line of a notice"
    needs_place = group.kind in {TargetBroken, EditRefused}
    assert ("{place}" in failure.for_ops) is needs_place
    assert "{scope}" not in failure.for_ops


def test_all_that_only_ops_can_mend_has_words() -> None:
    silent = {
        group.codes for group in GROUPS if group.kind in {CredentialsBroken, TargetBroken} and not group.says
    }
    assert silent == set()


@pytest.mark.parametrize("code", WORDS)
def test_of_the_app_token_each_code_has_words_of_its_own(code: str) -> None:
    failure = refused(METHOD, 200, code, {}, "connections:write")
    assert isinstance(failure, CredentialsBroken)
    assert failure.for_ops == f"{WORDS[code]} ({METHOD}: {code})"
    assert "bot" not in failure.for_ops


@pytest.mark.parametrize(
    ("answer", "is_warned"),
    [
        ({"response_metadata": {"messages": ["[WARN] Socket Mode is not turned on."]}}, True),
        ({"response_metadata": {"messages": [7, "[WARN] something else"]}}, False),
        ({"response_metadata": {"messages": "Socket Mode is not turned on"}}, False),
        ({"response_metadata": []}, False),
        ({}, False),
    ],
)
def test_a_warning_of_slack_is_heard(answer: dict[str, object], *, is_warned: bool) -> None:
    assert bool(warned_of(answer)) is is_warned
