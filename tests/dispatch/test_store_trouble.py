"""A store that can't be used while something is under way loses nothing, and sends nothing twice."""

import asyncio
from typing import Any

from sqlalchemy import update
from structlog.testing import capture_logs

from notifier.errors import DeliveryTransient, TargetBroken
from notifier.model import Message
from notifier.store import schema
from notifier.store.outbox import RowState
from tests.support.clock import FakeClock
from tests.support.world import MINUTE, World
from tests.support.worlds import MakeWorld


class Mending(FakeClock):
    """Mends the store after some waits."""

    def __init__(self, now: int, waits: int) -> None:
        super().__init__(now)
        self.world: World | None = None
        self.waits = waits

    async def wait(self, event: asyncio.Event, seconds: float) -> bool:
        self.waits -= 1
        if self.waits == 0 and self.world is not None:
            self.world.mend_store()
        return await super().wait(event, seconds)


async def with_a_call(a_world: MakeWorld, **sections: Any) -> World:
    world = a_world(**sections)
    await world.watch()
    world.call("Suresh")
    await world.poll()
    return world


def patient(world: World, waits: int) -> Mending:
    """From now on what is under way waits with a clock that mends the store."""
    clock = Mending(world.clock.now(), waits)
    clock.world = world
    world.clock = clock
    for channel in world.channels.values():
        channel.clock = clock
    return clock


def breaks_on_send(world: World) -> None:
    def broken(message: Message) -> None:
        world.room.on_send = None
        world.break_store()

    world.room.on_send = broken


async def test_a_result_that_cannot_be_recorded_is_recorded_later_and_sent_once(a_world: MakeWorld) -> None:
    world = await with_a_call(a_world)
    clock = patient(world, waits=5)
    await world.restart()
    breaks_on_send(world)
    with capture_logs() as logs:
        await world.send()
    assert world.told() == ["Suresh"]
    assert world.fates() == [("room", "sent")]
    assert clock.waits <= 0
    said = [one for one in logs if one["log_level"] == "warning"]
    assert [one["event"] for one in said] == ["the store can't be used in mid-delivery; trying again"]


async def test_a_failure_that_cannot_be_recorded_is_recorded_later(a_world: MakeWorld) -> None:
    world = await with_a_call(a_world)
    patient(world, waits=3)
    await world.restart()
    breaks_on_send(world)
    world.room.sends.append(DeliveryTransient("down"))
    await world.send_until(world.clock.now() + MINUTE)
    assert world.told() == ["Suresh"]


async def test_a_redirection_that_cannot_be_recorded_is_recorded_later(a_world: MakeWorld) -> None:
    world = await with_a_call(a_world, receivers={"ops": {"slack": {"to": "#ops"}}}, ops={"notify": "ops"})
    patient(world, waits=3)
    await world.restart()
    breaks_on_send(world)
    world.room.sends.append(TargetBroken("is_archived"))
    await world.send()
    assert world.fates() == [("room", "redirected"), ("ops", "sent")]


async def test_stopped_while_the_store_is_broken_it_is_uncertain_and_looked_for_after_the_start(
    a_world: MakeWorld,
) -> None:
    world = await with_a_call(a_world)
    breaks_on_send(world)
    await world.dispatch.step()
    while not world.sent:
        await world.clock.sleep(0)
    await world.dispatch.aclose(5)
    world.mend_store()
    await world.restart()
    await world.send()
    assert world.told() == ["Suresh"]
    assert world.fates() == [("room", "sent")]


async def test_a_claim_that_cannot_be_stored_sends_nothing_is_said_once_and_is_tried_again(
    a_world: MakeWorld,
) -> None:
    world = await with_a_call(a_world)
    world.break_store()
    with capture_logs() as logs:
        due = await world.send()
        assert due == world.clock.now() + 2_000
        world.clock.advance(2_000)
        await world.send()
    assert world.told() == []
    assert world.room.tries == 0
    said = [one["event"] for one in logs if one["log_level"] == "warning"]
    assert said == ["the store can't be used; sending waits"]
    assert "store" in world.health.ready().problems[0]
    world.mend_store()
    with capture_logs() as logs:
        await world.send_until(world.clock.now() + MINUTE)
    assert world.told() == ["Suresh"]
    assert "the store works again" in [one["event"] for one in logs]
    assert not world.health.ready().store_problem


async def test_it_works_again_once_nothing_is_left_to_send_that_would_find_it_out(a_world: MakeWorld) -> None:
    world = await with_a_call(a_world)
    world.break_store()
    await world.send()
    assert world.health.ready().store_problem
    world.mend_store()
    drop_everything(world)
    await world.dispatch.step()
    assert not world.health.ready().store_problem


def drop_everything(world: World) -> None:
    """As a person does whom nobody needs to be told any more."""
    with world.database._writer.begin() as connection:
        connection.execute(update(schema.outbox).values(state=RowState.DROPPED, finished_at=1))
