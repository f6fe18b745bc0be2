"""Whatever TeleCMI does for a while, and whenever we are killed: in the end every call is there, once."""

import asyncio
from pathlib import Path
from tempfile import TemporaryDirectory

import httpx
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from notifier.store.schema import calls
from tests.support.exchange import Killed
from tests.support.world import HOUR, MINUTE, World

Step = tuple[str, int]

steps = st.lists(
    st.one_of(
        st.tuples(st.just("call"), st.integers(0, 600)),  # listed so many minutes after it was placed
        st.tuples(st.just("wait"), st.integers(1, 60)),  # minutes
        st.tuples(st.just("lie"), st.integers(-2, 2)),  # from now on, of every count
        st.tuples(st.just("count"), st.integers(0, 1)),  # from now on, does it count at all?
        st.tuples(st.just("forget"), st.integers(0, 5)),  # a call that we hold
        st.tuples(st.just("fail"), st.integers(1, 12)),  # the next requests
        st.tuples(st.just("kill"), st.integers(1, 8)),  # at this request of the next poll
    ),
    min_size=3,
    max_size=16,
)


def ids_held(world: World) -> set[str]:
    """Of the calls that are stored."""
    return set(world.database.look(lambda connection: list(connection.scalars(select(calls.c.ident)))))


async def happens(world: World, step: Step) -> None:
    """One thing that TeleCMI, or somebody with a kill -9, does."""
    what, value = step
    exchange = world.exchange
    match what:
        case "call":
            world.call(ago=value * MINUTE)
        case "wait":
            world.clock.advance(value * MINUTE)
        case "lie":
            exchange.lie = value
        case "count":
            exchange.counts = bool(value)
        case "forget":
            known = [one for one in exchange.records if one["_id"] in ids_held(world)]
            if known:
                exchange.records.remove(known[value % len(known)])
        case "fail":
            exchange.failures.extend([httpx.Response(503)] * value)
        case _:
            exchange.requests()
            exchange.die_at = value


async def polled(world: World) -> None:
    """A poll, be it one that does not end."""
    before = world.source().watermark or 0
    try:
        await world.poll()
    except Killed:
        world.exchange.die_at = None
        await world.restart()
    assert before <= (world.source().watermark or 0) <= world.clock.now()


async def lived(story: list[Step]) -> None:
    """All of that, and then an hour of peace, twice."""
    with TemporaryDirectory() as folder:
        world = World(Path(folder), poll={"page_size": 3, "start_from": "2d"})
        await world.watch()
        listed = 0
        for step in story:
            listed += step[0] == "call"
            await happens(world, step)
            await polled(world)
        world.exchange.lie, world.exchange.counts, world.exchange.die_at = 0, True, None
        world.exchange.failures.clear()
        for _ in range(2):
            world.clock.advance(HOUR)
            await world.poll()
        assert {one["_id"] for one in world.exchange.records} <= ids_held(world)
        assert len(ids_held(world)) == listed
        assert world.reasons() == ["opened"] * listed
        alerts = world.alerts()
        assert len({alert.uid for alert in alerts}) == len(alerts) == listed
        source = world.source()
        assert source.compared_at is not None
        assert source.held == listed
        assert source.counted == len(world.exchange.records)
        world.exchange.requests()
        await world.poll()
        assert world.exchange.requests() == 1, "peace is cheap"
        await world.close()


@settings(deadline=None, max_examples=40)
@given(story=steps)
def test_in_the_end_every_call_is_stored_and_decided_on_once(story: list[Step]) -> None:
    asyncio.run(lived(story))
