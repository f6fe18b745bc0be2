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
)
from tests.support.clock import START
from tests.support.sample import a_notice, a_notification, a_summary
from tests.support.slack import FakeSlack
from tests.support.slack_faults import Raw


@pytest.fixture
async def webhook(slack: FakeSlack) -> AsyncIterator[SlackWebhook]:
    webhook = SlackWebhook("hook", Secret(slack.webhook_url), timeout=5)
    yield webhook
    await webhook.aclose()


async def failure_of(webhook: SlackWebhook) -> DeliveryError:
    with pytest.raises(DeliveryError) as caught:
        await webhook.send("webhook", a_notification())
    return caught.value


def test_it_is_a_channel_that_can_not_edit(webhook: SlackWebhook) -> None:
    channel: Channel = webhook
    assert (channel.can_edit, channel.pace, channel.summary_size) == (False, 1.0, 20)
    assert channel.service == "slack webhook hook"


def test_a_lane_belongs_to_a_webhook_and_does_not_show_its_url(
    webhook: SlackWebhook, slack: FakeSlack
) -> None:
    assert webhook.lane("webhook") == SlackWebhook("hook", Secret(slack.webhook_url)).lane("webhook")
    assert webhook.lane("webhook") != SlackWebhook("hook", Secret(slack.webhook_url + "Y")).lane("webhook")
    assert "T/B/X" not in webhook.lane("webhook")


async def test_a_message_is_posted_and_leaves_no_receipt(slack: FakeSlack, webhook: SlackWebhook) -> None:
    assert await webhook.send("webhook", a_notification()) == ""
    (posted,) = slack.posted
    assert posted.text
    assert posted.blocks
    (asked,) = slack.called("webhook")
    assert asked["unfurl_links"] is False
    assert not {"parse", "link_names", "metadata", "channel"} & set(asked)


async def test_summaries_and_notices_are_posted_without_metadata(
    slack: FakeSlack, webhook: SlackWebhook
) -> None:
    for message in (a_summary(), a_notice()):
        await webhook.send("webhook", message)
    assert [posted.text.partition(".")[0] for posted in slack.posted] == [
        "2 alerts at once",
        "Slack refuses our credentials",
    ]
    assert {posted.metadata for posted in slack.posted} == {None}


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
    assert await webhook.confirm("webhook", ["d"], START) == {}
    assert slack.calls == []


async def test_a_lost_connection_is_not_tried_again(slack: FakeSlack, webhook: SlackWebhook) -> None:
    await webhook.send("webhook", a_notification())
    slack.fail_next("webhook", "drop-after-accept")
    failure = await failure_of(webhook)
    assert isinstance(failure, DeliveryTransient)
    assert failure.uncertain
    assert len(slack.posted) == 2


@pytest.mark.parametrize(
    "url", ["", "nonsense-secret", "https://", "ftp://secret.example/", "http://[secret/"]
)
async def test_a_url_that_is_none_is_for_ops_to_mend(url: str) -> None:
    webhook = SlackWebhook("hook", Secret(url))
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
