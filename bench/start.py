"""The real `notifier run` beside a large store: how soon it is ready, and how much memory it keeps."""

import asyncio
import os
import random
import re
import socket
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter

import yaml

from bench.big_store import fill, newest_calls
from bench.report import Row, row
from bench.settings import settings
from notifier.clock import SystemClock
from notifier.sandbox import Sandbox
from tests.support.daemon import until
from tests.support.sandbox import running_sandbox
from tests.support.slack import FakeSlack

CALLS = 1_000_000
REPEATS = 3
POLLS = 4
SHOWN = 2 * 3600
"""Calls that TeleCMI still lists: more than notifier asks for."""

LAUNCH = "import sys; sys.modules['click'] = None; from notifier.cli import main; main()"
"""As where only `requirements.lock` is installed: with click, which comes with tools for development, httpx
loads a command line that nobody here uses."""

ROOT = Path(__file__).parents[1]
PATIENCE = 60.0  # seconds


def figures(disk: Path) -> list[Row]:
    """Seconds from exec to READY=1, and memory after some polls, one of which brought a call.

    Args:
        disk: a folder on the disk that is measured.
    """
    with TemporaryDirectory(dir=disk) as folder:
        seconds, sizes = asyncio.run(_measure(Path(folder)))
    return [
        row(
            f"start to ready, {CALLS:,} calls stored",
            seconds,
            lambda value: f"{value:.2f} s",
            budget="1.5 s",
            aim="1 s",
        ),
        row("idle memory (resident)", sizes, lambda value: f"{value:.0f} MB", budget="80 MB", aim="60 MB"),
    ]


async def _measure(folder: Path) -> tuple[list[float], list[float]]:
    store = folder / "notifier.db"
    newest = SystemClock().now()
    first = await asyncio.to_thread(fill, store, CALLS, newest)
    async with (
        running_sandbox(SystemClock().now, traffic=newest_calls(CALLS, SHOWN, first)) as sandbox,
        _slack() as slack,
    ):
        config = settings(store, telecmi=sandbox.base_url("india"), slack=slack.api_url, every="1s")
        path = folder / "config.yaml"
        path.write_text(yaml.safe_dump(config), "utf-8")
        runs = [await _run(path, sandbox) for _ in range(REPEATS)]
    return [seconds for seconds, _ in runs], [size for _, size in runs]


async def _run(config: Path, sandbox: Sandbox) -> tuple[float, float]:
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as manager:
        manager.setblocking(False)
        name = f"notifier-bench-{random.randbytes(8).hex()}"
        manager.bind(f"\0{name}")
        command = [sys.executable, "-c", LAUNCH, "run", "--config", str(config)]
        environ = {**os.environ, "NOTIFY_SOCKET": f"@{name}"}
        began = perf_counter()
        process = await asyncio.create_subprocess_exec(*command, env=environ, cwd=ROOT)
        try:
            async with asyncio.timeout(PATIENCE):
                while b"READY=1" not in await asyncio.get_running_loop().sock_recv(manager, 4096):
                    pass
                seconds = perf_counter() - began
                # Its windows are rebuilt from the store for this one, and it opens an alert.
                sandbox.book.add(extension="200", customer="9810000000", placed_at=SystemClock().now())
                enough = sandbox.requests.total() + POLLS
                await until(lambda: sandbox.requests.total() >= enough, "several polls")
            return seconds, _resident(process.pid)
        finally:
            process.terminate()
            await process.wait()


def _resident(pid: int) -> float:
    """Memory of a process, in MB."""
    status = Path(f"/proc/{pid}/status").read_text("utf-8")
    found = re.search(r"VmRSS:\s+(\d+) kB", status)
    assert found is not None, "Linux tells it"
    return int(found.group(1)) / 1024


@asynccontextmanager
async def _slack() -> AsyncIterator[FakeSlack]:
    slack = FakeSlack()
    slack.add_channel("room", "C0000ROOM")
    await slack.start()
    try:
        yield slack
    finally:
        await slack.stop()
