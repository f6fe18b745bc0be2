"""Everything that belongs to one configuration is built here."""

import asyncio
import random
import uuid
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

from notifier.app.loops import Crew, Process
from notifier.app.secrets import guard
from notifier.channels.base import Buttons as ButtonsShown
from notifier.channels.registry import Channels, channels
from notifier.clock import Clock
from notifier.config import Account, Config
from notifier.digests import digests_of
from notifier.dispatch import Dispatch
from notifier.dispatch.deliver import Deliver
from notifier.host.disk import StoreFile
from notifier.host.health import Health
from notifier.host.heartbeat import Heartbeat
from notifier.intake import Intake, Rulebook
from notifier.lifecycle import Lifecycle
from notifier.loop import Wakes
from notifier.model import Endpoint
from notifier.notices import NAME as NOTICES
from notifier.notices import Lookout, Notices, Teller
from notifier.recount import Counts, reach
from notifier.rules import ALWAYS, Directory, Hours, compile_calendars, compile_rules
from notifier.store.database import Database
from notifier.telecmi import Client, Http, http_client
from notifier.tell import Tell

if TYPE_CHECKING:
    # Megabytes of libraries, and not always needed.
    from notifier.buttons import Buttons
    from notifier.channels.slack import SlackApi

LONGEST_PAGE = 60.0
"""Seconds after which a page of TeleCMI is left for the next poll, however far away that is."""


def build(
    config: Config,
    database: Database,
    clock: Clock,
    health: Health,
    slack_api: "SlackApi | None" = None,
    process: Process | None = None,
    before: Tell | None = None,
) -> Crew:
    """Build everything for a configuration; nothing runs and nothing is connected yet.

    Args:
        config: that was checked.
        database: open.
        clock: of the process.
        health: what the loops report to.
        slack_api: takes the place of Slack's real Web API.
        process: that runs it; one that begins now, and has opened the store, where none is given.
        before: of the crew that this one takes over from, where there is one.

    Raises:
        ConfigError: a receiver can't be built.
    """
    guard(config)
    process = process or Process(clock.now(), StoreFile(database.path))
    # Whatever is in trouble wakes the loop that tells of it.
    wakes = Wakes(events={NOTICES: health.troubles.changed})
    rules = {rule.name: rule for rule in config.rules}
    compiled = compile_rules(
        config.rules, config.agents, dry_run=config.dry_run, follow_up=config.telecmi.follow_up
    )
    directory = Directory(config.receivers, config.agents, config.ops.notify, config.timezone)
    calendars = compile_calendars(config.calendars, config.timezone)
    poll = config.telecmi.poll
    tell = Tell(
        rules,
        directory,
        stale_after=poll.stale_after,
        boot_at=process.boot_at,
        dry_run=config.dry_run,
        calendars=calendars,
    )
    http = http_client(poll.timeout / 1000)
    names = [account.name for account in config.telecmi.accounts]
    counts = Counts(compiled)
    book = Rulebook(compiled, counts, tell, names, config.telecmi.follow_up)
    intakes = [
        Intake(
            account=account,
            endpoint=endpoint,
            poll=poll,
            reconcile=config.telecmi.reconcile,
            client=client,
            database=database,
            clock=clock,
            book=book,
            health=health,
            wakes=wakes,
        )
        for account, client in _clients(config, http, clock)
        for endpoint in config.telecmi.endpoints
    ]
    deliver = Deliver(
        database=database,
        clock=clock,
        delivery=config.delivery,
        agents=config.agents,
        zone=config.timezone,
        country=config.country,
        tell=tell,
        metrics=health.metrics,
        jitter=random.random,
        stop=asyncio.Event(),
    )
    shown = ButtonsShown()
    connected = channels(config, clock, slack_api, shown)
    dispatch = Dispatch(
        database=database,
        clock=clock,
        channels=connected,
        directory=directory,
        deliver=deliver,
        health=health,
        wakes=wakes,
        boot=uuid.uuid4().hex,
        stop=asyncio.Event(),
    )
    lifecycle = Lifecycle(
        database, clock, tell, config.store.keep, wakes, names, reach(config, counts), before
    )
    beat = config.ops.heartbeat_url
    return Crew(
        config=config,
        clock=clock,
        health=health,
        wakes=wakes,
        http=http,
        channels=connected,
        intakes=intakes,
        lifecycle=lifecycle,
        dispatch=dispatch,
        notices=_notices(
            config,
            database,
            clock,
            health,
            wakes,
            connected,
            directory,
            process,
            calendars.get(config.ops.calendar, ALWAYS),
        ),
        digests=digests_of(
            config,
            database,
            clock,
            health,
            wakes,
            connected,
            directory,
            boot_at=process.boot_at,
            jitter=random.random,
        ),
        buttons=_buttons(config, database, clock, health, wakes, calendars, shown, slack_api),
        heartbeat=None if beat is None else Heartbeat(beat, clock, health),
        process=process,
    )


def _clients(config: Config, http: Http, clock: Clock) -> Iterator[tuple[Account, Client]]:
    """One for each account: its lists are asked for at one pace."""
    poll = config.telecmi.poll
    deadline = min(poll.every / 1000, LONGEST_PAGE)
    for account in config.telecmi.accounts:
        yield account, Client(account, poll, http, clock, country=config.country, deadline_s=deadline)


def _buttons(
    config: Config,
    database: Database,
    clock: Clock,
    health: Health,
    wakes: Wakes,
    calendars: Mapping[str, Hours],
    shown: ButtonsShown,
    slack_api: "SlackApi | None",
) -> "Buttons | None":
    """What hears of presses, where there is a token for it."""
    if config.slack is None or config.slack.app_token is None:
        return None
    from notifier.buttons import buttons_of  # noqa: PLC0415 - only where there are any

    return buttons_of(
        config,
        config.slack,
        config.slack.app_token,
        database,
        clock,
        health,
        wakes,
        calendars,
        shown,
        slack_api,
    )


def _notices(
    config: Config,
    database: Database,
    clock: Clock,
    health: Health,
    wakes: Wakes,
    connected: Channels,
    directory: Directory,
    process: Process,
    hours: Hours,
) -> Notices:
    stop = asyncio.Event()
    lookout = Lookout(
        database=database,
        file=process.file,
        clock=clock,
        troubles=health.troubles,
        sources=[f"{account.name}/{Endpoint.OUT_MISSED}" for account in config.telecmi.accounts],
        quiet_after=config.ops.quiet_after,
        hours=hours,
    )
    teller = Teller(
        database=database,
        clock=clock,
        delivery=config.delivery,
        zone=config.timezone,
        metrics=health.metrics,
        jitter=random.random,
        stop=stop,
    )
    return Notices(
        database=database,
        clock=clock,
        health=health,
        wakes=wakes,
        channels=connected,
        directory=directory,
        audience=() if config.dry_run else directory.targets(config.ops.notify, "", process.boot_at),
        lookout=lookout,
        teller=teller,
        stop=stop,
    )
