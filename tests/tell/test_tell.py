"""Who is told becomes rows of the outbox: never nobody without ops seeing it."""

from typing import Any

import pytest
from structlog.testing import capture_logs

from notifier.errors import TargetBroken
from notifier.model import Gathered, Target
from notifier.rules import Via
from notifier.store import outbox
from notifier.store.outbox import OutboxRow, RowState
from tests.support.world import HOUR, MINUTE, World
from tests.support.worlds import MakeWorld

SLACK = {name: {"slack": {"to": f"#{name}"}} for name in ("a", "b", "c")}


async def with_a_call(a_world: MakeWorld, rule: dict[str, Any], **sections: Any) -> World:
    world = a_world({"name": "every", **rule}, **{"receivers": SLACK, **sections})
    await world.watch()
    world.call("Suresh")
    await world.poll()
    return world


async def redirected(world: World, row: OutboxRow) -> list[tuple[str, str]] | None:
    """Receiver and ground of what is new; None where nobody is told instead."""
    alert = world.alerts()[0]
    known = len(world.outbox())
    told = await world.database.write(
        lambda connection: world.tell.redirect(connection, alert, row, "broken", world.clock.now())
    )
    return [(one.target.receiver, one.via) for one in world.outbox()[known:]] if told else None


async def test_everybody_whom_the_rule_names_is_told_once(a_world: MakeWorld) -> None:
    world = await with_a_call(a_world, {"notify": ["a", "b", "a"]})
    assert [(row.target.receiver, row.via) for row in world.outbox()] == [("a", "rule"), ("b", "rule")]


async def test_nobody_at_all_is_a_dead_letter_that_is_said_out_loud(a_world: MakeWorld) -> None:
    with capture_logs() as logs:
        world = await with_a_call(
            a_world, {"notify": "agent"}, receivers={"agent": {"slack": {"to": "agent"}}}
        )
    (row,) = world.outbox()
    assert (row.target, row.state) == (Target("nobody", "agent main/209"), RowState.DEAD)
    assert row.reason == "no address: agent"
    (said,) = [one for one in logs if one["log_level"] == "error"]
    assert said["reason"] == "no address: agent"


async def test_a_target_is_replaced_by_the_fallback_then_by_ops_and_then_by_nobody(
    a_world: MakeWorld,
) -> None:
    world = await with_a_call(a_world, {"notify": "a", "fallback": "b"}, ops={"notify": "c"})
    assert await redirected(world, world.outbox()[0]) == [("b", Via.FALLBACK)]
    assert await redirected(world, world.outbox()[1]) == [("c", Via.OPS)]
    assert await redirected(world, world.outbox()[2]) is None


async def test_a_fallback_that_is_the_broken_target_itself_is_passed_over(a_world: MakeWorld) -> None:
    world = await with_a_call(a_world, {"notify": "a", "fallback": "a"}, ops={"notify": "c"})
    assert await redirected(world, world.outbox()[0]) == [("c", Via.OPS)]


async def test_ops_who_are_the_broken_target_themselves_are_nobody(a_world: MakeWorld) -> None:
    world = await with_a_call(a_world, {"notify": "a"}, ops={"notify": "a"})
    assert await redirected(world, world.outbox()[0]) is None


async def test_a_fallback_without_an_address_is_passed_over(a_world: MakeWorld) -> None:
    world = await with_a_call(
        a_world,
        {"notify": "a", "fallback": "agent"},
        receivers={**SLACK, "agent": {"slack": {"to": "agent"}}},
        ops={"notify": "c"},
    )
    assert await redirected(world, world.outbox()[0]) == [("c", Via.OPS)]


async def test_for_a_rule_that_is_gone_ops_are_told(a_world: MakeWorld) -> None:
    world = await with_a_call(a_world, {"notify": "a", "fallback": "b"}, ops={"notify": "c"})
    await world.restart(rules=[{"name": "another", "notify": "a"}])
    assert await redirected(world, world.outbox()[0]) == [("c", Via.OPS)]
    assert not world.tell.is_dry(world.alerts()[0])


async def test_whoever_is_told_anyway_is_not_told_twice(a_world: MakeWorld) -> None:
    world = await with_a_call(a_world, {"notify": ["a", "b"], "fallback": "b"}, ops={"notify": "c"})
    assert await redirected(world, world.outbox()[0]) == []


async def test_others_who_were_given_up_before_do_not_count_as_told(a_world: MakeWorld) -> None:
    world = await with_a_call(a_world, {"notify": ["a", "b"]}, ops={"notify": ["a"]})
    first, second = world.outbox()
    await world.database.write(
        lambda connection: outbox.finish(connection, [first.id], RowState.DEAD, "broken", world.clock.now())
    )
    assert await redirected(world, second) is None


async def uncertain(world: World) -> list[int | None]:
    return [row.uncertain_since for row in world.outbox()]


async def test_what_was_placed_before_this_process_began_may_have_been_told_by_another(
    a_world: MakeWorld,
) -> None:
    world = a_world({"name": "every", "notify": "a"}, receivers=SLACK)
    await world.watch()
    world.call("before")
    before = world.clock.now()
    world.clock.advance(MINUTE)
    await world.restart()
    world.call("at the start", to="919812345679")
    await world.poll()
    assert await uncertain(world) == [before, None]
    await world.send()
    assert len(world.channels["a"].looked) == 1
    assert world.told() == ["before", "at the start"]


async def test_what_is_told_to_others_instead_may_have_been_told_by_another_process_too(
    a_world: MakeWorld,
) -> None:
    world = a_world({"name": "every", "notify": "a", "fallback": "b"}, receivers=SLACK)
    await world.watch()
    world.call("before")
    before = world.clock.now()
    world.clock.advance(MINUTE)
    await world.restart()
    world.channels["a"].always = TargetBroken("is_archived")
    await world.round()
    assert await uncertain(world) == [before, before]


async def test_what_is_not_sent_was_not_told_by_another_process(a_world: MakeWorld) -> None:
    world = a_world(
        {"name": "every", "notify": "agent"},
        {"name": "dry", "notify": "a", "dry_run": True},
        receivers={**SLACK, "agent": {"slack": {"to": "agent"}}},
    )
    await world.watch()
    world.call("before")
    world.clock.advance(MINUTE)
    await world.restart()
    await world.poll()
    assert sorted(row.state for row in world.outbox()) == [RowState.DEAD, RowState.DRY_RUN]
    assert await uncertain(world) == [None, None]


@pytest.mark.parametrize(("late", "expected"), [(HOUR, None), (HOUR + 1, Gathered.STALE)])
async def test_what_was_stored_later_than_that_is_stale(
    a_world: MakeWorld, late: int, expected: Gathered | None
) -> None:
    world = a_world()
    await world.watch()
    world.clock.advance(2 * HOUR)
    world.call(ago=late)
    await world.poll()
    assert [row.gathered_as for row in world.outbox()] == [expected]
    assert world.tell.gathered(world.alerts()[0]) is expected


async def test_what_was_to_be_told_in_a_summary_comes_in_one_to_others(a_world: MakeWorld) -> None:
    world = a_world({"name": "every", "notify": "a", "fallback": "b"}, receivers=SLACK)
    await world.watch()
    world.clock.advance(2 * HOUR)
    world.call(ago=90 * MINUTE)
    await world.poll()
    await world.restart(
        receivers={"b": SLACK["b"]}, rules=[{"name": "every", "notify": "b", "fallback": "b"}]
    )
    await world.send()
    assert [row.gathered_as for row in world.outbox()] == [Gathered.STALE] * 2
