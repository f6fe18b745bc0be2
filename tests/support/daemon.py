"""The real daemon as a child process, as systemd and ops see it: its log, datagrams, pages, and end."""

import asyncio
import json
import os
import signal
import socket
import sys
import uuid
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, Self, TypeVar

import aiohttp

from notifier.clock import SystemClock

T = TypeVar("T")

ROOT = Path(__file__).parents[2]
LOOK_EVERY = 0.01  # seconds
PATIENCE = 30.0  # seconds; a busy machine takes long to start a process
STOP_WITHIN = 5.0  # seconds, as promised

_PASSED_ON = ("COVERAGE_", "PATH", "HOME", "LANG", "TMPDIR", "VIRTUAL_ENV", "PYTHON")
_CLOCK = SystemClock()


async def until(condition: Callable[[], T], what: str, seconds: float = PATIENCE) -> T:
    """Wait until a condition holds, and return what it gave.

    Args:
        condition: looked at again and again.
        what: is awaited, for whoever reads the failure.
        seconds: to wait at the most.
    """
    ends = _CLOCK.monotonic() + seconds
    while not (found := condition()):
        if _CLOCK.monotonic() > ends:
            raise AssertionError(f"not within {seconds:g} s: {what}")
        await _CLOCK.sleep(LOOK_EVERY)
    return found


class Daemon:
    """One process of `notifier`, made by `start`."""

    def __init__(self, process: asyncio.subprocess.Process, manager: "Manager") -> None:
        self.process = process
        self.manager = manager
        self.lines: list[str] = []  # of standard error and output
        assert process.stdout is not None
        assert process.stderr is not None
        self._readers = [asyncio.create_task(self._read(one)) for one in (process.stdout, process.stderr)]

    @classmethod
    async def start(
        cls, *arguments: str, environ: Mapping[str, str] | None = None, module: str = "notifier"
    ) -> Self:
        """Start `notifier` with these arguments.

        Args:
            arguments: "run", "--config", …
            environ: added to what little of ours is passed on; NOTIFY_SOCKET is always there.
            module: another one that runs it.
        """
        manager = await Manager.start()
        ours = {name: value for name, value in os.environ.items() if name.startswith(_PASSED_ON)}
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            module,
            *arguments,
            env={**ours, "NOTIFY_SOCKET": manager.address, **(environ or {})},
            cwd=ROOT,
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
            limit=1 << 20,
        )
        return cls(process, manager)

    @property
    def log(self) -> list[dict[str, Any]]:
        """The lines of the log."""
        return [json.loads(line) for line in self.lines if line.startswith("{")]

    @property
    def output(self) -> str:
        """Everything it ever wrote."""
        return "\n".join(self.lines)

    def said(self, event: str) -> list[dict[str, Any]]:
        """The lines of the log about this event."""
        return [line for line in self.log if line["event"] == event]

    async def until(self, condition: Callable[[], T], what: str, seconds: float = PATIENCE) -> T:
        """As the function, but over at once where the process ends; a failure shows what it wrote."""
        try:
            await until(lambda: bool(condition()) or self._is_gone(), what, seconds)
            if self._is_gone():
                await self._end(PATIENCE)
            found = condition()
            assert found, f"ended with {self.process.returncode} before: {what}"
        except AssertionError as error:
            error.add_note(self.output)
            raise
        return found

    async def until_said(self, event: str, times: int = 1) -> dict[str, Any]:
        """Wait for the log to name an event so often; returns the last such line."""
        said = await self.until(lambda: (found := self.said(event))[times - 1 :] and found, event)
        return said[-1]

    async def until_ready(self) -> None:
        """Wait for READY=1."""
        await self.until(lambda: "READY=1" in self.manager.told, "READY=1")

    async def readyz(self) -> tuple[int, dict[str, Any]]:
        """Ask the page; it must have a `web` section with a free port."""
        url = (await self.until_said("health is shown"))["url"]
        try:
            async with aiohttp.ClientSession() as session, session.get(url) as response:
                return response.status, await response.json()
        except aiohttp.ClientError as error:
            raise AssertionError(f"/readyz does not answer: {error}\n{self.output}") from None

    async def until_readyz(self, status: int) -> dict[str, Any]:
        """Ask the page until it answers with this status; returns what it says then."""
        ends = _CLOCK.monotonic() + PATIENCE
        while True:
            found, page = await self.readyz()
            if found == status:
                return page
            assert _CLOCK.monotonic() < ends, f"/readyz is {found}: {page}\n{self.output}"
            await _CLOCK.sleep(LOOK_EVERY)

    async def ends_with(self, code: int, seconds: float = PATIENCE) -> None:
        """Wait for its end by itself, with this exit code."""
        found = await self._end(seconds)
        assert found == code, f"ended with {found}\n{self.output}"

    async def terminate(self) -> None:
        """Send SIGTERM; it must end well within its promised time."""
        self.signal(signal.SIGTERM)
        await self.ends_with(0, STOP_WITHIN)

    async def kill(self) -> None:
        """Send SIGKILL, and wait until nothing of it is left; does nothing where it has ended."""
        if self.process.returncode is None:
            self.signal(signal.SIGKILL)
        await self._end(PATIENCE)

    def signal(self, number: signal.Signals) -> None:
        self.process.send_signal(number)

    def _is_gone(self) -> bool:
        return self.process.returncode is not None

    async def _end(self, seconds: float) -> int:
        try:
            async with asyncio.timeout(seconds):
                code = await self.process.wait()
                await asyncio.gather(*self._readers)
        except TimeoutError:
            raise AssertionError(f"still running after {seconds:g} s\n{self.output}") from None
        self.manager.close()
        return code

    async def _read(self, stream: asyncio.StreamReader) -> None:
        while line := await stream.readline():
            self.lines.append(line.decode().rstrip("\n"))


class Manager(asyncio.DatagramProtocol):
    """What stands in for systemd: keeps the datagrams that a service sends."""

    def __init__(self, address: str) -> None:
        self.address = address  # for NOTIFY_SOCKET
        self.told: list[str] = []
        self._transport: asyncio.BaseTransport | None = None

    @classmethod
    async def start(cls) -> Self:
        # An abstract name, since a path could be too long for a socket.
        name = f"notifier-test-{uuid.uuid4().hex}"
        receiver = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        receiver.setblocking(False)
        receiver.bind(f"\0{name}")
        manager = cls(f"@{name}")
        manager._transport, _ = await asyncio.get_running_loop().create_datagram_endpoint(
            lambda: manager, sock=receiver
        )
        return manager

    def datagram_received(self, data: bytes, addr: object) -> None:
        self.told.append(data.decode())

    def close(self) -> None:
        """Listen no more; what was told stays."""
        if self._transport is not None:
            self._transport.close()


@asynccontextmanager
async def running(*arguments: str, environ: Mapping[str, str] | None = None) -> AsyncIterator[Daemon]:
    """As `Daemon.start`; whatever happens, nothing is left of it afterwards."""
    daemon = await Daemon.start(*arguments, environ=environ)
    try:
        yield daemon
    finally:
        await daemon.kill()
