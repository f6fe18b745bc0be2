"""The Debian tree that a container is booted from: made once, kept in a cache, never written to.

What an installation needs from a package index is fetched by this machine's pip, as it is configured here,
and handed into the container, which has no index of its own.
"""

import asyncio
import hashlib
import os
import platform
import shutil
import sys
from pathlib import Path

NEEDED = ("debootstrap", "systemd-nspawn", "nsenter", "mount", "umount")
PACKAGES = "systemd,systemd-sysv,dbus,procps,python3,python3-venv"
"""procps is in every usual Debian; the smallest tree lacks it, and with it the unit's /bin/kill."""

SUITE = "bookworm"
PYTHON = "3.11"
"""Debian 12's."""

_BUILD_LIMIT = 600.0  # seconds


class NoContainer(Exception):
    """None can be made here; the text says why."""


CACHE = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "notifier-fault"
"""Where trees are kept between runs: outside of the checkout."""


async def base_tree() -> Path:
    """The tree, made where there is none.

    Raises:
        NoContainer: it can't be made here.
    """
    missing = [name for name in NEEDED if shutil.which(name) is None]
    if os.geteuid() != 0 or missing:
        raise NoContainer(f"needs root and {', '.join(missing or NEEDED)}")
    tree = CACHE / f"{SUITE}-{_digest(PACKAGES.encode())}"
    if not tree.exists():
        half = tree.with_suffix(".half")
        shutil.rmtree(half, ignore_errors=True)
        half.parent.mkdir(parents=True, exist_ok=True)
        await _fetch("debootstrap", "--variant=minbase", f"--include={PACKAGES}", SUITE, str(half))
        half.rename(tree)
    return tree


async def wheels(lock: Path) -> Path:
    """A folder with everything that the lock names, for Debian's Python.

    Raises:
        NoContainer: it can't be fetched.
    """
    folder = _wheels_of(lock)
    if not folder.exists():
        half = folder.with_suffix(".half")
        shutil.rmtree(half, ignore_errors=True)
        machine = platform.machine()
        kinds = [f"manylinux_2_{minor}_{machine}" for minor in (17, 28, 34)]
        await _fetch(
            sys.executable, "-m", "pip", "download", "-q", "--only-binary", ":all:", "--require-hashes",
            "-r", str(lock), "-d", str(half), "--python-version", PYTHON, "--implementation", "cp",
            *(word for abi in ("cp311", "abi3", "none") for word in ("--abi", abi)),
            *(word for kind in (f"manylinux2014_{machine}", *kinds, "any") for word in ("--platform", kind)),
        )  # fmt: skip
        half.rename(folder)
    return folder


def _wheels_of(lock: Path) -> Path:
    return CACHE / f"wheels-{_digest(lock.read_bytes())}"


def _digest(raw: bytes) -> str:
    return hashlib.sha256(raw).hexdigest()[:12]


async def _fetch(*command: str) -> None:
    process = await asyncio.create_subprocess_exec(
        *command,
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    try:
        async with asyncio.timeout(_BUILD_LIMIT):
            said, _ = await process.communicate()
    except TimeoutError:
        process.kill()
        raise NoContainer(f"{Path(command[0]).name} takes longer than {_BUILD_LIMIT:g} s") from None
    if process.returncode != 0:
        last = said.decode(errors="replace").strip().splitlines()[-1:]
        raise NoContainer(f"{Path(command[0]).name} failed: {' '.join(last)[:200]}")
