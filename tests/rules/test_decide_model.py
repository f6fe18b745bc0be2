"""Decisions against a small model that counts by hand, for any order of arrival and any batches."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from hypothesis import given, settings
from hypothesis import strategies as st

from notifier.model import Alert, StoredCall
from notifier.rules import CompiledRule, Matched, Outcome, Reason, Windows, decide
from tests.support.clock import START
from tests.support.rulebook import compiled, each, stored

WITHIN = 10_000  # ms; times below are in s
COUNT = 3
LEVELS = (5, 7)


def _rule(levels: Sequence[int]) -> CompiledRule:
    return compiled(per="extension", count=COUNT, within="10s", levels=[{"count": one} for one in levels])


RULE = _rule(LEVELS)
EXTENSIONS = ("209", "210")

Event = StoredCall | str  # a call, or the extension whose alert ends
Said = list[tuple[int, Reason]]


@st.composite
def _events(draw: st.DrawFn) -> list[Event]:
    """Calls in any order of arrival, at few instants, so that many are equal; now and then an alert ends."""
    drawn = draw(
        st.lists(
            st.tuples(st.integers(0, 40), st.sampled_from(EXTENSIONS), st.sampled_from("ccccccccbe")),
            min_size=5,
            max_size=60,
        )
    )
    return [
        extension
        if kind == "e"
        else stored(row, START + at * 1000, baseline=kind == "b", extension=extension)
        for row, (at, extension, kind) in enumerate(drawn)
    ]


@dataclass
class Hand:
    """Counts by hand: one extension."""

    steps: Sequence[int] = LEVELS
    pool: list[tuple[int, int]] = field(default_factory=list)  # time, row; those of ended alerts are gone
    joined: list[set[int]] = field(default_factory=list)  # of each alert
    levels: list[int] = field(default_factory=list)
    is_active: bool = False

    def take(self, call: StoredCall) -> Reason:
        time = call.call.placed_at
        self.pool.append((time, call.row))
        if call.baseline:
            return Reason.BASELINE
        ends = sorted({at for at, _ in self.pool if time <= at < time + WITHIN})
        windows = [[one for one in self.pool if end - WITHIN < one[0] <= end] for end in ends]
        level = self._level(max(len(window) for window in windows))
        if not self.is_active:
            if level is None:
                return Reason.BELOW_THRESHOLD
            first = next(window for window in windows if len(window) >= COUNT)
            self._open(min(first)[0], level)
            return Reason.OPENED
        self.joined[-1].add(call.row)
        if level is None or level <= self.levels[-1]:
            return Reason.JOINED
        self.levels[-1] = level
        return Reason.LEVEL_RAISED

    def _open(self, begin: int, level: int) -> None:
        rows, last = set(), begin
        for time, row in sorted(self.pool):
            if begin <= time < last + WITHIN:
                rows.add(row)
                last = time
        self.joined.append(rows)
        self.levels.append(level)
        self.is_active = True

    def _level(self, count: int) -> int | None:
        return sum(count >= level for level in self.steps) if count >= COUNT else None

    def end(self) -> None:
        if self.is_active:
            self.is_active = False
            self.pool = [one for one in self.pool if one[1] not in self.joined[-1]]


def _by_hand(events: list[Event], levels: Sequence[int]) -> tuple[Said, dict[str, Hand]]:
    hands = {extension: Hand(levels) for extension in EXTENSIONS}
    said = []
    for event in events:
        if isinstance(event, str):
            hands[event].end()
        else:
            said.append((event.row, hands[event.call.extension].take(event)))
    return said, hands


def _matched(calls: Iterable[StoredCall], rule: CompiledRule = RULE) -> list[Matched]:
    """As ``match_all`` would, but for the order: calls are decided as they arrive."""
    by_key: dict[str, list[StoredCall]] = {}
    for call in calls:
        by_key.setdefault(rule.key(call.call), []).append(call)
    return [Matched(rule, key, alike) for key, alike in by_key.items()]


@dataclass
class Decided:
    """Lets ``decide`` take batch after batch, and keeps what came of it."""

    rule: CompiledRule = RULE
    windows: Windows = field(default_factory=lambda: Windows(0))
    active: dict[tuple[str, str], Alert] = field(default_factory=dict)
    joined: dict[str, list[set[int]]] = field(default_factory=lambda: {one: [] for one in EXTENSIONS})
    levels: dict[str, list[int]] = field(default_factory=lambda: {one: [] for one in EXTENSIONS})
    said: Said = field(default_factory=list)

    def take(self, calls: list[StoredCall]) -> None:
        matched = _matched(calls, self.rule)
        outcome = decide(matched, self.active, self.windows, START)
        self._check(calls, outcome)
        outcome.windows.apply()
        for change in outcome.changes:
            key, extension = (change.alert.rule, change.alert.key), change.alert.agent[-3:]
            if key in self.active:
                assert change.alert.level >= self.active[key].level
                assert not self.joined[extension][-1] & set(change.joined)
                self.joined[extension][-1].update(change.joined)
                self.levels[extension][-1] = change.alert.level
            else:
                self.joined[extension].append(set(change.joined))
                self.levels[extension].append(change.alert.level)
            self.active[key] = change.alert
            assert change.alert.call_count == len(self.joined[extension][-1])
        self.said += [(row, reason) for row, _, reason, _ in each(outcome)]

    def _check(self, calls: list[StoredCall], outcome: Outcome) -> None:
        decisions = each(outcome)
        assert [row for row, _, _, _ in decisions] == [call.row for call in calls]
        for row, _, reason, at in decisions:
            if at < 0:
                assert reason in {Reason.BASELINE, Reason.BELOW_THRESHOLD}
            else:
                assert row in outcome.changes[at].joined
        for change in outcome.changes:
            assert len(set(change.joined)) == len(change.joined)

    def run(self, events: list[Event], cuts: Iterable[bool]) -> "Decided":
        batch: list[StoredCall] = []
        for event, cut in zip(events, cuts, strict=True):
            if isinstance(event, str):
                self.take(batch)
                batch = []
                self.active.pop((RULE.name, f"extension=main/{event}"), None)
            else:
                batch.append(event)
                if cut:
                    self.take(batch)
                    batch = []
        self.take(batch)
        return self


@settings(deadline=None, max_examples=300)
@given(_events(), st.sampled_from([(), LEVELS]), st.data())
def test_decisions_are_those_of_counting_by_hand_wherever_the_batches_end(
    events: list[Event], levels: Sequence[int], data: st.DataObject
) -> None:
    said, hands = _by_hand(events, levels)
    cuts = data.draw(st.lists(st.booleans(), min_size=len(events), max_size=len(events)))
    never, always = [False] * len(events), [True] * len(events)
    for batches in (never, always, cuts):
        decided = Decided(_rule(levels)).run(events, batches)
        assert decided.said == said
        assert decided.joined == {extension: hand.joined for extension, hand in hands.items()}
        assert decided.levels == {extension: hand.levels for extension, hand in hands.items()}


@settings(deadline=None)
@given(_events())
def test_every_call_is_decided_once_and_no_call_joins_two_alerts(events: list[Event]) -> None:
    decided = Decided().run(events, [True] * len(events))
    calls = [event.row for event in events if isinstance(event, StoredCall)]
    assert [row for row, _ in decided.said] == calls
    joined = [row for alerts in decided.joined.values() for rows in alerts for row in rows]
    assert len(set(joined)) == len(joined)
    assert set(joined) <= set(calls)


@settings(deadline=None)
@given(st.lists(st.integers(0, 60), min_size=1, max_size=60), st.sets(st.integers(0, 59), max_size=6))
def test_in_order_an_alert_opens_exactly_when_the_calls_that_no_alert_took_reach_the_count(
    seconds: list[int], ends: set[int]
) -> None:
    decided = Decided()
    untaken: list[int] = []
    for row, at in enumerate(sorted(seconds)):
        time = START + at * 1000
        if row in ends:
            decided.active.clear()
        was_active = bool(decided.active)
        decided.take([stored(row, time)])
        reason = decided.said[-1][1]
        if was_active:
            assert reason in {Reason.JOINED, Reason.LEVEL_RAISED}
            continue
        untaken.append(time)
        in_window = [one for one in untaken if time - WITHIN < one <= time]
        assert (reason is Reason.OPENED) is (len(in_window) == COUNT)
        if reason is Reason.OPENED:
            untaken = [one for one in untaken if one not in in_window]


def _shape(windows: Windows) -> list[tuple[list[int], list[int], bytes]]:
    found = [windows.get((RULE.name, f"extension=main/{extension}")) for extension in EXTENSIONS]
    return [(list(one.times), list(one.rows), bytes(one.taken)) for one in found if one is not None]


@settings(deadline=None)
@given(_events(), _events())
def test_deciding_changes_nothing_that_it_was_given_and_can_be_done_again(
    before: list[Event], events: list[Event]
) -> None:
    decided = Decided().run(before, [False] * len(before))
    calls = [event._replace(row=event.row + 100) for event in events if isinstance(event, StoredCall)]
    matched = _matched(calls)
    given_matched, given_active, given_windows = list(matched), dict(decided.active), _shape(decided.windows)
    first = decide(matched, decided.active, decided.windows, START)
    second = decide(matched, decided.active, decided.windows, START)
    assert (first.decisions, first.changes) == (second.decisions, second.changes)
    assert (matched, decided.active, _shape(decided.windows)) == (given_matched, given_active, given_windows)
