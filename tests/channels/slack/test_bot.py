"""The bot over a real socket: posting and editing."""

import pytest

from notifier.channels.base import Channel
from notifier.channels.slack.api import SdkApi
from notifier.channels.slack.bot import SlackBot
from notifier.errors import (
    CredentialsBroken,
    DeliveryError,
    EditRefused,
    PayloadBroken,
    RateLimited,
    TargetBroken,
)
from tests.support.clock import START, FakeClock
from tests.support.sample import a_call, a_notice, a_notification, a_summary
from tests.support.slack import FakeSlack
from tests.support.slack_faults import Pace
from tests.support.slack_scripted import Scripted, a_bot

ID = a_notification().delivery_id


def test_it_is_a_channel_that_edits_at_slacks_pace(bot: SlackBot) -> None:
    channel: Channel = bot
    assert (channel.can_edit, channel.pace, channel.summary_size) == (True, 1.0, 20)
    assert channel.service == "slack"


def test_a_lane_belongs_to_an_address_and_shows_no_mail_address(bot: SlackBot, api: SdkApi) -> None:
    assert bot.lane("#sales-missed") == a_bot(api).lane("#sales-missed") != bot.lane("#leads")
    assert bot.lane("Agent209@example.com") == bot.lane("agent209@example.com") != bot.lane("b@example.com")
    assert "example.com" not in bot.lane("agent209@example.com")


@pytest.mark.parametrize("address", ["#sales-missed", "C1"])
async def test_a_message_is_posted_with_text_blocks_and_its_delivery_id(
    slack: FakeSlack, bot: SlackBot, address: str
) -> None:
    receipt = await bot.send(address, a_notification())
    (posted,) = slack.posted
    assert receipt == f"C1:{posted.ts}"
    assert posted.text
    assert posted.blocks
    assert posted.metadata == {"event_type": "missed_call_alert", "event_payload": {"delivery_id": ID}}
    (asked,) = slack.called("chat.postMessage")
    assert asked["unfurl_links"] is False
    assert asked["unfurl_media"] is False
    assert not {"link_names", "parse"} & set(asked)


async def test_a_summary_is_posted_with_the_ids_of_all_that_it_names(slack: FakeSlack, bot: SlackBot) -> None:
    for plain in (False, True):
        await bot.send("C1", a_summary(delivery_id="s1"), plain=plain)
    for posted in slack.posted:
        assert "A12" in posted.text
        assert "A13" in posted.text
        assert posted.metadata == {
            "event_type": "missed_call_alert",
            "event_payload": {"delivery_id": "s1", "delivery_ids": ["d12", "d13"]},
        }
    assert [bool(posted.blocks) for posted in slack.posted] == [True, False]


async def test_a_notice_is_posted_and_found(slack: FakeSlack, bot: SlackBot) -> None:
    receipt = await bot.send("C1", a_notice(delivery_id="n1"))
    assert "Slack refuses our credentials" in slack.posted[0].text
    assert await bot.confirm("C1", ["n1"], START) == {"n1": receipt}


async def test_a_plain_message_has_no_blocks(slack: FakeSlack, bot: SlackBot) -> None:
    slack.workspace.refuses_blocks = True
    with pytest.raises(PayloadBroken):
        await bot.send("C1", a_notification())
    await bot.send("C1", a_notification(), plain=True)
    assert slack.posted[0].blocks is None
    assert slack.posted[0].delivery_id == ID


@pytest.mark.parametrize("address", ["U209", "agent209@example.com", "Agent209@Example.com"])
async def test_a_person_is_told_in_a_direct_conversation(
    slack: FakeSlack, bot: SlackBot, address: str
) -> None:
    slack.add_user("U209", address if "@" in address else "agent209@example.com")
    receipt = await bot.send(address, a_notification())
    assert slack.posted[0].channel == "DU209"
    assert receipt.startswith("DU209:")


async def test_a_person_who_is_gone_is_looked_up_again(slack: FakeSlack, bot: SlackBot) -> None:
    await bot.send("agent209@example.com", a_notification())
    slack.fail_next("chat.postMessage", "channel_not_found")
    with pytest.raises(TargetBroken):
        await bot.send("agent209@example.com", a_notification())
    del slack.workspace.users["U209"]
    slack.add_user("U999", "agent209@example.com")
    await bot.send("agent209@example.com", a_notification())
    assert slack.posted[-1].channel == "DU999"


async def test_a_conversation_by_id_that_is_gone_is_opened_again(slack: FakeSlack, bot: SlackBot) -> None:
    await bot.send("U209", a_notification())
    slack.fail_next("chat.postMessage", "channel_not_found")
    with pytest.raises(TargetBroken):
        await bot.send("U209", a_notification())
    await bot.send("U209", a_notification())
    assert len(slack.called("conversations.open")) == 2


async def test_nobody_with_that_address_is_a_broken_target_that_is_not_asked_for_again(
    slack: FakeSlack, bot: SlackBot
) -> None:
    for _ in range(3):
        with pytest.raises(TargetBroken) as caught:
            await bot.send("nobody@example.com", a_notification())
        assert "nobody@example.com" not in str(caught.value)
    assert len(slack.called("users.lookupByEmail")) == 1


@pytest.mark.parametrize("address", ["#nowhere", "C404", "nonsense", "U404"])
async def test_an_address_that_leads_nowhere_is_a_broken_target(
    slack: FakeSlack, bot: SlackBot, address: str
) -> None:
    with pytest.raises(TargetBroken):
        await bot.send(address, a_notification())
    assert slack.posted == []


async def test_slacks_pace_is_passed_on(slack: FakeSlack, bot: SlackBot, clock: FakeClock) -> None:
    slack.workspace.pace = Pace(clock.monotonic)
    await bot.send("C1", a_notification())
    with pytest.raises(RateLimited) as caught:
        await bot.send("C1", a_notification())
    assert caught.value.retry_after == 1
    await bot.send("C2", a_notification())
    clock.advance(1000)
    await bot.send("C1", a_notification())
    assert [posted.channel for posted in slack.posted] == ["C1", "C2", "C1"]


async def test_an_answer_without_a_ts_gives_a_receipt_that_cannot_be_edited() -> None:
    api = Scripted({"ok": True, "channel": ["C1"]})
    bot = a_bot(api)
    assert await bot.send("#sales-missed", a_notification()) == ""
    with pytest.raises(EditRefused):
        await bot.edit("", a_notification())
    assert api.calls == ["chat.postMessage"]


async def test_an_edit_changes_the_message_and_keeps_its_metadata(slack: FakeSlack, bot: SlackBot) -> None:
    receipt = await bot.send("#sales-missed", a_notification())
    before = slack.posted[0]
    changed = a_notification(calls=(a_call(name="Ramesh"),))
    await bot.edit(receipt, changed)
    (after,) = slack.posted
    assert (after.channel, after.ts) == (before.channel, before.ts)
    assert after.edits == (before,)
    assert "Ramesh" in str(after.blocks)
    assert after.delivery_id == ID


async def test_a_plain_edit_takes_the_blocks_away(slack: FakeSlack, bot: SlackBot) -> None:
    receipt = await bot.send("C1", a_notification())
    await bot.edit(receipt, a_notification(), plain=True)
    assert slack.posted[0].blocks == []
    assert slack.posted[0].text


async def test_a_direct_message_can_be_edited(slack: FakeSlack, bot: SlackBot) -> None:
    receipt = await bot.send("U209", a_notification())
    await bot.edit(receipt, a_notification())
    assert len(slack.posted[0].edits) == 1


async def test_an_edit_of_a_deleted_message_is_refused(slack: FakeSlack, bot: SlackBot) -> None:
    receipt = await bot.send("C1", a_notification())
    slack.posted.clear()
    with pytest.raises(EditRefused):
        await bot.edit(receipt, a_notification())


async def test_a_revoked_token_breaks_every_address(slack: FakeSlack, bot: SlackBot) -> None:
    slack.token = "xoxb-new"
    for address in ("C1", "#leads", "U209", "agent209@example.com"):
        with pytest.raises(CredentialsBroken):
            await bot.send(address, a_notification())


async def test_names_from_outside_can_not_ping(slack: FakeSlack, bot: SlackBot) -> None:
    """Promise: text from outside can't ping a channel or forge a link."""
    evil = "<!channel> <@U209> <https://evil.example|click>"
    await bot.send("C1", a_notification(calls=(a_call(name=evil),)))
    assert "<!channel>" not in slack.posted[0].text
    assert "<https://evil" not in slack.posted[0].text


async def test_an_unknown_error_is_the_base_class(slack: FakeSlack, bot: SlackBot) -> None:
    slack.fail_next("chat.postMessage", "an_error_of_next_year")
    with pytest.raises(DeliveryError) as caught:
        await bot.send("C1", a_notification())
    assert type(caught.value) is DeliveryError


async def test_closing_closes_the_shared_api() -> None:
    api = Scripted({})
    bot = a_bot(api)
    await bot.aclose()
    assert api.closed
