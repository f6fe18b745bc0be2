"""Who is told becomes rows of the outbox: never nobody without ops seeing it."""

from typing import Any

from structlog.testing import capture_logs

from notifier.model import Target
from notifier.rules import Via
from notifier.store import outbox
from notifier.store.outbox import OutboxRow, RowState
from tests.support.world import World
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
        lambda connection: outbox.finish(connection, first.id, RowState.DEAD, "broken", world.clock.now())
    )
    assert await redirected(world, second) is None
