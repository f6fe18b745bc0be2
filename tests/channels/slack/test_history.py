"""What happened is said below a message: in its thread only, once, and pinging nobody."""

from dataclasses import replace

import pytest

from notifier.channels.slack.api import SdkApi
from notifier.channels.slack.bot import SlackBot
from notifier.errors import DeliveryTransient, EditRefused, PayloadBroken, RateLimited
from notifier.model import Event, EventKind
from tests.support.clock import START, FakeClock
from tests.support.messages import HISTORIES, a_history, one
from tests.support.sample import a_call, a_notification
from tests.support.slack import FakeSlack

HISTORY = HISTORIES["history"]
ID = HISTORY.delivery_id


def test_it_has_threads(bot: SlackBot) -> None:
    assert bot.has_threads


@pytest.mark.parametrize("address", ["C1", "#sales-missed", "U209", "agent209@example.com"])
async def test_it_is_posted_below_the_message_and_not_in_the_channel(
    slack: FakeSlack, bot: SlackBot, address: str
) -> None:
    receipt = await bot.send(address, a_notification())
    await bot.reply(receipt, HISTORY)
    first, reply = slack.posted
    assert (reply.channel, reply.thread_ts, reply.broadcast) == (first.channel, first.ts, False)
    assert reply.delivery_id == ID
    assert reply.text
    assert reply.blocks
    asked = slack.called("chat.postMessage")[-1]
    assert "reply_broadcast" not in asked
    assert (asked["unfurl_links"], asked["unfurl_media"]) == (False, False)
    assert not {"link_names", "parse"} & set(asked)


async def test_a_plain_one_has_no_blocks(slack: FakeSlack, bot: SlackBot) -> None:
    receipt = await bot.send("C1", a_notification(), plain=True)
    slack.workspace.refuses_blocks = True
    with pytest.raises(PayloadBroken):
        await bot.reply(receipt, HISTORY)
    await bot.reply(receipt, HISTORY, plain=True)
    assert slack.posted[-1].blocks is None


@pytest.mark.parametrize("name", HISTORIES)
async def test_it_mentions_nobody(slack: FakeSlack, bot: SlackBot, name: str) -> None:
    receipt = await bot.send("C1", a_notification())
    await bot.reply(receipt, HISTORIES[name])
    said = str(slack.called("chat.postMessage")[-1])
    assert "<" not in said


async def test_it_is_found_below_its_message_only(slack: FakeSlack, bot: SlackBot) -> None:
    receipt = await bot.send("C1", a_notification())
    other = await bot.send("C1", a_notification())
    assert not await bot.has_reply(receipt, ID, START)
    await bot.reply(receipt, HISTORY)
    assert await bot.has_reply(receipt, ID, START)
    assert not await bot.has_reply(receipt, "another", START)
    assert not await bot.has_reply(other, ID, START)
    asked = slack.called("conversations.replies")[0]
    assert (asked["channel"], asked["ts"]) == ("C1", slack.posted[0].ts)


async def test_it_is_found_below_many_replies_and_a_message_of_long_ago(
    slack: FakeSlack, clock: FakeClock, bot: SlackBot
) -> None:
    receipt = await bot.send("C1", a_notification())
    clock.advance(30 * 24 * 3_600_000)
    for number in range(250):
        slack.workspace.keep("C1", {"text": f"from a person, {number}", "thread_ts": slack.posted[0].ts})
    await bot.reply(receipt, HISTORY)
    assert await bot.has_reply(receipt, ID, clock.now())
    assert len(slack.called("conversations.replies")) == 2


@pytest.mark.parametrize("code", ["", "thread_not_found", "message_not_found", "cannot_reply_to_message"])
async def test_below_a_message_that_is_gone_nothing_is_said_nor_anywhere_else(
    slack: FakeSlack, bot: SlackBot, code: str
) -> None:
    receipt = await bot.send("C1", a_notification())
    slack.workspace.delete("C1", slack.posted[0].ts)
    slack.workspace.refuses_orphans = code
    assert not await bot.has_reply(receipt, ID, START)
    with pytest.raises(EditRefused):
        await bot.reply(receipt, HISTORY)
    assert slack.posted == []


async def test_what_can_not_be_taken_back_stands(slack: FakeSlack, bot: SlackBot) -> None:
    receipt = await bot.send("C1", a_notification())
    slack.workspace.delete("C1", slack.posted[0].ts)
    slack.fail_next("chat.delete", "cant_delete_message")
    with pytest.raises(EditRefused):
        await bot.reply(receipt, HISTORY)


@pytest.mark.parametrize("receipt", ["", "nonsense", "C1:"])
async def test_without_a_message_to_name_nothing_is_asked(
    slack: FakeSlack, bot: SlackBot, receipt: str
) -> None:
    with pytest.raises(EditRefused):
        await bot.reply(receipt, HISTORY)
    assert not await bot.has_reply(receipt, ID, START)
    assert slack.calls == []


async def test_where_it_may_not_be_looked_for_it_is_said_again(slack: FakeSlack, bot: SlackBot) -> None:
    receipt = await bot.send("C1", a_notification())
    await bot.reply(receipt, HISTORY)
    slack.workspace.scopes.remove("channels:history")
    assert not await bot.has_reply(receipt, ID, START)


async def test_while_slack_can_not_be_asked_nobody_knows(
    slack: FakeSlack, api: SdkApi, bot: SlackBot
) -> None:
    receipt = await bot.send("C1", a_notification())
    for failure, error in ((500, DeliveryTransient), ("ratelimited", RateLimited)):
        slack.fail_next("conversations.replies", failure)
        with pytest.raises(error):
            await bot.has_reply(receipt, ID, START)


async def test_the_longest_history_is_within_slacks_limits(slack: FakeSlack, bot: SlackBot) -> None:
    longest = "&" * 10_000
    event = Event(START, EventKind.SNOOZED, longest, longest, START + 400 * 24 * 3_600_000)
    calls = tuple(
        a_call(
            customer=f"+9198{number:08}", name=longest, extension=f"{number}" * 99, placed_at=START - number
        )
        for number in range(50)
    )
    names = {call.agent: longest for call in calls[::2]}
    history = a_history(one(), events=(event,) * 99, calls=calls, call_count=99_999, agent_names=names)
    receipt = await bot.send("C1", a_notification())
    for mask in (False, True):
        for plain in (False, True):
            await bot.reply(receipt, replace(history, mask_numbers=mask), plain=plain)
    said = slack.posted[-1].text
    assert "91 earlier changes" in said
    assert "and 99989 more" in said
