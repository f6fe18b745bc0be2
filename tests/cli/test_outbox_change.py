"""`outbox retry` and `outbox drop`, while no daemon runs and while one does."""

import asyncio
import json
from collections.abc import Mapping

import pytest
from typer.testing import Result

from notifier.clock import SystemClock
from notifier.errors import DeliveryTransient, TargetBroken
from notifier.model import AlertState, EndReason
from notifier.store.by_hand import MOST
from notifier.store.database import Connection
from notifier.store.lock import store_lock
from notifier.store.outbox import OutboxRow, RowState
from notifier.store.schema import outbox as table
from tests.cli.conftest import Scene
from tests.support.commands import complaint, configured, notifier, shown
from tests.support.store import LEADS, enqueue, locked_by_another, store_alert
from tests.support.world import MINUTE, World
from tests.support.worlds import MakeWorld


@pytest.fixture
async def dead(full: Scene) -> Scene:
    """Nobody could be told of one alert: the room and the leads refused it."""
    world = full.world
    world.channels["leads"].always = TargetBroken("550")
    world.call("Fatima 2", extension="210", to="919900000009")
    await world.poll()
    world.clock.advance(10 * MINUTE)
    await world.round()
    assert [row.state for row in world.outbox()].count(RowState.DEAD) == 1
    return full


def dead_row(scene: Scene) -> OutboxRow:
    return next(row for row in scene.world.outbox() if row.state is RowState.DEAD)


def state_of(scene: Scene, row_id: int) -> RowState:
    return next(row.state for row in scene.world.outbox() if row.id == row_id)


def catch_up(world: World) -> None:
    """The command has the machine's clock; the world's is another."""
    world.clock.advance(max(0, SystemClock().now() - world.clock.now()))


async def run(*arguments: object, env: Mapping[str, str] | None = None) -> Result:
    """In a thread of its own, since it has an event loop of its own."""
    return await asyncio.to_thread(notifier, "outbox", *arguments, env=env)


async def retry(scene: Scene, *arguments: object) -> Result:
    return await run("retry", *arguments, "-c", scene.config)


async def drop(scene: Scene, *arguments: object) -> Result:
    return await run("drop", *arguments, "--yes", "-c", scene.config)


async def test_a_dead_notification_is_told_once_it_is_retried(dead: Scene) -> None:
    world, row = dead.world, dead_row(dead)
    world.channels["leads"].always = None
    result = await retry(dead, row.id)
    assert (result.exit_code, result.stderr) == (0, "")
    assert result.stdout == (
        "1 notification: to be sent again; no daemon runs: that is once `notifier run` is started\n"
    )
    (line,) = shown("outbox", "-c", dead.config, "--state", "waiting")
    assert line.split("\t")[-1] == (
        "tried again by hand after: 550; due, as soon as the pace of where it goes allows"
    )
    catch_up(world)
    await world.round()
    assert state_of(dead, row.id) is RowState.SENT
    assert world.told("leads")[-1] == "Fatima 2"


async def test_while_the_daemon_runs_it_says_when(dead: Scene) -> None:
    with store_lock(dead.world.path, "run"):
        assert "the daemon does it within half a minute" in (await retry(dead, "--all")).stdout


async def test_what_could_be_told_to_nobody_is_told_to_whom_the_configuration_names_now(
    a_world: MakeWorld,
) -> None:
    world = a_world({"name": "every", "notify": "agent"}, receivers={"agent": {"slack": {"to": "agent"}}})
    await world.watch()
    world.call("Suresh")
    await world.round()
    assert world.fates() == [("nobody", "dead")]
    config = configured(world)
    agents = {"209": {"slack": "U209"}}
    world.sections["agents"] = agents
    await world.restart()
    assert (await run("retry", "--all", "-c", config)).exit_code == 0
    catch_up(world)
    await world.round()
    assert world.told("agent") == ["Suresh"]
    assert world.fates() == [("nobody", "redirected"), ("agent", "sent")]


async def test_what_can_still_be_told_to_nobody_is_dead_again(a_world: MakeWorld) -> None:
    world = a_world({"name": "every", "notify": "agent"}, receivers={"agent": {"slack": {"to": "agent"}}})
    await world.watch()
    world.call("Suresh")
    await world.round()
    assert (await run("retry", "--all", "-c", configured(world))).exit_code == 0
    catch_up(world)
    await world.round()
    assert world.fates() == [("nobody", "dead")]


async def unsent(a_world: MakeWorld, **rule: object) -> Scene:
    """One call was missed, of which the room and the leads can't be told yet."""
    world = a_world(
        {"name": "every", "notify": ["room", "leads"], **rule},
        receivers={"leads": {"slack": {"to": "#leads"}}},
    )
    await world.watch()
    for name in ("room", "leads"):
        world.channels[name].always = DeliveryTransient("no answer")
    world.call("Suresh")
    await world.round()
    return Scene(world, configured(world))


async def test_an_alert_about_one_call_is_over_with_the_last_that_is_dropped(a_world: MakeWorld) -> None:
    scene = await unsent(a_world)
    room, leads = (row.id for row in scene.world.outbox())
    assert (await drop(scene, room, "--who", "Asha")).exit_code == 0
    assert scene.world.alerts()[0].state is AlertState.OPEN
    assert (await drop(scene, leads, "--who", "Asha")).exit_code == 0
    (alert,) = scene.world.alerts()
    assert (alert.ended_as, alert.handled_by, alert.version) == (EndReason.RESOLVED, "Asha", 2)
    told = shown("explain", "A1", "-c", scene.config)
    assert any(line.endswith(": resolved by Asha (dropped by hand)") for line in told)


async def test_one_that_somebody_was_told_of_ends_as_told(a_world: MakeWorld) -> None:
    scene = await unsent(a_world)
    scene.world.channels["room"].always = None
    catch_up(scene.world)
    await scene.world.round()
    assert scene.world.fates() == [("room", "sent"), ("leads", "waiting")]
    assert (await drop(scene, "--all")).exit_code == 0
    (alert,) = scene.world.alerts()
    assert (alert.ended_as, alert.handled_by) == (EndReason.TOLD, "")


async def test_one_with_another_that_may_be_retried_or_with_something_to_follow_goes_on(
    a_world: MakeWorld,
) -> None:
    scene = await unsent(a_world)
    scene.world.channels["leads"].always = TargetBroken("550")
    catch_up(scene.world)
    await scene.world.round()
    assert scene.world.fates() == [("room", "waiting"), ("leads", "dead")]
    room, leads = (row.id for row in scene.world.outbox())
    assert (await drop(scene, room)).exit_code == 0
    assert scene.world.alerts()[0].state is AlertState.OPEN
    assert (await drop(scene, leads)).exit_code == 0
    assert scene.world.alerts()[0].ended_as is EndReason.RESOLVED
    follows = await unsent(a_world, per="customer")
    assert (await drop(follows, "--all")).exit_code == 0
    assert follows.world.alerts()[0].state is AlertState.OPEN


async def test_what_is_dropped_is_not_sent(dead: Scene) -> None:
    row = dead_row(dead)
    result = await drop(dead, row.id)
    assert (result.exit_code, result.stdout) == (0, "1 notification: dropped\n")
    dead.world.channels["leads"].always = None
    catch_up(dead.world)
    await dead.world.round()
    assert state_of(dead, row.id) is RowState.DROPPED
    assert "Fatima 2" not in dead.world.told("leads")


async def test_each_that_can_not_be_changed_is_named_and_stops_no_other(dead: Scene) -> None:
    row = dead_row(dead)
    sent = next(one.id for one in dead.world.outbox() if one.state is RowState.SENT)
    result = await retry(dead, sent, 999, row.id)
    assert result.exit_code == 0
    assert result.stderr == f"{sent}: it was sent\n999: there is none; `notifier outbox` lists them\n"
    assert result.stdout.startswith("1 notification: ")
    again = await retry(dead, row.id)
    assert (again.exit_code, again.stderr) == (1, f"{row.id}: it waits to be sent already\n")


async def test_what_is_being_sent_is_not_dropped(dead: Scene) -> None:
    row = dead_row(dead)

    def claimed(connection: Connection) -> None:
        connection.execute(
            table.update().where(table.c.id == row.id).values(state=RowState.CLAIMED, finished_at=None)
        )

    await dead.world.database.write(claimed)
    result = await drop(dead, row.id)
    assert (result.exit_code, result.stderr) == (1, f"{row.id}: it is being sent at this moment\n")
    assert state_of(dead, row.id) is RowState.CLAIMED


async def test_all_of_one_alert_and_of_no_other(dead: Scene) -> None:
    row = dead_row(dead)
    nothing = await retry(dead, "--all", "--alert", f"A{row.alert_id + 1}")
    assert (nothing.exit_code, nothing.stderr) == (0, "nothing was given up\n")
    assert (await retry(dead, "--all", "--alert", f"A{row.alert_id}")).exit_code == 0
    assert state_of(dead, row.id) is RowState.WAITING
    assert (await drop(dead, "--all")).exit_code == 0
    nothing = await drop(dead, "--all")
    assert (nothing.exit_code, nothing.stderr) == (0, "nothing waits, and nothing was given up\n")
    assert json.loads((await retry(dead, "--all", "--json")).stdout) == {"done": [], "refused": []}


async def test_more_than_one_transaction_takes(empty: Scene) -> None:
    def filled(connection: Connection) -> None:
        alert = store_alert(connection)
        for number in range(MOST + 5):
            enqueue(connection, alert, LEADS, n=number, state=RowState.DEAD)

    await empty.world.database.write(filled)
    result = await retry(empty, "--all", "--json")
    page = json.loads(result.stdout)
    assert (len(page["done"]), page["refused"]) == (MOST + 5, [])
    assert {row.state for row in empty.world.outbox()} == {RowState.WAITING}


async def test_json_names_what_was_done_and_what_not(dead: Scene) -> None:
    row = dead_row(dead)
    result = await drop(dead, row.id, 999, "--json")
    assert (result.exit_code, result.stderr) == (0, "")
    assert json.loads(result.stdout) == {"done": [row.id], "refused": [{"id": 999, "state": None}]}


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        (("retry",), "name ids, or say --all"),
        (("retry", "1", "--all"), "name ids, or say --all"),
        (("retry", "1", "--alert", "A1"), "it goes with --all"),
        (("drop", "--all", "--alert", "12"), "not an alert; write it like A12"),
        (("retry", str(2**64)), "not an id; `notifier outbox` lists them"),
        (("retry", "A1"), "not an id; `notifier outbox` lists them"),
        (("--state", "dead", "retry", "1"), "write options after its name"),
        (("--json", "drop", "1"), "write options after its name"),
        (("drop", "--all"), "There is nobody to ask here; say --yes"),
    ],
)
async def test_wrong_usage_is_told_and_changes_nothing(
    dead: Scene, arguments: tuple[str, ...], reason: str
) -> None:
    before = dead.world.outbox()
    result = await run(*arguments, env={"NOTIFIER_CONFIG": str(dead.config)})
    assert (result.exit_code, result.stdout) == (2, "")
    assert reason in complaint(result)
    assert dead.world.outbox() == before


async def test_nobody_is_asked_about_what_is_not_there(dead: Scene) -> None:
    result = await run("drop", "999999", "-c", dead.config)
    assert (result.exit_code, result.stdout) == (1, "")
    assert result.stderr == "999999: there is none; `notifier outbox` lists them\n"


async def test_only_what_can_be_called_off_is_asked_about(dead: Scene) -> None:
    (row,) = [one for one in dead.world.outbox() if one.state is RowState.DEAD]
    result = await run("drop", row.id, "999999", "-c", dead.config)
    assert result.exit_code == 2
    assert "1 notification will not be sent. Go on?" in complaint(result)


async def test_a_store_that_is_locked_says_try_again(dead: Scene) -> None:
    with locked_by_another(dead.world.path):
        result = await retry(dead, "--all")
    assert (result.exit_code, result.stdout) == (1, "")
    assert result.stderr.endswith(
        "is locked by another process; what was not done yet stays as it was: try again\n"
    )


def test_no_store_is_ever_made(a_world: MakeWorld) -> None:
    world = a_world()
    path = configured(world, store={"url": "sqlite:///none.db"})
    for command in ("retry", "drop"):
        result = notifier("outbox", command, "1", "-c", path, *(["--yes"] if command == "drop" else []))
        assert result.exit_code == 1
        assert "there is no store" in result.stderr
    assert not world.path.with_name("none.db").exists()
