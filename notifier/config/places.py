"""Where things stand in a configuration file, and findings turned into problems that say so."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import NamedTuple

from notifier.errors import Problem

KeyPath = tuple[str | int, ...]
"""The way to a value: ("rules", 0, "count")."""

_ODD = re.compile(r"[^\w./+@ -]")
_LONGEST_KEY = 60


class Spot(NamedTuple):
    """A place in the file; both count from 1."""

    line: int
    column: int


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing wrong, before it is known where that stands. It never holds a value, which may be secret."""

    path: KeyPath
    what: str
    hint: str = ""
    at_key: bool = False  # point at the key, not at its value
    spot: Spot | None = None  # where exactly, if the path does not tell
    also: tuple[KeyPath, ...] = ()
    """Other keys that it is about; where one of them is at fault already, it may mean no more than that."""


class Places:
    """The places of all keys and values of one file.

    Args:
        file: its name, as it is shown.
    """

    def __init__(self, file: str) -> None:
        self.file = file
        self._keys: dict[KeyPath, Spot] = {}
        self._values: dict[KeyPath, Spot] = {}

    def add(self, path: KeyPath, value: Spot, key: Spot | None = None) -> None:
        """Remember where a value begins, and its key where it has one."""
        self._values[path] = value
        if key is not None:
            self._keys[path] = key

    def written(self, path: KeyPath) -> KeyPath:
        """The path as the file has it: one value may stand where a list is meant."""
        while path and isinstance(path[-1], int) and path not in self._values:
            path = path[:-1]
        return path

    def spot(self, finding: Finding) -> Spot:
        """Where to look; for a key that is missing, where what should hold it begins."""
        path = finding.path
        if finding.spot is not None:
            return finding.spot
        if finding.at_key and path in self._keys:
            return self._keys[path]
        while path and path not in self._values:
            path = path[:-1]
        return self._values.get(path, Spot(1, 1))

    def line_of(self, path: KeyPath) -> str:
        """Where to look for it, as file:line:column; only the file where it has nothing of that at all."""
        if path[:1] not in self._values:
            return self.file
        spot = self.spot(Finding(path, "", at_key=True))
        return f"{self.file}:{spot.line}:{spot.column}"

    def problems(self, findings: Iterable[Finding]) -> list[Problem]:
        """What was found, with its place, in the order of the file."""
        placed = sorted(((self.spot(finding), finding) for finding in findings), key=lambda pair: pair[0])
        return [
            Problem(
                f"{self.file}:{spot.line}:{spot.column}",
                dotted(self.written(finding.path)),
                finding.what,
                finding.hint,
            )
            for spot, finding in placed
        ]


def dotted(path: KeyPath) -> str:
    """A path as people write it: rules.0.count."""
    return ".".join(shown(str(step)) for step in path)


def shown(key: str) -> str:
    """A key fit to be shown: cut where it stops looking like one, since a value may have slipped into it."""
    odd = _ODD.search(key)
    fit = key[: odd.start() if odd else None][:_LONGEST_KEY]
    return fit if fit == key else f"{fit}…"
