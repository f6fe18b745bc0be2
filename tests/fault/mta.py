"""A real mail server, Debian's opensmtpd: it queues, and hands on to the look-alike."""

import asyncio
import os
import shutil
import socket
from contextlib import suppress
from pathlib import Path
from typing import Self

from notifier.clock import SystemClock

_CONTROL = Path("/var/run/smtpd.sock")
_CLOCK = SystemClock()
_PATIENCE = 10.0  # seconds


class NoServer(Exception):
    """It can't run here; the text says why."""


class Opensmtpd:
    """One server at a time on a machine: its queue lies where it was built to lie.

    Args:
        folder: for its configuration and log.
        relay: port of the server to which it hands everything.
    """

    def __init__(self, folder: Path, relay: int) -> None:
        self.folder = folder
        self.port = _free_port()
        self._process: asyncio.subprocess.Process | None = None
        (folder / "smtpd.conf").write_text(
            f"listen on 127.0.0.1 port {self.port}\n"
            f'action "on" relay host "smtp://127.0.0.1:{relay}"\n'
            'match from any for any action "on"\n'
        )

    @staticmethod
    def require() -> None:
        """Can it run here?

        Raises:
            NoServer: it can't.
        """
        program = shutil.which("smtpd")
        if program is None or os.geteuid() != 0:
            raise NoServer("needs root, and Debian's opensmtpd")
        if _answers(_CONTROL):
            raise NoServer("an smtpd runs on this machine already")

    async def start(self) -> Self:
        """Start it, and wait until it takes mail."""
        log = (self.folder / "smtpd.log").open("ab")
        self._process = await asyncio.create_subprocess_exec(
            "smtpd", "-d", "-f", str(self.folder / "smtpd.conf"),
            stdin=asyncio.subprocess.DEVNULL, stdout=log, stderr=log,
        )  # fmt: skip
        log.close()
        ends = _CLOCK.monotonic() + _PATIENCE
        while not await self._takes_mail():
            assert _CLOCK.monotonic() < ends, "smtpd does not answer"
            await _CLOCK.sleep(0.1)
        return self

    async def kill(self) -> None:
        """SIGKILL; its children end with it."""
        if self._process is not None and self._process.returncode is None:
            self._process.kill()
            await self._process.wait()
        while _answers(_CONTROL):
            await _CLOCK.sleep(0.05)

    async def _takes_mail(self) -> bool:
        with suppress(OSError, TimeoutError):
            reader, writer = await asyncio.open_connection("127.0.0.1", self.port)
            async with asyncio.timeout(1):
                greeting = await reader.readline()
            writer.close()
            return greeting.startswith(b"220")
        return False


def _answers(path: Path) -> bool:
    with suppress(OSError), socket.socket(socket.AF_UNIX) as one:
        one.connect(str(path))
        return True
    return False


def _free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        port: int = one.getsockname()[1]
        return port
