"""Seeing that the wall clock was set."""

from notifier.clock import Offset
from tests.support.clock import FakeClock


def test_a_clock_that_goes_on_was_not_set_back() -> None:
    clock = FakeClock()
    offset = Offset(clock)
    clock.advance(86_400_000)
    assert not offset.was_set_back()


def test_a_clock_that_was_set_back_is_seen_until_that_is_accepted() -> None:
    clock = FakeClock()
    offset = Offset(clock)
    clock.ms -= 1_000
    assert not offset.was_set_back()
    clock.ms -= 1
    assert offset.was_set_back()
    clock.advance(60_000)
    assert offset.was_set_back()
    offset.accept()
    assert not offset.was_set_back()


def test_a_clock_that_was_set_forward_counts_as_right_once_that_is_accepted() -> None:
    clock = FakeClock()
    offset = Offset(clock)
    clock.ms += 60_000
    assert not offset.was_set_back()
    clock.ms -= 60_000
    assert not offset.was_set_back()
    clock.ms += 60_000
    offset.accept()
    clock.ms -= 60_000
    assert offset.was_set_back()
