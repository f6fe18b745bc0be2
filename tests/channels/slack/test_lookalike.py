"""The look-alike itself: it is as strict as Slack's documentation, or tests against it would prove little."""

from typing import Any

import pytest

from notifier.channels.slack.api import SdkApi
from notifier.channels.slack.webhook import SlackWebhook
from notifier.config.values import Secret
from notifier.errors import CredentialsBroken, DeliveryError, EditRefused, RateLimited, TargetBroken
from tests.support.clock import FakeClock
from tests.support.sample import a_notification
from tests.support.slack import FakeSlack
from tests.support.slack_faults import Pace
from tests.support.slack_limits import fault


def plain_text(length: int) -> dict[str, Any]:
    return {"type": "plain_text", "text": "x" * length}


def with_blocks(*blocks: dict[str, Any]) -> dict[str, Any]:
    return {"text": "x", "blocks": list(blocks)}


def header(length: int) -> dict[str, Any]:
    return {"type": "header", "text": plain_text(length)}


def section(**over: Any) -> dict[str, Any]:
    return {"type": "section", "text": plain_text(1), **over}


def button(**over: Any) -> dict[str, Any]:
    return {"type": "button", "text": plain_text(75), "action_id": "a", "value": "v", **over}


@pytest.mark.parametrize(
    "message",
    [
        {"text": "x" * 4000},
        with_blocks(header(150)),
        with_blocks(section(text=plain_text(3000))),
        with_blocks({"type": "section", "fields": [plain_text(1000)] * 10}),
        with_blocks(*[{"type": "divider"}] * 50),
        with_blocks(
            {"type": "context", "elements": [{"type": "mrkdwn", "text": "x", "verbatim": True}] * 10}
        ),
        with_blocks({"type": "actions", "elements": [button(action_id=str(n)) for n in range(25)]}),
        {"text": "x", "metadata": {"event_type": "e", "event_payload": {}}},
    ],
)
def test_what_is_at_a_limit_is_taken(message: dict[str, Any]) -> None:
    assert fault(message) is None


@pytest.mark.parametrize(
    ("message", "code"),
    [
        (None, "invalid_payload"),
        ({}, "no_text"),
        ({"text": "x" * 4001}, "msg_too_long"),
        ({"text": 7}, "msg_too_long"),
        (with_blocks(header(151)), "invalid_blocks"),
        (with_blocks(header(0)), "invalid_blocks"),
        (with_blocks({"type": "header", "text": {"type": "mrkdwn", "text": "x"}}), "invalid_blocks"),
        (with_blocks(section(text=plain_text(3001))), "invalid_blocks"),
        (with_blocks({"type": "section"}), "invalid_blocks"),
        (with_blocks(section(fields=[plain_text(2001)])), "invalid_blocks"),
        (with_blocks(section(fields=[plain_text(1)] * 11)), "invalid_blocks"),
        (with_blocks(section(block_id="x" * 256)), "invalid_blocks"),
        (with_blocks(section(text={"type": "mrkdwn", "text": "x", "emoji": True})), "invalid_blocks"),
        (with_blocks({"type": "context", "elements": []}), "invalid_blocks"),
        (with_blocks({"type": "context", "elements": [plain_text(1)] * 11}), "invalid_blocks"),
        (with_blocks({"type": "actions", "elements": [button()] * 26}), "invalid_blocks"),
        (with_blocks({"type": "actions", "elements": [button(text=plain_text(76))]}), "invalid_blocks"),
        (with_blocks({"type": "actions", "elements": [button(value="x" * 2001)]}), "invalid_blocks"),
        (with_blocks({"type": "actions", "elements": ["x"]}), "invalid_blocks"),
        (with_blocks(*[{"type": "divider"}] * 51), "invalid_blocks"),
        (with_blocks({"type": "alert"}), "invalid_blocks"),
        ({"text": "x", "blocks": "x"}, "invalid_blocks"),
        ({"text": "x", "blocks": [7]}, "invalid_blocks"),
        (with_blocks(*[section(text=plain_text(3000))] * 5), "msg_blocks_too_long"),
        ({"text": "x", "metadata": {"event_type": "e"}}, "invalid_metadata_format"),
        (
            {"text": "x", "metadata": {"event_type": "e", "event_payload": {"x": "x" * 8000}}},
            "metadata_too_large",
        ),
    ],
)
def test_what_is_beyond_a_limit_is_refused(message: object, code: str) -> None:
    assert fault(message) == code


async def test_it_refuses_what_is_not_its_token(slack: FakeSlack) -> None:
    for token in ("xoxb-other", ""):
        api = SdkApi(Secret(token), slack.api_url)
        with pytest.raises(CredentialsBroken):
            await api.call("auth.test", {})
        await api.aclose()


async def test_a_burst_is_allowed_and_then_one_a_second(
    slack: FakeSlack, api: SdkApi, clock: FakeClock
) -> None:
    slack.workspace.pace = Pace(clock.monotonic, burst=3)
    outcomes = []
    for _ in range(5):
        try:
            await api.call("chat.postMessage", {"channel": "C1", "text": "x"})
            outcomes.append(0.0)
        except RateLimited as limited:
            outcomes.append(limited.retry_after)
    assert outcomes == [0, 0, 0, 1, 1]
    clock.advance(1000)
    await api.call("chat.postMessage", {"channel": "C1", "text": "x"})
    assert len(slack.posted) == 4


async def test_the_webhook_has_a_pace_of_its_own(slack: FakeSlack, clock: FakeClock) -> None:
    slack.workspace.pace = Pace(clock.monotonic)
    webhook = SlackWebhook("hook", Secret(slack.webhook_url))
    await webhook.send("webhook", a_notification())
    with pytest.raises(RateLimited):
        await webhook.send("webhook", a_notification())
    await webhook.aclose()


async def test_a_webhook_of_another_path_is_unknown(slack: FakeSlack) -> None:
    webhook = SlackWebhook("hook", Secret(slack.webhook_url + "Y"))
    with pytest.raises(TargetBroken, match="no_service"):
        await webhook.send("webhook", a_notification())
    await webhook.aclose()


async def test_metadata_is_shown_only_to_who_asks_for_it(slack: FakeSlack, api: SdkApi) -> None:
    metadata = {"event_type": "e", "event_payload": {"delivery_id": "d"}}
    await api.call("chat.postMessage", {"channel": "C1", "text": "x", "metadata": metadata})
    bare = await api.call("conversations.history", {"channel": "C1"})
    full = await api.call("conversations.history", {"channel": "C1", "include_all_metadata": True})
    assert "metadata" not in str(bare["messages"])
    assert "delivery_id" in str(full["messages"])


@pytest.mark.parametrize(
    ("method", "asked", "kind"),
    [
        ("chat.postMessage", {"channel": "old", "text": "x"}, TargetBroken),
        ("chat.postMessage", {"channel": "G1", "text": "x"}, TargetBroken),
        ("chat.update", {"channel": "#sales-missed", "ts": "1.2", "text": "x"}, TargetBroken),
        ("chat.update", {"channel": "C1", "ts": "1.2", "text": "x"}, EditRefused),
        ("conversations.history", {"channel": "#sales-missed"}, TargetBroken),
        ("admin.users.list", {}, DeliveryError),
    ],
)
async def test_it_refuses_what_slack_would_refuse(
    slack: FakeSlack, api: SdkApi, method: str, asked: dict[str, Any], kind: type[DeliveryError]
) -> None:
    slack.add_channel("old", "C8", archived=True)
    slack.add_channel("hidden", "G1", private=True, member=False)
    with pytest.raises(kind):
        await api.call(method, asked)


async def test_it_can_be_stopped_and_started_again_with_what_it_remembers(
    slack: FakeSlack, api: SdkApi
) -> None:
    await api.call("chat.postMessage", {"channel": "C1", "text": "x"})
    port = int(slack.api_url.split(":")[2].split("/")[0])
    await slack.stop()
    assert await slack.start(port) == port
    await api.aclose()
    await api.call("chat.postMessage", {"channel": "C1", "text": "y"})
    assert [posted.text for posted in slack.posted] == ["x", "y"]
