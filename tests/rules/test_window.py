"""Sliding counts, against counting by hand."""

from hypothesis import given, settings
from hypothesis import strategies as st

from notifier.rules import Overlay, Window, Windows
from tests.support.rulebook import stored

WITHIN = 10
TIMES = st.lists(st.integers(0, 60), min_size=1, max_size=30)  # few instants, so that many are equal
KEY = ("rule", "key")


def _window(times: list[int]) -> Window:
    window = Window()
    for row, time in enumerate(times):
        window.add(time, row, taken=False)
    return window


def _in_window(times: list[int], end: int, within: int = WITHIN) -> list[int]:
    return sorted(time for time in times if end - within < time <= end)


@settings(deadline=None)
@given(TIMES)
def test_the_calls_are_in_order_of_time_with_their_rows_beside_them(times: list[int]) -> None:
    window = _window(times)
    assert list(window.times) == sorted(times)
    assert sorted(window.rows) == list(range(len(times)))
    assert [times[row] for row in window.rows] == list(window.times)


@settings(deadline=None)
@given(TIMES, st.integers(1, 70))
def test_a_call_counts_in_every_window_that_contains_it_and_the_fullest_is_told(
    times: list[int], within: int
) -> None:
    window = _window(times)
    for time in times:
        ends = range(time, time + within)
        assert window.count(time, within) == max(len(_in_window(times, end, within)) for end in ends)


@settings(deadline=None)
@given(TIMES)
def test_the_last_call_is_only_in_the_window_that_ends_with_it(times: list[int]) -> None:
    last = max(times)
    assert _window(times).count(last, WITHIN) == len(_in_window(times, last))


def test_a_window_holds_its_end_and_not_its_beginning() -> None:
    assert _window([0, 10]).count(10, WITHIN) == 1
    assert _window([0, 9]).count(9, WITHIN) == 2
    assert _window([0, 0, 0]).count(0, WITHIN) == 3
    # A late one, too: 10 is out of reach of 0, 9 is not.
    assert _window([10, 0]).count(0, WITHIN) == 1
    assert _window([9, 0]).count(0, WITHIN) == 2


@settings(deadline=None)
@given(TIMES, st.integers(1, 8))
def test_what_joins_begins_with_the_first_window_around_the_call_that_reaches_the_count(
    times: list[int], needed: int
) -> None:
    window = _window(times)
    ordered = sorted(times)
    for time in times:
        reaching = [
            _in_window(times, end)
            for end in range(time, time + WITHIN)
            if len(_in_window(times, end)) >= needed
        ]
        expected = ordered.index(reaching[0][0]) if reaching else len(times)
        assert window.since_reached(time, WITHIN, needed) == expected


TAKEN = st.lists(st.tuples(st.integers(0, 60), st.booleans()), min_size=1, max_size=30)


def _marked(calls: list[tuple[int, bool]]) -> Window:
    window = Window()
    for row, (time, taken) in enumerate(calls):
        window.add(time, row, taken=taken)
    return window


@settings(deadline=None)
@given(TAKEN)
def test_each_call_is_taken_or_not_wherever_later_ones_put_it(calls: list[tuple[int, bool]]) -> None:
    window = _marked(calls)
    assert list(window.taken) == [calls[row][1] for row in window.rows]


@settings(deadline=None)
@given(TIMES, st.lists(st.integers(0, 60), max_size=10), st.booleans())
def test_calls_put_in_together_end_where_they_would_one_by_one(
    before: list[int],
    times: list[int],
    taken: bool,  # noqa: FBT001 - drawn
) -> None:
    together, single = _window(before), _window(before)
    rows = list(range(len(before), len(before) + len(times)))
    together.extend(times, rows, taken=taken)
    for time, row in zip(times, rows, strict=True):
        single.add(time, row, taken=taken)
    assert _content(together) == _content(single)
    sorted_together = _window(before)
    sorted_together.extend(sorted(times), rows, taken=taken)
    assert sorted_together.times == single.times


@settings(deadline=None)
@given(TIMES, st.data())
def test_what_joins_at_once_is_taken_and_nothing_else(times: list[int], data: st.DataObject) -> None:
    window = _window(times)
    begin = data.draw(st.integers(0, len(times)))
    end = data.draw(st.integers(begin, len(times)))
    window.take(begin, end)
    assert [at for at, taken in enumerate(window.taken) if taken] == list(range(begin, end))


@settings(deadline=None)
@given(TAKEN)
def test_calls_that_were_taken_are_gone_after_their_alert_ended_and_the_others_are_not(
    calls: list[tuple[int, bool]],
) -> None:
    window = _marked(calls)
    window.release()
    assert sorted(window.rows) == [row for row, (_, taken) in enumerate(calls) if not taken]
    assert [calls[row][0] for row in window.rows] == list(window.times) == sorted(window.times)
    assert list(window.taken) == [False] * len(window.rows)


@settings(deadline=None)
@given(TAKEN, st.integers(-1, 61))
def test_what_lies_before_the_horizon_is_forgotten_and_nothing_else(
    calls: list[tuple[int, bool]], horizon: int
) -> None:
    window = _marked(calls)
    window.drop_before(horizon)
    assert sorted(window.rows) == [row for row, (time, _) in enumerate(calls) if time >= horizon]
    assert [(time, bool(taken)) for time, taken in zip(window.times, window.taken, strict=True)] == [
        calls[row] for row in window.rows
    ]


def _content(window: Window) -> tuple[list[int], list[int], bytes]:
    return list(window.times), list(window.rows), bytes(window.taken)


def _shape(windows: Windows, key: tuple[str, str] = KEY) -> tuple[list[int], list[int], bytes] | None:
    window = windows.get(key)
    return None if window is None else _content(window)


@settings(deadline=None)
@given(before=TIMES, added=TIMES, released=st.booleans())
def test_windows_beneath_stay_as_they_are_until_the_transaction_is_committed(
    *, before: list[int], added: list[int], released: bool
) -> None:
    windows = Windows(0)
    for row, time in enumerate(before):
        windows.add(KEY, stored(row, time), taken=row % 2 == 0)
    shape = _shape(windows)
    overlay = Overlay(windows)
    window = overlay.window(KEY)
    if released:
        window.release()
    for row, time in enumerate(added, start=len(before)):
        window.add(time, row, taken=True)
    overlay.window(("rule", "new")).add(1, 1, taken=False)
    after = _content(window)
    assert overlay.window(KEY) is window
    assert _shape(windows) == shape
    assert windows.get(("rule", "new")) is None
    overlay.apply()
    assert _shape(windows) == after
    assert _shape(windows, ("rule", "new")) == ([1], [1], b"\0")


def test_an_overlay_that_is_let_go_leaves_no_trace() -> None:
    windows = Windows(0)
    windows.add(KEY, stored(1, 5), taken=True)
    overlay = Overlay(windows)
    overlay.window(KEY).release()
    del overlay
    assert _shape(windows) == ([5], [1], b"\1")


def test_windows_are_pruned_with_the_keys_that_have_nothing_left() -> None:
    windows = Windows(0)
    windows.add(KEY, stored(1, 5), taken=True)
    windows.add(KEY, stored(2, 50), taken=False)
    windows.add(("rule", "old"), stored(3, 6), taken=False)
    assert len(windows) == 2
    windows.prune(7)
    assert windows.horizon == 7
    assert len(windows) == 1
    assert _shape(windows) == ([50], [2], b"\0")
    windows.prune(6)
    assert windows.horizon == 7


def test_a_window_whose_calls_were_all_released_is_pruned_too() -> None:
    windows = Windows(0)
    windows.add(KEY, stored(1, 5), taken=True)
    overlay = Overlay(windows)
    overlay.window(KEY).release()
    overlay.apply()
    windows.prune(1)
    assert len(windows) == 0
