"""What to ask for next: nothing falls between two reads, whatever the clocks do."""

from hypothesis import given
from hypothesis import strategies as st

from notifier.config.values import DAY, HOUR, MINUTE
from notifier.telecmi.interval import Interval, Parts, halves, new_watermark, next_interval

NOW = 1_790_000_000_000
TIMES = st.integers(0, 4 * 10**12)
SPANS = st.integers(0, 40 * DAY)


def test_the_first_read_reaches_back_a_day_or_further_where_that_is_asked_for() -> None:
    assert next_interval(None, NOW, 15 * MINUTE, 0) == Interval(NOW - DAY, NOW + 5 * MINUTE)
    assert next_interval(None, NOW, 15 * MINUTE, HOUR) == Interval(NOW - DAY, NOW + 5 * MINUTE)
    assert next_interval(None, NOW, 15 * MINUTE, 9 * DAY) == Interval(NOW - 9 * DAY, NOW + 5 * MINUTE)


def test_a_read_overlaps_the_one_before_and_looks_a_little_ahead() -> None:
    read = next_interval(NOW - 30_000, NOW, 15 * MINUTE, 0)
    assert read == Interval(NOW - 30_000 - 15 * MINUTE, NOW + 5 * MINUTE)


def test_a_watermark_in_the_future_says_nothing_of_what_was_read() -> None:
    start = NOW - DAY - 15 * MINUTE
    assert next_interval(NOW + HOUR, NOW, 15 * MINUTE, 0) == Interval(start, NOW + 5 * MINUTE)


def test_nothing_before_the_epoch_is_asked_for() -> None:
    assert next_interval(None, HOUR, MINUTE, 0) == Interval(0, HOUR + 5 * MINUTE)
    assert next_interval(5, -HOUR, MINUTE, 0) == Interval(0, 5 * MINUTE)


@given(st.none() | TIMES, st.integers(-DAY, 4 * 10**12), SPANS, SPANS)
def test_no_clock_makes_a_read_begin_after_the_watermark(
    watermark: int | None, now: int, overlap: int, reach_back: int
) -> None:
    read = next_interval(watermark, now, overlap, reach_back)
    assert 0 <= read.start < read.end
    assert read.start <= max(0, now if watermark is None else min(watermark, now))
    assert read.end >= now


def test_the_watermark_becomes_the_instant_the_read_began() -> None:
    assert new_watermark(None, NOW, NOW + 5) == NOW
    assert new_watermark(NOW - 30_000, NOW, None) == NOW


def test_the_watermark_is_never_later_than_the_servers_own_clock() -> None:
    assert new_watermark(NOW - HOUR, NOW, NOW - MINUTE) == NOW - MINUTE


def test_the_watermark_of_a_part_is_its_end_and_never_goes_back() -> None:
    assert new_watermark(NOW - HOUR, NOW, NOW, NOW - MINUTE) == NOW - MINUTE
    assert new_watermark(NOW - HOUR, NOW, NOW, NOW - 2 * HOUR) == NOW - HOUR
    assert new_watermark(NOW - HOUR, NOW, NOW - 2 * HOUR) == NOW - HOUR
    assert new_watermark(None, NOW, None, NOW - DAY) == NOW - DAY


def test_a_watermark_from_a_clock_that_ran_ahead_is_not_believed_any_more() -> None:
    assert new_watermark(NOW + HOUR, NOW, None) == NOW
    assert new_watermark(NOW + HOUR, NOW, NOW - 500) == NOW - 500
    assert new_watermark(NOW + HOUR, NOW, NOW + 2 * HOUR) == NOW + HOUR  # it may be ours that is slow


@given(
    st.lists(st.tuples(st.integers(-2 * DAY, 2 * DAY), st.integers(0, 6 * HOUR), st.booleans()), max_size=12)
)
def test_whatever_our_clock_does_every_instant_of_the_true_time_is_read(
    steps: list[tuple[int, int, bool]],
) -> None:
    """Reads at true times, by a clock that is off by anything, from a server that tells its own: once the
    clock is right again, what was read covers all true time from the first read to the last one."""
    true, watermark, covered = NOW, NOW, [Interval(NOW - DAY, NOW)]
    for off, passed, tells in [*steps, (0, 1, True)]:
        true += passed
        began = true + off
        read = next_interval(watermark, began, 0, 0)
        covered.append(Interval(read.start, min(read.end, true)))  # what has not happened can't be read
        if tells or off <= 0:  # a clock ahead, and no `Date` to tell: nothing could know
            watermark = new_watermark(watermark, began, true if tells else None)
    assert _gaps(covered, NOW, true) == []


def _gaps(read: list[Interval], start: int, end: int) -> list[Interval]:
    gaps, reached = [], start
    for interval in sorted(read):
        if interval.start > reached:
            gaps.append(Interval(reached, interval.start))
        reached = max(reached, interval.end)
    return gaps if reached >= end else [*gaps, Interval(reached, end)]


def test_a_minute_is_not_halved() -> None:
    assert halves(Interval(5, 5)) is None
    assert halves(Interval(5, 5 + MINUTE)) is None
    assert halves(Interval(5, 7 + MINUTE)) == (Interval(5, 30_006), Interval(30_006, 7 + MINUTE))


@given(TIMES, st.integers(MINUTE + 1, 10**12))
def test_halves_share_the_cut_cover_all_and_are_shorter(start: int, length: int) -> None:
    whole = Interval(start, start + length)
    both = halves(whole)
    assert both is not None
    older, newer = both
    assert (older.start, newer.end) == whole
    assert older.end == newer.start
    assert max(older.end - older.start, newer.end - newer.start) < length


@given(st.integers(0, 200), st.lists(st.booleans(), max_size=60), st.integers(0, 20))
def test_parts_cover_every_millisecond_oldest_first(length: int, splits: list[bool], most: int) -> None:
    parts = Parts(Interval(1_000, 1_000 + length), most)
    choices, read, done = iter(splits), [], 0
    while part := parts.current:
        if next(choices, False) and parts.split():
            done += 1
            continue
        assert parts.is_last == (part.end == 1_000 + length)
        read.append(part)
        parts.done()
    assert done <= most
    assert read == sorted(read)
    assert _gaps(read, 1_000, 1_000 + length) == []
    assert parts.is_last
    assert not parts.split()
