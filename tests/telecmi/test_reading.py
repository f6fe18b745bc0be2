"""Whole reads: with an honest server they bring everything, with a lying one they end."""

import random
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from hypothesis import given, settings
from hypothesis import strategies as st

from notifier.model import Call, Endpoint
from notifier.telecmi import Answer, Interval, Pages, Parts, Verdict
from notifier.telecmi.pages import MOST_CALLS, MOST_READ

WHOLE = Interval(0, 1_000_000)


def call(name: str, at: int) -> Call:
    return Call("main", Endpoint.OUT_MISSED, name, None, "209", "+919812345678", at, "")


@dataclass
class Server:
    """A small TeleCMI; what it does wrong comes in as functions."""

    calls: list[Call]
    page_size: int = 10
    order: Callable[[list[Call]], Iterable[Call]] = lambda calls: sorted(
        calls, key=lambda call: -call.placed_at
    )
    size: Callable[[], int | None] = lambda: None  # a shorter page now and then
    count: Callable[[int], int | None] = lambda count: count
    shown: Callable[[int, list[Call]], list[Call]] = lambda _, calls: calls
    requests: int = 0
    ends: dict[tuple[Interval, int], int] = field(default_factory=dict)

    def page(self, interval: Interval, page: int) -> Answer:
        self.requests += 1
        inside = [call for call in self.calls if interval.start <= call.placed_at <= interval.end]
        begin = 0 if page == 1 else self.ends.get((interval, page - 1), 0)
        end = begin + (self.size() or self.page_size)
        self.ends[interval, page] = end
        shown = self.shown(page, list(self.order(inside))[begin:end])
        return Answer(self.count(len(inside)), tuple(shown), len(shown))


def read(server: Server, held: dict[str, Call], most_splits: int = 1_000) -> list[Verdict]:
    """As the intake does it: part by part, oldest first, each committed when it is over."""
    verdicts, parts = [], Parts(WHOLE, most_splits)
    while part := parts.current:
        pages, verdict = Pages(), None
        while verdict is None:
            pages.add(server.page(part, pages.next_page))
            new = {record.id: record for record in pages.records if isinstance(record, Call)}
            inside = [call for call in (held | new).values() if part.start <= call.placed_at <= part.end]
            verdict = pages.verdict(len(inside))
            if verdict is None and pages.has_too_many and parts.split():
                break
        else:
            held |= new
            verdicts.append(verdict)
            parts.done()
    return verdicts


def some_calls(count: int, seed: int) -> list[Call]:
    rng = random.Random(seed)
    return [call(f"c{n}", rng.randint(*WHOLE)) for n in range(count)]


@given(
    count=st.integers(0, 60),
    known=st.integers(0, 60),
    page_size=st.integers(1, 20),
    short=st.booleans(),
    shuffled=st.booleans(),
    seed=st.integers(0, 2**32),
)
@settings(deadline=None)
def test_an_honest_server_gives_every_call_of_the_interval(
    *, count: int, known: int, page_size: int, short: bool, shuffled: bool, seed: int
) -> None:
    rng = random.Random(seed)
    calls = some_calls(count, seed)
    held = {known.id: known for known in calls[:known]}
    server = Server(calls, page_size)
    if short:
        server.size = lambda: rng.randint(1, page_size)
    if shuffled:
        order = rng.sample(calls, len(calls))
        server.order = lambda inside: sorted(inside, key=order.index)
    assert read(server, held) == [Verdict.AGREES]
    assert held == {call.id: call for call in calls}
    assert server.requests <= count + 1


def test_an_idle_read_of_an_honest_server_costs_one_request() -> None:
    calls = some_calls(60, 1)
    server = Server(calls)
    assert read(server, {call.id: call for call in calls}) == [Verdict.AGREES]
    assert server.requests == 1


def test_an_interval_with_many_calls_is_read_in_parts_and_whole() -> None:
    calls = some_calls(7_000, 5)
    held: dict[str, Call] = {}
    server = Server(calls, page_size=100)
    assert set(read(server, held)) == {Verdict.AGREES}
    assert len(held) == 7_000


def test_an_interval_with_many_calls_and_no_count_is_read_in_parts_and_whole() -> None:
    calls = some_calls(7_000, 5)
    held: dict[str, Call] = {}
    server = Server(calls, page_size=100, count=lambda _: None)
    assert set(read(server, held)) == {Verdict.EXHAUSTED}
    assert len(held) == 7_000
    assert server.requests < 3 * 70 + 40


def lying(seed: int, most: int, *, forgets: bool, repeats: bool, endless: bool, restless: bool) -> Server:
    rng = random.Random(seed)
    server = Server(some_calls(rng.randint(0, 40), seed), rng.randint(1, 12))
    server.count = lambda _: rng.choice([None, 0, 3, rng.randint(0, most), most])
    made = iter(range(10**9))

    def shown(page: int, calls: list[Call]) -> list[Call]:
        if forgets and rng.random() < 0.2:
            return []
        if repeats:
            calls = calls + calls[:2] + server.calls[: rng.randint(0, 3)]
        if endless:
            calls = [*calls, *(call(f"more{next(made)}", rng.randint(-5, 10**7)) for _ in range(200))]
        return calls

    server.shown = shown
    if restless:
        server.order = lambda inside: rng.sample(inside, len(inside))
    return server


@given(
    seed=st.integers(0, 2**32),
    most=st.sampled_from([5, 900, 10**6]),
    forgets=st.booleans(),
    repeats=st.booleans(),
    endless=st.booleans(),
    restless=st.booleans(),
)
@settings(deadline=None, max_examples=40)
def test_a_lying_server_can_not_keep_us_reading(
    *, seed: int, most: int, forgets: bool, repeats: bool, endless: bool, restless: bool
) -> None:
    server = lying(seed, most, forgets=forgets, repeats=repeats, endless=endless, restless=restless)
    held: dict[str, Call] = {}
    verdicts = read(server, held, most_splits=8)
    assert 1 <= len(verdicts) <= 9
    page = 200 if endless else 1
    assert server.requests <= 8 * (1 + MOST_CALLS // page) + 9 * (MOST_READ // page)
    assert len(held) <= 9 * (MOST_READ + 250)


def test_a_server_that_always_counts_too_many_is_read_in_a_bounded_number_of_parts() -> None:
    server = Server(
        some_calls(30, 3), count=lambda _: 10**6, shown=lambda _, calls: calls or [call("always", 0)]
    )
    verdicts = read(server, {}, most_splits=100)
    assert 1 < len(verdicts) <= 101
    assert server.requests < 1_000
