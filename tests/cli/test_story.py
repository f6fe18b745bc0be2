"""`explain` and `alerts` tell an alert's whole story in order of time, whoever did what."""

from enum import StrEnum
from typing import Any

import pytest

from notifier.cli.story_words import DROPS, ENDS, GROUNDS, KEPT_OUT, KINDS, STATES, happened
from notifier.clock import SystemClock
from notifier.model import EndReason, Event, EventKind, Kind
from notifier.rules import Dropped, Reason
from notifier.rules.act import Action
from notifier.rules.audience import Via
from notifier.store.outbox import RowState
from tests.cli.conftest import Scene
from tests.support.commands import as_json, configured, shown
from tests.support.people import OFFICE, act, instant, silence
from tests.support.world import HOUR, MINUTE, World
from tests.support.worlds import MakeWorld

LEADS: dict[str, Any] = {"leads": {"slack": {"to": "#leads"}}}
RULE: dict[str, Any] = {"name": "every", "per": "customer", "notify": "room"}


def story(world: World, *what: str) -> list[str]:
    """The lines after "what happened:", without when it was."""
    lines = shown("explain", *what, "-c", configured(world))
    start = next((n for n, line in enumerate(lines) if line.endswith("what happened:")), len(lines))
    return [line.partition(": ")[2] for line in lines[start + 1 :]]


def stands(world: World) -> str:
    return shown("explain", "A1", "-c", configured(world))[2].strip()


def state(world: World) -> str:
    (line,) = shown("alerts", "--all", "-c", configured(world))
    return line.split("\t")[3]


@pytest.mark.parametrize(
    ("words", "of"),
    [
        (ENDS, EndReason),
        (KINDS, Kind),
        (GROUNDS, Via),
        (STATES, RowState),
        (DROPS, Dropped),
    ],
    ids=["ends", "kinds", "grounds", "states", "drops"],
)
def test_there_are_words_for_each(words: dict[str, str], of: type[StrEnum]) -> None:
    assert set(words) == set(of)


def test_there_are_words_for_every_reason_why_a_call_touched_no_alert() -> None:
    touching = {Reason.OPENED, Reason.JOINED, Reason.LEVEL_RAISED, Reason.BELOW_THRESHOLD}
    assert set(KEPT_OUT) == {str(reason) for reason in Reason} - {str(reason) for reason in touching}


@pytest.mark.parametrize("kind", EventKind)
def test_whatever_became_of_an_alert_is_told_and_no_terminal_obeys_it(empty: Scene, kind: EventKind) -> None:
    evil = Event(1, kind, "\x1b[2J{by}", "\x1b[31m\n{note}", until=1)
    told = happened(empty.world.config, evil)
    assert told
    assert told.isprintable()
    assert happened(empty.world.config, Event(1, kind))


async def test_the_whole_life_of_an_alert_is_told_in_order(a_world: MakeWorld) -> None:
    rule = {**RULE, "wait": "10m", "escalate": [{"after": "30m", "notify": "leads"}], "repeat_every": "1h"}
    agents = {"209": {"name": "Asha", "slack": "U209"}}
    world = a_world(rule, receivers=LEADS, agents=agents, follow_up=True)
    await world.watch()
    world.call("Suresh", to="919812345678")
    await world.round()
    world.clock.advance(11 * MINUTE)
    await world.round()
    world.clock.advance(31 * MINUTE)
    await world.round()
    world.clock.advance(HOUR)
    await world.round()
    world.clock.advance(MINUTE)
    await act(world, Action.ACKNOWLEDGE)
    assert stands(world).startswith("acknowledged, by Asha, ")
    assert state(world) == "acknowledged by Asha"
    world.clock.advance(MINUTE)
    await act(world, Action.SNOOZE, until=world.clock.now() + HOUR)
    assert stands(world).startswith("snoozed until ")
    assert state(world).startswith("snoozed by Asha until ")
    world.clock.advance(MINUTE)
    world.answer(ago=MINUTE, to="919812345678")
    await world.round()
    lines = story(world, "A1")
    assert [line.partition(";")[0].partition(", call ")[0] for line in lines] == [
        "main/209 (Asha) dialled +919812345678 (Suresh)",
        "opened: its wait was over",
        "first message to room #room: sent",
        "escalated to leads",
        "escalation to leads #leads: sent",
        "reminded",
        "reminder to leads #leads: sent",
        "reminder to room #room: sent",
        "acknowledged by Asha",
        next(line for line in lines if line.startswith("snoozed by Asha until ")),
        "ended: the customer was reached by main/209 (Asha)",
    ]
    assert lines[0].endswith(": opened it")
    assert "the customer was reached, by main/209 (Asha), " in stands(world)
    assert state(world) == "ended (reached) by main/209 (Asha)"
    alert = as_json("explain", "A1", "-c", configured(world))["alert"]
    assert alert["handled_by"] == "agent main/209"
    assert [event["kind"] for event in alert["events"]] == [
        "opened",
        "escalated",
        "reminded",
        "acknowledged",
        "snoozed",
        "reached",
    ]


async def test_one_that_was_reached_before_its_wait_was_over_says_so(a_world: MakeWorld) -> None:
    world = a_world({**RULE, "wait": "10m"}, follow_up=True)
    await world.watch()
    world.call("Suresh", to="919812345678")
    await world.round()
    world.clock.advance(5 * MINUTE)
    world.answer(to="919812345678")
    await world.round()
    assert story(world, "A1")[1:] == [
        "ended: the customer was reached by main/209 before anybody was told",
        "",
    ]


async def test_what_waits_in_a_snooze_says_so(a_world: MakeWorld) -> None:
    world = a_world({**RULE, "wait": "10m"})
    await world.watch()
    world.call("Suresh")
    await world.round()
    await act(world, Action.SNOOZE, until=world.clock.now() + HOUR)
    assert "(it is snoozed); nobody was told yet" in stands(world)
    assert state(world).startswith("pending until ")


async def test_what_is_held_says_until_when_and_is_not_due_yet(a_world: MakeWorld) -> None:
    world = a_world(RULE)
    world.clock.ms = SystemClock().now()
    await world.watch()
    await silence(world, HOUR)
    world.call("Suresh")
    await world.round()
    silenced, held = story(world, "A1")[1:]
    assert silenced.startswith("silenced by Asha until ")
    assert silenced.endswith("(a fair)")
    assert held.startswith("first message to room #room: held until ")
    assert "due since" not in held


async def test_what_came_outside_the_hours_of_its_rule_is_told(a_world: MakeWorld) -> None:
    rules = [{**RULE, "calendar": "office", "outside": how} for how in ("hold", "drop")]
    held, dropped = ({**rule, "name": name} for rule, name in zip(rules, ("held", "dropped"), strict=True))
    world = a_world(held, dropped, calendars=OFFICE)
    await world.watch()
    world.clock.ms = instant(21, 20)
    world.call("Suresh")
    await world.round()
    lines = story(world, "A1")
    assert lines[1].startswith("held until ")
    assert lines[1].endswith(": its calendar was closed")
    told = shown("explain", "A2", "-c", configured(world))
    assert "the rule drops what comes then (`outside: drop`)" in told[2]
    assert any("room: not sent (its calendar was closed, and the rule drops" in line for line in told)


async def test_an_answered_call_is_told_with_the_alerts_that_it_ended(a_world: MakeWorld) -> None:
    world = a_world(RULE, agents={"209": {"name": "Asha"}}, follow_up=True)
    await world.watch()
    world.call("Suresh", to="919812345678")
    await world.round()
    world.clock.advance(5 * MINUTE)
    world.answer(_id="answered-1", cmiuid="its-second-id", name="Suresh", to="919812345678")
    world.answer(_id="answered-2", to="919812345679")
    world.incoming.call(world.clock.now(), _id="answered-3", **{"from": "anonymous", "agent": "305_1111113"})
    await world.round()
    world.clock.advance(MINUTE)
    world.answer(_id="answered-4", to="919812345678")
    await world.round()
    config = configured(world)
    lines = shown("explain", "answered-1", "-c", config)
    assert lines[0] == "call answered-1: main/209 (Asha) dialled +919812345678 (Suresh), who answered"
    assert lines[2].startswith("  alert A1: ended ")
    assert ": the customer was reached, by main/209 (Asha), " in lines[2]
    assert "first message to room #room: sent" in lines[3]
    assert lines[4].endswith(": ended: the customer was reached by main/209 (Asha)")
    for way in ("its-second-id", "answered-1…"):
        assert shown("explain", way, "-c", config) == lines
    for other in ("answered-2", "answered-4"):
        assert shown("explain", other, "-c", config)[2:] == [
            "  it ended no alert: none about this customer was active, or missed calls came after it"
        ]
    (unknown, *_) = shown("explain", "answered-3", "-c", config)
    assert unknown == "call answered-3: somebody without a number called, and main/305 answered"
    (told,) = as_json("explain", "answered-1", "-c", config)["calls"]
    assert (told["endpoint"], [one["tag"] for one in told["alerts"]]) == ("out_answered", ["A1"])
    both = as_json("explain", "345678", "-c", config)["calls"]
    assert [one["endpoint"] for one in both] == ["out_answered", "out_answered", "out_missed"]
