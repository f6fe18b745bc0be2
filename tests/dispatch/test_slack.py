"""Through Slack's bot and the look-alike: told once, whatever breaks in between."""

from collections.abc import AsyncIterator
from typing import Any

import pytest

from notifier.channels.slack.api import SdkApi
from notifier.channels.slack.bot import SlackBot
from notifier.channels.slack.people import People
from notifier.channels.slack.rooms import Rooms
from notifier.config.values import Secret
from notifier.model import Message
from tests.support.exchange import Killed
from tests.support.slack import TOKEN, FakeSlack
from tests.support.slack_faults import Pace
from tests.support.world import HOUR, MINUTE, World
from tests.support.worlds import MakeWorld

CUSTOMERS = {"name": "customers", "per": "customer", "notify": "room"}


class Dying(SlackBot):
    """Is killed once a message was accepted, and before anybody learns of it."""

    dies = True

    async def send(self, address: str, message: Message, *, plain: bool = False, reply_to: str = "") -> str:
        receipt = await super().send(address, message, plain=plain, reply_to=reply_to)
        if self.dies:
            self.dies = False
            raise Killed
        return receipt


@pytest.fixture
async def slack(a_world: MakeWorld) -> AsyncIterator[FakeSlack]:
    slack = FakeSlack()
    slack.add_channel("room", "C1")
    await slack.start()
    yield slack
    await slack.stop()


async def watching(
    a_world: MakeWorld, slack: FakeSlack, bot: type[SlackBot] = SlackBot, **rule: object
) -> World:
    world = a_world({**CUSTOMERS, **rule})
    slack.workspace.now = world.clock.now
    api = SdkApi(Secret(TOKEN), slack.api_url)
    world.real_channels = {"room": bot(api, People(api, world.clock), Rooms(api))}
    await world.restart()
    await world.watch()
    return world


async def letting_go(world: World, slack: FakeSlack) -> list[Any]:
    assert world.real_channels is not None
    await world.real_channels["room"].aclose()
    return slack.posted


async def test_a_call_is_posted_and_one_that_joins_edits_it(a_world: MakeWorld, slack: FakeSlack) -> None:
    world = await watching(a_world, slack)
    world.call("Suresh")
    await world.round()
    world.clock.advance(MINUTE)
    world.call("Suresh")
    await world.round()
    (posted,) = await letting_go(world, slack)
    assert len(posted.edits) == 1
    assert posted.delivery_id == world.outbox()[0].delivery_id


async def test_what_becomes_of_an_alert_is_shown_by_its_first_message_and_not_by_a_reminder(
    a_world: MakeWorld, slack: FakeSlack
) -> None:
    world = await watching(a_world, slack, repeat_every="1h")
    world.call("Suresh")
    await world.round()
    world.clock.advance(HOUR)
    await world.tick()
    await world.send()
    assert len(slack.posted) == 2
    world.clock.advance(MINUTE)
    world.call("Suresh")
    await world.round()
    first, reminder = await letting_go(world, slack)
    assert len(first.edits) >= 1
    assert len(reminder.edits) == 0


async def reminded(world: World, slack: FakeSlack) -> Any:
    """Told of once, and due to be reminded of; the first message."""
    world.call("Suresh")
    await world.round()
    world.clock.advance(HOUR)
    await world.tick()
    return slack.posted[0]


async def test_a_reminder_stands_below_the_first_message_and_in_the_channel(
    a_world: MakeWorld, slack: FakeSlack
) -> None:
    world = await watching(a_world, slack, repeat_every="1h")
    first = await reminded(world, slack)
    await world.send()
    reminder = next(one for one in await letting_go(world, slack) if one.broadcast)
    assert reminder.thread_ts == first.ts
    assert reminder.text.startswith("Reminder: still not reached. Call back Suresh")


@pytest.mark.parametrize("fault", ["drop-after-accept", "hang-after-accept", 500])
async def test_a_reminder_whose_answer_was_lost_is_looked_for_in_the_thread(
    a_world: MakeWorld, slack: FakeSlack, fault: str | int
) -> None:
    world = await watching(a_world, slack, repeat_every="1h")
    world.deliver.limit = 0.3
    await reminded(world, slack)
    slack.fail_next("chat.postMessage", fault)
    await world.send_until(world.clock.now() + MINUTE)
    assert len([one for one in await letting_go(world, slack) if one.broadcast]) == 1
    assert slack.called("conversations.replies")
    assert world.fates() == [("room", "sent")] * 2


async def test_killed_after_slack_accepted_a_reminder_it_is_not_posted_again(
    a_world: MakeWorld, slack: FakeSlack
) -> None:
    world = await watching(a_world, slack, Dying, repeat_every="1h")
    assert world.real_channels is not None
    world.real_channels["room"].dies = False  # type: ignore[attr-defined]
    await reminded(world, slack)
    world.real_channels["room"].dies = True  # type: ignore[attr-defined]
    await world.killed_while_sending()
    await world.send()
    assert len([one for one in await letting_go(world, slack) if one.broadcast]) == 1
    assert world.fates() == [("room", "sent")] * 2


@pytest.mark.parametrize("refused", ["", "thread_not_found", "cannot_reply_to_message"])
async def test_where_somebody_deleted_the_first_message_a_reminder_takes_its_place(
    a_world: MakeWorld, slack: FakeSlack, refused: str
) -> None:
    world = await watching(a_world, slack, repeat_every="1h")
    await reminded(world, slack)
    slack.posted.clear()
    slack.workspace.refuses_orphans = refused
    await world.send()
    world.clock.advance(MINUTE)
    world.call("Suresh")
    await world.round()
    world.clock.advance(HOUR)
    await world.tick()
    await world.send()
    whole = next(one for one in slack.posted if one.thread_ts is None)
    assert next(block["type"] for block in whole.blocks or ()) == "header"
    assert "Attempt 2" in str(whole.blocks)
    told = [one for one in await letting_go(world, slack) if not one.is_quiet]
    assert [one.thread_ts for one in told] == [None, whole.ts]


async def test_a_connection_cut_after_slack_accepted_leads_to_one_message(
    a_world: MakeWorld, slack: FakeSlack
) -> None:
    world = await watching(a_world, slack)
    slack.fail_next("chat.postMessage", "drop-after-accept")
    world.call("Suresh")
    await world.poll()
    await world.send_until(world.clock.now() + MINUTE)
    assert len(await letting_go(world, slack)) == 1
    assert world.fates() == [("room", "sent")]


async def test_killed_after_slack_accepted_it_is_looked_for_and_not_posted_again(
    a_world: MakeWorld, slack: FakeSlack
) -> None:
    world = await watching(a_world, slack, Dying)
    world.call("Suresh")
    await world.poll()
    await world.killed_while_sending()
    await world.send()
    assert len(slack.called("chat.postMessage")) == 1
    assert len(await letting_go(world, slack)) == 1
    assert world.fates() == [("room", "sent")]


async def test_it_is_found_though_our_clock_is_hours_ahead_of_slacks_then_and_now(
    a_world: MakeWorld, slack: FakeSlack
) -> None:
    world = await watching(a_world, slack, Dying)
    slack.workspace.now = lambda: world.clock.now() - 3 * HOUR
    world.call("Suresh")
    await world.poll()
    await world.killed_while_sending()
    world.clock.advance(MINUTE)
    await world.send()
    assert len(await letting_go(world, slack)) == 1
    assert world.fates() == [("room", "sent")]


async def test_refused_blocks_are_posted_as_plain_text(a_world: MakeWorld, slack: FakeSlack) -> None:
    world = await watching(a_world, slack)
    slack.workspace.refuses_blocks = True
    world.call("Suresh")
    await world.round()
    (posted,) = await letting_go(world, slack)
    assert not posted.blocks


async def test_slacks_pace_is_kept_without_a_single_429(a_world: MakeWorld, slack: FakeSlack) -> None:
    world = await watching(a_world, slack)
    slack.workspace.pace = Pace(lambda: world.clock.now() / 1000)
    for n in range(5):
        world.call(str(n), to=f"91981234567{n}")
    await world.poll()
    await world.send()
    assert len(slack.called("chat.postMessage")) == 5
    assert len(await letting_go(world, slack)) == 5
