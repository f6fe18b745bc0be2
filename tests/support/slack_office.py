"""Rooms and agents in Slack, a fallback and ops by e-mail, and the loop that tells ops: stepped by hand."""

import asyncio
from collections.abc import Mapping
from typing import Any
from zoneinfo import ZoneInfo

from notifier.channels.base import Channel
from notifier.channels.render.notices import in_mail
from notifier.channels.slack.api import SdkApi
from notifier.channels.slack.build import slack_channels
from notifier.config.values import Secret
from notifier.host.disk import StoreFile
from notifier.model import Notice
from notifier.notices import Lookout, Notices, Teller
from notifier.rules import ALWAYS
from tests.support.ops import Heard, OpsChannel
from tests.support.slack import TOKEN, FakeSlack
from tests.support.world import MINUTE, World
from tests.support.worlds import MakeWorld

ZONE = ZoneInfo("Asia/Kolkata")
SECTIONS: Mapping[str, Any] = {
    "receivers": {
        "sales": {"slack": {"to": "#sales"}},
        "agent": {"slack": {"to": "agent"}},
        "backup": {"email": {"to": "backup@example.com"}},
        "ops": {"email": {"to": "ops@example.com"}},
    },
    "ops": {"notify": "ops"},
    "agents": {
        "209": {"name": "Asha", "slack": "asha@example.com"},
        "210": {"name": "Ravi", "slack": "ravi@example.com"},
    },
}


class SlackOffice:
    """Everything of one configuration.

    Args:
        slack: running; knows #sales (C1) and the two agents.
        make: makes the world.
        notify: whom every missed call is told.
    """

    def __init__(self, slack: FakeSlack, make: MakeWorld, notify: str) -> None:
        self.slack = slack
        rule = {"name": "every", "per": "customer", "notify": notify, "fallback": "backup"}
        self.world: World = make(rule, **SECTIONS)
        self.heard: list[Heard] = []

    async def open(self) -> None:
        """Begin, with nothing missed yet."""
        world = self.world
        self.slack.workspace.now = world.clock.now
        api = SdkApi(Secret(TOKEN), self.slack.api_url)
        receivers = {name: one.slack for name, one in world.config.receivers.items() if one.slack}
        ops = OpsChannel(world.clock, self.heard, service="email")
        through_slack = slack_channels(receivers, None, world.clock, api, agents=world.config.agents)
        self.channels: Mapping[str, Channel] = {**world.channels, **through_slack, "ops": ops}
        world.real_channels = self.channels
        await world.restart()
        self.notices = self._notices()
        await world.watch()

    async def close(self) -> None:
        """Let go of everything."""
        await self.notices.aclose(0)
        await self.channels["sales"].aclose()

    async def miss(self, number: int, extension: str = "209") -> None:
        """A customer is missed, and all that follows at once."""
        self.world.call(f"Customer {number}", to=f"9198123456{number:02d}", extension=extension)
        await self.world.poll()
        await self.go()

    async def go(self) -> None:
        """Send what is due, and tell ops."""
        await self.world.send()
        for _ in range(9):
            await self.notices.step()
            await self.notices.drain()
            self.world.clock.advance(1_000)

    async def pass_time(self, minutes: int) -> None:
        """Minute by minute."""
        for _ in range(minutes):
            self.world.clock.advance(MINUTE)
            await self.go()

    @property
    def backup(self) -> list[str]:
        """Whom the fallback was told of."""
        return self.world.told("backup")

    @property
    def posted(self) -> list[str]:
        """The texts that stand in Slack."""
        return [one.text for one in self.slack.posted]

    def told_ops(self) -> list[str]:
        """What ops heard: the title, and why."""
        return [_said(one) for one in self.heard]

    def _notices(self) -> Notices:
        world, stop = self.world, asyncio.Event()
        lookout = Lookout(
            database=world.database,
            file=StoreFile(world.path),
            clock=world.clock,
            troubles=world.health.troubles,
            sources=[],
            quiet_after=None,
            hours=ALWAYS,
        )
        teller = Teller(
            database=world.database,
            clock=world.clock,
            delivery=world.config.delivery,
            zone=world.config.timezone,
            metrics=world.health.metrics,
            jitter=lambda: 1.0,
            stop=stop,
        )
        return Notices(
            database=world.database,
            clock=world.clock,
            health=world.health,
            wakes=world.wakes,
            channels=self.channels,
            directory=world.directory,
            audience=world.directory.targets(["ops"], "", world.clock.now()),
            lookout=lookout,
            teller=teller,
            stop=stop,
        )


def _said(one: Heard) -> str:
    notice = Notice(
        delivery_id=one.delivery_id,
        uid=one.uid,
        kind=one.kind,
        subject=one.subject,
        reason=one.reason,
        raised_at=one.raised_at,
        cleared_at=one.cleared_at,
        zone=ZONE,
        now=one.at,
    )
    words = in_mail(notice)
    return f"{words.title}: {' '.join(words.reason)}" if one.cleared_at is None else words.title
