"""The demo's composition: sandbox, configuration, daemon, screen."""

import asyncio
import random
import sys
import tempfile
from collections.abc import Mapping
from functools import partial
from importlib import resources
from pathlib import Path

from rich.console import Console

from notifier.app import Host, serve
from notifier.channels.render.times import local
from notifier.cli.calls import told
from notifier.cli.demo.screen import Screen
from notifier.cli.demo.slack import PrintingSlack
from notifier.cli.show import counted, harmless
from notifier.clock import Clock, SystemClock
from notifier.config import Config, agent_at, load, store_path
from notifier.config.network import url_trouble
from notifier.errors import ConfigError, Problem, StoreError
from notifier.model import StoredCall
from notifier.sandbox import Book, Sandbox, traffic
from notifier.store.database import Connection, Database
from notifier.store.views import StoredDecision, Wanted, decisions_of, find_calls

WEBHOOK = "NOTIFIER_DEMO_SLACK_WEBHOOK"
LOOK_EVERY = 0.2
"""Seconds between two looks at what the daemon has stored."""


async def play(limit: float | None, rate: float, environ: Mapping[str, str]) -> bool:
    """Run it; were messages to be seen?

    Args:
        limit: seconds; None: until stopped.
        rate: missed calls per minute.
        environ: the process's; an incoming webhook may be in it.

    Raises:
        ConfigError: it is no URL to post to.
    """
    _check_webhook(environ)
    screen = Screen(Console(highlight=False, width=None if sys.stdout.isatty() else 100))
    clock = SystemClock()
    with tempfile.TemporaryDirectory(prefix="notifier-demo-") as folder:
        rng = random.Random()  # noqa: S311 - invented calls
        calls = traffic(
            random.Random(),  # noqa: S311 - likewise
            ("201", "202", "203", "209"),
            per_minute=rate,
            start=clock.now(),
            lateness=(300, 1_500),
            hostile=True,
        )
        book = Book(rng, calls)
        sandbox = Sandbox(app_id=1111111, secret="demo-secret", book=book, now=clock.now, rng=rng)  # noqa: S106 - invented
        await sandbox.start()
        try:
            path = _configuration(Path(folder), environ)
            environ = {
                **environ,
                "DEMO_TELECMI": sandbox.base_url("india"),
                "DEMO_SLACK_TOKEN": "xoxb-demo",
            }
            return await _watch(screen, partial(load, path, environ), environ, clock, limit)
        finally:
            await sandbox.stop()


def _check_webhook(environ: Mapping[str, str]) -> None:
    """Here and not by the demo's configuration, of which nobody knows the lines."""
    url = environ.get(WEBHOOK)
    if url and (trouble := url_trouble(url, insecure=False)):
        what, _ = trouble
        hint = "write the URL of an incoming webhook, https://hooks.slack.com/services/…, or unset it"
        raise ConfigError([Problem(WEBHOOK, "", what, hint)])


def _configuration(folder: Path, environ: Mapping[str, str]) -> Path:
    text = resources.files("notifier.cli.demo").joinpath("demo.yaml").read_text("utf-8")
    if environ.get(WEBHOOK):
        for room in ("sales", "support"):
            text = text.replace(f'{{to: "#{room}-missed"}}', f'{{webhook_url: "${{{WEBHOOK}}}"}}')
    path = folder / "config.yaml"
    path.write_text(text, "utf-8")
    return path


async def _watch(
    screen: Screen, read: partial[Config], environ: Mapping[str, str], clock: Clock, limit: float | None
) -> bool:
    config = read()
    viewer = Viewer(screen, config, clock)
    slack = PrintingSlack(screen, first=viewer.look)
    host = Host(clock, environ, sys.stderr, slack_api=slack)
    screen.say(
        "The real daemon, a TeleCMI look-alike with invented calls, and Slack on this terminal.", "bold"
    )
    screen.say("Rules: not-reached (tell the agent) · too-many-misses (3 in a minute: tell the room)", "dim")
    screen.say("Ctrl-C ends it.\n" if limit is None else f"It ends by itself after {limit:.0f} s.\n", "dim")
    daemon = asyncio.create_task(serve(read, host), name="daemon")
    ends = None if limit is None else clock.monotonic() + limit
    try:
        while not daemon.done() and (ends is None or clock.monotonic() < ends):
            await clock.sleep(LOOK_EVERY)
            viewer.look()
    finally:
        host.stop.set()
        await daemon
        viewer.look()
        viewer.close()
    screen.say(f"\n{tally(viewer, slack)}", "bold")
    return viewer.seen > 0 and (slack.posted > 0 or bool(environ.get(WEBHOOK)))


def tally(viewer: "Viewer", slack: PrintingSlack) -> str:
    """What there was to see, in one line."""
    return (
        f"{counted(viewer.seen, 'missed call')}, {counted(viewer.opened, 'alert')} opened, "
        f"{counted(viewer.joined, 'call')} joined one; "
        f"{counted(slack.posted, 'message')}, {counted(slack.edited, 'edit')} in place."
    )


class Viewer:
    """Shows what the daemon stores, as it happens, by reading the store like any command."""

    def __init__(self, screen: Screen, config: Config, clock: Clock) -> None:
        self._screen = screen
        self._config = config
        self._clock = clock
        self._database: Database | None = None
        self._last = 0
        self.seen = self.opened = self.joined = 0

    def look(self) -> None:
        """Show the calls that are new since the last look."""
        for stored, decisions in self._new():
            self._last = max(self._last, stored.row)
            self.seen += 1
            self.opened += sum(one.reason == "opened" for one in decisions)
            self.joined += sum(one.reason in {"joined", "level_raised"} for one in decisions)
            self._show(stored, decisions)

    def close(self) -> None:
        """Let go of the store."""
        if self._database is not None:
            self._database.close()

    def _new(self) -> list[tuple[StoredCall, list[StoredDecision]]]:
        try:
            if self._database is None:
                self._database = Database.open_existing(store_path(self._config))
            return self._database.look(self._read)
        except StoreError:
            return []  # the daemon is still making it

    def _read(self, connection: Connection) -> list[tuple[StoredCall, list[StoredDecision]]]:
        fresh = find_calls(connection, Wanted(after_row=self._last), 100)
        return [
            (one, decisions_of(connection, one.row))
            for one in sorted(fresh, key=lambda one: one.call.placed_at)
        ]

    def _show(self, stored: StoredCall, decisions: list[StoredDecision]) -> None:
        call = stored.call
        agent = agent_at(call.agent, self._config.agents)
        who = f"{agent.name} ({call.extension})" if agent else call.extension
        name = f" ({harmless(call.name)})" if call.name else ""
        when = local(call.placed_at, self._config.timezone, self._clock.now())
        self._screen.call(when, who, call.customer + name, [told(one) for one in decisions])
