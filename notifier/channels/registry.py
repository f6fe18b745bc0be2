"""Which channel serves which receiver. A new channel is one folder and one line in the table here.

Each is loaded where a receiver needs it, and nowhere else: Slack's libraries alone are 15 MB of a daemon.
"""

from collections.abc import Callable, Iterator, Mapping
from contextlib import AsyncExitStack
from typing import TYPE_CHECKING, TypeAlias

from notifier.channels.base import Buttons, Channel
from notifier.clock import Clock
from notifier.config.schema import Config

if TYPE_CHECKING:
    from notifier.channels.slack import SlackApi

Maker: TypeAlias = "Callable[[Config, Clock, SlackApi | None, Buttons], Mapping[str, Channel]]"


def _slack(config: Config, clock: Clock, api: "SlackApi | None", buttons: Buttons) -> Mapping[str, Channel]:
    receivers = {name: kind for name, each in config.receivers.items() if (kind := each.slack) is not None}
    if not receivers:
        return {}
    from notifier.channels.slack import slack_channels  # noqa: PLC0415 - only where it is needed

    return slack_channels(receivers, config.slack, clock, api, buttons, config.agents)


def _email(config: Config, clock: Clock, _api: "SlackApi | None", _buttons: Buttons) -> Mapping[str, Channel]:
    receivers = {name: kind for name, each in config.receivers.items() if (kind := each.email) is not None}
    if not receivers:
        return {}
    from notifier.channels.mail import mail_channels  # noqa: PLC0415 - likewise

    return mail_channels(receivers, config.email, clock)


def _webhook(
    config: Config, clock: Clock, _api: "SlackApi | None", _buttons: Buttons
) -> Mapping[str, Channel]:
    receivers = {name: kind for name, each in config.receivers.items() if (kind := each.webhook) is not None}
    if not receivers:
        return {}
    from notifier.channels.webhook import webhook_channels  # noqa: PLC0415 - likewise

    return webhook_channels(receivers, clock)


_MAKERS: tuple[Maker, ...] = (
    _slack,
    _email,
    _webhook,
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


def channels(
    config: Config, clock: Clock, slack_api: "SlackApi | None" = None, buttons: Buttons | None = None
) -> Channels:
    """Build the channels of a configuration. Nothing is connected before something is sent.

    Args:
        config: whose receivers are to be served.
        clock: for what channels remember a while.
        slack_api: takes the place of Slack's real Web API.
        buttons: whether messages have any; none have where nobody says so.

    Raises:
        ConfigError: a receiver needs settings that are missing.
        NotifierError: what the environment says of proxies or certificates can't be used.
    """
    made: dict[str, Channel] = {}
    for make in _MAKERS:
        made.update(make(config, clock, slack_api, buttons or Buttons()))
    return Channels(made)
