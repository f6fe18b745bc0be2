"""One attempt: looked for first where it may be there, cut off in time, and never an error that escapes."""

import asyncio

from notifier.errors import DeliveryTransient, TargetBroken
from notifier.model import Notification
from notifier.sending.attempt import Courier, Tried
from tests.support.channel import ScriptedChannel
from tests.support.clock import START, FakeClock
from tests.support.sample import a_notification

DAY = 86_400_000  # ms
FIRST, SECOND = a_notification(delivery_id="first"), a_notification(delivery_id="second")


def a_channel() -> ScriptedChannel:
    return ScriptedChannel("room", FakeClock(), [])


async def bring(
    channel: ScriptedChannel, since: int | None = None, *possible: Notification, limit: float = 5.0
) -> Tried[Notification]:
    courier = Courier(channel.clock, limit)
    return await courier.bring(SECOND, channel, "#room", plain=False, since=since, possible=possible)


async def test_what_was_never_tried_is_sent_without_a_look() -> None:
    channel = a_channel()
    tried = await bring(channel)
    assert (tried.shown, tried.error, tried.began_at) == (SECOND, None, START)
    assert ([one.delivery_id for one in channel.journal], channel.looked) == (["second"], [])


async def test_what_is_there_already_is_not_sent_again() -> None:
    channel = a_channel()
    await bring(channel)
    assert (await bring(channel, START)).shown == SECOND
    assert (len(channel.journal), len(channel.looked)) == (1, 1)


async def test_of_two_that_are_there_the_one_that_told_more_counts() -> None:
    channel = a_channel()
    await channel.send("#room", FIRST)
    assert (await bring(channel, START, FIRST, SECOND)).shown == FIRST
    await channel.send("#room", SECOND)
    assert (await bring(channel, START, FIRST, SECOND)).shown == SECOND
    assert channel.asked[-1] == {"first", "second"}


async def test_what_was_tried_in_the_future_is_looked_for_from_a_day_ago() -> None:
    channel = a_channel()
    await bring(channel, START + 1)
    assert [since for *_, since in channel.looked] == [START - DAY]


async def test_an_error_is_handed_back() -> None:
    channel = a_channel()
    for error in (TargetBroken("archived"), KeyError("x")):
        channel.sends.append(error)
        tried = await bring(channel)
        assert (tried.shown, tried.error) == (None, error)


async def test_where_it_can_not_be_looked_for_it_is_not_sent() -> None:
    channel = a_channel()
    channel.looks.append(DeliveryTransient("down"))
    assert str((await bring(channel, START)).error) == "down"
    assert channel.tries == 0


async def test_what_hangs_is_cut_off_and_may_have_arrived() -> None:
    channel = a_channel()
    channel.gate = asyncio.Event()
    error = (await bring(channel, limit=0.05)).error
    assert isinstance(error, DeliveryTransient)
    assert error.uncertain
