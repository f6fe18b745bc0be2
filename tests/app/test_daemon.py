"""What only the daemon's own parts show: a store that is locked, a loop that hangs or ends."""

import asyncio
import io
import json
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from notifier.app import Host, onlooker, secrets_of
from notifier.app.crew import build
from notifier.app.pages import Pages
from notifier.app.serve import Daemon
from notifier.config import load
from notifier.errors import NotifierError
from notifier.host.health import Health
from notifier.host.systemd import Notify
from notifier.store.database import Database
from tests.support.clock import FakeClock
from tests.support.daemon import Manager, until
from tests.support.stage import Stage
from tests.support.store import locked_by_another


class OneBeat(FakeClock):
    """Whoever waits for something goes on at once; the pulse, which only sleeps, beats once."""

    async def sleep(self, seconds: float) -> None:
        await asyncio.Event().wait()

    async def wait(self, event: asyncio.Event, seconds: float) -> bool:
        self.slept.append(seconds)
        await super().sleep(0)
        return event.is_set()


class Parts:
    """A daemon, and what it is made of."""

    def __init__(self, stage: Stage, manager: Manager) -> None:
        self.manager = manager
        self.clock = OneBeat()
        self.stream = io.StringIO()
        self.host = Host(self.clock, {}, self.stream)
        config = load(stage.path, stage.environ)
        self.host.log_as(config)
        self.database = Database.open(stage.store, busy_ms=10)
        self.health = Health(self.clock)
        crew = build(config, self.database, self.clock, self.health)
        self.daemon = Daemon(
            lambda: config,
            self.host,
            self.database,
            self.health,
            Pages(self.database, self.clock, self.health),
            Notify(manager.address),
            crew,
        )

    def events(self, event: str) -> int:
        lines = [json.loads(line) for line in self.stream.getvalue().splitlines()]
        return sum(line["event"] == event for line in lines)


@pytest.fixture
async def parts(stage: Stage) -> AsyncIterator[Parts]:
    manager = await Manager.start()
    parts = Parts(stage, manager)
    yield parts
    parts.host.stop.set()
    await parts.daemon.close()
    parts.database.close()
    manager.close()


async def test_a_store_that_is_locked_is_waited_for_and_said_once(parts: Parts) -> None:
    with locked_by_another(parts.database.path):
        running = asyncio.create_task(parts.daemon.run())
        await until(lambda: len(parts.clock.slept) > 30, "some tries")
        assert parts.events("the store can't be used; trying again") == 1
        assert not parts.events("started")
        assert not parts.health.stalled(90)
        assert "READY=1" not in parts.manager.told
    await until(lambda: parts.events("started"), "the start")
    assert parts.health.ready().store_problem == ""
    parts.host.stop.set()
    await running


async def test_whoever_waits_for_the_store_can_be_told_to_stop(parts: Parts) -> None:
    with locked_by_another(parts.database.path):
        running = asyncio.create_task(parts.daemon.run())
        await until(lambda: parts.events("the store can't be used; trying again"), "the first try")
        parts.host.stop.set()
        async with asyncio.timeout(5):
            await running
    assert not parts.events("started")


async def test_a_loop_that_ends_by_itself_is_an_error(parts: Parts) -> None:
    running = asyncio.create_task(parts.daemon.run())
    await until(lambda: parts.events("started"), "the start")
    parts.daemon.crew.wakes.stop()
    with pytest.raises(NotifierError, match="ended by itself"):
        await running
    assert parts.events("a loop died") == 1


async def test_the_watchdog_is_not_fed_while_a_loop_hangs(parts: Parts) -> None:
    parts.health.expect_loops(["stuck"])
    parts.clock.advance(91_000)
    pulse = asyncio.create_task(parts.daemon._pulse())
    await until(lambda: any(one.startswith("STATUS=") for one in parts.manager.told), "a status")
    pulse.cancel()
    assert "WATCHDOG=1" not in parts.manager.told
    parts.health.pass_finished("stuck")
    pulse = asyncio.create_task(parts.daemon._pulse())
    await until(lambda: "WATCHDOG=1" in parts.manager.told, "a sign of life")
    pulse.cancel()


async def test_accounts_are_spread_over_the_time_between_two_polls(parts: Parts, stage: Stage) -> None:
    account = stage.sections()["telecmi"]["accounts"][0]
    accounts = [{**account, "name": name, "app_id": n} for n, name in enumerate("abc", start=1)]
    stage.configure(telecmi={"accounts": accounts, "poll": {"every": "30s"}})
    crew = build(load(stage.path, stage.environ), parts.database, parts.clock, parts.health)
    crew.announce()
    await crew.adopt()
    assert crew.loops == [
        "lifecycle",
        "dispatch",
        "notices",
        "digests",
        "onlooker",
        "a/out_missed",
        "b/out_missed",
        "c/out_missed",
    ]
    waits: list[float] = []

    class Waiting(FakeClock):
        async def wait(self, event: asyncio.Event, seconds: float) -> bool:
            if seconds != onlooker.EVERY:
                waits.append(seconds)
            return await event.wait()

    crew.clock = Waiting()
    crew.start()
    await until(lambda: len(waits) >= 2, "the first waits")
    assert sorted(waits)[:2] == [10.0, 10.0]  # of 10 s and of 20 s, in short pieces
    await crew.stop()


async def test_everything_secret_is_kept_out_of_the_log(tmp_path: Path) -> None:
    path = tmp_path / "config.yaml"
    path.write_text(
        "telecmi: {accounts: [{name: main, region: india, app_id: 1, secret: telecmi-secret}]}\n"
        "slack: {bot_token: xoxb-secret}\n"
        "email:\n"
        "  {host: 127.0.0.1, security: none, sender: a@example.com, username: u, password: mail-secret}\n"
        "receivers:\n"
        '  hook: {slack: {webhook_url: "https://hooks.example.com/secret"}}\n'
        '  room: {slack: {to: "#room"}}\n'
        "  leads: {email: {to: lead@example.com}}\n"
        '  program: {webhook: {url: "https://example.com/secret-path", secret: signing-secret-0}}\n'
        "rules: [{name: every, notify: hook}]\n"
        'ops: {notify: hook, heartbeat_url: "https://beat.example.com/secret"}\n'
    )
    assert list(secrets_of(load(path, {}))) == [
        "telecmi-secret",
        "xoxb-secret",
        "mail-secret",
        "https://hooks.example.com/secret",
        "https://example.com/secret-path",
        "signing-secret-0",
        "https://beat.example.com/secret",
    ]
