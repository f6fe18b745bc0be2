"""All that sends the digests of one configuration."""

import asyncio
from collections.abc import Callable, Mapping

from notifier.channels.base import Channel
from notifier.clock import Clock
from notifier.config import Config
from notifier.digests.digests import Digests
from notifier.digests.record import Record
from notifier.digests.reports import Reports
from notifier.digests.sender import Sender
from notifier.host.health import Health
from notifier.loop import Wakes
from notifier.rules import Directory
from notifier.store.database import Database


def digests_of(
    config: Config,
    database: Database,
    clock: Clock,
    health: Health,
    wakes: Wakes,
    channels: Mapping[str, Channel],
    directory: Directory,
    *,
    boot_at: int,
    jitter: Callable[[], float],
) -> Digests:
    """Build the loop; nothing runs yet.

    Args:
        config: that was checked.
        database: open.
        clock: of the process.
        health: what the loops report to.
        wakes: of the loops.
        channels: by receiver.
        directory: of the configuration.
        boot_at: UTC ms, when the process began.
        jitter: from 0 to 1; spreads out tries.
    """
    reports = Reports(config, database)
    sender = Sender(
        database=database,
        clock=clock,
        delivery=config.delivery,
        directory=directory,
        metrics=health.metrics,
        troubles=health.troubles,
        jitter=jitter,
        stop=asyncio.Event(),
    )
    schedules = {name: reports.schedule(name) for name in reports.digests}
    return Digests(
        database=database,
        clock=clock,
        metrics=health.metrics,
        wakes=wakes,
        channels=channels,
        reports=reports,
        record=Record(reports.digests, schedules, directory, boot_at, config.dry_run),
        sender=sender,
        sources=config.telecmi.sources,
    )
