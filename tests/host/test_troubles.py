"""What is in trouble: said once when it begins, once when it ends."""

import pytest
from structlog.testing import capture_logs

from notifier.host.masking import protect
from notifier.host.troubles import Ended, Trouble, Troubles
from notifier.model import NoticeKind
from tests.support.clock import START, FakeClock

DISK = NoticeKind.DISK
REJECTS = NoticeKind.REJECTS


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture
def troubles(clock: FakeClock) -> Troubles:
    return Troubles(clock)


def test_it_is_said_when_it_begins_and_when_it_ends_each_once(troubles: Troubles) -> None:
    with capture_logs() as logged:
        assert [troubles.raise_(DISK, "store", "full") for _ in range(3)] == [True, False, False]
        assert [troubles.clear(DISK, "store") for _ in range(3)] == [True, False, False]
    assert logged == [
        {"event": "in trouble", "log_level": "error", "kind": "disk", "subject": "store", "reason": "full"},
        {"event": "works again", "log_level": "info", "kind": "disk", "subject": "store"},
    ]


def test_whoever_waits_for_news_is_woken_by_news_only(troubles: Troubles) -> None:
    troubles.raise_(DISK, "store", "full")
    assert troubles.changed.is_set()
    troubles.changed.clear()
    troubles.raise_(DISK, "store", "fuller")
    assert not troubles.changed.is_set()
    troubles.clear(REJECTS, "store")
    assert not troubles.changed.is_set()
    troubles.clear(DISK, "store")
    assert troubles.changed.is_set()


def test_a_reason_that_changes_is_shown_and_keeps_its_beginning(troubles: Troubles, clock: FakeClock) -> None:
    troubles.raise_(DISK, "store", "full")
    clock.advance(5)
    troubles.raise_(DISK, "store", "fuller")
    assert troubles.active() == (Trouble(DISK, "store", "fuller", START),)


def test_a_reason_is_short_and_holds_no_secret_and_no_number(troubles: Troubles) -> None:
    protect(["trouble-secret"])
    troubles.raise_(DISK, "a", "trouble-secret for +919812345678")
    troubles.raise_(DISK, "b", "x" * 1000)
    troubles.raise_(DISK, "c", "")
    reasons = [one.reason for one in troubles.active()]
    assert reasons[0] == "*** for +91…5678"
    assert len(reasons[1]) <= 600
    assert reasons[2] == "failed"


def test_the_most_severe_come_first_and_every_kind_has_its_place(
    troubles: Troubles, clock: FakeClock
) -> None:
    for kind in NoticeKind:
        troubles.raise_(kind, "later", "why")
    clock.advance(-5)
    troubles.raise_(NoticeKind.CREDENTIALS_BROKEN, "slack", "revoked")
    active = troubles.active()
    assert [str(one) for one in active[:2]] == [
        "credentials broken: slack: revoked",
        "credentials broken: later: why",
    ]
    assert [one.kind for one in active[2:4]] == [DISK, NoticeKind.SOURCE_REFUSED]
    assert active[-1].kind is REJECTS
    assert len(active) == len(NoticeKind) + 1


def test_what_an_earlier_run_raised_goes_on_and_is_no_news(troubles: Troubles) -> None:
    with capture_logs() as logged:
        troubles.adopt([Trouble(DISK, "store", "full", START - 10)])
        assert not troubles.raise_(DISK, "store", "fuller")
    assert logged == []
    assert troubles.active() == (Trouble(DISK, "store", "fuller", START - 10),)


def test_what_was_found_before_it_was_known_began_when_it_was_first_found(troubles: Troubles) -> None:
    troubles.raise_(DISK, "store", "now")
    troubles.adopt([Trouble(DISK, "store", "then", START - 10)])
    assert troubles.active() == (Trouble(DISK, "store", "now", START - 10),)


def test_what_was_written_down_is_adopted_once_as_later_on_we_know_better(troubles: Troubles) -> None:
    troubles.adopt([])
    troubles.adopt([Trouble(DISK, "store", "old", START)])
    assert troubles.active() == ()


def test_what_ended_is_kept_until_it_was_written_down(troubles: Troubles, clock: FakeClock) -> None:
    troubles.raise_(DISK, "store", "full")
    clock.advance(5)
    troubles.clear(DISK, "store")
    ended = troubles.ended()
    assert ended == (Ended(Trouble(DISK, "store", "full", START), START + 5),)
    troubles.raise_(REJECTS, "main", "odd")
    troubles.clear(REJECTS, "main")
    troubles.forget(ended)
    assert [one.trouble.kind for one in troubles.ended()] == [REJECTS]


def test_a_store_that_never_works_gathers_no_more_than_a_hundred(troubles: Troubles) -> None:
    for number in range(150):
        troubles.raise_(DISK, str(number), "why")
        troubles.clear(DISK, str(number))
    assert [one.trouble.subject for one in troubles.ended()] == [str(number) for number in range(50, 150)]
