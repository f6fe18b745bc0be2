"""Replies to the first message about an alert: where they stand, and whether they are found there."""

import pytest

from notifier.channels.slack.api import SdkApi
from notifier.channels.slack.bot import SlackBot
from notifier.errors import DeliveryTransient, PayloadBroken, RateLimited
from notifier.model import Kind, Notification
from tests.support.clock import START, FakeClock
from tests.support.sample import a_notification, a_summary, an_alert
from tests.support.slack import FakeSlack
from tests.support.slack_scripted import Scripted, a_bot
from tests.support.slack_state import Posted

ORPHANS = ["thread_not_found", "cannot_reply_to_message", "restricted_action_non_threadable_channel"]
PERSON = "agent209@example.com"


def a_reminder(delivery_id: str = "r1") -> Notification:
    return a_notification(delivery_id=delivery_id, kind=Kind.REMINDER, alert=an_alert(reminded=2))


def kinds(posted: Posted) -> list[str]:
    """Of its blocks."""
    return [block["type"] for block in posted.blocks or ()]


@pytest.mark.parametrize("address", ["#sales-missed", "C1", "U209", PERSON])
async def test_a_reply_stands_in_the_thread_and_in_the_channel(
    slack: FakeSlack, bot: SlackBot, address: str
) -> None:
    first = await bot.send(address, a_notification())
    assert await bot.send(address, a_reminder(), reply_to=first) == first
    above, reply = slack.posted
    assert (reply.channel, reply.thread_ts, reply.broadcast) == (above.channel, above.ts, True)
    assert reply.delivery_id == "r1"
    (_, asked) = slack.called("chat.postMessage")
    assert asked["unfurl_links"] is asked["unfurl_media"] is False


async def test_a_reply_is_short_says_what_it_is_and_has_no_buttons(slack: FakeSlack, bot: SlackBot) -> None:
    bot._buttons.are_heard = True
    first = await bot.send("C1", a_notification())
    await bot.send("C1", a_reminder(), reply_to=first)
    above, reply = slack.posted
    assert reply.text.startswith("Reminder 2: still not reached. Call back Suresh, +91 98123 45678. ")
    assert kinds(above)[-1] == "actions"
    assert kinds(reply) == ["section", "context"]


async def test_where_slack_dislikes_its_form_it_is_a_reply_in_plain_words(
    slack: FakeSlack, bot: SlackBot
) -> None:
    first = await bot.send("C1", a_notification())
    slack.workspace.refuses_blocks = True
    with pytest.raises(PayloadBroken):
        await bot.send("C1", a_reminder(), reply_to=first)
    assert await bot.send("C1", a_reminder(), plain=True, reply_to=first) == first
    assert slack.posted[1].text.startswith("Reminder 2: still not reached")
    assert slack.posted[1].blocks is None


@pytest.mark.parametrize("code", ORPHANS)
async def test_where_nothing_can_be_replied_to_it_is_a_whole_message_of_its_own(
    slack: FakeSlack, bot: SlackBot, code: str
) -> None:
    first = await bot.send("C1", a_notification())
    slack.posted.clear()
    slack.workspace.refuses_orphans = code
    receipt = await bot.send("C1", a_reminder(), reply_to=first)
    (posted,) = slack.posted
    assert receipt == f"C1:{posted.ts}" != first
    assert posted.thread_ts is None
    assert kinds(posted)[0] == "header"


async def test_a_reply_that_slack_posts_outside_of_its_thread_can_be_edited(
    slack: FakeSlack, bot: SlackBot
) -> None:
    first = await bot.send("C1", a_notification())
    slack.workspace.delete(*first.split(":"))
    receipt = await bot.send("C1", a_reminder(), reply_to=first)
    await bot.edit(receipt, a_notification())
    (posted,) = slack.posted
    assert len(posted.edits) == 1
    assert kinds(posted)[0] == "header"


async def test_who_has_another_conversation_by_now_gets_a_message_of_its_own(
    slack: FakeSlack, bot: SlackBot
) -> None:
    first = await bot.send("U209", a_notification())
    receipt = await bot.send("U210", a_reminder(), reply_to=first)
    assert [(one.channel, one.thread_ts) for one in slack.posted] == [("DU209", None), ("DU210", None)]
    assert receipt == f"DU210:{slack.posted[1].ts}"


async def test_a_name_that_another_channel_has_by_now_gets_a_message_of_its_own(
    slack: FakeSlack, bot: SlackBot
) -> None:
    first = await bot.send("#leads", a_notification())
    receipt = await bot.send("#sales-missed", a_reminder(), reply_to=first)
    assert receipt == f"C1:{slack.posted[1].ts}"


@pytest.mark.parametrize("receipt", ["", "nonsense", "<id@example.com>"])
async def test_what_is_no_receipt_is_not_replied_to(slack: FakeSlack, bot: SlackBot, receipt: str) -> None:
    await bot.send("C1", a_reminder(), reply_to=receipt)
    assert slack.posted[0].thread_ts is None


async def test_a_summary_is_never_a_reply(slack: FakeSlack, bot: SlackBot) -> None:
    first = await bot.send("C1", a_notification())
    await bot.send("C1", a_summary(), reply_to=first)
    assert slack.posted[1].thread_ts is None


async def test_an_answer_that_repeats_nothing_is_believed() -> None:
    api = Scripted({"ok": True, "channel": "C1", "ts": "2.000100"})
    assert await a_bot(api).send("C1", a_reminder(), reply_to="C1:1.000100") == "C1:1.000100"


@pytest.mark.parametrize("lists", [True, False], ids=["in the history", "in the thread only"])
@pytest.mark.parametrize("address", ["#sales-missed", "C1", "U209", PERSON])
async def test_promise_a_reply_whose_answer_was_lost_is_found_after_a_restart(
    slack: FakeSlack, bot: SlackBot, api: SdkApi, clock: FakeClock, address: str, *, lists: bool
) -> None:
    slack.workspace.lists_broadcasts = lists
    first = await bot.send(address, a_notification())
    slack.fail_next("chat.postMessage", "drop-after-accept")
    with pytest.raises(DeliveryTransient):
        await bot.send(address, a_reminder(), reply_to=first)
    clock.advance(60_000)
    found = await a_bot(api).confirm(address, ["r1", "never"], START, threads=[first])
    assert found == {"r1": first}
    asked = [name for name, _ in slack.calls if name in {"conversations.replies", "conversations.history"}]
    assert asked == ["conversations.replies", "conversations.history"]


async def test_promise_a_reply_that_was_posted_outside_of_its_thread_is_found_by_itself(
    slack: FakeSlack, bot: SlackBot
) -> None:
    first = await bot.send("C1", a_notification())
    slack.workspace.delete(*first.split(":"))
    slack.fail_next("chat.postMessage", "drop-after-accept")
    with pytest.raises(DeliveryTransient):
        await bot.send("C1", a_reminder(), reply_to=first)
    assert await bot.confirm("C1", ["r1"], START, threads=[first]) == {"r1": f"C1:{slack.posted[0].ts}"}


async def test_replies_in_several_threads_are_found_and_the_channel_is_asked_for_the_rest_only(
    slack: FakeSlack, bot: SlackBot
) -> None:
    first, second = [await bot.send("C1", a_notification(delivery_id=name)) for name in ("a", "b")]
    await bot.send("C1", a_reminder("r1"), reply_to=first)
    await bot.send("C1", a_reminder("r2"), reply_to=second)
    found = await bot.confirm("C1", ["r1", "r2"], START, threads=[first, second])
    assert found == {"r1": first, "r2": second}
    assert slack.called("conversations.history") == []
    assert await bot.confirm("C1", ["r1", "a"], START, threads=[first]) == {"r1": first, "a": first}
    assert await bot.confirm("C1", ["r1", "b"], START, threads=[first]) == {"r1": first, "b": second}


async def test_a_reply_is_found_below_hundreds_of_others_however_old_the_thread(
    slack: FakeSlack, bot: SlackBot, clock: FakeClock
) -> None:
    first = await bot.send("C1", a_notification())
    clock.advance(3 * 24 * 3_600_000)
    thread = first.partition(":")[2]
    for number in range(450):
        slack.workspace.keep("C1", {"text": f"chatter {number}", "thread_ts": thread})
    await bot.send("C1", a_reminder(), reply_to=first)
    assert await bot.confirm("C1", ["r1"], clock.now(), threads=[first]) == {"r1": first}
    assert len(slack.called("conversations.replies")) == 3


async def test_without_the_right_to_look_it_is_rather_sent_again(slack: FakeSlack, bot: SlackBot) -> None:
    first = await bot.send("C1", a_notification())
    slack.workspace.scopes -= {"channels:history"}
    assert await bot.confirm("C1", ["r1"], START, threads=[first, "nonsense"]) == {}


@pytest.mark.parametrize("fault", [500, 429, "drop-before-accept"])
async def test_promise_while_slack_can_not_be_asked_of_a_thread_nothing_is_sent_again(
    slack: FakeSlack, bot: SlackBot, fault: str | int
) -> None:
    first = await bot.send("C1", a_notification())
    slack.fail_next("conversations.replies", fault, times=2)
    with pytest.raises((DeliveryTransient, RateLimited)):
        await bot.confirm("C1", ["r1"], START, threads=[first])
