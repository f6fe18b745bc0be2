"""A Debian machine in a container, with systemd as its first process."""

import asyncio
import shutil
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from notifier.clock import SystemClock
from tests.fault.container.tree import NoContainer

_CLOCK = SystemClock()
_BOOT_LIMIT = 60.0  # seconds
_END_LIMIT = 30.0  # seconds
_COMMAND_LIMIT = 180.0  # seconds
_PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"

# The tree has no sudo: everything is done as root, or as whom `-u` names.
_SUDO = """#!/bin/sh
if [ "$1" = -u ]; then user=$2; shift 2; exec runuser -u "$user" -- "$@"; fi
exec "$@"
"""


@dataclass(frozen=True)
class Done:
    """What became of a command."""

    code: int
    output: str  # of both kinds

    def __str__(self) -> str:
        return f"exit code {self.code}\n{self.output}"


class Machine:
    """One that runs.

    Args:
        root: its file system, as this machine sees it.
        leader: the process id of its systemd on this machine.
    """

    def __init__(self, root: Path, leader: int) -> None:
        self.root = root
        self.leader = leader

    async def run(self, script: str, *, environ: Mapping[str, str] | None = None) -> Done:
        """Run shell lines in it, as root; the first that fails ends them."""
        variables = {"PATH": _PATH, "HOME": "/root", "LC_ALL": "C.UTF-8", **(environ or {})}
        process = await asyncio.create_subprocess_exec(
            "nsenter", "-t", str(self.leader), "-m", "-u", "-i", "-n", "-p", "-C", "--",
            "env", "-i", *(f"{name}={value}" for name, value in variables.items()), "sh", "-ec", script,
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
        )  # fmt: skip
        async with asyncio.timeout(_COMMAND_LIMIT):
            said, _ = await process.communicate()
        assert process.returncode is not None
        return Done(process.returncode, said.decode(errors="replace"))

    async def must(self, script: str, *, environ: Mapping[str, str] | None = None) -> str:
        """Likewise; it has to succeed. Returns what it said."""
        done = await self.run(script, environ=environ)
        assert done.code == 0, f"{script}\n{done}"
        return done.output

    async def shows(self, unit: str, name: str) -> str:
        """A property of a unit."""
        return (await self.must(f"systemctl show -P {name} {unit}")).strip()

    def write(self, path: str, text: str, mode: int = 0o644) -> None:
        """Put a file into it; it belongs to root."""
        file = self.root / path.lstrip("/")
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)
        file.chmod(mode)


@asynccontextmanager
async def booted(tree: Path, folder: Path, *binds: str) -> AsyncIterator[Machine]:
    """Boot one from a tree that stays as it is.

    It shares this machine's network, so that it reaches what listens on loopback here.

    Args:
        tree: from `base_tree`.
        folder: for what it writes, and its console's log.
        binds: "here:there", read-only.

    Raises:
        NoContainer: it can't be booted here.
    """
    root, upper, work = (folder / name for name in ("root", "upper", "work"))
    for one in (root, upper, work):
        one.mkdir(parents=True)
    options = f"lowerdir={tree},upperdir={upper},workdir={work}"
    if await _did("mount", "-t", "overlay", "overlay", "-o", options, str(root)) != 0:
        raise NoContainer("an overlay can't be mounted here")
    try:
        with (folder / "console.log").open("wb") as log:
            process = await asyncio.create_subprocess_exec(
                "systemd-nspawn", "-D", str(root), "--register=no", "--keep-unit", "--console=pipe", "--boot",
                *(f"--bind-ro={bind}" for bind in binds),
                stdin=asyncio.subprocess.DEVNULL, stdout=log, stderr=log,
            )  # fmt: skip
        try:
            machine = Machine(root, await _leader(process))
            machine.write("/usr/local/bin/sudo", _SUDO, 0o755)
            await _up(machine)
            yield machine
        finally:
            await _off(process)
    finally:
        await _did("umount", "--lazy", str(root))
        shutil.rmtree(folder, ignore_errors=True)


async def _leader(process: asyncio.subprocess.Process) -> int:
    ends = _CLOCK.monotonic() + _BOOT_LIMIT
    while _CLOCK.monotonic() < ends and process.returncode is None:
        found = _systemd_below(process.pid)
        if found is not None:
            return found
        await _CLOCK.sleep(0.2)
    raise NoContainer("systemd-nspawn does not boot here")


def _systemd_below(process: int) -> int | None:
    """Its child, once that has become systemd."""
    for child in Path(f"/proc/{process}/task/{process}/children").read_text().split():
        if Path(f"/proc/{child}/comm").read_text().strip() == "systemd":
            return int(child)
    return None


async def _did(*command: str) -> int:
    process = await asyncio.create_subprocess_exec(*command, stderr=asyncio.subprocess.DEVNULL)
    return await process.wait()


async def _up(machine: Machine) -> None:
    ends = _CLOCK.monotonic() + _BOOT_LIMIT
    while (await machine.run("systemctl is-system-running")).output.strip() not in {"running", "degraded"}:
        if _CLOCK.monotonic() > ends:
            raise NoContainer("systemd does not come up in a container here")
        await _CLOCK.sleep(0.3)


async def _off(process: asyncio.subprocess.Process) -> None:
    if process.returncode is None:
        process.terminate()  # which is how nspawn is told to shut its system down
    try:
        async with asyncio.timeout(_END_LIMIT):
            await process.wait()
    except TimeoutError:
        process.kill()
        await process.wait()
