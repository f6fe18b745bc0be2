"""The Web API over a real socket: what comes back, what goes wrong, and that nothing is ever tried twice."""

import logging
import socket
import traceback
from pathlib import Path

import pytest

from notifier.channels.slack.api import Identity, SdkApi
from notifier.config.values import Secret
from notifier.errors import CredentialsBroken, DeliveryError, DeliveryTransient, NotifierError, RateLimited
from tests.support.slack import TOKEN, FakeSlack
from tests.support.slack_faults import Raw

HUGE = Raw(200, b'{"ok": true}' + b" " * (9 * 1024 * 1024))
POST = {"channel": "C1", "text": "Call +919812345678 back"}


async def failure_of(api: SdkApi, method: str = "chat.postMessage") -> DeliveryError:
    with pytest.raises(DeliveryError) as caught:
        await api.call(method, POST)
    return caught.value


def unused_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


async def test_a_call_returns_slacks_answer(slack: FakeSlack, api: SdkApi) -> None:
    answer = await api.call("chat.postMessage", POST)
    assert answer["ok"] is True
    assert answer["channel"] == "C1"
    assert slack.posted[0].text == POST["text"]


async def test_the_identity_names_team_bot_and_the_scopes_that_were_granted(
    slack: FakeSlack, api: SdkApi
) -> None:
    slack.workspace.scopes = {"chat:write", "im:write"}
    found = await api.identity()
    assert found == Identity("Test", "missed-calls", frozenset({"chat:write", "im:write"}))
    slack.fail_next("auth.test", Raw(200, b'{"ok": true, "team": "T"}'))
    assert await api.identity() == Identity("T", "", None)
    slack.token = "another"
    with pytest.raises(CredentialsBroken, match="invalid_auth"):
        await api.identity()


async def test_calls_share_one_connection(slack: FakeSlack, api: SdkApi) -> None:
    for _ in range(5):
        await api.call("chat.postMessage", POST)
    assert len(slack.posted) == 5
    assert len(slack.connections) == 1


async def test_it_can_be_closed_twice_and_before_any_call(slack: FakeSlack) -> None:
    api = SdkApi(Secret(TOKEN), slack.api_url)
    await api.aclose()
    await api.call("auth.test", {})
    await api.aclose()
    await api.aclose()
    assert slack.called("auth.test") == [{}]


@pytest.mark.parametrize(
    "silence", ["drop-after-accept", "drop-before-accept", 500, 503, "internal_error", 429]
)
async def test_a_call_that_fails_is_made_once(slack: FakeSlack, api: SdkApi, silence: str | int) -> None:
    slack.fail_next("chat.postMessage", silence, times=9)
    await failure_of(api)
    assert len(slack.called("chat.postMessage")) == 1


async def test_a_connection_lost_on_a_reused_connection_is_not_tried_again(
    slack: FakeSlack, api: SdkApi
) -> None:
    await api.call("auth.test", {})
    slack.fail_next("chat.postMessage", "drop-after-accept")
    failure = await failure_of(api)
    assert isinstance(failure, DeliveryTransient)
    assert failure.uncertain
    assert len(slack.posted) == 1


async def test_no_answer_in_time_may_have_been_posted(slack: FakeSlack) -> None:
    api = SdkApi(Secret(TOKEN), slack.api_url, timeout=0.2)
    slack.fail_next("chat.postMessage", "hang")
    failure = await failure_of(api)
    await api.aclose()
    assert isinstance(failure, DeliveryTransient)
    assert failure.uncertain


async def test_a_refused_connection_has_posted_nothing() -> None:
    api = SdkApi(Secret(TOKEN), f"http://127.0.0.1:{unused_port()}/api/")
    failure = await failure_of(api)
    await api.aclose()
    assert isinstance(failure, DeliveryTransient)
    assert not failure.uncertain


async def test_a_host_without_a_name_has_posted_nothing() -> None:
    api = SdkApi(Secret(TOKEN), "http://slack.invalid/api/")
    failure = await failure_of(api)
    await api.aclose()
    assert isinstance(failure, DeliveryTransient)
    assert not failure.uncertain


async def test_a_429_says_when_to_come_back(slack: FakeSlack, api: SdkApi) -> None:
    body = b'{"ok": false, "error": "ratelimited"}'
    for page in (
        Raw(429, body, headers={"Retry-After": "17"}),
        Raw(429, b"{", headers={"Retry-After": "17"}),
    ):
        slack.fail_next("chat.postMessage", page)
        failure = await failure_of(api)
        assert isinstance(failure, RateLimited)
        assert failure.retry_after == 17


@pytest.mark.parametrize(
    ("answer", "uncertain"),
    [
        (Raw(503, b"<html>", "text/html"), True),
        (Raw(500, b"oops", "text/plain"), True),
        (Raw(500, b'{"ok": false', "application/json"), True),
        (Raw(500, b"[]", "application/json"), True),
        (Raw(502, b"", "application/json"), True),
        (Raw(200, b"ok", "text/plain"), True),
        (Raw(200, b"", "text/plain"), True),
        (Raw(200, b"<html>sign in</html>", "text/html"), True),
        (Raw(200, b"{", "application/json"), True),
        (Raw(200, b"[1]", "application/json"), True),
        (Raw(200, b"7", "application/json"), True),
        (Raw(200, b"null", "application/json"), True),
        (Raw(200, b"{}", "application/json"), True),
        (Raw(200, b'{"ok": false, "error": ["x"]}', "application/json"), True),
        (Raw(200, b"\xff\xfe{}", "application/json"), True),
        (Raw(200, b"[" * 100_000, "application/json"), True),
        (Raw(200, b"gz", "application/gzip"), True),
        (HUGE, True),
        (Raw(403, b"<html>proxy</html>", "text/html"), False),
        (Raw(404, b"not here", "text/plain"), False),
        (Raw(301, headers={"Location": "/api/auth.test"}), False),
        (Raw(307, headers={"Location": "/api/chat.postMessage"}), False),
    ],
)
async def test_an_answer_that_is_not_slacks_is_transient(
    slack: FakeSlack, api: SdkApi, answer: Raw, *, uncertain: bool
) -> None:
    slack.fail_next("chat.postMessage", answer)
    failure = await failure_of(api)
    assert isinstance(failure, DeliveryTransient)
    assert failure.uncertain is uncertain
    assert len(slack.calls) == 1


async def test_after_a_broken_answer_the_next_call_works(slack: FakeSlack, api: SdkApi) -> None:
    slack.fail_next("chat.postMessage", HUGE)
    await failure_of(api)
    await api.call("chat.postMessage", POST)
    assert len(slack.posted) == 1


async def test_a_missing_scope_is_named(slack: FakeSlack, api: SdkApi) -> None:
    slack.workspace.scopes = {"im:write"}
    failure = await failure_of(api)
    assert isinstance(failure, CredentialsBroken)
    assert "the Slack app lacks the scope chat:write: add it to the app" in str(failure)


async def test_a_token_that_was_replaced_in_its_file_is_taken_without_a_restart(
    slack: FakeSlack, tmp_path: Path
) -> None:
    file = tmp_path / "token"
    file.write_text("xoxb-old")
    api = SdkApi(Secret("xoxb-old", file.read_text), slack.api_url)
    assert isinstance(await failure_of(api), CredentialsBroken)
    tries = len(slack.calls)
    file.write_text(TOKEN)
    await api.call("chat.postMessage", POST)
    await api.aclose()
    assert len(slack.posted) == 1
    assert tries == 1


@pytest.mark.parametrize("trouble", [FileNotFoundError("gone"), ValueError("empty"), NotifierError("unset")])
async def test_a_token_file_that_is_gone_leaves_the_old_token(slack: FakeSlack, trouble: Exception) -> None:
    def read() -> str:
        raise trouble

    api = SdkApi(Secret("xoxb-old", read), slack.api_url)
    assert isinstance(await failure_of(api), CredentialsBroken)
    await api.aclose()


@pytest.mark.parametrize(
    "fault", ["invalid_auth", "drop-after-accept", 500, Raw(200, b"{"), Raw(200, b"x", "text/plain")]
)
async def test_promise_no_secret_leaves_through_errors_or_logs(
    slack: FakeSlack, api: SdkApi, fault: str | int | Raw, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    slack.fail_next("chat.postMessage", fault)
    failure = await failure_of(api)
    shown = "".join(traceback.format_exception(failure)) + repr(failure) + repr(vars(api)) + caplog.text
    assert failure.__context__ is None
    assert failure.__cause__ is None
    assert TOKEN not in shown.replace(f'TOKEN = "{TOKEN}"', "")
    assert "+919812345678" not in caplog.text
