"""A program that keeps tickets hears of whatever becomes of an alert that it was told of."""

from typing import Any

import pytest

from notifier.model import Kind
from notifier.rules.act import Action
from tests.support.mortal import mortal, survive
from tests.support.people import OFFICE, act, instant
from tests.support.world import HOUR, MINUTE, World
from tests.support.worlds import MakeWorld

RULE: dict[str, Any] = {"name": "customers", "per": "customer", "notify": "tickets", "expire_after": "3d"}
HOOKS: dict[str, Any] = {
    "receivers": {
        "tickets": {"webhook": {"url": "https://example.com/in", "secret": "sixteen letters or more"}},
        "leads": {"email": {"to": "lead@example.com"}},
    },
    "email": {"host": "127.0.0.1", "security": "none", "sender": "a@example.com"},
}
OTHER: dict[str, Any] = {"name": "another", "notify": "tickets", "match": {"extension": "999"}}
ACK, RESOLVE, SNOOZE, REOPEN = Action


async def told_of_one(a_world: MakeWorld, rule: dict[str, Any] = RULE, **sections: Any) -> World:
    world = a_world(rule, **{"follow_up": True, **HOOKS, **sections})
    await world.watch()
    world.call("1")
    await world.round()
    return world


async def later(world: World, span: int = 6 * MINUTE) -> None:
    """So much time passes, in which everybody does what is due."""
    end = world.clock.now() + span
    while world.clock.now() < end:
        await world.tick()
        await world.send_until(min(end, world.clock.now() + MINUTE))
    await world.poll()
    await world.tick()
    await world.send()


def posted(world: World, receiver: str = "tickets") -> list[tuple[Kind, str]]:
    """What a receiver was told: why, and how the alert stood."""
    return [
        (one.kind, str(one.alert.ended_as or one.alert.state))
        for one in world.sent
        if one.receiver == receiver
    ]


async def test_every_change_of_state_is_posted_once(a_world: MakeWorld) -> None:
    world = await told_of_one(a_world)
    for action in (ACK, REOPEN, RESOLVE, REOPEN):
        await act(world, action)
        await later(world)
    await act(world, SNOOZE, until=world.clock.now() + HOUR)
    await later(world, 2 * HOUR)
    world.answer()
    await world.follow()
    await later(world, HOUR)
    await world.restart()
    await later(world, HOUR)
    assert posted(world) == [
        (Kind.OPEN, "open"),
        (Kind.UPDATE, "acknowledged"),
        (Kind.UPDATE, "open"),
        (Kind.UPDATE, "resolved"),
        (Kind.UPDATE, "open"),
        (Kind.UPDATE, "snoozed"),
        (Kind.REMINDER, "open"),
        (Kind.UPDATE, "reached"),
    ]


@pytest.mark.parametrize(
    ("rule", "end"),
    [({"expire_after": "1h"}, "expired"), ({"per": "extension", "count": 1, "within": "1h"}, "quiet")],
    ids=["expired", "quiet"],
)
async def test_a_ticket_can_be_closed_where_nobody_did_anything(
    a_world: MakeWorld, rule: dict[str, Any], end: str
) -> None:
    world = await told_of_one(a_world, RULE | rule)
    await later(world, 2 * HOUR)
    assert posted(world) == [(Kind.OPEN, "open"), (Kind.UPDATE, end)]


@pytest.mark.parametrize("again", ["reload", "restart"])
async def test_a_rule_that_is_removed_closes_its_tickets_and_tells_no_person(
    a_world: MakeWorld, again: str
) -> None:
    world = await told_of_one(a_world, {**RULE, "notify": ["tickets", "leads", "room"]})
    await act(world, ACK)
    await later(world)
    await getattr(world, again)(rules=[OTHER])
    await later(world, HOUR)
    await getattr(world, again)(rules=[OTHER])
    await later(world, HOUR)
    assert posted(world) == [
        (Kind.OPEN, "open"),
        (Kind.UPDATE, "acknowledged"),
        (Kind.UPDATE, "rule_removed"),
    ]
    assert posted(world, "leads") == [(Kind.OPEN, "open"), (Kind.UPDATE, "acknowledged")]
    assert [one.alert.state for one in world.sent if one.edits] == ["acknowledged"]


async def test_a_program_that_was_never_told_hears_nothing_of_a_removed_rule(a_world: MakeWorld) -> None:
    world = await told_of_one(a_world, {**RULE, "wait": "10m"})
    await world.reload(rules=[OTHER])
    await later(world, HOUR)
    assert world.sent == []
    assert world.outbox() == []


async def test_a_single_call_is_over_with_its_only_document(a_world: MakeWorld) -> None:
    world = await told_of_one(a_world, {"name": "every", "notify": "tickets"}, follow_up=False)
    await later(world, HOUR)
    assert posted(world) == [(Kind.OPEN, "open")]


async def test_by_night_a_ticket_waits_as_people_do(a_world: MakeWorld) -> None:
    world = await told_of_one(a_world, {**RULE, "calendar": "office"}, calendars=OFFICE)
    world.clock.ms = instant(21, 20)
    await act(world, SNOOZE, until=instant(21, 23))
    await later(world, HOUR)
    world.answer()
    await world.follow()
    await world.send_until(instant(22, 9) - 1)
    assert posted(world) == [(Kind.OPEN, "open")]
    await world.send_until(instant(22, 12))
    assert posted(world)[1:] == [(Kind.UPDATE, "reached")]


INSTANTS = 10
"""Transactions from when the customer is reached until that is posted."""


@pytest.mark.parametrize("lives_for", [*range(INSTANTS), None])
async def test_killed_at_any_instant_a_ticket_is_closed_once(
    a_world: MakeWorld, lives_for: int | None
) -> None:
    world = await told_of_one(a_world)
    database = await mortal(world)
    world.clock.advance(10 * MINUTE)
    world.answer()
    database.lives_for = lives_for
    kills = int(await survive(world, world.follow, world.tick, world.send))
    await later(world, HOUR)
    assert kills == (0 if lives_for is None else 1)
    assert list(dict.fromkeys(posted(world))) == [(Kind.OPEN, "open"), (Kind.UPDATE, "reached")]
    # Killed between the program's answer and our note of it, it is posted twice, under one delivery id.
    assert len(world.sent) == (3 if lives_for == INSTANTS - 1 else 2)
    assert len({one.delivery_id for one in world.sent}) == 2
    assert {row.state.value for row in world.outbox()} == {"sent"}
