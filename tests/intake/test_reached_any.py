"""Misses and answers in any order of arrival, against a small model that looks at all it knows each time."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, NamedTuple

from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from notifier.store import schema
from tests.support.world import MINUTE, World

WAIT = 4 * MINUTE
NEAR = 2 * MINUTE
WAITS = {"name": "waits", "per": "customer", "wait": "4m", "notify": "room"}
AT_ONCE = {"name": "at-once", "per": "customer", "notify": "room"}
MANY = {"name": "many", "per": "extension", "count": 3, "within": "20m", "notify": "room", "dry_run": True}
CUSTOMERS = ("919812345678", "919812345679")


class Event(NamedTuple):
    """A call that is reported now."""

    kind: str  # missed | answered | incoming
    customer: int
    ago: int  # minutes since it was placed


class Step(NamedTuple):
    """Some time passes, calls are reported, and some lists are read in some order."""

    minutes: int
    events: list[Event]
    reads: str  # m: missed calls, a: answered ones
    restarts: bool


events = st.one_of(
    st.builds(Event, st.just("missed"), st.integers(0, 1), st.sampled_from([0, 0, 1, 3, 9])),
    st.builds(
        Event,
        st.sampled_from(["answered", "incoming"]),
        st.integers(0, 1),
        st.sampled_from([0, 1, 2, 3, 5, 12, 60]),
    ),
)
steps = st.lists(
    st.builds(
        Step,
        st.integers(0, 4),
        st.lists(events, max_size=3),
        st.sampled_from(["ma", "am", "m", "a"]),
        st.sampled_from([False, False, False, True]),
    ),
    min_size=2,
    max_size=14,
)


@dataclass
class Missed:
    """A call that the model knows of."""

    name: str
    customer: int
    at: int
    reasons: dict[str, str] = field(default_factory=dict)


@dataclass
class Opened:
    """An alert of a rule per customer."""

    customer: int
    calls: list[Missed]
    due_at: int
    told: bool = False
    reached: bool = False

    @property
    def newest(self) -> Missed:
        return max(self.calls, key=lambda call: (call.at, call.name))


class Model:
    """What two rules per customer make of it, one with a wait and one without."""

    def __init__(self) -> None:
        self.unread: dict[str, list[Any]] = {"m": [], "a": []}
        self.answers: list[tuple[int, int]] = []  # customer, when
        self.missed: list[Missed] = []
        self.alerts: dict[str, list[Opened]] = {"waits": [], "at-once": []}
        self.told: list[tuple[str, str]] = []

    def read(self, which: str, now: int) -> None:
        found, self.unread[which] = self.unread[which], []
        if which == "a":
            self.answers += found
            for alert in self._active():
                alert.reached = any(
                    customer == alert.customer and at >= alert.newest.at - NEAR for customer, at in found
                )
            return
        for call in sorted(found, key=lambda call: (call.at, call.name)):
            self.missed.append(call)
            for rule, wait in (("waits", WAIT), ("at-once", 0)):
                call.reasons[rule] = self._decide(rule, wait, call, now)

    def _decide(self, rule: str, wait: int, call: Missed, now: int) -> str:
        known = [at for customer, at in self.answers if customer == call.customer]
        if any(abs(at - call.at) <= NEAR for at in known):
            return "spurious"
        if any(at > call.at for at in known):
            return "reached_before_wait"
        for alert in self._active(rule):
            if alert.customer == call.customer:
                alert.calls.append(call)
                return "joined"
        self.alerts[rule].append(Opened(call.customer, [call], min(call.at, now) + wait))
        return "opened"

    def tell(self, now: int) -> None:
        for rule, alerts in self.alerts.items():
            for alert in alerts:
                if not alert.reached and not alert.told and alert.due_at <= now:
                    known = [at for customer, at in self.answers if customer == alert.customer]
                    assert all(at < alert.newest.at - NEAR for at in known), (
                        "the model tells of who was reached"
                    )
                    alert.told = True
                    self.told.append((rule, alert.newest.name))

    def _active(self, rule: str | None = None) -> list[Opened]:
        return [
            alert
            for name, alerts in self.alerts.items()
            for alert in alerts
            if not alert.reached and rule in {None, name}
        ]


async def lived(taken: Sequence[Step]) -> list[tuple[str, str]]:
    """Live through the steps, and compare after each; returns what the rule that counts made of it."""
    with TemporaryDirectory() as folder:
        world, model = World(Path(folder), (WAITS, AT_ONCE, MANY), follow_up=True), Model()
        try:
            await world.watch()
            world.clock.advance(120 * MINUTE)
            await world.round()
            for step in (*taken, Step(1, [], "am", restarts=False)):
                await take(world, model, step)
                check(world, model)
            return [(name, reason) for rule, name, reason in decisions(world) if rule == "many"]
        finally:
            await world.close()


async def take(world: World, model: Model, step: Step) -> None:
    """One step in both."""
    world.clock.advance(step.minutes * MINUTE)
    for event in step.events:
        report(world, model, event)
    if step.restarts:
        await world.restart()
    for which in step.reads:
        model.read(which, world.clock.now())
        await (world.poll() if which == "m" else world.follow())
    model.tell(world.clock.now())
    await world.tick()
    await world.send()


def report(world: World, model: Model, event: Event) -> None:
    at, number = world.clock.now() - event.ago * MINUTE, CUSTOMERS[event.customer]
    if event.kind == "missed":
        name = f"{len(model.missed) + len(model.unread['m']):03}"
        world.exchange.call(at, to=number, name=name)
        model.unread["m"].append(Missed(name, event.customer, at))
        return
    if event.kind == "answered":
        world.answered.call(at, to=number)
    else:
        world.incoming.incoming(at, caller=number)
    model.unread["a"].append((event.customer, at))


def check(world: World, model: Model) -> None:
    """What was told, and what every miss came to, is what the model says; each was decided on once."""
    told = [one.names[-1] for one in world.sent if not one.edits]
    assert sorted(told) == sorted(name for _, name in model.told)
    ours = sorted((rule, call.name, reason) for call in model.missed for rule, reason in call.reasons.items())
    assert [one for one in decisions(world) if one[0] != "many"] == ours
    ended = sorted((alert.rule, alert.ended_as is not None) for alert in world.alerts() if alert.customer)
    assert ended == sorted((rule, one.reached) for rule, all_of in model.alerts.items() for one in all_of)


def decisions(world: World) -> list[tuple[str, str, str]]:
    """Rule, name of the call, and reason."""
    query = select(schema.decisions.c.rule, schema.calls.c.name, schema.decisions.c.reason).join(
        schema.calls, schema.calls.c.id == schema.decisions.c.call_id
    )
    rows = world.database.look(lambda connection: connection.execute(query).all())
    return sorted((str(rule), str(name), str(reason)) for rule, name, reason in rows)


@settings(deadline=None, max_examples=12)
@given(steps)
def test_nobody_is_told_of_who_was_reached_as_was_known_and_every_miss_is_decided_on_once(
    taken: list[Step],
) -> None:
    asyncio.run(lived(taken))


@settings(deadline=None, max_examples=6)
@given(steps)
def test_what_is_counted_is_the_same_with_restarts_and_without(taken: list[Step]) -> None:
    without = [step._replace(restarts=False) for step in taken]
    always = [step._replace(restarts=True) for step in taken]
    assert asyncio.run(lived(always)) == asyncio.run(lived(without))
