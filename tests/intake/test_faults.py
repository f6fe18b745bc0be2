"""What is broken at TeleCMI is said once, costs little, and heals without a restart."""

from collections.abc import MutableMapping
from pathlib import Path
from typing import Any

import httpx
import pytest
from structlog.testing import capture_logs

from notifier.config.values import Resolved
from notifier.errors import StoreUnavailable
from tests.support.exchange import SECRET
from tests.support.world import MINUTE, World
from tests.support.worlds import MakeWorld

HTML = httpx.Response(200, text="<html>maintenance</html>")


def warnings(logs: list[MutableMapping[str, Any]]) -> list[MutableMapping[str, Any]]:
    return [one for one in logs if one["log_level"] == "warning"]


def troubles(logs: list[MutableMapping[str, Any]]) -> list[MutableMapping[str, Any]]:
    return [one for one in logs if one["event"] == "in trouble"]


async def test_a_wrong_secret_is_said_once_and_slows_down_to_five_minutes(a_world: MakeWorld) -> None:
    world = a_world()
    world.exchange.secret = "another"
    waits = []
    with capture_logs() as logs:
        for _ in range(8):
            waits.append(await world.poll())
            world.clock.advance(round(waits[-1] * 1000))
    assert waits == [60, 120, 240, 300, 300, 300, 300, 300]
    assert len(world.exchange.asked) == 9  # the first poll asked for the longer time before that
    assert warnings(logs) == []
    (said,) = troubles(logs)
    assert (said["kind"], said["subject"]) == ("source_refused", "main/out_missed")
    assert "restart" in str(said["reason"])
    assert SECRET not in str(logs)
    assert not world.health.ready().ok
    assert world.source().last_error


async def test_it_goes_on_when_the_secret_works_and_nothing_is_lost_by_the_refusal(
    a_world: MakeWorld,
) -> None:
    world = a_world()
    await world.watch()
    world.exchange.secret = "another"
    await world.poll()
    world.call("meanwhile")
    world.clock.advance(MINUTE)
    world.exchange.secret = SECRET
    with capture_logs() as logs:
        seconds = await world.poll()
        await world.send()
    events = [one["event"] for one in logs]
    assert events.count("works again") == 1
    assert "TeleCMI answers again" not in events  # it was told already
    assert round(seconds) == 30
    assert world.told() == ["meanwhile"]
    assert world.health.ready().ok
    assert world.source().last_error is None


async def test_back_off_begins_anew_after_a_read_that_worked(a_world: MakeWorld) -> None:
    world = a_world()
    await world.watch()
    refused = httpx.Response(404, json={"code": 404, "msg": "authentication failed"})
    waits = []
    for failures in ([refused], [refused], [], [refused]):
        world.exchange.failures.extend(failures)
        waits.append(round(await world.poll()))
    assert waits == [60, 120, 30, 60]


async def test_a_changed_secret_file_is_picked_up_at_once(a_world: MakeWorld, tmp_path: Path) -> None:
    path = tmp_path / "secret"
    path.write_text("old")
    secret = Resolved("old")
    secret.reread = path.read_text
    world = a_world()
    world.sections["telecmi"]["accounts"][0]["secret"] = secret
    await world.restart()
    assert await world.poll() == 60
    path.write_text(SECRET)
    assert await world.poll() == 0
    assert round(await world.poll()) == 30
    assert world.health.ready().ok


async def test_a_passing_fault_is_said_once_and_the_next_poll_comes_in_time(a_world: MakeWorld) -> None:
    world = a_world()
    with capture_logs() as logs:
        for _ in range(3):
            world.exchange.failures.extend([HTML] * 50)
            assert round(await world.poll()) == 30
            world.exchange.failures.clear()
    (said,) = warnings(logs)
    assert "HTML" in str(said["reason"])
    assert "hint" not in said
    assert round(await world.poll()) == 30
    assert world.health.ready().ok


async def test_a_429_is_left_alone_for_as_long_as_it_says(a_world: MakeWorld) -> None:
    world = a_world()
    world.exchange.failures.append(httpx.Response(429, headers={"Retry-After": "400"}))
    assert await world.poll() == 400
    assert len(world.exchange.asked) == 1


async def test_a_read_that_took_longer_than_a_poll_is_followed_by_the_next_at_once(
    a_world: MakeWorld,
) -> None:
    world = a_world(poll={"page_size": 1, "every": "1s"})
    for n in range(9):
        world.call(str(n))
    assert await world.poll() == 0


async def test_unreadable_records_are_kept_and_said_in_one_line(a_world: MakeWorld) -> None:
    world = a_world()
    await world.watch()
    for n in range(50):
        world.call(str(n), to="nobody")
    world.call("Suresh")
    with capture_logs() as logs:
        await world.poll()
        await world.poll()
    assert warnings(logs) == []
    (said,) = troubles(logs)
    assert said["kind"] == "rejects"
    assert str(said["reason"]).startswith("50 records could not be read")
    assert "`to`" in str(said["reason"])
    assert world.stored() == 1


async def test_a_refusal_that_cannot_be_noted_is_the_stores_trouble(a_world: MakeWorld) -> None:
    world = a_world()
    await world.watch()
    world.exchange.secret = "another"

    world.exchange.on_request = world.break_store
    with pytest.raises(StoreUnavailable):
        await world.poll()
    assert not world.health.ready().ok
    world.exchange.on_request = None
    world.mend_store()
    assert await world.poll() == 60


async def test_one_accounts_trouble_is_not_anothers(a_world: MakeWorld) -> None:
    world: World = a_world(accounts=("main", "second"))
    await world.watch()
    world.exchanges["main"].secret = "another"
    world.exchanges["second"].call(world.clock.now(), name="Suresh")
    await world.round()
    assert world.told() == ["Suresh"]
