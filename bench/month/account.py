"""The account itself: what was counted under which heading, and what does not fit."""

from collections import Counter, defaultdict
from dataclasses import dataclass, field

MOST_SHOWN = 10
"""Of what does not fit, by kind; all of it is counted."""


@dataclass
class Account:
    """Filled by those who compare; whoever finds a thing that nobody claims says so here."""

    counts: dict[str, Counter[tuple[str, str]]] = field(default_factory=lambda: defaultdict(Counter))
    figures: dict[str, str] = field(default_factory=dict)
    wrong: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))  # by kind

    def count(self, heading: str, row: str, column: str, number: int = 1) -> None:
        """Count something under a heading, in its row and column."""
        self.counts[heading][row, column] += number

    def complain(self, kind: str, what: str) -> None:
        """Something does not fit.

        Args:
            kind: of trouble, in a few words.
            what: exactly, with ids.
        """
        self.wrong[kind].append(what)

    def expect(self, kind: str, what: str, found: object, expected: object) -> None:
        """Complain where these are not the same."""
        if found != expected:
            self.complain(kind, f"{what}: {found}, and it should be {expected}")

    def sums_to(self, heading: str) -> int:
        """All that was counted under a heading."""
        return sum(self.counts[heading].values())

    @property
    def unaccounted(self) -> int:
        """So much does not fit."""
        return sum(map(len, self.wrong.values()))

    def complaints(self) -> list[str]:
        """What does not fit, in words."""
        lines = []
        for kind, found in sorted(self.wrong.items()):
            lines += [f"{kind} ({len(found)}):", *(f"  {one}" for one in found[:MOST_SHOWN])]
        return lines
