"""Sends test messages."""

import asyncio
import uuid
from collections.abc import AsyncIterator
from dataclasses import dataclass, replace

from notifier.channels.base import Channel
from notifier.channels.registry import channels
from notifier.channels.render.sample import Look, sample_notification
from notifier.cli.show import complain, whom
from notifier.clock import Clock
from notifier.config import Config, agent_at
from notifier.errors import DeliveryError, NotifierError
from notifier.model import Message, Notification, Target
from notifier.rules import Directory
from notifier.sending.verdict import for_ops
from notifier.sending.words import in_words

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
    config: Config,
    name: str,
    agent: str,
    clock: Clock,
    look: Look = Look.CUSTOMER,
    limit: float = LIMIT,
) -> AsyncIterator[Sent]:
    """Send to everybody that a receiver comes to, one after another.

    Args:
        config: with its secrets.
        name: of the receiver, which is in the configuration.
        agent: whose call to invent: "main/209".
        clock: what the message calls now.
        look: what the message shows.
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
            sample = replace(_sample(config, agent, clock, look), mask_numbers=receiver.mask_numbers)
            target = Target(name, recipient)
            trouble = in_words(
                await send_one(built[name], address, sample, limit), target, directory_of(config)
            )
            yield Sent(whom(config, target), trouble, _away(config, target, clock.now()))
    finally:
        await built.aclose()


def _away(config: Config, target: Target, now: int) -> str:
    directory = directory_of(config)
    away = directory.absence(target, now)
    if not away:
        return ""
    stand_ins = directory.deputies(target, now)
    if stand_ins.there:
        return f"{away}; alerts go to {whom(config, stand_ins.there[0][0])} meanwhile"
    passed = f", {stand_ins.passed}" if stand_ins.passed else ""
    return f"{away}{passed}; alerts go to a rule's fallback meanwhile"


def directory_of(config: Config) -> Directory:
    """Whom its receivers come to."""
    return Directory(config.receivers, config.agents, config.ops.notify, config.timezone)


def _sample(config: Config, agent: str, clock: Clock, look: Look) -> Notification:
    return sample_notification(
        config.timezone,
        clock.now(),
        uuid.uuid4().hex,
        look,
        agent=agent,
        agent_names={agent: person.name} if (person := agent_at(agent, config.agents)) else {},
        country=config.country or None,
    )


async def send_one(channel: Channel, address: str, message: Message, limit: float = LIMIT) -> str:
    """Send a message within so many seconds.

    Returns:
        Why it could not be sent, as ``DeliveryError.for_ops``; "" where it was.
    """
    try:
        async with asyncio.timeout(limit):
            await channel.send(address, message)
    except TimeoutError:
        return f"no answer within {limit:.0f} s"
    except DeliveryError as error:
        return for_ops(error)
    except Exception as error:  # noqa: BLE001 - its text may hold anything
        return f"unknown error: {type(error).__name__}"
    return ""
