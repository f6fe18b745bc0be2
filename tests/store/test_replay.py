from notifier.model import Endpoint
from notifier.store.replay import calls_between
from tests.support.world import MINUTE
from tests.support.worlds import MakeWorld


async def test_every_list_is_there_in_order_of_time(a_world: MakeWorld) -> None:
    world = a_world(follow_up=True)
    await world.watch()
    world.call("second", ago=MINUTE)
    world.answer(ago=2 * MINUTE, name="first")
    world.call("third")
    await world.round()
    now = world.clock.now()
    found = world.database.look(lambda connection: list(calls_between(connection, 0, now)))
    assert [(call.name, call.endpoint) for call in found] == [
        ("first", Endpoint.OUT_ANSWERED),
        ("second", Endpoint.OUT_MISSED),
        ("third", Endpoint.OUT_MISSED),
    ]
    assert {call.agent for call in found} == {"main/209"}


async def test_both_instants_are_inside(a_world: MakeWorld) -> None:
    world = a_world()
    await world.watch()
    for minutes in range(4):
        world.call(str(minutes), ago=minutes * MINUTE)
    await world.poll()
    begin, end = world.clock.now() - 2 * MINUTE, world.clock.now() - MINUTE
    found = world.database.look(lambda connection: list(calls_between(connection, begin, end)))
    assert [call.name for call in found] == ["2", "1"]
