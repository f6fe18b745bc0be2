"""The facts beside what the store has of them: what was known of whom when a call was decided on."""

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from bench.month.account import Account
from bench.month.books import Books, Stored
from bench.month.script import OUTAGE, Lived
from bench.month.size import HOUR, MINUTE
from bench.month.traffic import MISSED, Fact

NEAR = 2 * MINUTE
"""ms between a call that was answered and a leg of it."""


class Entry(NamedTuple):
    """A fact that was stored."""

    fact: Fact
    stored: Stored
    turn: int  # transactions before the one that stored it

    @property
    def place(self) -> tuple[int, int, str]:
        """In the order in which calls are decided on."""
        return self.turn, self.fact.placed_at, self.fact.id


@dataclass(frozen=True)
class Known:
    """All facts that were stored."""

    missed: Sequence[Entry]  # in the order in which they were decided on
    by_row: Mapping[int, Entry]
    answers: Mapping[str, Sequence[Entry]]  # by customer, in the order in which they were placed

    def those(self, rows: Iterable[int]) -> list[Entry]:
        """The calls with these rows; one that nobody placed was complained of before."""
        return [self.by_row[row] for row in rows if row in self.by_row]

    def near(self, entry: Entry) -> Iterator[Entry]:
        """The answered calls that a missed one is a leg of."""
        fact = entry.fact
        for one in self.after(fact.customer, fact.placed_at - NEAR):
            if one.fact.placed_at > fact.placed_at + NEAR:
                break
            yield one

    def after(self, customer: str, since: int) -> Iterator[Entry]:
        """The answered calls of a customer since an instant, UTC ms."""
        found = self.answers.get(customer, ())
        yield from found[bisect_left(found, since, key=_placed) :]


def known(lived: Lived, books: Books, account: Account) -> Known:
    """Compare the facts with the calls that are stored: each that could be read is there, once.

    Args:
        lived: the facts, and when each list was read.
        books: of the store.
        account: to fill.
    """
    facts = {(one.account, str(one.endpoint), one.id): one for one in lived.facts}
    entries: dict[tuple[str, str, str], Entry] = {}
    turn, last = -1, None
    for stored in books.calls:
        source = (stored.account, stored.endpoint)
        if (source, stored.stored_at) != last:
            turn, last = turn + 1, (source, stored.stored_at)
        fact = facts.get((*source, stored.id))
        if fact is None:
            account.complain("calls that nobody placed", f"{source} {stored.id}")
        elif (*source, stored.id) in entries:
            account.complain("calls stored twice", f"{source} {stored.id}")
        else:
            entries[*source, stored.id] = Entry(fact, stored, turn)
    _read_in_time(lived, facts, entries, account)
    answers = defaultdict(list)
    for entry in sorted(entries.values(), key=_placed):
        if entry.fact.endpoint is not MISSED:
            answers[entry.fact.customer].append(entry)
    missed = sorted(
        (one for one in entries.values() if one.fact.endpoint is MISSED), key=lambda one: one.place
    )
    return Known(missed, {one.stored.row: one for one in entries.values()}, answers)


def _read_in_time(
    lived: Lived,
    facts: Mapping[tuple[str, str, str], Fact],
    entries: Mapping[tuple[str, str, str], Entry],
    account: Account,
) -> None:
    """Each call is stored by the first good read after it was listed; what is late, by a comparison."""
    good = defaultdict(list)
    for poll in lived.polls:
        if poll.is_good:
            good[poll.source].append(poll)
    for key, fact in facts.items():
        polls = good[f"{key[0]}/{key[1]}"]
        at = bisect_left(polls, fact.listed_at, key=lambda poll: poll.began)
        by = polls[at].ended if at < len(polls) else None
        if by is not None and fact.is_late:
            by += HOUR + 2 * lived.size.poll_closed + OUTAGE
        account.count("calls", key[1], _stored(fact, entries.get(key), by, lived, account))


def _stored(fact: Fact, entry: Entry | None, by: int | None, lived: Lived, account: Account) -> str:
    """When it was, in words.

    Args:
        fact: a call.
        entry: it, with how it is stored; None where it is not.
        by: until when it had to be read, UTC ms; None where that is not yet.
        lived: the month.
        account: to complain to.
    """
    if entry is None:
        if by is None or by >= lived.size.end:
            return "not read yet at the end"
        account.complain("calls lost", f"{fact.account} {fact.id}, listed {fact.listed_at}")
        return "lost"
    at = entry.stored.stored_at
    if at < fact.listed_at or (by is not None and at > by):
        account.complain("calls stored at the wrong time", f"row {entry.stored.row}: {at}, and not by {by}")
    return "stored, listed late" if fact.is_late else "stored"


def _placed(entry: Entry) -> int:
    return entry.fact.placed_at
