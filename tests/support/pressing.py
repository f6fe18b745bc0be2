"""A world whose messages are in Slack, with buttons that somebody presses."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from notifier.buttons import Buttons, buttons_of
from notifier.channels.base import Buttons as Shown
from notifier.channels.registry import channels
from notifier.config import Config
from notifier.config.values import Secret
from notifier.model import Alert, Button
from notifier.rules.calendar import compile_calendars
from notifier.store.database import Database
from tests.support.daemon import until
from tests.support.slack_state import Posted
from tests.support.socket_mode import APP_TOKEN, Json, SocketSlack
from tests.support.world import MINUTE, World

RULE: dict[str, Any] = {"name": "customers", "per": "customer", "notify": "room"}
ASHA = "U209"
RAVI = "U300"
BUSY = 30  # ms that a transaction waits for another


class Town:
    """The world, its Slack, and what hears of presses there."""

    def __init__(self, world: World, slack: SocketSlack) -> None:
        self.world = world
        self.slack = slack
        self.shown = Shown(are_heard=True)
        self.listening: asyncio.Task[None] | None = None
        self.buttons = self.make(world.config)

    def make(self, config: Config, app_token: Secret | None = None) -> Buttons:
        """What hears of presses, for a configuration; with another token where one is given."""
        assert config.slack is not None
        token = app_token or config.slack.app_token
        assert token is not None
        hours = compile_calendars(config.calendars, config.timezone)
        world = self.world
        return buttons_of(
            config,
            config.slack,
            token,
            world.database,
            world.clock,
            world.health,
            world.wakes,
            hours,
            self.shown,
        )

    @property
    def alert(self) -> Alert:
        """The first one."""
        return self.world.alerts()[0]

    @property
    def message(self) -> Posted:
        """The first one, as it stands."""
        return self.slack.posted[0]

    async def listen(self) -> None:
        """Connect, once."""
        await self.buttons.step()

    async def miss(self) -> None:
        """A customer is missed, and the room is told."""
        self.world.call("Suresh", to="919812345678")
        await self.world.poll()
        await self.world.send()

    async def press(self, button: Button, by: str = ASHA, choice: int = 0, **over: Any) -> Json:
        """Somebody presses a button of the message, and it is seen to; returns the payload."""
        payload = {**self.slack.pressed(by, self.message, button, choice), **over}
        await self.slack.press(payload)
        await self.done()
        return payload

    async def done(self) -> None:
        """Wait until what is pressed was seen to, and answered."""
        await self.buttons.drain()

    async def until_said(self, text: str) -> str:
        """Wait until somebody was told this, alone."""
        found = await until(lambda: [said for said in self.slack.said if text in said], text, 5.0)
        return found[-1]

    def counted(self, button: str, outcome: str) -> float:
        """How often that was the outcome."""
        labels = {"button": button.rpartition(".")[2], "outcome": outcome}
        return self.world.counters.registry.get_sample_value("notifier_presses_total", labels) or 0.0


@asynccontextmanager
async def a_town(folder: Path, rule: dict[str, Any] | None = None, **sections: Any) -> AsyncIterator[Town]:
    """Watching, connected, and told of one missed customer."""
    slack = SocketSlack()
    slack.add_channel("room", "C1")
    slack.add_person(ASHA, "Asha in Slack", "asha@example.com")
    slack.add_person(RAVI, "Ravi", "ravi@example.com")
    await slack.start()
    own = {"bot_token": slack.token, "app_token": APP_TOKEN, "base_url": slack.api_url}
    agents = {"209": {"name": "Asha", "slack": ASHA}}
    world = World(folder, [{**RULE, **(rule or {})}], **{"agents": agents, "slack": own, **sections})
    world.database.close()
    world.database = Database.open(world.path, BUSY)
    slack.workspace.now = world.clock.now
    town = Town(world, slack)
    connected = channels(world.config, world.clock, None, town.shown)
    world.real_channels = connected
    await world.restart()
    town.buttons = town.make(world.config)
    try:
        await world.watch()
        await town.miss()
        world.clock.advance(MINUTE)
        await town.listen()
        yield town
    finally:
        await town.buttons.aclose(1.0)
        await connected.aclose()
        await world.close()
        await slack.stop()
