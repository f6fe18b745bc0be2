"""What becomes of an alert in every state when the configuration is loaded again: a table."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

import pytest

from notifier.errors import DeliveryTransient, TargetBroken
from tests.support.channel import AfterAccepting
from tests.support.exchange import Killed
from tests.support.world import MINUTE, World
from tests.support.worlds import MakeWorld

RULE: dict[str, Any] = {"name": "rule", "per": "customer", "notify": "room", "fallback": "backup"}
ROOM = {"room": {"slack": {"to": "#room"}}}
BACKUP = {"backup": {"slack": {"to": "#backup"}}}


@dataclass(frozen=True)
class State:
    """How an alert comes to stand where it does."""

    reach: Callable[[World], Awaitable[None]]
    rule: dict[str, Any]
    alert: str  # its state then; "" where there is none
    row: str  # the state of its row in the outbox; "" where there is none


async def _missed(world: World) -> None:
    world.call("Suresh")
    await world.poll()


async def _told(world: World) -> None:
    await _missed(world)
    await world.send()


async def _tried(world: World) -> None:
    world.room.sends.append(DeliveryTransient("the room does not answer"))
    await _told(world)


async def _uncertain(world: World) -> None:
    world.room.sends.append(AfterAccepting(Killed()))
    await _missed(world)
    with pytest.raises(Killed):
        await world.send()


async def _joined(world: World) -> None:
    await _told(world)
    await _missed(world)


async def _dead(world: World) -> None:
    for name in ("room", "backup"):
        world.channels[name].always = TargetBroken("channel_not_found")
    await _told(world)
    for name in ("room", "backup"):
        world.channels[name].always = None


async def _counted(world: World) -> None:
    await _missed(world)
    await _missed(world)


async def _quiet(world: World) -> None:
    await _counted(world)
    await world.send()
    world.clock.advance(60 * MINUTE)
    await world.round()


STATES = {
    "pending": State(_missed, {**RULE, "wait": "10m"}, "pending", ""),
    "open, waiting to be told": State(_missed, RULE, "open", "waiting"),
    "open, tried in vain": State(_tried, RULE, "open", "waiting"),
    "open, told or not, nobody knows": State(_uncertain, RULE, "open", "claimed"),
    "open, told": State(_told, RULE, "open", "sent"),
    "open, told, and a call has joined since": State(_joined, RULE, "open", "sent"),
    "open, given up": State(_dead, RULE, "open", "redirected"),
    "not yet: below its count": State(_counted, {**RULE, "count": 3, "within": "30m"}, "", ""),
    "ended as told": State(_told, {**RULE, "per": "call"}, "ended", "sent"),
    "ended as quiet": State(_quiet, {**RULE, "count": 2, "within": "30m"}, "ended", "sent"),
    "a dry run": State(_told, {**RULE, "dry_run": True}, "open", "dry_run"),
}
CHANGES: dict[str, Callable[[dict[str, Any]], dict[str, Any]]] = {
    "is the same": lambda rule: {"rules": [rule]},
    "has a changed rule": lambda rule: {"rules": [{**rule, "severity": "warning", "expire_after": "3d"}]},
    "has no such rule": lambda rule: {"rules": [{"name": "another", "notify": "room"}]},
    "has no such receiver": lambda rule: {
        "rules": [{**rule, "notify": "backup", "fallback": "backup"}],
        "receivers": BACKUP,
    },
}
# What arrives within the eleven minutes after it, where the configuration is the same or its rule is
# changed, where the rule is gone, and where the receiver is gone.
LATER: dict[str, tuple[list[str], list[str], list[str]]] = {
    "pending": (["room"], [], ["backup"]),
    "open, waiting to be told": (["room"], [], ["backup"]),
    "open, tried in vain": (["room"], [], ["backup"]),
    # It had arrived, and that can be seen in the room, unless the room is gone: rather twice than not at all.
    "open, told or not, nobody knows": (["room, edited"], [], ["backup"]),
    "open, told": ([], [], []),
    "open, told, and a call has joined since": (["room, edited"], ["room, edited"], []),
    "open, given up": ([], [], []),
    "not yet: below its count": ([], [], []),
    "ended as told": ([], [], []),
    "ended as quiet": ([], [], []),
    "a dry run": ([], [], []),
}


def _arrived(world: World, since: int) -> list[str]:
    return [f"{one.receiver}, edited" if one.edits else one.receiver for one in world.sent[since:]]


async def _in(state: State, a_world: MakeWorld) -> World:
    world = a_world(state.rule, receivers=BACKUP)
    await world.watch()
    await state.reach(world)
    alerts, rows = world.alerts(), world.outbox()
    assert [alert.state for alert in alerts] == ([state.alert] if state.alert else [])
    assert [row.state for row in rows][:1] == ([state.row] if state.row else [])
    return world


def test_the_table_leaves_no_state_out() -> None:
    assert LATER.keys() == STATES.keys()


@pytest.mark.parametrize("change", CHANGES)
@pytest.mark.parametrize("name", STATES)
async def test_the_new_configuration_tells_what_the_old_one_had_not(
    name: str, change: str, a_world: MakeWorld
) -> None:
    state = STATES[name]
    world = await _in(state, a_world)
    before = len(world.sent)
    await world.restart(**{"receivers": ROOM | BACKUP, **CHANGES[change](state.rule)})
    assert _arrived(world, before) == []  # by itself it sends nothing
    for _ in range(11):
        world.clock.advance(MINUTE)
        await world.round()
    same, rule_gone, receiver_gone = LATER[name]
    expected = {"has no such rule": rule_gone, "has no such receiver": receiver_gone}.get(change, same)
    assert _arrived(world, before) == expected
    assert not [row for row in world.outbox() if row.state in {"waiting", "claimed"}]


@pytest.mark.parametrize("change", CHANGES)
async def test_calls_that_were_counted_before_count_after(change: str, a_world: MakeWorld) -> None:
    state = STATES["not yet: below its count"]
    world = await _in(state, a_world)
    await world.restart(**{"receivers": ROOM | BACKUP, **CHANGES[change](state.rule)})
    world.clock.advance(MINUTE)
    world.call("Suresh")
    await world.round()
    # Another rule, which tells of every call, tells of this one only.
    expected = {"has no such rule": ("room", 1), "has no such receiver": ("backup", 3)}
    assert [(one.receiver, len(one.names)) for one in world.sent] == [expected.get(change, ("room", 3))]
