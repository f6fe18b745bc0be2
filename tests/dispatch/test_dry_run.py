"""With dry_run everything is decided and stored, and nothing is sent."""

from structlog.testing import capture_logs

from tests.support.world import HOUR, MINUTE
from tests.support.worlds import MakeWorld

DRY = {"name": "every", "notify": "room", "dry_run": True}
CUSTOMERS = {"name": "customers", "per": "customer", "notify": "room"}


async def test_a_dry_rule_decides_and_stores_sends_nothing_and_shows_what_would_have_been(
    a_world: MakeWorld,
) -> None:
    world = a_world(DRY)
    await world.watch()
    world.call("Suresh")
    with capture_logs() as logs:
        await world.round()
    assert world.reasons() == ["opened"]
    assert world.fates() == [("room", "dry_run")]
    assert [alert.ended_as for alert in world.alerts()] == ["told"]
    assert world.room.tries == 0
    (said,) = [one for one in logs if one["event"] == "would tell"]
    assert said["targets"] == ["room:#room"]


async def test_a_dry_rule_does_not_silence_its_neighbours(a_world: MakeWorld) -> None:
    world = a_world(DRY, {"name": "real", "notify": "room"})
    await world.watch()
    world.call("Suresh")
    await world.round()
    assert world.told() == ["Suresh"]


async def test_a_dry_configuration_is_dry_for_joins_waits_and_levels_too(a_world: MakeWorld) -> None:
    levels = {
        "name": "many",
        "per": "customer",
        "count": 2,
        "within": "1h",
        "levels": [{"count": 3}],
        "notify": "room",
    }
    world = a_world(levels, {**CUSTOMERS, "wait": "5m"}, dry_run=True)
    await world.watch()
    for name in ("1", "2", "3"):
        world.call(name)
        await world.round()
    world.clock.advance(6 * MINUTE)
    await world.round()
    assert world.fates() == [("room", "dry_run")] * 3
    world.clock.advance(3 * HOUR)
    await world.round()
    await world.send_until(world.clock.now() + HOUR)
    assert world.room.tries == 0


async def test_a_dry_alert_whom_nobody_could_be_told_of_is_no_dead_letter(a_world: MakeWorld) -> None:
    world = a_world(
        {"name": "every", "notify": "agent"}, receivers={"agent": {"slack": {"to": "agent"}}}, dry_run=True
    )
    await world.watch()
    world.call("Suresh")
    await world.round()
    assert world.fates() == [("nobody", "dry_run")]


async def test_what_waits_when_a_reload_makes_it_dry_is_not_sent(a_world: MakeWorld) -> None:
    world = a_world(CUSTOMERS, {"name": "every", "notify": "room"})
    await world.watch()
    world.call("Suresh")
    await world.poll()
    await world.restart(dry_run=True)
    await world.send()
    assert world.fates() == [("room", "dry_run")] * 2
    assert world.room.tries == 0


async def test_what_was_told_before_a_reload_made_it_dry_is_not_edited(a_world: MakeWorld) -> None:
    world = a_world(CUSTOMERS)
    await world.watch()
    world.call("1")
    await world.round()
    await world.restart(rules=[{**CUSTOMERS, "dry_run": True}])
    world.call("2")
    await world.round()
    await world.send_until(world.clock.now() + HOUR)
    assert len(world.sent) == world.room.tries == 1


async def test_without_edits_what_joins_after_a_reload_made_it_dry_is_no_message(a_world: MakeWorld) -> None:
    hook = {"room": {"slack": {"webhook_url": "https://hooks.example.com/x"}}}
    world = a_world(CUSTOMERS, receivers=hook)
    await world.watch()
    world.call("1")
    await world.round()
    await world.restart(dry_run=True)
    world.call("2")
    await world.round()
    await world.send_until(world.clock.now() + HOUR)
    assert world.fates() == [("room", "sent"), ("room", "dry_run")]
    assert world.room.tries == 1
