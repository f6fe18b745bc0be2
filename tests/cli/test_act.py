"""`ack`, `resolve`, `snooze` and `reopen`, while no daemon runs and while one does."""

import asyncio
import json
import os
import pwd
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from typer.testing import Result

from notifier.cli.act import UNKNOWN
from notifier.clock import SystemClock
from notifier.model import Alert, AlertState, EndReason
from notifier.store.alerts import update_alert
from notifier.store.events import events_of
from notifier.store.lock import store_lock
from tests.cli.conftest import SECTIONS, Scene
from tests.support.clock import START
from tests.support.commands import complaint, configured, notifier
from tests.support.store import locked_by_another
from tests.support.world import MINUTE
from tests.support.worlds import MakeWorld

DAY = 24 * 60 * MINUTE
LATER = "no daemon runs: messages show it once `notifier run` is started\n"


def soon() -> datetime:
    """Nine o'clock in some weeks, in the scene's zone."""
    day = datetime.fromtimestamp(SystemClock().now() / 1000, ZoneInfo("Asia/Kolkata")) + timedelta(days=40)
    return day.replace(hour=9, minute=0, second=0, microsecond=0)


async def run(
    scene: Scene, command: str, *arguments: object, env: Mapping[str, str | None] | None = None
) -> Result:
    """In a thread of its own, since it has an event loop of its own."""
    who = {"SUDO_USER": "", "LOGNAME": "asha", **(env or {})}
    return await asyncio.to_thread(
        notifier,
        command,
        *arguments,
        "-c",
        scene.config,
        env=who,  # type: ignore[arg-type]  # None takes a variable out
    )


def alert(scene: Scene, number: int = 1) -> Alert:
    return next(one for one in scene.world.alerts() if one.id == number)


def catch_up(scene: Scene) -> None:
    """The command has the machine's clock; the world's is another."""
    world = scene.world
    world.clock.advance(max(0, SystemClock().now() - world.clock.now()))


async def test_an_alert_is_acknowledged_by_whoever_is_logged_in(full: Scene) -> None:
    result = await run(full, "ack", "A1")
    assert (result.exit_code, result.stdout, result.stderr) == (0, "A1: acknowledged by asha\n", LATER)
    one = alert(full)
    assert (one.state, one.handled_by) == ("acknowledged", "asha")
    again = await run(full, "ack", "1", "--who", "Ravi")
    assert (again.exit_code, again.stdout) == (1, "")
    assert again.stderr.startswith("A1: already acknowledged by asha, since ")
    assert "IST (+05:30)" in again.stderr


@pytest.mark.parametrize(
    ("arguments", "env", "expected"),
    [
        (("--who", " Ravi K "), {"SUDO_USER": "root"}, "Ravi K"),
        ((), {"SUDO_USER": "meera"}, "meera"),
        ((), {"LOGNAME": None, "USER": None}, pwd.getpwuid(os.getuid()).pw_name),
    ],
    ids=["as was said", "before sudo", "by the process"],
)
async def test_who_does_it(
    full: Scene, arguments: tuple[str, ...], env: Mapping[str, str | None], expected: str
) -> None:
    nobody = {"LNAME": None, "USERNAME": None}
    assert (await run(full, "resolve", "A1", *arguments, env={**nobody, **env})).exit_code == 0
    assert alert(full).handled_by == expected


async def test_its_note_and_time_are_part_of_its_story(full: Scene) -> None:
    assert (await run(full, "resolve", "A1", "--note", "called\nback")).exit_code == 0
    (event,) = full.world.database.look(lambda connection: events_of(connection, 1))[-1:]
    assert (event.kind, event.who, event.note) == ("resolved", "asha", "called back")
    assert abs(event.at - SystemClock().now()) < MINUTE


async def test_several_at_once_have_a_line_each_and_none_stops_another(full: Scene) -> None:
    result = await run(full, "resolve", "A1", "99", "a2", "A1", "1")
    assert result.exit_code == 1
    assert result.stdout == "A1: resolved by asha\nA2: resolved by asha\n"
    assert result.stderr == f"A99: {UNKNOWN}\n{LATER}"
    assert [alert(full, number).state for number in (1, 2)] == ["ended", "ended"]


async def test_while_the_daemon_runs_there_is_nothing_to_add(full: Scene) -> None:
    with store_lock(full.world.path, "run"):
        assert (await run(full, "ack", "A1")).stderr == ""


async def test_a_snooze_lasts_for_a_span_or_until_a_time(full: Scene) -> None:
    before = SystemClock().now()
    result = await run(full, "snooze", "A1", "--for", "2h")
    assert result.stdout.startswith("A1: snoozed by asha until ")
    assert result.stdout.endswith("; whoever was told is reminded then\n")
    until = alert(full).snoozed_until
    assert until is not None
    assert 0 <= until - before - 120 * MINUTE < MINUTE
    ahead = soon()
    assert (await run(full, "snooze", "A1", "--until", f"{ahead:%Y-%m-%dT%H:%M}")).exit_code == 0
    assert alert(full).snoozed_until == ahead.timestamp() * 1000
    past = await run(full, "snooze", "A1", "--until", "2020-12-01T09:00")
    assert past.exit_code == 1
    assert past.stderr == "A1: 1 Dec 2020 09:00 IST (+05:30) is past; name a time that is still to come\n"


@pytest.mark.parametrize("until", [("--for", "91d"), ("--for", "900d"), ("--until", "2099-12-01T09:00")])
async def test_a_snooze_that_outlasts_all_memory_is_refused(full: Scene, until: tuple[str, str]) -> None:
    result = await run(full, "snooze", "A1", *until)
    assert (result.exit_code, result.stdout) == (2, "")
    assert "more than 90 days ahead; name a time before, or `resolve` what is done with" in complaint(result)
    assert until[0] in result.stderr
    assert alert(full).snoozed_until is None
    assert (await run(full, "snooze", "A1", "--for", "90d")).exit_code == 0


async def test_an_alert_that_has_ended_is_reopened_and_told_to_nobody_twice(full: Scene) -> None:
    world = full.world
    told = world.told()
    assert (await run(full, "resolve", "A1")).exit_code == 0
    refused = await run(full, "ack", "A1")
    assert "it has ended, " in refused.stderr
    assert "asha has resolved it; it can be reopened" in refused.stderr
    result = await run(full, "reopen", "A1")
    assert result.stdout.startswith("A1: reopened by asha; whoever was told sees it in their message")
    catch_up(full)
    await world.round()
    assert alert(full).state == "open"
    assert world.told() == told


async def test_nobody_hears_of_what_is_resolved_during_its_wait_until_it_is_reopened(full: Scene) -> None:
    world = full.world
    world.call("Waiting", extension="210", to="919812340001")
    await world.poll()
    (pending,) = (one.id for one in world.alerts() if one.state == "pending")
    assert (await run(full, "resolve", f"A{pending}")).stdout.endswith(
        "; nobody was told of it, and nobody is\n"
    )
    catch_up(full)
    await world.round()
    assert "Waiting" not in world.told()
    assert (await run(full, "reopen", f"A{pending}")).stdout.endswith("so that is done now\n")
    catch_up(full)
    world.clock.advance(1_000)
    await world.round()
    assert world.told()[-1] == "Waiting"
    assert alert(full, pending).state == "open"


async def test_who_was_told_by_mail_is_said_to_get_a_new_message(a_world: MakeWorld) -> None:
    rule = {"name": "mailed", "per": "customer", "notify": ["leads", "room"]}
    world = a_world(rule, **SECTIONS)
    await world.watch()
    world.call("Suresh")
    await world.round()
    scene = Scene(world, configured(world))
    both = "; whoever was told sees it in their message, or gets a new one where that can't change\n"
    for command in ("ack", "resolve", "reopen"):
        assert (await run(scene, command, "A1")).stdout.endswith(both)
    catch_up(scene)
    world.clock.advance(5 * MINUTE)
    await world.send()
    assert sorted((one.receiver, one.edits) for one in world.sent[2:]) == [("leads", False), ("room", True)]


async def test_what_is_reopened_while_its_calendar_is_closed_is_told_when_it_opens(
    a_world: MakeWorld,
) -> None:
    in_three_days = (SystemClock().now() // DAY + 3 + 3) % 7  # a Thursday began the epoch
    day = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")[in_three_days]
    rule = {"name": "r", "per": "customer", "notify": "room", "calendar": "office", "outside": "drop"}
    office = {"office": {"days": day, "hours": ["09:00-18:00"]}}
    world = a_world(rule, calendars=office, **SECTIONS)
    world.clock.ms = SystemClock().now()
    await world.watch()
    world.call("Suresh")
    await world.round()
    assert [one.ended_as for one in world.alerts()] == [EndReason.OUTSIDE_HOURS]
    scene = Scene(world, configured(world))
    said = (await run(scene, "reopen", "A1")).stdout
    assert "; nobody was told of it before, so that is done when its calendar opens, " in said
    assert said.endswith(" 09:00 IST (+05:30)\n")
    await world.round()
    assert world.sent == []
    await world.send_until(world.clock.now() + 4 * DAY)
    assert world.told() == ["Suresh"]


async def test_nobody_was_told_of_what_was_on_trial(a_world: MakeWorld) -> None:
    world = a_world(**{**SECTIONS, "dry_run": True})
    await world.watch()
    world.call("Suresh")
    await world.round()
    await world.tick()
    refused = (await run(Scene(world, configured(world)), "ack", "A1")).stderr
    assert "nobody was told, since it is on trial (`dry_run`), and nothing was to follow" in refused


async def test_json_has_a_record_for_each(full: Scene) -> None:
    ahead = soon()
    result = await run(full, "snooze", "A1", "A99", "--until", f"{ahead:%Y-%m-%dT%H:%M}", "--json")
    assert (result.exit_code, result.stderr) == (1, "")
    first, second = json.loads(result.stdout)
    assert first.pop("text").startswith(f"snoozed by asha until {ahead.day} {ahead:%b} ")
    assert first == {
        "alert": 1,
        "tag": "A1",
        "done": True,
        "verdict": "done",
        "state": "snoozed",
        "snoozed_until": f"{ahead.astimezone(UTC):%Y-%m-%dT%H:%M}:00.000Z",
    }
    assert second == {
        "alert": 99,
        "tag": "A99",
        "done": False,
        "verdict": "unknown",
        "text": UNKNOWN,
        "state": None,
        "snoozed_until": None,
    }


async def test_a_customer_who_was_reached_names_the_agent(full: Scene) -> None:
    reached = replace(
        alert(full),
        state=AlertState.ENDED,
        ended_as=EndReason.REACHED,
        ended_at=START,
        handled_by="agent main/209",
    )
    await full.world.database.write(lambda connection: update_alert(connection, reached, None))
    assert "main/209 (Asha) has reached the customer" in (await run(full, "resolve", "A1")).stderr


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        (("ack",), "Missing argument"),
        (("ack", "B1"), "not an alert: B1; write it like A12"),
        (("ack", "A1", "A-1"), "not an alert: A-1"),
        (("resolve", "A" + "1" * 16), "not an alert"),
        (("snooze", "A1"), "say for how long, or until when"),
        (("snooze", "A1", "--for", "2h", "--until", "18:00"), "one of the two"),
        (("snooze", "A1", "--for", "soon"), "not a duration"),
        (("snooze", "A1", "--until", "soon"), "not a time"),
        (("reopen", "A1", "--for", "2h"), "No such option"),
    ],
)
async def test_wrong_usage_is_told_and_changes_nothing(
    full: Scene, arguments: tuple[str, ...], reason: str
) -> None:
    before = full.world.alerts()
    result = await run(full, arguments[0], *arguments[1:])
    assert (result.exit_code, result.stdout) == (2, "")
    assert reason in complaint(result)
    assert full.world.alerts() == before


async def test_a_store_that_is_locked_says_try_again(full: Scene) -> None:
    with locked_by_another(full.world.path):
        result = await run(full, "ack", "A1")
    assert (result.exit_code, result.stdout) == (1, "")
    assert "is locked by another process" in result.stderr


def test_no_store_is_ever_made_and_no_secret_needed(a_world: MakeWorld) -> None:
    world = a_world()
    path = configured(world, store={"url": "sqlite:///none.db"})
    for command in (("ack", "1"), ("resolve", "1"), ("snooze", "1", "--for", "2h"), ("reopen", "1")):
        result = notifier(*command, "--who", "Asha", "-c", path)
        assert result.exit_code == 1
        assert "there is no store" in result.stderr
    assert not world.path.with_name("none.db").exists()
