"""The demo's composition: sandbox, configuration, daemon, screen."""

import asyncio
import heapq
import random
import sys
import tempfile
from collections.abc import Iterator, Mapping
from functools import partial
from importlib import resources
from operator import attrgetter
from pathlib import Path

from rich.console import Console

from notifier.app import Host, serve
from notifier.cli.demo.fast import FastClock
from notifier.cli.demo.screen import Screen
from notifier.cli.demo.slack import PrintingSlack
from notifier.cli.demo.story import NAME, story
from notifier.cli.demo.viewer import Viewer
from notifier.cli.show import counted
from notifier.clock import Clock, SystemClock
from notifier.config import Config, load
from notifier.config.network import url_trouble
from notifier.errors import ConfigError, Problem
from notifier.sandbox import Book, Sandbox, SandboxCall, traffic

WEBHOOK = "NOTIFIER_DEMO_SLACK_WEBHOOK"
SPEED = 10.0
"""How many times faster time runs where nothing outside takes part."""

LOOK_EVERY = 2.0
"""Seconds of the demo's time between two looks at what the daemon has stored."""


async def play(limit: float | None, rate: float, environ: Mapping[str, str], speed: float = 0.0) -> bool:
    """Run it; were messages to be seen?

    Args:
        limit: seconds of whoever watches; None: until stopped.
        rate: missed calls per minute of whoever watches.
        environ: the process's; an incoming webhook may be in it.
        speed: how many times faster time runs; 0: as suits where the messages go.

    Raises:
        ConfigError: the incoming webhook is no URL to post to.
    """
    _check_webhook(environ)
    screen = Screen(Console(highlight=False, width=None if sys.stdout.isatty() else 100))
    speed = speed or (1.0 if environ.get(WEBHOOK) else SPEED)
    clock = FastClock(SystemClock(), speed)
    with tempfile.TemporaryDirectory(prefix="notifier-demo-") as folder:
        rng = random.Random()  # noqa: S311 - invented calls
        book = Book(rng, _calls(rate / speed, clock.now()))
        sandbox = Sandbox(app_id=1111111, secret="demo-secret", book=book, now=clock.now, rng=rng)  # noqa: S106 - invented
        await sandbox.start()
        try:
            path = _configuration(Path(folder), environ)
            environ = {
                **environ,
                "DEMO_TELECMI": sandbox.base_url("india"),
                "DEMO_SLACK_TOKEN": "xoxb-demo",
            }
            _introduce(screen, limit, speed)
            seconds = None if limit is None else limit * speed
            return await _watch(screen, partial(load, path, environ), environ, clock, seconds)
        finally:
            await sandbox.stop()


def _calls(per_minute: float, start: int) -> Iterator[SandboxCall]:
    rng = random.Random()  # noqa: S311 - invented calls
    any_customer = traffic(
        rng,
        ("201", "202", "203", "209"),
        per_minute=per_minute,
        start=start,
        lateness=(1_000, 5_000),
        hostile=True,
    )
    return heapq.merge(story(rng, start), any_customer, key=attrgetter("placed_at"))


def _introduce(screen: Screen, limit: float | None, speed: float) -> None:
    screen.say(
        "The real daemon, a TeleCMI look-alike with invented calls, and Slack on this terminal.", "bold"
    )
    if speed != 1:
        screen.say(
            f"Time runs {speed:g} times faster: a minute of it is {60 / speed:.2g} s of yours.", "bold"
        )
    screen.say(
        f"Rules: key-customer ({NAME}: the agent, the lead after 1m, reminders)\n"
        "       not-reached (tell the agent) · too-many-misses (3 in 5m: tell the room)",
        "dim",
    )
    screen.say("Ctrl-C ends it.\n" if limit is None else f"It ends by itself after {limit:.0f} s.\n", "dim")


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


def tally(viewer: Viewer, slack: PrintingSlack) -> str:
    """What there was to see, in one line."""
    return (
        f"{counted(viewer.seen, 'missed call')}, {viewer.answered} answered, "
        f"{counted(viewer.opened, 'alert')} opened, "
        f"{counted(viewer.joined, 'call')} joined one; "
        f"{counted(slack.posted, 'message')}, {counted(slack.edited, 'edit')} in place."
    )
