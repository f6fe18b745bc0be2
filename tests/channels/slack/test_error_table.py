"""Every way in which Slack fails, over a socket: the class of the error, whether uncertain, and the pause."""

import pytest

from notifier.channels.slack.api import SdkApi
from notifier.channels.slack.bot import SlackBot
from notifier.channels.slack.meanings import GROUPS
from notifier.channels.slack.webhook import SlackWebhook
from notifier.config.values import Secret
from notifier.errors import DeliveryError, DeliveryTransient, RateLimited
from tests.support.error_classes import SLACK, SLACK_WEBHOOK, UNREACHABLE, Row
from tests.support.sample import a_notification
from tests.support.slack import TOKEN, FakeSlack
from tests.support.slack_faults import Raw
from tests.support.slack_scripted import a_bot

PATIENCE = 0.3  # seconds, where no answer will come


def assert_is(error: DeliveryError, row: Row) -> None:
    assert type(error) is row.kind
    assert isinstance(error, DeliveryTransient) or not row.uncertain
    assert getattr(error, "uncertain", False) is row.uncertain
    assert getattr(error, "retry_after", None) == row.pause
    assert isinstance(error, RateLimited) is (row.pause is not None)
    assert isinstance(error.__context__, DeliveryError | None), "others may hold the URL"


async def plan(slack: FakeSlack, row: Row) -> float:
    """Let it fail like this; returns how long to wait for an answer."""
    if row.fault == UNREACHABLE:
        await slack.stop()
    else:
        assert row.fault is not None
        slack.fail_next(row.where, row.fault)
    return PATIENCE if str(row.fault).startswith("hang") else 5.0


async def attempt(bot: SlackBot, row: Row, receipt: str) -> None:
    if row.where == "chat.update":
        await bot.edit(receipt, a_notification())
    else:
        await bot.send(
            "agent209@example.com" if row.where == "users.lookupByEmail" else "C1", a_notification()
        )


@pytest.mark.parametrize("row", SLACK, ids=str)
async def test_each_failure_of_slack_is_one_class_of_error(slack: FakeSlack, row: Row) -> None:
    receipt = f"C1:{slack.workspace.keep('C1', {'text': 'told before'}).ts}"
    api = SdkApi(Secret(TOKEN), slack.api_url, timeout=await plan(slack, row))
    with pytest.raises(DeliveryError) as caught:
        await attempt(a_bot(api), row, receipt)
    await api.aclose()
    assert_is(caught.value, row)
    assert len(slack.called(row.where)) == (row.fault != UNREACHABLE), "it is tried once"
    accepted = row.fault in ("hang-after-accept", "drop-after-accept")
    assert len(slack.posted) == 1 + accepted


@pytest.mark.parametrize("row", SLACK_WEBHOOK, ids=str)
async def test_each_failure_of_an_incoming_webhook_is_one_class_of_error(slack: FakeSlack, row: Row) -> None:
    webhook = SlackWebhook("hook", Secret(slack.webhook_url), timeout=await plan(slack, row))
    with pytest.raises(DeliveryError) as caught:
        await webhook.send("webhook", a_notification())
    await webhook.aclose()
    assert_is(caught.value, row)
    assert len(slack.called("webhook")) == (row.fault != UNREACHABLE)


def test_the_tables_have_every_code_of_the_program() -> None:
    bodies = [row.fault.body.decode(errors="replace") for row in SLACK_WEBHOOK if isinstance(row.fault, Raw)]
    said = {row.fault for row in SLACK if isinstance(row.fault, str)} | {body.strip() for body in bodies}
    known = {code for group in GROUPS for code in group.codes}
    assert {code for code in known if not code.endswith("*")} <= said
    assert all(any(code.startswith(start[:-1]) for code in said) for start in known if start[-1] == "*")
