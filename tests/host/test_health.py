import pytest

from notifier.host.health import Health
from notifier.host.readiness import Readiness, SourceHealth
from notifier.host.troubles import STORE
from notifier.model import NoticeKind
from tests.support.clock import START, FakeClock

SOURCE = "main/out_missed"


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture
def health(clock: FakeClock) -> Health:
    """One loop and one source, read every 30 s, good so far."""
    health = Health(clock)
    health.expect_loops(["dispatch"])
    health.expect_sources({SOURCE: 30_000})
    health.read_ok(SOURCE)
    return health


def test_all_is_well(health: Health, clock: FakeClock) -> None:
    clock.advance(12_000)
    assert health.ready() == Readiness(
        problems=(),
        notices=(),
        sources={SOURCE: SourceHealth(ok=True, last_good_read=12.0, problem="")},
        oldest_due=None,
        dead=0,
        store_problem="",
    )
    assert health.ready().ok
    assert health.status_line() == "ready; every source was read in the last 12 s"


def test_it_is_not_ready_before_every_source_was_read_once(clock: FakeClock) -> None:
    health = Health(clock)
    health.expect_sources({"main": 30_000, "other": 30_000})
    health.read_ok("main")
    assert health.ready().problems == ("other: no good read yet",)
    health.read_failed("other", "HTTP 503", refused=False)
    assert health.ready().problems == ("other: no good read yet (HTTP 503)",)
    health.read_ok("other")
    assert health.ready().ok


@pytest.mark.parametrize(("every_s", "limit_s"), [(1, 120), (30, 120), (40, 120), (60, 180), (600, 1800)])
def test_a_source_may_be_silent_for_three_periods_but_at_least_two_minutes(
    clock: FakeClock, every_s: int, limit_s: int
) -> None:
    health = Health(clock)
    health.expect_sources({SOURCE: every_s * 1000})
    health.read_ok(SOURCE)
    clock.advance(limit_s * 1000)
    assert health.ready().ok
    clock.advance(1)
    assert health.ready().problems == (f"{SOURCE}: no good read for {limit_s // 60} min",)


def test_a_passing_fault_is_shown_but_leaves_it_ready(health: Health) -> None:
    health.read_failed(SOURCE, "timed out", refused=False)
    state = health.ready()
    assert state.ok
    assert state.sources[SOURCE] == SourceHealth(ok=True, last_good_read=0.0, problem="timed out")


def test_a_refusal_is_a_problem_at_once_until_a_read_is_good(health: Health, clock: FakeClock) -> None:
    clock.advance(5_000)
    health.read_failed(SOURCE, "wrong secret", refused=True)
    assert health.ready().problems == (f"{SOURCE}: no good read for 5 s (wrong secret)",)
    health.read_failed(SOURCE, "timed out", refused=False)
    assert health.ready().problems == (f"{SOURCE}: no good read for 5 s (wrong secret)",)
    health.read_ok(SOURCE)
    assert health.ready().ok


def test_each_trouble_of_a_source_is_news_once_and_so_is_its_end(health: Health) -> None:
    assert health.read_failed(SOURCE, "timed out", refused=False)
    assert not health.read_failed(SOURCE, "HTTP 503", refused=False)
    assert health.read_failed(SOURCE, "wrong secret", refused=True)
    assert not health.read_failed(SOURCE, "wrong secret", refused=True)
    assert not health.read_failed(SOURCE, "timed out", refused=False)
    assert health.read_ok(SOURCE)
    assert not health.read_ok(SOURCE)
    assert health.read_failed(SOURCE, "wrong secret", refused=True)


def test_a_trouble_without_words_is_a_trouble(health: Health) -> None:
    assert health.read_failed(SOURCE, "", refused=True)
    health.store_failed("")
    health.reload_refused("")
    state = health.ready()
    assert state.problems == ("store: failed", f"{SOURCE}: no good read for 0 s (failed)")
    assert [(one.kind, one.reason) for one in state.notices] == [(NoticeKind.RELOAD_REFUSED, "refused")]
    assert health.read_ok(SOURCE)


def test_a_notification_that_is_due_for_more_than_five_minutes_is_a_problem(
    health: Health, clock: FakeClock
) -> None:
    health.outbox(START - 299_000, dead=0)
    assert health.ready().oldest_due == 299.0
    clock.advance(1_000)
    assert health.ready().ok
    clock.advance(1)
    assert health.ready().problems == ("outbox: a notification has been due for 5 min",)
    health.outbox(None, dead=0)
    assert health.ready().ok


def test_a_wall_clock_that_jumped_back_makes_no_negative_wait(health: Health) -> None:
    health.outbox(START + 60_000, dead=0)
    assert health.ready().oldest_due == 0.0


def test_a_store_that_fails_is_a_problem_and_said_once(health: Health) -> None:
    assert not health.store_ok()
    assert health.store_failed("disk full")
    assert not health.store_failed("disk full")
    state = health.ready()
    assert (state.ok, state.problems, state.store_problem) == (False, ("store: disk full",), "disk full")
    assert health.store_ok()
    assert health.ready().ok


def test_ops_are_told_of_a_store_only_when_it_fails_for_a_minute(health: Health, clock: FakeClock) -> None:
    health.store_failed("locked")
    clock.advance(59_999)
    health.store_failed("locked")
    assert health.troubles.active() == ()
    clock.advance(1)
    health.store_failed("locked")
    assert [(one.kind, one.subject, one.reason) for one in health.troubles.active()] == [(*STORE, "locked")]
    assert health.ready().problems == ("store: locked",)
    health.store_ok()
    assert health.troubles.active() == ()
    health.store_failed("locked")
    assert health.troubles.active() == ()


def test_what_hinders_nobody_is_shown_but_leaves_it_ready(health: Health) -> None:
    health.outbox(None, dead=2)
    health.reload_refused("config.yaml:3:1: unknown key")
    state = health.ready()
    assert (state.ok, state.dead) == (True, 2)
    assert [one.kind for one in state.minor] == [NoticeKind.RELOAD_REFUSED]
    assert health.status_line().startswith("ready; every source was read in the last 0 s; ")
    assert "config.yaml:3:1: unknown key" in health.status_line()
    health.reload_ok()
    assert health.ready().notices == ()
    assert health.status_line() == "ready; every source was read in the last 0 s"


@pytest.mark.parametrize("kind", NoticeKind)
def test_what_keeps_calls_from_somebody_makes_it_not_ready(health: Health, kind: NoticeKind) -> None:
    hinders = {"source_refused", "source_failing", "source_silent", "credentials_broken", "disk"}
    health.troubles.raise_(kind, "somewhere", "for a reason")
    health.outbox(START, 0)  # somebody is to be told
    state = health.ready()
    assert state.ok == (kind not in hinders)
    assert [one.kind for one in state.notices] == [kind]
    assert "for a reason" in health.status_line()
    health.troubles.clear(kind, "somewhere")
    assert health.ready().ok


def test_a_source_that_is_told_of_by_itself_is_not_told_of_twice(health: Health) -> None:
    health.read_failed(SOURCE, "wrong secret", refused=True)
    health.troubles.raise_(NoticeKind.SOURCE_REFUSED, SOURCE, "wrong secret")
    assert health.ready().problems == (f"{SOURCE}: no good read for 0 s (wrong secret)",)


def test_why_the_oldest_notification_waits_is_told(health: Health, clock: FakeClock) -> None:
    health.outbox(START, dead=0, waits_for="room:#room, channel_not_found")
    clock.advance(301_000)
    health.read_ok(SOURCE)
    assert health.ready().problems == (
        "outbox: a notification has been due for 5 min (room:#room, channel_not_found)",
    )


def test_the_status_line_names_every_problem(health: Health) -> None:
    health.read_failed(SOURCE, "wrong secret", refused=True)
    health.store_failed("disk\nfull")
    assert health.status_line() == (
        f"not ready: store: disk�full; {SOURCE}: no good read for 0 s (wrong secret)"
    )


def test_reasons_are_bounded_and_hold_no_phone_number(health: Health) -> None:
    health.store_failed("919812345678 " + "x" * 10_000)
    problem = health.ready().store_problem
    assert problem.startswith("919…5678 xxx")
    assert len(problem) == 599


def test_every_loop_must_finish_a_pass_within_the_limit(health: Health, clock: FakeClock) -> None:
    health.expect_loops(["intake main", "dispatch"])
    clock.advance(60_000)
    health.pass_finished("dispatch")
    assert health.progressing(60.0)
    clock.advance(1)
    assert health.stalled(60.0) == ("intake main",)
    assert not health.progressing(60.0)
    health.pass_finished("intake main")
    assert health.progressing(60.0)


def test_failed_passes_are_progress(health: Health, clock: FakeClock) -> None:
    for _ in range(10):
        clock.advance(50_000)
        health.read_failed(SOURCE, "down", refused=False)
        health.pass_finished("dispatch")
        assert health.progressing(60.0)
    assert not health.ready().ok


def test_a_new_loop_has_the_whole_limit_for_its_first_pass(health: Health, clock: FakeClock) -> None:
    clock.advance(50_000)
    health.expect_loops(["dispatch", "new"])
    clock.advance(20_000)
    assert health.stalled(60.0) == ("dispatch",)


def test_a_reload_keeps_what_is_known_of_the_sources_that_stay(health: Health, clock: FakeClock) -> None:
    clock.advance(150_000)
    health.expect_sources({SOURCE: 60_000, "new": 30_000})
    assert health.ready().problems == ("new: no good read yet",)
    health.expect_sources({"new": 30_000})
    assert set(health.ready().sources) == {"new"}


def test_reports_of_what_is_no_longer_expected_are_ignored(health: Health) -> None:
    health.pass_finished("gone")
    assert not health.read_ok("gone")
    assert not health.read_failed("gone", "down", refused=True)
    assert health.ready().ok
    assert health.stalled(0.0) == ()


@pytest.mark.parametrize("refused", [True, False])
def test_a_source_that_is_spared_may_fail_and_only_a_notice_says_so(
    health: Health, clock: FakeClock, *, refused: bool
) -> None:
    spared = "main/out_answered"
    health.expect_sources({SOURCE: 30_000, spared: 30_000}, [spared])
    assert health.ready().ok, "not even before it was read once"
    health.read_failed(spared, "HTTP 404", refused=refused)
    kind = NoticeKind.SOURCE_REFUSED if refused else NoticeKind.SOURCE_FAILING
    health.troubles.raise_(kind, spared, "HTTP 404")
    clock.advance(60_000)
    state = health.ready()
    assert (state.ok, [one.subject for one in state.minor]) == (True, [spared])
    assert (state.sources[spared].ok, state.sources[spared].is_needed) == (False, False)
    assert health.status_line().startswith("ready; every source of missed calls was read in the last 60 s; ")
    health.expect_sources({SOURCE: 30_000, spared: 30_000})
    assert not health.ready().ok


def test_other_sources_keep_it_from_being_ready_whatever_is_spared(health: Health) -> None:
    health.expect_sources({SOURCE: 30_000, "main/in_answered": 30_000}, ["main/in_answered"])
    health.read_failed(SOURCE, "wrong secret", refused=True)
    assert health.ready().problems == (f"{SOURCE}: no good read for 0 s (wrong secret)",)


def test_whether_a_source_works_since_an_instant_goes_by_its_last_read(clock: FakeClock) -> None:
    health = Health(clock)
    health.expect_sources({SOURCE: 30_000})
    clock.advance(10_000)
    assert not health.works_since("another", 0.0)
    assert not health.works_since(SOURCE, 0.0)
    health.read_ok(SOURCE)
    assert health.works_since(SOURCE, 10.0)
    assert not health.works_since(SOURCE, 10.1)
    health.read_failed(SOURCE, "HTTP 503", refused=False)
    assert not health.works_since(SOURCE, 0.0)
