"""What TeleCMI reported long after it happened waits for the backlog's end, and comes as a summary."""

from typing import Any

import httpx
import pytest

from notifier.model import AlertState, Gathered
from notifier.store import outbox_claims
from tests.support.exchange import Killed
from tests.support.world import HOUR, MINUTE, World
from tests.support.worlds import MakeWorld

MINE = {"name": "mine", "match": {"extension": "209"}, "notify": "room"}
CRITICAL = {"name": "urgent", "match": {"extension": "300"}, "notify": "room", "severity": "critical"}
MANY = 1_100
"""Calls that are more than one part of a read may hold."""


async def after_an_outage(a_world: MakeWorld, *rules: dict[str, Any], mine: int = 6) -> World:
    """Five hours of calls that nobody read; every `mine`-th part of that time has one that matters."""
    world = a_world(*(rules or (MINE,)), poll={"page_size": 500})
    await world.watch()
    world.clock.advance(6 * HOUR)
    for n in range(MANY):
        world.call(ago=5 * HOUR - n * 10_000, extension="400")
    for n in range(mine):
        world.call(f"mine {n}", ago=5 * HOUR - n * 30 * MINUTE, to=f"9198123{n:05}")
    return world


def summaries(world: World) -> list[list[str]]:
    found: dict[str | None, list[str]] = {}
    for one in world.sent:
        found.setdefault(one.batch or one.delivery_id, []).append(one.names[-1])
    return list(found.values())


def flat(messages: list[list[str]]) -> list[str]:
    return [name for message in messages for name in message]


def watched(world: World) -> list[tuple[int, int]]:
    """At every request to TeleCMI: rows in the outbox, and targets that might be told."""
    seen: list[tuple[int, int]] = []

    def look() -> None:
        targets = world.database.look(outbox_claims.waiting_targets)
        seen.append((len(world.outbox()), len(targets)))

    world.exchange.on_request = look
    return seen


async def killed_midway(a_world: MakeWorld) -> World:
    """Killed when some of what matters was stored, and the rest was not read yet."""
    world = await after_an_outage(a_world)

    def die() -> None:
        if world.outbox():
            raise Killed

    world.exchange.on_request = die
    with pytest.raises(Killed):
        await world.poll()
    world.exchange.on_request = None
    assert 2 <= len(world.outbox()) < 6
    return world


async def test_what_is_stale_waits_until_the_backlog_is_read_and_comes_as_one_summary(
    a_world: MakeWorld,
) -> None:
    world = await after_an_outage(a_world)
    seen = watched(world)
    await world.poll()
    midway = [targets for rows, targets in seen if 0 < rows < 6]
    assert midway
    assert set(midway) == {0}
    await world.send()
    assert summaries(world) == [[f"mine {n}" for n in range(6)]]
    assert {one.gathered for one in world.sent} == {Gathered.STALE}


async def test_its_end_wakes_dispatch_though_its_last_part_brings_nothing(a_world: MakeWorld) -> None:
    world = await after_an_outage(a_world, mine=2)
    event = world.wakes.event("dispatch")
    event.clear()
    await world.poll()
    assert event.is_set()


async def test_a_read_that_fails_midway_lets_go_of_what_was_read(a_world: MakeWorld) -> None:
    world = await after_an_outage(a_world)

    def fail_later() -> None:
        if world.outbox() and not world.exchange.failures:
            world.exchange.failures.extend([httpx.Response(500)] * 20)

    world.exchange.on_request = fail_later
    await world.poll()
    world.exchange.on_request = None
    world.exchange.failures.clear()
    before = len(world.outbox())
    assert 2 <= before < 6
    await world.send()
    assert summaries(world) == [[f"mine {n}" for n in range(before)]]
    await world.round()
    assert sorted(flat(summaries(world))) == [f"mine {n}" for n in range(6)]


async def test_killed_midway_what_waits_is_told_once_the_backlog_was_read(a_world: MakeWorld) -> None:
    world = await killed_midway(a_world)
    await world.restart()
    await world.send()
    assert world.sent == []
    await world.round()
    assert sorted(flat(summaries(world))) == [f"mine {n}" for n in range(6)]


async def test_where_the_account_is_read_no_more_nobody_waits_for_its_backlog(a_world: MakeWorld) -> None:
    world = await killed_midway(a_world)
    account = dict(world.sections["telecmi"]["accounts"][0])
    world.accounts = ("other",)
    world.exchanges["other"] = world.exchanges["main"]
    world.lists["other"] = world.lists["main"]
    await world.restart(telecmi={**world.sections["telecmi"], "accounts": [{**account, "name": "other"}]})
    await world.send()
    assert summaries(world) == [[f"mine {n}" for n in range(len(world.outbox()))]]


async def test_what_is_critical_waits_for_no_backlog(a_world: MakeWorld) -> None:
    world = await after_an_outage(a_world, MINE, CRITICAL)
    world.call("help", ago=5 * HOUR, extension="300")
    seen = watched(world)
    await world.poll()
    assert max(targets for _, targets in seen) == 1
    await world.send()
    assert summaries(world)[0] == ["help"]
    assert len(summaries(world)) == 2


async def test_a_single_stale_alert_is_told_like_any_other(a_world: MakeWorld) -> None:
    world = a_world(MINE)
    await world.watch()
    world.clock.advance(2 * HOUR)
    world.call("late", ago=90 * MINUTE)
    world.call("now", to="919812345679")
    await world.round()
    assert summaries(world) == [["late"], ["now"]]
    assert [one.batch for one in world.sent] == [None, None]


async def test_stale_ones_come_together_and_new_ones_by_themselves(a_world: MakeWorld) -> None:
    world = a_world(MINE)
    await world.watch()
    world.clock.advance(2 * HOUR)
    world.call("late 1", ago=90 * MINUTE)
    world.call("now", ago=30 * MINUTE)
    world.call("late 2", ago=61 * MINUTE)
    await world.round()
    assert summaries(world) == [["late 1", "late 2"], ["now"]]


async def test_what_is_kept_back_is_not_counted_as_due(a_world: MakeWorld) -> None:
    world = await killed_midway(a_world)
    world.clock.advance(HOUR)
    await world.dispatch.step()
    assert world.health.ready().oldest_due is None
    assert {row.state for row in world.outbox()} == {"waiting"}


WAIT = {**MINE, "per": "customer", "wait": "3h"}


async def pending_and_late(a_world: MakeWorld) -> World:
    """Two alerts about calls that TeleCMI reported late; their wait is over, and it was not read since."""
    world = a_world(WAIT)
    await world.watch()
    world.clock.advance(2 * HOUR)
    for n in range(2):
        world.call(f"mine {n}", ago=90 * MINUTE, to=f"91981230000{n}")
    await world.round()
    assert {alert.state for alert in world.alerts()} == {AlertState.PENDING}
    world.clock.advance(2 * HOUR)
    return world


async def test_after_a_wait_they_come_as_a_summary_once_the_account_was_read(a_world: MakeWorld) -> None:
    world = await pending_and_late(a_world)
    await world.tick()
    await world.send()
    assert world.sent == []
    await world.poll()
    await world.send()
    assert summaries(world) == [["mine 0", "mine 1"]]
    assert {one.gathered for one in world.sent} == {Gathered.STALE}


async def test_after_a_wait_nobody_waits_for_an_account_that_can_be_read_no_more(a_world: MakeWorld) -> None:
    world = await pending_and_late(a_world)
    world.exchange.failures.extend([httpx.Response(500)] * 20)
    await world.poll()
    await world.tick()
    await world.send()
    assert summaries(world) == [["mine 0", "mine 1"]]


async def test_after_a_wait_a_read_that_fails_lets_go_too(a_world: MakeWorld) -> None:
    world = await pending_and_late(a_world)
    await world.tick()
    world.exchange.failures.extend([httpx.Response(500)] * 20)
    await world.poll()
    await world.send()
    assert summaries(world) == [["mine 0", "mine 1"]]


async def test_what_was_known_in_time_is_not_stale_however_long_it_waited(a_world: MakeWorld) -> None:
    world = a_world(WAIT)
    await world.watch()
    for n in range(2):
        world.call(f"mine {n}", to=f"91981230000{n}")
    await world.round()
    world.clock.advance(4 * HOUR)
    await world.tick()
    await world.send()
    assert summaries(world) == [["mine 0"], ["mine 1"]]


async def test_after_a_wait_an_account_that_is_gone_keeps_nobody_waiting(a_world: MakeWorld) -> None:
    world = await pending_and_late(a_world)
    world.lifecycle.accounts = ["other"]
    await world.tick()
    await world.send()
    assert summaries(world) == [["mine 0", "mine 1"]]
