"""Every state of an alert, everything that may happen to it, and what one sees then."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import func, select

from notifier.actions import Actions
from notifier.model import Alert, AlertState, Kind
from notifier.rules.act import Action, Order
from notifier.store import schema, silences
from tests.support.people import OFFICE, act, end_silence, instant, silence
from tests.support.world import HOUR, MINUTE, World

PLAIN: dict[str, Any] = {"name": "rule", "per": "customer", "wait": "2h", "notify": "room"}
COUNTING: dict[str, Any] = {
    **PLAIN,
    "per": "extension",
    "count": 2,
    "within": "20h",
    "levels": [{"count": 3}],
}
BY_DAY: dict[str, Any] = {**COUNTING, "calendar": "office"}
LEADS: dict[str, Any] = {"leads": {"slack": {"to": "#leads"}}}
WAIT = 2 * HOUR
SLEEP = 20 * HOUR
EVENING = instant(21, 20)
MORNING = instant(22, 9)

Happens = Callable[[World, AlertState], Awaitable[str]]
"""Lets something happen to the alert in that state; returns the verdict where a person is refused."""


@dataclass(frozen=True)
class Happening:
    """Something that may happen to an alert."""

    name: str
    rule: dict[str, Any]
    happens: Happens
    holds: Callable[[World], Awaitable[None]] | None = None  # a message, before the state is reached


async def missed(world: World) -> None:
    """One more call."""
    world.call(to="919812345678")
    await world.poll()


def a_world_for(happening: Happening, state: AlertState, folder: Path) -> World:
    """Where it may happen to an alert in this state."""
    longer = {"wait": "1d", "expire_after": "2d"} if happening.holds and state is AlertState.PENDING else {}
    rule = {**happening.rule, **longer}
    return World(folder, [rule], receivers=LEADS, calendars=OFFICE, follow_up=True)


async def settle(world: World) -> None:
    """Whatever is due is done, and messages are up to date."""
    await world.tick()
    await world.send()
    world.clock.advance(MINUTE)
    await world.send()


async def reach(world: World, happening: Happening, state: AlertState) -> None:
    """Bring the first alert into a state."""
    await world.watch()
    for _ in range(happening.rule.get("count", 1)):
        await missed(world)
    if state is AlertState.PENDING:
        return
    world.clock.advance(WAIT)
    await settle(world)
    if happening.holds is not None:
        await happening.holds(world)
    match state:
        case AlertState.ACKNOWLEDGED:
            await act(world, Action.ACKNOWLEDGE)
        case AlertState.SNOOZED:
            await act(world, Action.SNOOZE, until=world.clock.now() + SLEEP)
        case AlertState.ENDED:
            await act(world, Action.RESOLVE)
    await settle(world)


async def seen(world: World, happening: Happening, state: AlertState) -> str:
    """What one sees of it: how the alert stands where that has changed, why, and what people get."""
    before = _look(world)
    sent = len(world.sent)
    verdict = await happening.happens(world, state)
    await settle(world)
    after = _look(world)
    reasons = [*after.story[len(before.story) :], *after.decisions[len(before.decisions) :]]
    words = ["edited" if one.edits else _WORDS[one.kind] for one in world.sent[sent:]]
    parts = [
        _became(world.alerts()[0], state),
        *(f"`{reason}`" for reason in dict.fromkeys(reasons)),
        verdict,
        "a new alert" if after.alerts > before.alerts else "",
        *dict.fromkeys(words),
    ]
    return ", ".join(filter(None, parts)) or "nothing"


def _became(alert: Alert, state: AlertState) -> str:
    if alert.state is state:
        return ""
    return f"**{alert.state} as {alert.ended_as}**" if alert.ended_as else f"**{alert.state}**"


_WORDS = {
    Kind.OPEN: "told",
    Kind.LEVEL: "told",
    Kind.UPDATE: "told",
    Kind.ESCALATION: "others are told",
    Kind.REMINDER: "reminded",
}


@dataclass(frozen=True)
class _Look:
    story: list[str]
    decisions: list[str]
    alerts: int


def _look(world: World) -> _Look:
    alerts = select(func.count()).select_from(schema.alerts)
    return _Look(
        [str(kind) for kind in world.story()],
        world.reasons(),
        world.database.look(lambda connection: connection.scalar(alerts) or 0),
    )


def does(action: Action) -> Happens:
    """A person tries to."""

    async def happens(world: World, _: AlertState) -> str:
        until = world.clock.now() + SLEEP if action is Action.SNOOZE else None
        doing = Actions(world.database, world.tell.rules)
        acted = await doing.carry_out(1, Order(action, "Asha", until=until), world.clock.now())
        assert acted is not None
        return "" if acted.is_done else f"refused: `{acted.verdict}`"

    return happens


def passes(span: int, *, pending: int = 0) -> Happens:
    """So much time does, ms; in which a pending alert would become open, so that it is less there."""

    async def happens(world: World, state: AlertState) -> str:
        world.clock.advance(pending if state is AlertState.PENDING and pending else span)
        await world.round()
        return ""

    return happens


async def _call(world: World, _: AlertState) -> str:
    await missed(world)
    return ""


async def _answered(world: World, _: AlertState) -> str:
    world.answer(to="919812345678")
    await world.follow()
    return ""


async def _snooze_over(world: World, state: AlertState) -> str:
    if state is AlertState.PENDING:
        await act(world, Action.SNOOZE, until=world.clock.now() + SLEEP)
        await settle(world)
    world.clock.advance(SLEEP)
    return ""


async def _rule_removed(world: World, _: AlertState) -> str:
    await world.reload(rules=[{**PLAIN, "name": "another"}])
    return ""


async def _falls_due(world: World, state: AlertState) -> None:
    """A message: the first where nobody was told yet, else that its level rises."""
    if state is AlertState.PENDING:
        world.clock.advance(WAIT)
    else:
        await missed(world)


async def _silence_begins(world: World, state: AlertState) -> str:
    await silence(world, None)
    await _falls_due(world, state)
    return ""


async def _holds_in_silence(world: World) -> None:
    await silence(world, None)
    await missed(world)
    await settle(world)


async def _silence_ends(world: World, state: AlertState) -> str:
    if state is AlertState.PENDING:
        await silence(world, None)
    (muting,) = world.database.look(lambda connection: silences.active(connection, world.clock.now()))
    await end_silence(world, muting)
    return ""


async def _calendar_closes(world: World, state: AlertState) -> str:
    world.clock.ms = EVENING
    await _falls_due(world, state)
    return ""


async def _holds_by_night(world: World) -> None:
    world.clock.ms = EVENING
    await missed(world)
    await settle(world)


async def _calendar_opens(world: World, _: AlertState) -> str:
    world.clock.ms = MORNING
    return ""


HAPPENINGS = (
    Happening("a call joins", PLAIN, _call),
    Happening("its level rises", COUNTING, _call),
    Happening("its wait is over", PLAIN, passes(WAIT)),
    Happening("the customer is reached", PLAIN, _answered),
    Happening("acknowledge", PLAIN, does(Action.ACKNOWLEDGE)),
    Happening("resolve", PLAIN, does(Action.RESOLVE)),
    Happening("snooze", PLAIN, does(Action.SNOOZE)),
    Happening("reopen", PLAIN, does(Action.REOPEN)),
    Happening("its snooze is over", PLAIN, _snooze_over),
    Happening(
        "an escalation is due", {**PLAIN, "escalate": [{"after": "30m", "notify": "leads"}]}, passes(HOUR)
    ),
    Happening("a reminder is due", {**PLAIN, "repeat_every": "30m", "repeat_limit": 1}, passes(HOUR)),
    Happening("it is quiet", {**COUNTING, "within": "90m"}, passes(90 * MINUTE)),
    Happening("it expires", {**PLAIN, "expire_after": "3h"}, passes(3 * HOUR, pending=HOUR)),
    Happening("its rule is removed", PLAIN, _rule_removed),
    Happening("a silence begins, and a message falls due", COUNTING, _silence_begins),
    Happening("the silence that holds a message ends", COUNTING, _silence_ends, _holds_in_silence),
    Happening("its calendar closes, and a message falls due", BY_DAY, _calendar_closes),
    Happening("the calendar that holds a message opens", BY_DAY, _calendar_opens, _holds_by_night),
)
