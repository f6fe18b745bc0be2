"""Looking for a message whose outcome is unknown: it must be neither lost nor doubled."""

import pytest

from notifier.channels.slack.api import SdkApi
from notifier.channels.slack.bot import SlackBot
from notifier.channels.slack.look import PAGES
from notifier.errors import DeliveryTransient, RateLimited
from tests.support.clock import START, FakeClock
from tests.support.sample import a_notification, a_summary
from tests.support.slack import FakeSlack
from tests.support.slack_scripted import Scripted, a_bot

ID = a_notification().delivery_id


@pytest.mark.parametrize("address", ["#sales-missed", "C1", "U209", "agent209@example.com"])
async def test_promise_a_message_whose_answer_was_lost_is_found_after_a_restart(
    slack: FakeSlack, bot: SlackBot, api: SdkApi, clock: FakeClock, address: str
) -> None:
    slack.fail_next("chat.postMessage", "drop-after-accept")
    with pytest.raises(DeliveryTransient) as caught:
        await bot.send(address, a_notification())
    assert caught.value.uncertain
    (posted,) = slack.posted
    clock.advance(60_000)
    found = await a_bot(api).confirm(address, [ID], START)
    receipt = found[ID]
    assert receipt == f"{posted.channel}:{posted.ts}"
    await bot.edit(receipt, a_notification())
    assert len(slack.posted) == 1


@pytest.mark.parametrize("address", ["#sales-missed", "C1", "U209", "agent209@example.com", "#nowhere"])
async def test_what_was_not_posted_is_not_found(slack: FakeSlack, bot: SlackBot, address: str) -> None:
    slack.fail_next("chat.postMessage", "drop-before-accept")
    with pytest.raises(DeliveryTransient):
        await bot.send("C1", a_notification())
    await bot.send("C1", a_notification(delivery_id="another"))
    assert await bot.confirm(address, [ID], START) == {}


async def test_slacks_clock_may_be_five_minutes_behind(slack: FakeSlack, bot: SlackBot) -> None:
    await bot.send("C1", a_notification())
    assert await bot.confirm("C1", [ID], START + 4 * 60_000)
    assert await bot.confirm("C1", [ID], START + 6 * 60_000) == {}


async def test_a_name_that_was_posted_to_needs_no_list(slack: FakeSlack, bot: SlackBot) -> None:
    await bot.send("#sales-missed", a_notification())
    slack.workspace.scopes -= {"channels:read"}
    assert await bot.confirm("#Sales-missed", [ID], START)
    assert slack.called("conversations.list") == []


async def test_a_message_is_found_behind_hundreds_of_others(slack: FakeSlack, bot: SlackBot) -> None:
    await bot.send("C1", a_notification())
    for i in range(450):
        slack.workspace.keep("C1", {"text": f"chatter {i}"})
    assert await bot.confirm("C1", [ID], START)
    assert len(slack.called("conversations.history")) == 3


async def test_one_look_finds_what_came_by_itself_and_what_came_in_a_summary(
    slack: FakeSlack, bot: SlackBot
) -> None:
    alone = await bot.send("C1", a_notification(delivery_id="d1"))
    summary = await bot.send("C1", a_summary(delivery_id="s1"))
    found = await bot.confirm("C1", ["d1", "d12", "d13", "s1", "never"], START)
    assert found == {"d1": alone, "d12": "", "d13": "", "s1": summary}
    assert len(slack.called("conversations.history")) == 1


async def test_looking_stops_where_all_are_found(slack: FakeSlack, bot: SlackBot) -> None:
    for i in range(450):
        slack.workspace.keep("C1", {"text": f"chatter {i}"})
    await bot.send("C1", a_notification(delivery_id="d1"))
    await bot.send("C1", a_summary())
    assert set(await bot.confirm("C1", {"d1", "d12", "d13"}, START)) == {"d1", "d12", "d13"}
    assert len(slack.called("conversations.history")) == 1


async def test_looking_ends_even_where_the_history_does_not() -> None:
    api = Scripted({"ok": True, "messages": [7], "response_metadata": {"next_cursor": "again"}})
    assert await a_bot(api).confirm("C1", [ID], START) == {}
    assert api.calls == ["conversations.history"] * PAGES


async def test_a_history_that_is_no_list_holds_nothing() -> None:
    api = Scripted({"ok": True, "messages": "hello", "response_metadata": None})
    assert await a_bot(api).confirm("C1", [ID], START) == {}


@pytest.mark.parametrize(
    ("address", "scope"),
    [
        ("C1", "channels:history"),
        ("#sales-missed", "channels:read"),
        ("U209", "im:write"),
        ("U209", "im:history"),
        ("agent209@example.com", "users:read.email"),
    ],
)
async def test_without_the_right_to_look_it_is_rather_sent_again(
    slack: FakeSlack, bot: SlackBot, address: str, scope: str
) -> None:
    slack.workspace.scopes -= {scope}
    assert await bot.confirm(address, [ID], START) == {}


async def test_a_channel_that_the_bot_has_not_joined_is_rather_sent_to_again(
    slack: FakeSlack, bot: SlackBot
) -> None:
    slack.add_channel("open", "C3", member=False)
    slack.workspace.scopes.add("chat:write.public")
    await bot.send("#open", a_notification())
    assert await bot.confirm("#open", [ID], START) == {}


@pytest.mark.parametrize("fault", ["invalid_auth", "channel_not_found", "no_such_error", "nonsense-address"])
async def test_a_refusal_to_look_is_no_reason_not_to_send(
    slack: FakeSlack, bot: SlackBot, fault: str
) -> None:
    slack.fail_next("conversations.history", fault)
    assert await bot.confirm("nonsense" if "-" in fault else "C1", [ID], START) == {}


@pytest.mark.parametrize(
    ("address", "method"),
    [
        ("C1", "conversations.history"),
        ("#leads", "conversations.list"),
        ("U209", "conversations.open"),
        ("agent209@example.com", "users.lookupByEmail"),
    ],
)
@pytest.mark.parametrize("fault", [500, 429, "drop-before-accept"])
async def test_promise_while_slack_can_not_be_asked_nothing_is_sent_again(
    slack: FakeSlack, bot: SlackBot, address: str, method: str, fault: str | int
) -> None:
    slack.fail_next(method, fault, times=2)
    with pytest.raises((DeliveryTransient, RateLimited)):
        await bot.confirm(address, [ID], START)
