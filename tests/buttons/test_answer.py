"""Answers reach whoever pressed, and go nowhere else, whatever URL came with the press."""

from collections.abc import AsyncIterator

import pytest
import structlog

from notifier.buttons.answer import Answer, Answers, is_slacks
from notifier.buttons.press import Place
from notifier.channels.slack import SdkApi
from notifier.channels.slack.connection import Connection
from notifier.config.values import Secret
from tests.support.socket_mode import SocketSlack

SLACK = "https://slack.com/api/"


@pytest.fixture
async def slack() -> AsyncIterator[SocketSlack]:
    slack = SocketSlack()
    await slack.start()
    yield slack
    await slack.stop()


@pytest.fixture
async def answers(slack: SocketSlack) -> AsyncIterator[Answers]:
    api, connection = SdkApi(Secret(slack.token), slack.api_url), Connection(2.0)
    yield Answers(api, connection, slack.api_url)
    await api.aclose()
    await connection.aclose()


async def test_it_goes_to_the_url_that_came_with_the_press(slack: SocketSlack, answers: Answers) -> None:
    url = slack.response_url
    await answers.give(Answer("U1", Place("C1", "", url), "hello"))
    (answer,) = slack.answers
    assert answer == {"response_type": "ephemeral", "replace_original": False, "text": "hello", "url": url}
    assert slack.whispers == []


@pytest.mark.parametrize("status", [404, 500, 302])
async def test_where_the_url_does_not_work_any_more_the_bot_says_it(
    slack: SocketSlack, answers: Answers, status: int
) -> None:
    slack.answer_status = status
    await answers.give(Answer("U1", Place("C1", "1.0", slack.response_url), "hello"))
    assert slack.whispers == [{"channel": "C1", "user": "U1", "text": "hello", "thread_ts": "1.0"}]


@pytest.mark.parametrize(
    "url",
    [
        "http://169.254.169.254/latest",
        "https://example.com/actions/",
        "file:///etc/passwd",
        "x",
        "",
        "http://[",
    ],
)
async def test_another_url_is_left_alone(slack: SocketSlack, answers: Answers, url: str) -> None:
    with structlog.testing.capture_logs() as logs:
        await answers.give(Answer("U1", Place("C1", "", url), "hello"))
    assert [one["text"] for one in slack.whispers] == ["hello"]
    assert "thread_ts" not in slack.whispers[0]
    assert not url or url not in str(logs) or url == "x"


async def test_promise_whose_url_is_not_slacks_hears_nothing(slack: SocketSlack, answers: Answers) -> None:
    stranger = SocketSlack()
    await stranger.start()
    await answers.give(Answer("U1", Place("C1", "", stranger.response_url), "hello"))
    await stranger.stop()
    assert (stranger.answers, slack.said) == ([], ["hello"])


@pytest.mark.parametrize("failure", ["not_in_channel", 500, "drop-before-accept"])
async def test_who_can_not_be_answered_is_said_in_the_log_and_nothing_else_comes_of_it(
    slack: SocketSlack, answers: Answers, failure: str | int
) -> None:
    slack.fail_next("chat.postEphemeral", failure)
    slack.answer_status = 500
    url = slack.response_url
    with structlog.testing.capture_logs() as logs:
        await answers.give(Answer("U1", Place("C1", "", url), "hello"))
        await answers.give(Answer("U1", Place("", "", url), "hello"))
    assert [one["log_level"] for one in logs] == ["warning", "warning"]
    assert url not in str(logs)


async def test_where_nothing_listens_any_more_nothing_happens(slack: SocketSlack, answers: Answers) -> None:
    url = slack.response_url
    await slack.stop()
    await answers.give(Answer("U1", Place("C1", "", url), "hello"))


@pytest.mark.parametrize(
    ("url", "base", "is_theirs"),
    [
        ("https://hooks.slack.com/actions/T1/1/x", SLACK, True),
        ("https://hooks.slack.com:443/actions/T1/1/x", SLACK, False),
        ("http://hooks.slack.com/actions/T1/1/x", SLACK, False),
        ("https://slack.com/actions/T1/1/x", SLACK, True),
        ("https://hooks.slack-gov.com/x", "https://slack-gov.com/api/", True),
        ("https://hooks.slack-gov.com/x", SLACK, False),
        ("https://hooks.slack.com.evil.example/x", SLACK, False),
        ("https://hooks.slack.com@evil.example/x", SLACK, False),
        ("https://user@hooks.slack.com/x", SLACK, False),
        ("https://evil.example/hooks.slack.com", SLACK, False),
        ("https://hooks.slack.com\\@evil.example/", SLACK, False),
        ("https://hooks.slack.com/x\r\nHost: evil", SLACK, False),
        ("https://hooks.sl\u0430ck.com/x", SLACK, False),
        ("http://127.0.0.1:1/actions", "http://127.0.0.1:1/api/", True),
        ("http://127.0.0.1:2/actions", "http://127.0.0.1:1/api/", False),
        ("https://[", SLACK, False),
    ],
)
def test_a_url_is_slacks_or_it_is_not(url: str, base: str, is_theirs: bool) -> None:  # noqa: FBT001 - of a table
    assert is_slacks(url, base) is is_theirs
