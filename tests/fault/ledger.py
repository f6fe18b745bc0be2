"""What was listed, against what was told: nothing lost, nothing doubled, and how late. Pure."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

Pair = tuple[str, str]  # the call's name, the target


@dataclass(frozen=True, slots=True)
class Telling:
    """One message that named one call."""

    call: str  # its contact name, which no other call has
    target: str  # a Slack channel's id, "webhook", an e-mail address
    at: int  # UTC ms, when the remote side accepted it
    message: str = ""  # which


@dataclass(frozen=True, slots=True)
class Reckoning:
    """What came of it all."""

    due: int  # tellings that were owed: calls times their targets
    lost: tuple[Pair, ...]
    doubled: Mapping[Pair, int]  # tellings beyond the first
    repeats: Mapping[str, int]  # by target: messages that told something once more
    stray: tuple[Pair, ...]  # told to somebody who was not to hear of it
    worst: Mapping[str, int]  # ms; by target, the longest between listed and first told

    @property
    def worst_of_all(self) -> int:
        return max(self.worst.values(), default=0)


@dataclass
class Ledger:
    """Who is to hear of which call."""

    # By target: those who may be told in its place, where it can't be. Whoever it is, one telling is enough.
    instead: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    _owed: dict[Pair, int] = field(default_factory=dict)

    def __len__(self) -> int:
        return len(self._owed)

    def owe(self, call: str, targets: Iterable[str], since: int) -> None:
        """A call was listed.

        Args:
            call: its name.
            targets: who is to hear of it.
            since: UTC ms, when it could be read.
        """
        self._owed.update({(call, target): since for target in targets})

    def untold(self, tellings: Iterable[Telling]) -> set[Pair]:
        """What nobody was told yet."""
        return {*self.reckon(tellings).lost}

    def reckon(self, tellings: Iterable[Telling]) -> Reckoning:
        """Close the books."""
        heard: dict[Pair, list[Telling]] = {}
        for one in sorted(tellings, key=lambda one: one.at):
            heard.setdefault((one.call, one.target), []).append(one)
        books = _Books(self._owed, heard)
        for pair in self._owed:
            books.close(pair, self.instead.get(pair[1], ()))
        for pair in heard:
            if pair not in self._owed:
                books.close_substitute(pair)
        return books.reckoning()


@dataclass
class _Books:
    owed: Mapping[Pair, int]
    heard: Mapping[Pair, list[Telling]]  # oldest first
    lost: list[Pair] = field(default_factory=list)
    stray: list[Pair] = field(default_factory=list)
    doubled: dict[Pair, int] = field(default_factory=dict)
    repeats: dict[str, set[str]] = field(default_factory=dict)
    worst: dict[str, int] = field(default_factory=dict)
    served: Counter[Pair] = field(default_factory=Counter)  # substitutes: for how many they stand in
    known: set[Pair] = field(default_factory=set)  # substitutes, of anybody

    def close(self, pair: Pair, substitutes: Iterable[str]) -> None:
        """What became of one telling that was owed."""
        call, target = pair
        places = [(call, place) for place in substitutes]
        self.known.update(places)
        told = self.heard.get(pair, [])
        self._note(pair, told[1:])
        if not told:
            places = [place for place in places if place in self.heard]
            if not places:
                self.lost.append(pair)
                return
            self.served[places[0]] += 1
            told = self.heard[places[0]]
        self.worst[target] = max(self.worst.get(target, 0), told[0].at - self.owed[pair])

    def close_substitute(self, pair: Pair) -> None:
        """Somebody was told who was not owed it."""
        if pair not in self.known:
            self.stray.append(pair)
        else:
            self._note(pair, self.heard[pair][self.served[pair] :])

    def reckoning(self) -> Reckoning:
        repeats = {target: len(messages) for target, messages in self.repeats.items()}
        return Reckoning(
            len(self.owed), tuple(self.lost), self.doubled, repeats, tuple(self.stray), self.worst
        )

    def _note(self, pair: Pair, again: list[Telling]) -> None:
        if again:
            self.doubled[pair] = len(again)
            self.repeats.setdefault(pair[1], set()).update(one.message for one in again)
