"""The incoming webhook over a real socket; its URL is a secret."""

import logging
import traceback
from collections.abc import AsyncIterator

import pytest

from notifier.channels.base import Channel
from notifier.channels.slack.webhook import SlackWebhook
from notifier.config.values import Secret
from notifier.errors import (
    CredentialsBroken,
    DeliveryError,
    DeliveryTransient,
    EditRefused,
    PayloadBroken,
    RateLimited,
    TargetBroken,
)
from tests.support.clock import START
from tests.support.sample import a_notification
from tests.support.slack import FakeSlack
from tests.support.slack_faults import Raw


@pytest.fixture
async def webhook(slack: FakeSlack) -> AsyncIterator[SlackWebhook]:
    webhook = SlackWebhook(Secret(slack.webhook_url), timeout=5)
    yield webhook
    await webhook.aclose()


async def failure_of(webhook: SlackWebhook) -> DeliveryError:
    with pytest.raises(DeliveryError) as caught:
        await webhook.send("webhook", a_notification())
    return caught.value


def test_it_is_a_channel_that_can_not_edit(webhook: SlackWebhook) -> None:
    channel: Channel = webhook
    assert not channel.can_edit
    assert channel.pace == 1.0


def test_a_lane_belongs_to_a_webhook_and_does_not_show_its_url(
    webhook: SlackWebhook, slack: FakeSlack
) -> None:
    assert webhook.lane("webhook") == SlackWebhook(Secret(slack.webhook_url)).lane("webhook")
    assert webhook.lane("webhook") != SlackWebhook(Secret(slack.webhook_url + "Y")).lane("webhook")
    assert "T/B/X" not in webhook.lane("webhook")


async def test_a_message_is_posted_and_leaves_no_receipt(slack: FakeSlack, webhook: SlackWebhook) -> None:
    assert await webhook.send("webhook", a_notification()) == ""
    (posted,) = slack.posted
    assert posted.text
    assert posted.blocks
    (asked,) = slack.called("webhook")
    assert asked["unfurl_links"] is False
    assert not {"parse", "link_names", "metadata", "channel"} & set(asked)


async def test_a_plain_message_has_no_blocks(slack: FakeSlack, webhook: SlackWebhook) -> None:
    slack.workspace.refuses_blocks = True
    assert isinstance(await failure_of(webhook), PayloadBroken)
    await webhook.send("webhook", a_notification(), plain=True)
    assert slack.posted[0].blocks is None


async def test_what_was_posted_can_not_be_edited_or_looked_for(
    slack: FakeSlack, webhook: SlackWebhook
) -> None:
    with pytest.raises(EditRefused):
        await webhook.edit("", a_notification())
    assert await webhook.confirm("webhook", "d", START) is None
    assert slack.calls == []


@pytest.mark.parametrize(
    ("status", "body", "kind", "uncertain"),
    [
        (400, b"invalid_payload", PayloadBroken, None),
        (400, b"invalid_blocks", PayloadBroken, None),
        (400, b"user_not_found", TargetBroken, None),
        (400, b"something_new", DeliveryError, None),
        (403, b"action_prohibited", TargetBroken, None),
        (403, b"invalid_token", TargetBroken, None),
        (403, b"something_new", TargetBroken, None),
        (404, b"channel_not_found", TargetBroken, None),
        (404, b"no_service\n", TargetBroken, None),
        (404, b"<html>", TargetBroken, None),
        (410, b"channel_is_archived", TargetBroken, None),
        (410, b"", TargetBroken, None),
        (413, b"", PayloadBroken, None),
        (429, b"", RateLimited, None),
        (500, b"rollup_error", DeliveryTransient, True),
        (500, b"\xff\xfe", DeliveryTransient, True),
        (503, b"<html>", DeliveryTransient, True),
        (200, b"<html>please sign in</html>", DeliveryTransient, True),
        (200, b"ok" + b" " * (9 * 1024 * 1024), DeliveryTransient, True),
        (302, b"ok", DeliveryTransient, False),
        (307, b"ok", DeliveryTransient, False),
        (407, b"", DeliveryTransient, False),
    ],
)
async def test_each_answer_says_what_to_do(
    slack: FakeSlack,
    webhook: SlackWebhook,
    status: int,
    body: bytes,
    kind: type[DeliveryError],
    *,
    uncertain: bool | None,
) -> None:
    headers = {"Location": slack.webhook_url} if 300 <= status < 400 else {}
    slack.fail_next("webhook", Raw(status, body, "text/html", headers))
    failure = await failure_of(webhook)
    assert type(failure) is kind
    assert getattr(failure, "uncertain", None) is uncertain
    assert len(slack.calls) == 1


async def test_a_429_says_when_to_come_back(slack: FakeSlack, webhook: SlackWebhook) -> None:
    slack.fail_next("webhook", Raw(429, headers={"Retry-After": "9"}))
    failure = await failure_of(webhook)
    assert isinstance(failure, RateLimited)
    assert failure.retry_after == 9


async def test_a_lost_connection_is_not_tried_again(slack: FakeSlack, webhook: SlackWebhook) -> None:
    await webhook.send("webhook", a_notification())
    slack.fail_next("webhook", "drop-after-accept")
    failure = await failure_of(webhook)
    assert isinstance(failure, DeliveryTransient)
    assert failure.uncertain
    assert len(slack.posted) == 2


async def test_no_answer_in_time_may_have_been_posted(slack: FakeSlack) -> None:
    webhook = SlackWebhook(Secret(slack.webhook_url), timeout=0.2)
    slack.fail_next("webhook", "hang")
    failure = await failure_of(webhook)
    await webhook.aclose()
    assert isinstance(failure, DeliveryTransient)
    assert failure.uncertain


@pytest.mark.parametrize(
    "url", ["", "nonsense-secret", "https://", "ftp://secret.example/", "http://[secret/"]
)
async def test_a_url_that_is_none_is_for_ops_to_mend(url: str) -> None:
    webhook = SlackWebhook(Secret(url))
    failure = await failure_of(webhook)
    await webhook.aclose()
    assert isinstance(failure, CredentialsBroken)
    assert "secret" not in str(failure)


@pytest.mark.parametrize(
    "fault", ["no_service", "drop-before-accept", 500, Raw(302, headers={"Location": "/x"})]
)
async def test_promise_no_secret_leaves_through_errors_or_logs(
    slack: FakeSlack, webhook: SlackWebhook, fault: str | int | Raw, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    slack.fail_next("webhook", fault)
    failure = await failure_of(webhook)
    shown = "".join(traceback.format_exception(failure)) + repr(failure) + repr(vars(webhook)) + caplog.text
    assert "T/B/X" not in shown
    assert failure.__context__ is None
    assert failure.__cause__ is None
