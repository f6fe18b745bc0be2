"""Keeps what a daemon shows of itself while it runs, in files, for the leak scan."""

import asyncio
import json
import re
from pathlib import Path

import aiohttp

from notifier.clock import SystemClock
from tests.support.daemon import Daemon

PAGES = ("/readyz", "/healthz", "/metrics", "/")
_EVERY = 1.0  # seconds
_CLOCK = SystemClock()
_PORT = re.compile(r"^http://127\.0\.0\.1:(\d+)/")


class Watch:
    """Looks at pages and `/proc`, and takes logs and datagrams when a process has ended.

    Args:
        folder: for the files.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._count = 0
        self._names: dict[int, int] = {}
        self._tasks: list[asyncio.Task[None]] = []
        folder.mkdir(parents=True)

    def look_at(self, daemon: Daemon) -> None:
        """From now on."""
        self._count += 1
        self._names[id(daemon)] = self._count
        self._tasks.append(asyncio.create_task(self._look(daemon, self._count)))

    def keep(self, daemon: Daemon) -> None:
        """It has ended: what it wrote and what it told systemd."""
        number = self._names[id(daemon)]
        (self.folder / f"{number}.log").write_text(daemon.output)
        (self.folder / f"{number}.datagrams").write_text("\n".join(daemon.manager.told))

    async def close(self) -> None:
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _look(self, daemon: Daemon, number: int) -> None:
        process = Path(f"/proc/{daemon.process.pid}")
        while daemon.process.returncode is None:
            for name in ("cmdline", "status"):
                self._add(number, name, _read(process / name))
            port = _port(daemon)
            if port is not None:
                for page in PAGES:
                    self._add(number, f"page of {page}", await _page(f"http://127.0.0.1:{port}{page}"))
            await _CLOCK.sleep(_EVERY)

    def _add(self, number: int, what: str, text: str) -> None:
        if text:
            with (self.folder / f"{number}.pages").open("a") as file:
                file.write(f"---- {what}\n{text}\n")


def _port(daemon: Daemon) -> int | None:
    for line in daemon.lines[:50]:
        if '"health is shown"' in line:
            found = _PORT.match(str(json.loads(line)["url"]))
            return int(found[1]) if found else None
    return None


def _read(path: Path) -> str:
    try:
        return path.read_text(errors="replace")
    except OSError:
        return ""  # it has just ended


async def _page(url: str) -> str:
    try:
        timeout = aiohttp.ClientTimeout(total=5)
        async with aiohttp.ClientSession(timeout=timeout) as session, session.get(url) as answer:
            return f"{answer.status}\n{answer.headers}\n{await answer.text()}"
    except (aiohttp.ClientError, TimeoutError):
        return ""
