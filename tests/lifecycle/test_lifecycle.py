"""What time alone makes due: a wait that is over, an end, forgetting."""

from dataclasses import replace
from typing import Any

import pytest
from structlog.testing import capture_logs

from notifier.errors import DeliveryTransient, StoreUnavailable
from notifier.lifecycle import BATCH
from notifier.model import AlertState, EndReason
from notifier.store import purge
from tests.support.clock import START
from tests.support.world import HOUR, MINUTE, World
from tests.support.worlds import MakeWorld

DAY = 24 * HOUR
WAITING: dict[str, Any] = {"name": "patient", "per": "customer", "wait": "10m", "notify": "room"}
MANY: dict[str, Any] = {"name": "many", "per": "extension", "count": 2, "within": "30m", "notify": "room"}


async def with_a_call(a_world: MakeWorld, rule: dict[str, Any] = WAITING, **sections: Any) -> World:
    world = a_world(rule, **sections)
    await world.watch()
    world.call("Suresh")
    await world.round()
    return world


def ends(world: World) -> list[EndReason | None]:
    return [alert.ended_as for alert in world.alerts()]


async def test_nobody_is_told_during_the_wait_and_everybody_after_it(a_world: MakeWorld) -> None:
    world = await with_a_call(a_world)
    placed = world.clock.now()
    world.clock.ms = placed + 10 * MINUTE - 1
    assert await world.tick() == world.alerts()[0].due_at
    await world.send()
    assert world.told() == []
    world.clock.ms = world.alerts()[0].due_at or 0
    await world.tick()
    await world.send()
    assert world.told() == ["Suresh"]
    assert [alert.state for alert in world.alerts()] == [AlertState.OPEN]


async def test_calls_that_join_during_the_wait_are_told_with_it_and_do_not_prolong_it(
    a_world: MakeWorld,
) -> None:
    world = await with_a_call(a_world)
    due_at = world.alerts()[0].due_at
    world.clock.advance(9 * MINUTE)
    world.call("again")
    await world.round()
    assert world.alerts()[0].due_at == due_at
    world.clock.advance(2 * MINUTE)
    await world.round()
    assert [one.names for one in world.sent] == [("Suresh", "again")]


async def test_what_fell_due_while_we_were_down_is_told_once_at_the_start(a_world: MakeWorld) -> None:
    world = await with_a_call(a_world)
    world.clock.advance(5 * HOUR)
    await world.restart()
    await world.round()
    await world.round()
    assert world.told() == ["Suresh"]


async def test_the_wait_over_wakes_dispatch_and_an_idle_step_does_not(a_world: MakeWorld) -> None:
    world = await with_a_call(a_world)
    event = world.wakes.event("dispatch")
    event.clear()
    await world.lifecycle.step()
    assert not event.is_set()
    world.clock.advance(11 * MINUTE)
    await world.lifecycle.step()
    assert event.is_set()


async def test_a_threshold_alert_ends_as_quiet(a_world: MakeWorld) -> None:
    world = await with_a_call(a_world, MANY)
    world.call("two")
    await world.round()
    world.clock.advance(30 * MINUTE - 1)
    await world.tick()
    assert ends(world) == [None]
    world.clock.advance(MINUTE)
    await world.round()
    assert ends(world) == [EndReason.QUIET]


async def test_a_threshold_alert_is_not_quiet_while_nobody_has_looked(a_world: MakeWorld) -> None:
    world = await with_a_call(a_world, MANY)
    world.call("two")
    await world.round()
    world.clock.advance(20 * MINUTE)
    world.call("meanwhile")
    world.clock.advance(20 * MINUTE)
    await world.tick()  # TeleCMI could not be read since
    assert ends(world) == [None]
    await world.round()
    assert ends(world) == [None]
    assert world.reasons()[-1] == "joined"


async def test_a_match_keeps_a_threshold_alert_alive(a_world: MakeWorld) -> None:
    world = await with_a_call(a_world, MANY)
    for _ in range(5):
        world.call("more")
        await world.round()
        world.clock.advance(20 * MINUTE)
    await world.tick()
    assert ends(world) == [None]


async def test_an_alert_expires_so_long_after_the_last_call_joined(a_world: MakeWorld) -> None:
    rule = {"name": "customers", "per": "customer", "notify": "room", "expire_after": "2h"}
    world = await with_a_call(a_world, rule)
    world.clock.advance(HOUR)
    world.call("again")
    await world.round()
    joined_at = world.alerts()[0].last_joined_at
    assert await world.tick() == joined_at + 2 * HOUR
    world.clock.ms = joined_at + 2 * HOUR
    await world.tick()
    assert ends(world) == [EndReason.EXPIRED]
    world.call("a new matter")
    await world.round()
    assert [alert.call_count for alert in world.alerts()] == [2, 1]


async def test_an_alert_does_not_end_before_it_was_told(a_world: MakeWorld) -> None:
    world = await with_a_call(a_world, {"name": "customers", "per": "customer", "notify": "room"})
    world.room.always = DeliveryTransient("down")
    world.call("another", to="919812345679")
    await world.round()
    world.clock.advance(DAY + HOUR)
    assert await world.tick() == world.clock.now() + MINUTE
    assert ends(world) == [EndReason.EXPIRED, None]
    world.room.always = None
    await world.send_until(world.clock.now() + MINUTE)
    await world.tick()
    assert ends(world) == [EndReason.EXPIRED, EndReason.EXPIRED]
    assert world.told() == ["Suresh", "another"]


async def test_an_alert_that_was_told_at_once_has_nothing_left_to_wait_for(a_world: MakeWorld) -> None:
    world = await with_a_call(a_world, {"name": "every", "notify": "room"})
    assert ends(world) == [EndReason.TOLD]
    assert await world.tick() is None


async def test_more_than_one_batch_is_opened_without_a_pause(a_world: MakeWorld) -> None:
    world = a_world(WAITING)
    await world.watch()
    for n in range(BATCH + 10):
        world.call(str(n), to=f"9198123{n:05}")
    await world.poll()
    world.clock.advance(11 * MINUTE)
    assert await world.lifecycle.step() == world.clock.now()
    assert len(world.outbox()) == BATCH
    await world.tick()
    assert len(world.outbox()) == BATCH + 10


async def test_a_store_that_fails_opens_nothing_and_works_later(a_world: MakeWorld) -> None:
    world = await with_a_call(a_world)
    world.clock.advance(11 * MINUTE)
    world.break_store()
    with pytest.raises(StoreUnavailable):
        await world.lifecycle.step()
    assert world.outbox() == []
    world.mend_store()
    await world.tick()
    await world.send()
    assert world.told() == ["Suresh"]


async def test_adopting_ends_the_alerts_of_removed_rules_and_says_so(a_world: MakeWorld) -> None:
    world = await with_a_call(a_world)
    with capture_logs() as logs:
        await world.restart(rules=[{**WAITING, "name": "another"}])
    assert ends(world) == [EndReason.RULE_REMOVED]
    assert {"event": "alerts of removed rules ended", "count": 1, "log_level": "info"} in logs
    world.clock.advance(HOUR)
    await world.round()
    assert world.told() == []


async def test_adopting_takes_a_changed_expiry_over(a_world: MakeWorld) -> None:
    rule = {"name": "customers", "per": "customer", "notify": "room"}
    world = await with_a_call(a_world, rule)
    joined_at = world.alerts()[0].last_joined_at
    await world.restart(rules=[{**rule, "expire_after": "1h"}])
    assert await world.tick() == joined_at + HOUR
    assert ends(world) == [None]


async def test_an_alert_whose_rule_went_without_adopting_ends_when_it_wakes(a_world: MakeWorld) -> None:
    world = await with_a_call(a_world)
    world.lifecycle.tell = replace(world.tell, rules={})
    world.clock.advance(11 * MINUTE)
    await world.tick()
    assert ends(world) == [EndReason.RULE_REMOVED]
    assert world.outbox() == []


async def test_an_alert_that_woke_too_early_is_looked_at_again_when_its_rule_says(a_world: MakeWorld) -> None:
    rule = {"name": "customers", "per": "customer", "notify": "room"}
    world = await with_a_call(a_world, {**rule, "expire_after": "1h"})
    world.clock.advance(HOUR)
    rules = {name: one.model_copy(update={"expire_after": DAY}) for name, one in world.tell.rules.items()}
    world.lifecycle.tell = replace(world.tell, rules=rules)
    assert await world.tick() == world.clock.now() + DAY - HOUR
    assert ends(world) == [None]


async def test_old_calls_are_forgotten_hourly_and_those_of_active_alerts_kept(a_world: MakeWorld) -> None:
    rule = {
        "name": "one",
        "match": {"extension": "209"},
        "per": "customer",
        "notify": "room",
        "expire_after": "30d",
    }
    world = await with_a_call(a_world, rule, store={"keep": {"calls": "2d"}})
    world.call("nobody's business", extension="300")
    await world.poll()
    assert world.stored() == 2
    world.clock.advance(3 * DAY)
    await world.poll()
    await world.tick()
    assert world.stored() == 1
    assert world.lifecycle.purge_at == world.clock.now() + HOUR


async def test_forgetting_goes_on_in_batches_until_all_is_gone(a_world: MakeWorld) -> None:
    rule = {"name": "none", "match": {"extension": "300"}, "notify": "room"}
    world = a_world(rule, store={"keep": {"calls": "2d"}})
    await world.watch()
    for n in range(purge.BATCH + 1):
        world.call(str(n))
    await world.poll()
    world.clock.advance(3 * DAY)
    await world.poll()
    assert await world.lifecycle.step() == world.clock.now()
    assert world.stored() == 1
    await world.lifecycle.step()
    assert world.stored() == 0
    assert world.clock.now() > START


async def test_what_the_next_read_will_bring_again_is_not_forgotten(a_world: MakeWorld) -> None:
    """Promise 1: TeleCMI was not to be read for longer than calls are kept."""
    rule = {"name": "every", "notify": "room"}
    world = await with_a_call(a_world, rule, store={"keep": {"calls": "2d", "alerts": "1d"}})
    await world.send()
    assert len(world.told()) == 1
    world.clock.advance(3 * DAY)
    await world.tick()
    assert world.stored() == 1
    await world.round()
    assert len(world.told()) == 1
