"""The demo's composition: sandbox, configuration, daemon, screen."""

import asyncio
import heapq
import random
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import AsyncExitStack
from functools import partial
from importlib import resources
from operator import attrgetter
from pathlib import Path

from rich.console import Console

from notifier.app import Host, serve
from notifier.cli.demo.fast import FastClock
from notifier.cli.demo.screen import Screen
from notifier.cli.demo.served import Server
from notifier.cli.demo.slack import PEOPLE, Workspace
from notifier.cli.demo.story import GOES_ON, NAME, OVER, acts, play_acts, story, until_over
from notifier.cli.demo.viewer import Viewer
from notifier.cli.show import counted
from notifier.clock import SystemClock
from notifier.config import Config, load
from notifier.config.network import url_trouble
from notifier.errors import ConfigError, Problem
from notifier.sandbox import Book, Sandbox, SandboxCall, traffic

WEBHOOK = "NOTIFIER_DEMO_SLACK_WEBHOOK"
SPEED = 10.0
"""How many times faster time runs where nothing outside takes part."""

REACHED = 0.3
"""The share of the other customers who are reached some time later."""

UNTIL_REACHED = (60_000, 600_000)
"""Ms of the demo's time until they are."""

LOOK_EVERY = 2.0
"""Seconds of the demo's time between two looks at what the daemon has stored."""


async def play(
    limit: float | None, rate: float, environ: Mapping[str, str], speed: float = 0.0, *, hostile: bool = False
) -> bool:
    """Run it; were messages to be seen?

    Args:
        limit: seconds of whoever watches; None: until stopped.
        rate: missed calls per minute of whoever watches.
        environ: the process's; an incoming webhook may be in it.
        speed: how many times faster time runs; 0: as suits where the messages go.
        hostile: should some contact names try to do harm?

    Raises:
        ConfigError: the incoming webhook is no URL to post to.
    """
    _check_webhook(environ)
    speed = speed or (1.0 if environ.get(WEBHOOK) else SPEED)
    clock = FastClock(SystemClock(), speed)
    console = Console(highlight=False, emoji=False, width=None if sys.stdout.isatty() else 100)
    screen = Screen(console, clock.now, PEOPLE)
    rng = random.Random()  # noqa: S311 - invented calls
    start = clock.now()
    book = Book(rng, _calls(rate / speed, start, hostile=hostile))
    sandbox = Sandbox(app_id=1111111, secret="demo-secret", book=book, now=clock.now, rng=rng)  # noqa: S106 - invented
    slack = Workspace(screen)
    server = Server(slack)
    async with AsyncExitStack() as stack:
        folder = stack.enter_context(tempfile.TemporaryDirectory(prefix="notifier-demo-"))
        stack.push_async_callback(sandbox.stop)
        await sandbox.start()
        stack.push_async_callback(server.stop)
        url = await server.start()
        environ = {**environ, "DEMO_TELECMI": sandbox.base_url("india"), "DEMO_SLACK": url}
        read = partial(load, _configuration(Path(folder), environ), environ)
        viewer = Viewer(screen, read(), clock)
        stack.callback(viewer.close)
        slack.first = viewer.look
        _introduce(screen, limit, speed)

        async def played() -> None:
            await play_acts(acts(start), server, screen, clock)
            await until_over(slack, clock)
            screen.say(f"\n{OVER}{GOES_ON if limit is None else ''}\n", "bold")

        acting = asyncio.create_task(played(), name="acts")
        stack.push_async_callback(asyncio.wait, {acting})
        stack.callback(acting.cancel)
        host = Host(clock, environ, sys.stderr)
        await _watch(viewer, read, host, None if limit is None else limit * speed)
    screen.say(f"\n{tally(viewer, slack)}", "bold")
    return viewer.seen > 0 and (slack.posted > 0 or bool(environ.get(WEBHOOK)))


def _calls(per_minute: float, start: int, *, hostile: bool) -> Iterator[SandboxCall]:
    rng = random.Random()  # noqa: S311 - invented calls
    any_customer = traffic(
        rng,
        ("201", "202", "203", "209"),
        per_minute=per_minute,
        start=start,
        lateness=(1_000, 5_000),
        hostile=hostile,
        reached=REACHED,
        until_reached=UNTIL_REACHED,
    )
    return heapq.merge(story(rng, start), any_customer, key=attrgetter("placed_at"))


def _introduce(screen: Screen, limit: float | None, speed: float) -> None:
    screen.say(
        "The real daemon, look-alikes of TeleCMI (with invented calls) and of Slack, on this terminal.",
        "bold",
    )
    if speed != 1:
        screen.say(
            f"Time runs {speed:g} times faster: a minute of it is {60 / speed:.2g} s of yours.", "bold"
        )
    screen.say(
        f"Rules: key-customer ({NAME}: the agent, the lead after 1m, reminders)\n"
        "       not-reached (tell the agent) · too-many-misses (3 in 5m: tell the room)\n"
        "Buttons are heard over Socket Mode: Anita and Kavya will press the same one at once.",
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


async def _watch(viewer: Viewer, read: Callable[[], Config], host: Host, limit: float | None) -> None:
    """Let the daemon run, and look at what it stores, for so many seconds of its own."""
    clock = host.clock
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


def tally(viewer: Viewer, slack: Workspace) -> str:
    """What there was to see, in one line."""
    return (
        f"{counted(viewer.seen, 'missed call')}, {viewer.answered} answered, "
        f"{counted(viewer.opened, 'alert')} opened, "
        f"{counted(viewer.joined, 'call')} joined one; "
        f"{counted(slack.posted, 'message')}, {counted(slack.edited, 'edit')} in place."
    )
