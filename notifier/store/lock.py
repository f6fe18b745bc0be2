"""One writer per store: `run` and `once` hold the lock for as long as they live."""

import contextlib
import fcntl
import json
import os
import socket
from collections.abc import Iterator
from pathlib import Path

from notifier.errors import StoreRefused

TRIES = 100
"""At once, one after another: `holder` has the lock, too, for as long as it looks."""


@contextlib.contextmanager
def store_lock(path: Path, command: str) -> Iterator[None]:
    """Hold the store's lock. The kernel lets go of it however the process ends.

    Args:
        path: of the store.
        command: what holds it, for whoever is refused.

    Raises:
        StoreRefused: another process holds it; the text says which. Or it can't be had here.
    """
    beside = _beside(path)
    with contextlib.ExitStack() as stack:
        try:
            file = os.open(beside, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
            stack.callback(os.close, file)
            is_ours = any(_locked(file) for _ in range(TRIES))
        except OSError as error:
            raise StoreRefused(
                f"{beside} can't be made or locked ({error.strerror}); its folder must exist, "
                "be on a disk of this machine, and belong to the user that runs notifier"
            ) from None
        if not is_ours:
            raise StoreRefused(f"the store {path} is in use by {_holder(file)}; stop that one first")
        # The lock holds without it, also where the disk is full.
        with contextlib.suppress(OSError):
            _sign(file, command)
        yield


def holder(path: Path) -> str | None:
    """Who holds the lock of a store; None where nobody does.

    Args:
        path: of the store.
    """
    try:
        file = os.open(_beside(path), os.O_RDONLY | os.O_CLOEXEC)
    except OSError:
        return None
    try:
        fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except OSError:
        return _holder(file)
    else:
        return None
    finally:
        os.close(file)


def _beside(path: Path) -> Path:
    path = path.resolve()  # one store has one lock, under whatever names it is known
    return path.with_name(path.name + ".lock")


def _locked(file: int) -> bool:
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _sign(file: int, command: str) -> None:
    os.ftruncate(file, 0)
    ours = {"command": f"notifier {command}", "pid": os.getpid(), "host": socket.gethostname()}
    os.pwrite(file, json.dumps(ours).encode(), 0)


def _holder(file: int) -> str:
    try:
        theirs = json.loads(os.pread(file, 4096, 0))
        return f"`{theirs['command']}` (process {theirs['pid']} on {theirs['host']})"
    except (ValueError, KeyError, TypeError):
        return "another process"
