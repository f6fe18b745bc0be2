"""The three loops around a real store, between a TeleCMI and channels that do as they are told.

Tests step the loops by hand and read as sentences: calls at TeleCMI, poll, tick, send, what was told.
"""

import asyncio
import shutil
import uuid
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import httpx

from notifier.channels.base import Channel
from notifier.config import Config
from notifier.dispatch import Dispatch
from notifier.dispatch.deliver import Deliver
from notifier.host.health import Health
from notifier.intake import Intake, Rulebook
from notifier.lifecycle import Lifecycle
from notifier.loop import Wakes
from notifier.model import Endpoint
from notifier.recount import Counts
from notifier.rules import Directory, compile_calendars, compile_rules
from notifier.store.database import Database
from notifier.telecmi import Client, http_client
from notifier.tell import Tell
from notifier.web.counters import Counters
from tests.support.channel import Message, ScriptedChannel
from tests.support.clock import START, FakeClock
from tests.support.exchange import APP_ID, SECRET, Exchange, Killed, Lists, Record
from tests.support.views import Views
from tests.support.writing import pragma

MINUTE = 60_000  # ms
HOUR = 60 * MINUTE

EVERY_CALL: dict[str, Any] = {"name": "every", "notify": "room"}
"""A rule that tells the room of every call at once."""


@cache
def _empty_store() -> bytes:
    with TemporaryDirectory() as folder:
        path = Path(folder) / "empty.db"
        Database.open(path).close()
        return path.read_bytes()


class World(Views):
    """One configuration at a time; `restart` builds everything but the store anew.

    Args:
        folder: for the store.
        rules: of the configuration; every call to the room where none is given.
        sections: other sections of the configuration.
    """

    def __init__(
        self, folder: Path, rules: Sequence[Mapping[str, Any]] = (EVERY_CALL,), **sections: Any
    ) -> None:
        self.path = folder / "notifier.db"
        self.has_threads = bool(sections.pop("threads", False))  # below messages that can be edited
        self.clock = FakeClock()
        self.counters = Counters(self.clock)
        self.began = START
        self.boot_at = START
        self.accounts: Sequence[str] = sections.pop("accounts", ("main",))
        self.exchanges = {name: Exchange(self.clock) for name in self.accounts}
        self.lists = {
            name: Lists(
                {
                    "/outmissed": exchange,
                    "/outanswered": Exchange(self.clock),
                    "/answered": Exchange(self.clock),
                }
            )
            for name, exchange in self.exchanges.items()
        }
        self.sections: dict[str, Any] = {
            "telecmi": {
                "accounts": [
                    {"name": name, "region": "india", "app_id": APP_ID, "secret": SECRET}
                    for name in self.accounts
                ],
                "poll": {"every": "30s", "page_size": 100, **sections.pop("poll", {})},
                "follow_up": sections.pop("follow_up", False),
            },
            "country": "IN",
            "receivers": {"room": {"slack": {"to": "#room"}}, **sections.pop("receivers", {})},
            "rules": list(rules),
            **sections,
        }
        self.sent: list[Message] = []  # all that arrived, edits too
        self.channels: dict[str, ScriptedChannel] = {}
        self.real_channels: Mapping[str, Channel] | None = None  # take their place after a restart
        self.path.write_bytes(_empty_store())
        self.database = Database.open(self.path)
        pragma(self.database, "synchronous=OFF")  # these tests kill no process
        self._build()

    def _build(self, before: Tell | None = None) -> None:
        config = Config.model_validate(self.sections)
        self.config = config
        self.health = Health(self.clock, self.counters)
        self.wakes = Wakes()
        self.stop = asyncio.Event()
        self.boot = uuid.uuid4().hex
        rules = {rule.name: rule for rule in config.rules}
        compiled = compile_rules(
            config.rules, config.agents, dry_run=config.dry_run, follow_up=config.telecmi.follow_up
        )
        self.directory = Directory(config.receivers, config.agents, config.ops.notify, config.timezone)
        self.tell = Tell(
            rules,
            self.directory,
            stale_after=config.telecmi.poll.stale_after,
            boot_at=self.boot_at,
            dry_run=config.dry_run,
            calendars=compile_calendars(config.calendars, config.timezone),
        )
        self.counts = Counts(compiled)
        self.book = Rulebook(compiled, self.counts, self.tell, self.accounts, config.telecmi.follow_up)
        clients = {name: self._client(name) for name in self.accounts}
        self.intakes = {
            name: self._intake(name, Endpoint.OUT_MISSED, client) for name, client in clients.items()
        }
        self.followers = [
            self._intake(name, endpoint, client)
            for name, client in clients.items()
            for endpoint in config.telecmi.endpoints[1:]
        ]
        self.intake = self.intakes[self.accounts[0]]
        answered = [one.name for one in self.followers]
        self.health.expect_sources(dict.fromkeys(config.telecmi.sources, config.telecmi.poll.every), answered)
        kinds = {name: receiver.channel for name, receiver in config.receivers.items()}
        self.counters.expect(config.telecmi.sources, kinds)
        for name, receiver in config.receivers.items():
            self.channels.setdefault(
                name,
                ScriptedChannel(
                    name,
                    self.clock,
                    self.sent,
                    can_edit=receiver.can_edit,
                    has_threads=receiver.can_edit and self.has_threads,
                    confirms=receiver.can_edit,
                ),
            )
        for name in set(self.channels) - set(config.receivers):
            del self.channels[name]
        self.deliver = Deliver(
            database=self.database,
            clock=self.clock,
            delivery=config.delivery,
            agents=config.agents,
            zone=config.timezone,
            country=config.country,
            tell=self.tell,
            metrics=self.health.metrics,
            jitter=lambda: 1.0,
            stop=self.stop,
            limit=5.0,
        )
        self.dispatch = Dispatch(
            database=self.database,
            clock=self.clock,
            channels=self.channels if self.real_channels is None else self.real_channels,
            directory=self.directory,
            deliver=self.deliver,
            health=self.health,
            wakes=self.wakes,
            boot=self.boot,
            stop=self.stop,
        )
        self.lifecycle = Lifecycle(
            self.database,
            self.clock,
            self.tell,
            config.store.keep,
            self.wakes,
            [account.name for account in config.telecmi.accounts],
            config.telecmi.poll.overlap + self.book.counts.reach,
            before,
        )

    def _client(self, name: str) -> Client:
        config = self.config
        account = next(one for one in config.telecmi.accounts if one.name == name)
        poll = config.telecmi.poll
        http = http_client(poll.timeout / 1000, transport=httpx.MockTransport(self.lists[name]))
        return Client(account, poll, http, self.clock, country=config.country, deadline_s=poll.every / 1000)

    def _intake(self, name: str, endpoint: Endpoint, client: Client) -> Intake:
        config = self.config
        return Intake(
            account=next(one for one in config.telecmi.accounts if one.name == name),
            endpoint=endpoint,
            poll=config.telecmi.poll,
            reconcile=config.telecmi.reconcile,
            client=client,
            database=self.database,
            clock=self.clock,
            book=self.book,
            health=self.health,
            wakes=self.wakes,
        )

    @property
    def exchange(self) -> Exchange:
        """The first account's TeleCMI."""
        return self.exchanges[self.accounts[0]]

    @property
    def room(self) -> ScriptedChannel:
        """The channel of the receiver that the usual rule tells."""
        return self.channels["room"]

    def call(self, name: str = "", *, ago: int = 0, **more: Any) -> Record:
        """Somebody missed a customer so many ms ago, now where none is given."""
        return self.exchange.call(self.clock.now() - ago, name=name, **more)

    @property
    def answered(self) -> Exchange:
        """The first account's list of outgoing calls that were answered."""
        return self.lists[self.accounts[0]].lists["/outanswered"]

    @property
    def incoming(self) -> Exchange:
        """The first account's list of incoming calls that were answered."""
        return self.lists[self.accounts[0]].lists["/answered"]

    def answer(self, *, ago: int = 0, **more: Any) -> Record:
        """Somebody reached the customer so many ms ago, in a call that is over now."""
        return self.answered.call(self.clock.now() - ago, **more)

    async def poll(self) -> float:
        """One poll of every account's missed calls; the seconds that the last one asks to wait."""
        seconds = 0.0
        for intake in self.intakes.values():
            seconds = await intake.step()
        return seconds

    async def follow(self) -> None:
        """One poll of every list of answered calls."""
        for intake in self.followers:
            await intake.step()

    async def watch(self) -> None:
        """The first poll, which has nothing new; from now on calls are no baseline. A minute passes."""
        await self.poll()
        await self.follow()
        self.clock.advance(MINUTE)

    async def tick(self) -> int | None:
        """What time makes due; when something is due next, UTC ms."""
        while True:
            due = await self.lifecycle.step()
            if due is None or due > self.clock.now():
                return due

    async def send(self) -> int | None:
        """Whatever is due now is sent; when something is due next, UTC ms."""
        while True:
            due = await self.dispatch.step()
            if not self.dispatch._workers:
                return due
            await self.dispatch.drain()

    async def round(self) -> None:
        """All three loops, once."""
        await self.poll()
        await self.follow()
        await self.tick()
        await self.send()

    async def send_until(self, instant: int) -> None:
        """Let time pass, and send what falls due until then, UTC ms."""
        while True:
            due = await self.send()
            if due is None or due > instant:
                self.clock.ms = max(self.clock.ms, instant)
                return
            self.clock.ms = max(self.clock.ms, due)

    async def restart(self, **sections: Any) -> None:
        """As after a crash: only the store is left, and a section may have changed."""
        self.boot_at = self.clock.now()
        await self._begin(None, sections)

    async def reload(self, **sections: Any) -> None:
        """Another configuration takes over in the same process."""
        await self._begin(self.tell, sections)

    async def _begin(self, before: Tell | None, sections: Mapping[str, Any]) -> None:
        self.sections.update(sections)
        self._build(before)
        await self.lifecycle.adopt()
        await self.dispatch.adopt()

    async def put_back(self, copy: Path) -> None:
        """A copy takes the place of the store, and everything starts again."""
        self.database.close()
        for suffix in ("-wal", "-shm"):
            self.path.with_name(self.path.name + suffix).unlink(missing_ok=True)
        shutil.copy(copy, self.path)
        self.database = Database.open(self.path)
        await self.restart()

    async def killed_while_sending(self) -> None:
        """Send until the process is killed on the way, and start again."""
        try:
            await self.send()
        except Killed:
            await self.restart()
        else:
            msg = "nothing killed it"
            raise AssertionError(msg)

    def break_store(self) -> None:
        """From now on nothing can be written, as with a file system that became read-only."""
        pragma(self.database, "query_only=ON")

    def mend_store(self) -> None:
        """It can be written again, and the disk has room."""
        pragma(self.database, "query_only=OFF")
        pragma(self.database, "max_page_count=1000000")

    def fill_disk(self) -> None:
        """From now on the store can't grow: a transaction fails in its midst."""
        pragma(self.database, "max_page_count=1")

    async def close(self) -> None:
        """Let go of everything."""
        await self.dispatch.aclose(0)
        for intake in self.intakes.values():
            await intake.client._http.aclose()
        self.database.close()
