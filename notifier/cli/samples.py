"""Sends test messages."""

import asyncio
import uuid
from collections.abc import AsyncIterator
from dataclasses import dataclass

from notifier.channels.base import Channel
from notifier.channels.registry import channels
from notifier.channels.render.sample import sample_notification
from notifier.cli.show import complain, whom
from notifier.clock import Clock
from notifier.config import Config, agent_at
from notifier.errors import DeliveryError, NotifierError
from notifier.model import Message, Notification, Target
from notifier.rules import Directory

LIMIT = 30.0
"""Seconds for one message."""


@dataclass(frozen=True, slots=True)
class Sent:
    """What became of one message."""

    to: str
    trouble: str  # why it was not sent; "" where it was
    away: str = ""  # that it is an agent who is away, and whom alerts go to meanwhile; "" where it is not so

    def say(self) -> None:
        """Tell people."""
        if self.trouble:
            complain(f"{self.to}: not sent: {self.trouble}")
        else:
            print(f"{self.to}: sent")
        if self.away:
            complain(f"{self.to}: {self.away}")

    def as_json(self) -> dict[str, object]:
        """Tell programs."""
        return {"to": self.to, "sent": not self.trouble, "reason": self.trouble, "away": self.away}


async def send_samples(
    config: Config, name: str, agent: str, clock: Clock, limit: float = LIMIT
) -> AsyncIterator[Sent]:
    """Send to everybody that a receiver comes to, one after another.

    Args:
        config: with its secrets.
        name: of the receiver, which is in the configuration.
        agent: whose call to invent: "main/209".
        clock: what the message calls now.
        limit: seconds for one message.

    Raises:
        NotifierError: the receiver comes to nobody for this agent.
    """
    receiver = config.receivers[name]
    recipients = receiver.recipients(agent, config.agents)
    if not recipients:
        hint = "give that agent an address, or name another --extension"
        raise NotifierError(f"{name} comes to nobody for {agent}; {hint}")
    built = channels(config, clock)
    try:
        for recipient in recipients:
            address = receiver.address(recipient, config.agents)
            assert address is not None, "recipients are those that have an address"
            trouble = await send_one(built[name], address, _sample(config, agent, clock), limit)
            target = Target(name, recipient)
            yield Sent(whom(config, target), trouble, _away(config, target, clock.now()))
    finally:
        await built.aclose()


def _away(config: Config, target: Target, now: int) -> str:
    directory = Directory(config.receivers, config.agents, config.ops.notify, config.timezone)
    away = directory.absence(target, now)
    if not away:
        return ""
    stand_ins = directory.deputies(target, now)
    if stand_ins.there:
        return f"{away}; alerts go to {whom(config, stand_ins.there[0][0])} meanwhile"
    passed = f", {stand_ins.passed}" if stand_ins.passed else ""
    return f"{away}{passed}; alerts go to a rule's fallback meanwhile"


def _sample(config: Config, agent: str, clock: Clock) -> Notification:
    return sample_notification(
        config.timezone,
        clock.now(),
        uuid.uuid4().hex,
        agent=agent,
        agent_names={agent: person.name} if (person := agent_at(agent, config.agents)) else {},
        country=config.country or None,
    )


async def send_one(channel: Channel, address: str, message: Message, limit: float = LIMIT) -> str:
    """Send a message within so many seconds; returns why it could not be sent, "" where it was."""
    try:
        async with asyncio.timeout(limit):
            await channel.send(address, message)
    except TimeoutError:
        return f"no answer within {limit:.0f} s"
    except DeliveryError as error:
        return str(error)
    except Exception as error:  # noqa: BLE001 - its text may hold anything
        return f"unknown error: {type(error).__name__}"
    return ""
