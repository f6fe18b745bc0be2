"""The file system that the store is on: is there room, and is the store's file still the one that is open?"""

import os
from dataclasses import dataclass
from pathlib import Path

LEAST = 200 * 1000 * 1000
"""Bytes that should be free: room for days of calls, and for the copy that a backup makes."""

LEAST_SHARE = 0.01
"""Of the file system."""

_ENOUGH = 1.1  # so many times what is too little: else every write would raise and clear it


@dataclass(frozen=True, slots=True)
class Space:
    """What a file system has, in bytes."""

    free: int  # that we may use
    total: int

    def is_short(self, *, was: bool) -> bool:
        """Is too little free? `was`: it was so of late."""
        least = max(LEAST, self.total * LEAST_SHARE)
        return self.free < least * (_ENOUGH if was else 1)

    def __str__(self) -> str:
        return f"{self.free / 1e6:.0f} MB of {self.total / 1e6:.0f} MB are free"


class StoreFile:
    """The file of a store that this process has open.

    Args:
        path: of the file; it was opened just now.

    Raises:
        OSError: it is not there.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._opened = _identity(path)

    def space(self) -> Space | None:
        """What its file system has; None where that can't be told."""
        try:
            found = os.statvfs(self.path.parent)
        except OSError:
            return None
        return Space(found.f_bavail * found.f_frsize, found.f_blocks * found.f_frsize)

    def is_there(self) -> bool:
        """Is the file at the path the one that we opened? Else what we write is lost when we end."""
        try:
            return _identity(self.path) == self._opened
        except (FileNotFoundError, NotADirectoryError):
            return False
        except OSError:
            return True  # it can't be looked at now; whoever uses the store will say why


def _identity(path: Path) -> tuple[int, int]:
    found = path.stat()
    return found.st_dev, found.st_ino
