"""Builds the buttons of a configuration."""

from collections.abc import Mapping

from notifier.actions import Actions
from notifier.buttons.answer import Answers
from notifier.buttons.buttons import NAME, Buttons
from notifier.buttons.connection import Received
from notifier.buttons.handle import Handle
from notifier.buttons.listener import Listener
from notifier.buttons.visitors import Visitors
from notifier.buttons.who import Who
from notifier.buttons.words import Words
from notifier.channels.base import Buttons as Shown
from notifier.channels.slack import SdkApi, SlackApi
from notifier.channels.slack.connection import Connection
from notifier.clock import Clock
from notifier.config.schema import Config, SlackSettings
from notifier.config.values import Secret
from notifier.host.health import Health
from notifier.loop import Wakes
from notifier.rules.calendar import Hours
from notifier.store.database import Database


def buttons_of(
    config: Config,
    settings: SlackSettings,
    app_token: Secret,
    database: Database,
    clock: Clock,
    health: Health,
    wakes: Wakes,
    hours: Mapping[str, Hours],
    shown: Shown,
    api: SlackApi | None = None,
) -> Buttons:
    """Build them; nothing is connected yet.

    Args:
        config: that was checked.
        settings: of Slack.
        app_token: of the app.
        database: open.
        clock: of the process.
        health: told of troubles and presses.
        wakes: wakes the loops.
        hours: of calendars, by name.
        shown: whether messages have buttons.
        api: takes the place of Slack's real Web API for what the bot does.
    """
    bot = api or SdkApi(settings.bot_token, settings.base_url)
    app = SdkApi(app_token, settings.base_url)
    answering = Connection()

    def listener(received: Received) -> Listener:
        return Listener(
            api=app,
            base_url=settings.base_url,
            clock=clock,
            troubles=health.troubles,
            received=received,
            over=lambda: wakes.wake(NAME),
            shown=shown,
        )

    async def close() -> None:
        await app.aclose()
        await answering.aclose()
        await bot.aclose()

    accounts = [account.name for account in config.telecmi.accounts]
    rules = {rule.name: rule for rule in config.rules}
    handle = Handle(
        actions=Actions(database, rules, config.receivers),
        who=Who(Visitors(bot, clock, health.troubles), config.actions.allowed, config.agents, accounts),
        words=Words(config.agents, config.timezone),
        api=bot,
        clock=clock,
        zone=config.timezone,
        rules=rules,
        hours=hours,
        zones={name: each.timezone for name, each in config.calendars.items() if each.timezone},
    )
    return Buttons(
        make_listener=listener,
        handle=handle,
        answers=Answers(bot, answering, settings.base_url),
        clock=clock,
        metrics=health.metrics,
        wakes=wakes,
        close=close,
    )
