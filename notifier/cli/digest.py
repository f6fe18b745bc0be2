"""`digest`: a scheduled report, now."""

import asyncio
import os
import sys
import uuid
from typing import TYPE_CHECKING, Annotated

import typer

from notifier.cli.common import ConfigOption, JsonOption, config_file, read_config
from notifier.cli.daemon import guarded
from notifier.cli.parse import span_around
from notifier.cli.show import complain, print_json, whom
from notifier.clock import Clock, SystemClock
from notifier.config import Config, load, store_path
from notifier.config.meant import meant_or_listed
from notifier.errors import NotifierError
from notifier.host import logs
from notifier.model import DigestReport
from notifier.store.database import Database

if TYPE_CHECKING:
    from notifier.cli.samples import Sent


def names(context: typer.Context, incomplete: str) -> list[str]:
    """For the shell: names that may be meant, from the configuration that the command line names so far."""
    try:
        known = read_config(context.params.get("config")).digests
    except NotifierError:
        return []
    return [digest.name for digest in known if digest.name.startswith(incomplete)]


def digest(
    name: Annotated[
        str, typer.Argument(metavar="NAME", help="Its name in the configuration.", autocompletion=names)
    ],
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Show it, and send nothing.")] = False,
    at: Annotated[
        str,
        typer.Option(
            metavar="TIME",
            help='As it was due then: 18:30, "2026-01-31 18:30", or with an offset. Without it, now.',
        ),
    ] = "",
    config: ConfigOption = None,
    json: JsonOption = False,
) -> None:
    """Send a digest to its receivers now, or show it.

    It covers the time since it was due last before. Who was reached until now counts as reached.
    """
    loaded = read_config(config) if dry_run else load(config_file(config), os.environ)
    known = {each.name: each for each in loaded.digests}
    if name not in known:
        hint = meant_or_listed(name, known) or "add it under `digests:`"
        raise typer.BadParameter(f"the configuration has no such digest; {hint}", param_hint="NAME")
    clock = SystemClock()
    now = clock.now()
    until = span_around(at, known[name].timezone or loaded.timezone, now, 0)[0] if at else now
    if not 0 <= until <= now:
        what = "nothing is known of that time; write one of late" if until < 0 else "it lies ahead"
        raise typer.BadParameter(what, param_hint="--at")
    report = asyncio.run(_report(loaded, name, until, now))
    is_sent = not (dry_run or loaded.dry_run)
    if not json and not is_sent:
        _show(report, loaded, asked=dry_run)
    sent = _sent(loaded, report, clock, json=json) if is_sent else []
    if json:
        from notifier.channels.webhook.document import document

        print_json({"digest": document(report)["digest"], "messages": [one.as_json() for one in sent]})
    if any(one.trouble for one in sent):
        raise typer.Exit(1)


async def _report(config: Config, name: str, until: int, now: int) -> DigestReport:
    from notifier.digests import Reports

    database = Database.open_existing(store_path(config))
    try:
        return await Reports(config, database).make(name, until, now)
    finally:
        database.close()


def _show(report: DigestReport, config: Config, *, asked: bool) -> None:
    from notifier.channels.render.plain import plain

    print(plain(report).rstrip())
    if not asked and config.dry_run:
        complain("notifier: nothing was sent: the configuration says dry_run: true")


def _sent(config: Config, report: DigestReport, clock: Clock, *, json: bool) -> "list[Sent]":
    from notifier.app import secrets_of

    logs.protect(secrets_of(config))
    logs.configure("warning", "console", sys.stderr, is_terminal=sys.stderr.isatty(), clock=clock)
    return guarded(_send(config, report, json=json, clock=clock))


async def _send(config: Config, report: DigestReport, clock: Clock, *, json: bool) -> "list[Sent]":
    """Send it to everybody, one after another."""
    from notifier.channels.registry import channels
    from notifier.cli.samples import Sent, send_one
    from notifier.digests import for_delivery
    from notifier.rules import Directory
    from notifier.sending.words import in_words

    directory = Directory(config.receivers, config.agents, config.ops.notify, config.timezone)
    notify = next(each.notify for each in config.digests if each.name == report.name)
    built = channels(config, clock)
    sent = []
    try:
        for target in directory.targets(notify, "", report.now):
            address = directory.address(target)
            assert address is not None, "targets are those that have an address"
            is_masked = target.receiver in directory.masked
            message = for_delivery(report, uuid.uuid4().hex, mask_numbers=is_masked)
            trouble = await send_one(built[target.receiver], address, message)
            one = Sent(whom(config, target), in_words(trouble, target, directory))
            sent.append(one)
            if not json:
                one.say()
    finally:
        await built.aclose()
    return sent
