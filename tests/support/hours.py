"""Open hours given as what is open: simple enough to trust."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Spells:
    """Open from and until, UTC ms, in order and apart from each other; closed otherwise."""

    spells: tuple[tuple[int, int], ...]

    def is_open(self, at: int) -> bool:
        return any(begin <= at < end for begin, end in self.spells)

    def opens_at(self, at: int) -> int | None:
        return next((max(begin, at) for begin, end in self.spells if end > at), None)

    def after(self, start: int, span: int) -> int | None:
        left = span
        for begin, end in self.spells:
            first = max(begin, start)
            if end - first >= left > 0:
                return first + left
            left -= max(0, end - first)
        return None

    def open_between(self, start: int, end: int) -> int:
        return sum(max(0, min(until, end) - max(begin, start)) for begin, until in self.spells)


def spells(*open_: tuple[int, int]) -> Spells:
    """Open from and until, each."""
    return Spells(open_)
