import asyncio
import os
import signal
import socket

import pytest

from notifier.app import Host, serve
from notifier.clock import SystemClock
from notifier.errors import ConfigError, NotifierError, StoreRefused
from notifier.store.lock import store_lock
from tests.support.served import Served
from tests.support.stage import ROOM, Stage

OURS = {"main/out_missed", "lifecycle", "dispatch", "pulse", "stop", "reload", "store probe"}


async def test_it_starts_tells_of_calls_and_ends_with_nothing_left(served: Served, stage: Stage) -> None:
    await served.start()
    assert served.events("started")[0]["rules"] == 1
    assert served.events("started")[0]["store"] == str(stage.store)
    name = stage.call()
    await served.until(stage.told, "the message")
    await served.end()
    assert stage.told() == {(name, ROOM): 1}
    await served.manager_heard("STOPPING=1")
    assert served.manager.told[-1] == "STOPPING=1"
    assert "READY=1" in served.manager.told
    assert served.events("stopping")
    assert not {task.get_name() for task in asyncio.all_tasks()} & OURS
    with store_lock(stage.store, "another"):
        pass  # it was let go of


async def test_readyz_becomes_true_and_systemd_hears_the_same(served: Served) -> None:
    await served.start()
    await served.until(lambda: "WATCHDOG=1" in served.manager.told, "a sign of life")
    while (await served.page())[0] != 200:
        await served.host.clock.sleep(0.01)
    status, page = await served.page()
    assert (status, page["ready"], page["problems"]) == (200, True, [])
    assert page["store"] == {"ok": True, "problem": ""}
    assert any(told.startswith("STATUS=") for told in served.manager.told)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
async def test_a_signal_ends_it(served: Served, number: signal.Signals) -> None:
    await served.start()
    os.kill(os.getpid(), number)
    assert served.task is not None
    async with asyncio.timeout(5):
        await served.task


async def test_sighup_reloads(served: Served) -> None:
    await served.start()
    os.kill(os.getpid(), signal.SIGHUP)
    await served.until(lambda: served.events("reloaded"), "the reload")
    assert len(served.events("reloaded")) == 1


async def test_without_a_web_section_nothing_is_served(served: Served, stage: Stage) -> None:
    without_web(stage)
    await served.start()
    assert not served.urls


async def test_a_first_configuration_that_is_wrong_is_raised_and_makes_no_store(
    served: Served, stage: Stage
) -> None:
    stage.path.write_text("rulez: []\n")
    with pytest.raises(ConfigError, match="rulez"):
        await serve(served.load, served.host)
    assert not stage.store.exists()


async def test_a_second_one_is_refused_with_who_holds_the_store(served: Served) -> None:
    await served.start()
    with pytest.raises(StoreRefused, match=f"`notifier run` .process {os.getpid()} on "):
        await serve(served.load, Host(SystemClock(), {}, served.stream))


async def test_pages_that_can_not_be_served_are_raised_and_everything_is_let_go_of(
    served: Served, stage: Stage
) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        stage.configure(web={"listen": f"127.0.0.1:{taken.getsockname()[1]}"})
        with pytest.raises(NotifierError, match=r"web\.listen: 127\.0\.0\.1 port \d+ is in use"):
            await serve(served.load, served.host)
    with store_lock(stage.store, "another"):
        pass


async def test_a_start_that_is_still_to_come_is_said_in_the_log(served: Served, stage: Stage) -> None:
    said = "nothing may be told for now"
    await served.start()
    assert served.events(said) == []
    telecmi = stage.sections()["telecmi"]
    stage.configure(telecmi={**telecmi, "poll": {"start_from": "9999-01-01T00:00:00Z"}})
    await served.reload()
    (line,) = served.events(said)
    assert line["reason"].startswith("telecmi.poll.start_from: it lies in the future")


async def test_an_ipv6_address_is_shown_as_a_url(served: Served, stage: Stage) -> None:
    stage.configure(web={"listen": "[::1]:0"})
    await served.start()
    assert served.urls[0].startswith("http://[::1]:")


def without_web(stage: Stage) -> None:
    lines = stage.path.read_text().splitlines(keepends=True)
    stage.path.write_text("".join(line for line in lines if not line.startswith("web:")))


class DyingClock(SystemClock):
    """After `die` was set, whoever asks for the time dies of it."""

    die = False

    def now(self) -> int:
        if self.die:
            raise ZeroDivisionError
        return super().now()


async def test_a_loop_that_dies_ends_it_with_the_error(served: Served, stage: Stage) -> None:
    clock = DyingClock()
    served.host.clock = clock
    await served.start()
    clock.die = True
    assert served.task is not None
    with pytest.raises(ZeroDivisionError):
        async with asyncio.timeout(10):
            await served.task
    clock.die = False
    with store_lock(stage.store, "another"):
        pass
