"""The real daemon as one scenario runs it: configured, started, killed, looked at."""

import asyncio
import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from tests.fault.jumping import OFFSET
from tests.fault.sides import Sides, trusted
from tests.fault.watch import Watch
from tests.support.daemon import Daemon

HOUR = 3600.0
PATIENCE = 120.0  # seconds


class Processes:
    """One daemon after another with one configuration and one store.

    Args:
        folder: for all files.
        sides: what it talks to.
    """

    def __init__(self, folder: Path, sides: Sides) -> None:
        self.folder = folder
        self.sides = sides
        self.clock = sides.clock
        self.daemons: list[Daemon] = []
        self.module = "notifier"  # what is run
        self.store_folder = folder
        self.watch = Watch(folder / "seen")
        temporary = folder / "tmp"
        temporary.mkdir()
        self.environ = {**sides.secrets, **trusted(), "TMPDIR": str(temporary)}
        self.start_from = ""
        self.watch_since(0.0)

    @property
    def store(self) -> Path:
        return self.store_folder / "notifier.db"

    @property
    def config(self) -> Path:
        return self.folder / "config.yaml"

    @property
    def daemon(self) -> Daemon:
        """The one that runs, or the last that did."""
        return self.daemons[-1]

    @property
    def is_gone(self) -> bool:
        """Has it ended? Where none was started by us, systemd looks after it."""
        return bool(self.daemons) and self.daemon.process.returncode is not None

    def watch_since(self, seconds: float) -> None:
        """Calls that were placed so long ago, or later, are to be told."""
        began = datetime.fromtimestamp(self.clock.now() // 1000 - seconds, UTC)
        self.start_from = began.isoformat()
        self.configure()

    def configure(self, **sections: Any) -> None:
        """Write it, with these sections in place of the usual ones."""
        merged = {**self.sections(), **sections}
        self.config.write_text("".join(f"{name}: {json.dumps(value)}\n" for name, value in merged.items()))

    def sections(self) -> dict[str, Any]:
        """The usual ones, to be changed."""
        return self.sides.sections(self.store, self.start_from)

    def run_by_a_clock(self, hours: float = 0.0) -> None:
        """From its next start on the daemon runs by a clock that is so far ahead."""
        self.environ[OFFSET] = str(self.folder / "clock")
        self.module = "tests.fault.jumping"
        self.set_clock(hours)

    def set_clock(self, hours: float) -> None:
        """From now on that clock is so far ahead; it may be less than nothing."""
        file = Path(self.environ[OFFSET])
        # Replaced, not rewritten: whoever reads it never finds it empty.
        new = file.with_suffix(".new")
        new.write_text(str(int(hours * HOUR * 1000) + self.clock.passed))
        new.replace(file)

    def let_pass(self, hours: float) -> None:
        """Let hours pass for everybody at once, while the daemon is down; it must run by a clock."""
        self.clock.passed += int(hours * HOUR * 1000)
        self.set_clock(0.0)

    async def start(self, *command: str) -> Daemon:
        """Start it, or another command; ready or not."""
        daemon = await Daemon.start(
            *(command or ("run",)), "--config", str(self.config), environ=self.environ, module=self.module
        )
        self.daemons.append(daemon)
        self.watch.look_at(daemon)
        return daemon

    async def up(self) -> Daemon:
        """Start it, and wait until it is ready."""
        daemon = await self.start()
        await daemon.until_ready()
        return daemon

    async def command(self, *arguments: str) -> None:
        """Run another command beside the daemon; it must succeed."""
        other = await self.beside(*arguments)
        assert other.process.returncode == 0, f"ended with {other.process.returncode}\n{other.output}"

    async def beside(self, *arguments: str, dies_in: float = PATIENCE) -> Daemon:
        """Run another command beside the daemon to its end, whatever that is.

        Args:
            arguments: what stands after `notifier`.
            dies_in: seconds after which it is killed.
        """
        other = await Daemon.start(*arguments, "--config", str(self.config), environ=self.environ)
        self.watch.look_at(other)
        try:
            async with asyncio.timeout(dies_in):
                await other.process.wait()
        except TimeoutError:
            pass
        finally:
            await other.kill()
            self.watch.keep(other)
        return other

    async def kill(self) -> None:
        """SIGKILL; the daemon must not have ended before."""
        await self.daemon.kill()
        self.watch.keep(self.daemon)
        assert self.daemon.process.returncode == -9, f"it had ended before\n{self.daemon.output[-2000:]}"

    async def down(self) -> None:
        """SIGTERM: it must end with 0 within 5 seconds."""
        await self.daemon.terminate()
        self.watch.keep(self.daemon)

    async def end(self, seconds: float) -> int:
        """Wait for its end, within so many seconds; returns the exit code."""
        async with asyncio.timeout(seconds):
            await self.daemon.process.wait()
        await self.daemon.kill()  # it has ended; waits until all that it wrote was read
        self.watch.keep(self.daemon)
        assert self.daemon.process.returncode is not None
        return self.daemon.process.returncode

    async def ended(self, code: int) -> None:
        """Wait for its end by itself."""
        await self.daemon.ends_with(code)
        self.watch.keep(self.daemon)

    async def becomes(self, status: int) -> None:
        """Wait until `/readyz` answers with this; the room on the disk is looked at once a minute."""
        ends = self.clock.monotonic() + PATIENCE
        while (found := await self.daemon.readyz())[0] != status:
            assert self.clock.monotonic() < ends, f"/readyz is {found}"
            await self.clock.sleep(0.2)

    async def aclose(self) -> None:
        """Leave nothing running."""
        for daemon in self.daemons:
            await daemon.kill()
            self.watch.keep(daemon)
        await self.watch.close()
