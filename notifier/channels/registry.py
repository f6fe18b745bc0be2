"""Which channel serves which receiver. A new channel is one folder and one line in the table here."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import AsyncExitStack

from notifier.channels.base import Channel
from notifier.channels.mail import mail_channels
from notifier.channels.slack import SlackApi, slack_channels
from notifier.clock import Clock
from notifier.config.schema import Config

Maker = Callable[[Config, Clock, SlackApi | None], Mapping[str, Channel]]


def _slack(config: Config, clock: Clock, api: SlackApi | None) -> Mapping[str, Channel]:
    receivers = {name: kind for name, each in config.receivers.items() if (kind := each.slack) is not None}
    return slack_channels(receivers, config.slack, clock, api)


def _email(config: Config, clock: Clock, _api: SlackApi | None) -> Mapping[str, Channel]:
    receivers = {name: kind for name, each in config.receivers.items() if (kind := each.email) is not None}
    return mail_channels(receivers, config.email, clock)


_MAKERS: tuple[Maker, ...] = (
    _slack,
    _email,
)


class Channels(Mapping[str, Channel]):
    """The channel of each receiver, by the receiver's name, and their connections."""

    def __init__(self, by_receiver: Mapping[str, Channel]) -> None:
        self._by_receiver = dict(by_receiver)

    def __getitem__(self, receiver: str) -> Channel:
        return self._by_receiver[receiver]

    def __iter__(self) -> Iterator[str]:
        return iter(self._by_receiver)

    def __len__(self) -> int:
        return len(self._by_receiver)

    async def aclose(self) -> None:
        """Let go of every connection; channels that share one close it together."""
        async with AsyncExitStack() as stack:
            for channel in self._by_receiver.values():
                stack.push_async_callback(channel.aclose)


def channels(config: Config, clock: Clock, slack_api: SlackApi | None = None) -> Channels:
    """Build the channels of a configuration. Nothing is connected before something is sent.

    Args:
        config: whose receivers are to be served.
        clock: for what channels remember a while.
        slack_api: takes the place of Slack's real Web API.

    Raises:
        ConfigError: a receiver needs settings that are missing.
    """
    made: dict[str, Channel] = {}
    for make in _MAKERS:
        made.update(make(config, clock, slack_api))
    return Channels(made)
