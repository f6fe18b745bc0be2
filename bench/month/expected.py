"""What every rule should make of every missed call, worked out from the facts and nothing else."""

from bisect import bisect_left, bisect_right, insort
from collections import defaultdict
from dataclasses import dataclass, field

from bench.month.account import Account
from bench.month.books import Books, Decided
from bench.month.known import Entry, Known
from bench.month.lives import Lives
from bench.month.office import staff
from bench.month.script import Lived
from bench.month.traffic import MISSED
from notifier.config import Config
from notifier.config.rules import Match, Rule

_TEAMS = {one.agent: one.team for one in staff()}
_PHONES = frozenset(one.phone for one in staff() if one.phone)

Key = tuple[str, str]
"""A rule, and what its alerts are told apart by."""


@dataclass
class Deciding:
    """Goes through all missed calls in the order in which they were decided on."""

    lived: Lived
    books: Books
    known: Known
    account: Account
    lives: Lives
    _made: dict[tuple[int, str], Decided] = field(default_factory=dict)
    _joined: dict[tuple[int, str], int] = field(default_factory=dict)  # a call and a rule: the alert
    _opened: dict[Key, list[int]] = field(default_factory=lambda: defaultdict(list))
    _windows: dict[Key, list[tuple[int, int]]] = field(default_factory=lambda: defaultdict(list))
    _missed: dict[str, list[Entry]] = field(default_factory=lambda: defaultdict(list))  # by customer
    _begun: dict[str, int] = field(default_factory=dict)  # when each list was first read, UTC ms
    _legs: dict[int, int] = field(
        default_factory=dict
    )  # by row: the turn from which on it is known to be one

    def compare(self) -> None:
        """Compare each decision with what it should be; none is missing, none is doubled, none is left."""
        self._prepare()
        for entry in self.known.missed:
            self._all_rules(entry)
        for left in self._made:
            self.account.complain("decisions on nothing", f"call {left[0]} by {left[1]}")

    def _prepare(self) -> None:
        for poll in self.lived.polls:
            self._begun.setdefault(poll.source, poll.began)
        for made in self.books.decisions:
            self._made[made.call, made.rule] = made
        for alert, rows in self.books.joined.items():
            for row in rows:
                self._joined[row, self.books.alerts[alert].rule] = alert
        for entry in self.known.missed:
            self._legs[entry.stored.row] = min((one.turn for one in self.known.near(entry)), default=2**62)

    def _all_rules(self, entry: Entry) -> None:
        config = self._config(entry.stored.stored_at)
        is_leg = self._legs[entry.stored.row] < entry.turn
        attempt = 1 if is_leg else self._attempt(entry)
        self.account.expect("attempts", f"call {entry.stored.row}", entry.stored.attempt, attempt)
        is_ever_leg = self._legs[entry.stored.row] < 2**62
        self.account.expect("legs", f"call {entry.stored.row}", bool(entry.stored.spurious), is_ever_leg)
        self.account.count("misses", "legs of answered calls" if is_ever_leg else "missed", "calls")
        self._missed[entry.fact.customer].append(entry)
        for rule in config.rules:
            if _applies(rule.match, entry, attempt):
                self._one_rule(rule, entry, is_leg=is_leg)

    def _one_rule(self, rule: Rule, entry: Entry, *, is_leg: bool) -> None:
        row = entry.stored.row
        made = self._made.pop((row, rule.name), None)
        if made is None:
            self.account.complain("decisions missing", f"call {row} by {rule.name}")
            return
        self.account.count("decisions", rule.name, made.reason)
        key = (rule.name, _key(rule, entry))
        should_be = {"spurious"} if is_leg else self._should_be(rule, key, entry)
        if entry.fact.placed_at < self._begun[f"{entry.fact.account}/{MISSED}"] and not is_leg:
            should_be = {"baseline"}
        if made.reason not in should_be:
            self.account.complain(
                "decisions that are others",
                f"call {row} by {rule.name}: {made.reason}, not {sorted(should_be)}",
            )
        if made.reason == "opened" and made.alert is not None:
            self._opened[key].append(made.alert)
        if made.reason in {"opened", "joined", "level_raised"}:
            self.account.expect(
                "alerts of calls", f"call {row}", self._joined.get((row, rule.name)), made.alert
            )

    def _should_be(self, rule: Rule, key: Key, entry: Entry) -> set[str]:
        at, fact = entry.stored.stored_at, entry.fact
        is_reached = any(one.turn < entry.turn for one in self.known.after(fact.customer, fact.placed_at + 1))
        if is_reached and {"customer", "call"} & set(rule.per):
            return {"reached_before_wait"}
        active = [self.lives.is_active(alert, at) for alert in self._opened[key]]
        # An alert that another call of the same transaction opened began at this instant, too.
        same = [alert for alert in self._opened[key] if self.books.alerts[alert].opened_at == at]
        joins = {"joined", "level_raised"} if rule.levels else {"joined"}
        opens = {"opened"}
        if rule.within is not None:
            insort(self._windows[key], (fact.placed_at, entry.stored.row))
            opens = {
                "opened" if self._count(rule, key, entry) >= _needed(rule, fact.agent) else "below_threshold"
            }
        if True in active or same:
            return joins
        return joins | opens if None in active else opens

    def _count(self, rule: Rule, key: Key, entry: Entry) -> int:
        """The most calls in any span that this one is in."""
        assert rule.within is not None, "asked for where calls are counted"
        at, window = entry.fact.placed_at, self._windows[key]
        near = window[
            bisect_right(window, (at - rule.within, 2**62)) : bisect_left(window, (at + rule.within, 0))
        ]
        times = [time for time, row in near if self._counts(rule.name, row, entry)]
        return max(sum(end - rule.within < time <= end for time in times) for end in times if end >= at)

    def _counts(self, rule: str, row: int, entry: Entry) -> bool:
        if self._legs[row] < entry.turn:
            return False
        alert = self._joined.get((row, rule))
        return alert is None or not self.lives.has_ended(alert, entry.stored.stored_at)

    def _attempt(self, entry: Entry) -> int:
        """Of the misses between two talks with the customer, as far as was known then."""
        at, customer = entry.fact.placed_at, entry.fact.customer
        talks = [one.fact.placed_at for one in self.known.after(customer, 0) if one.turn < entry.turn]
        last = max((talk for talk in talks if talk <= at), default=0)
        coming = min((talk for talk in talks if talk > at), default=2**62)
        others = (one for one in self._missed[customer] if last < one.fact.placed_at < coming)
        return 1 + sum(self._legs[one.stored.row] >= entry.turn for one in others)

    def _config(self, at: int) -> Config:
        return self.lived.configs[at >= self.lived.reloaded_at]


def _needed(rule: Rule, agent: str) -> int:
    return rule.overrides.get(agent, rule.count)


def _key(rule: Rule, entry: Entry) -> str:
    fact = entry.fact
    parts = {
        "call": f"{fact.account}{fact.id}",
        "customer": fact.customer,
        "extension": fact.agent,
        "team": _TEAMS[fact.agent],
    }
    return "/".join(parts[one] for one in rule.per)


def _applies(match: Match, entry: Entry, attempt: int) -> bool:
    fact = entry.fact
    is_agents = fact.customer in _PHONES
    return all(
        (
            not match.team or _TEAMS[fact.agent] in match.team,
            not match.account or fact.account in match.account,
            not match.customer or fact.customer.startswith(match.customer),
            match.leg is None or (match.leg == "agent") is is_agents,
            match.attempts is None or attempt >= match.attempts,
        )
    )
