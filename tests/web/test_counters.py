from typing import Any

import pytest

from notifier.host.masking import protect
from notifier.host.metrics import OTHER, Edited, Letter, Pressed, Read, Sent
from notifier.model import Button
from notifier.web.counters import Counters
from tests.support.clock import START, FakeClock

SOURCE = "main/out_missed"
AT = {"account": "main", "endpoint": "out_missed"}


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture
def counters(clock: FakeClock) -> Counters:
    return Counters(clock)


def value(counters: Counters, name: str, **labels: Any) -> float | None:
    return counters.registry.get_sample_value(f"notifier_{name}", labels)


def test_everything_that_a_configuration_names_is_there_with_0_before_anything_happens(
    counters: Counters,
) -> None:
    counters.expect([SOURCE], {"room": "slack", "lead": "email"})
    assert [value(counters, "reads_total", **AT, outcome=outcome) for outcome in Read] == [0] * 5
    assert value(counters, "calls_total", **AT, kind="watched") == 0
    assert value(counters, "calls_total", **AT, kind="baseline") == 0
    assert value(counters, "rejects_total", **AT) == 0
    assert value(counters, "requests_total", **AT) == 0
    assert value(counters, "read_duration_seconds_count", **AT) == 0
    for channel in ("slack", "email"):
        for letter in Letter:
            found = [
                value(counters, "sends_total", channel=channel, kind=letter, outcome=one) for one in Sent
            ]
            assert found == [0] * 5
        assert [value(counters, "edits_total", channel=channel, outcome=one) for one in Edited] == [0] * 3
        assert value(counters, "send_duration_seconds_count", channel=channel) == 0
    assert value(counters, "config_reloads_total", outcome="ok") == 0
    assert value(counters, "config_reloads_total", outcome="refused") == 0


def test_reads_are_counted_by_outcome_and_their_duration_by_source(counters: Counters) -> None:
    counters.read(SOURCE, Read.COMPLETE, 0.2)
    counters.read(SOURCE, Read.COMPLETE, 20.0)
    counters.read(SOURCE, Read.REFUSED, 0.01)
    counters.requested(SOURCE)
    assert value(counters, "reads_total", **AT, outcome="complete") == 2
    assert value(counters, "reads_total", **AT, outcome="refused") == 1
    assert value(counters, "read_duration_seconds_bucket", **AT, le="0.25") == 2
    assert value(counters, "read_duration_seconds_sum", **AT) == pytest.approx(20.21)
    assert value(counters, "requests_total", **AT) == 1


def test_calls_are_counted_apart_from_baseline_and_rejects(counters: Counters) -> None:
    counters.stored(SOURCE, watched=3, baseline=2, rejects=1)
    counters.stored(SOURCE, watched=1, baseline=0, rejects=0)
    assert value(counters, "calls_total", **AT, kind="watched") == 4
    assert value(counters, "calls_total", **AT, kind="baseline") == 2
    assert value(counters, "rejects_total", **AT) == 1


def test_decisions_are_counted_by_rule_and_reason(counters: Counters) -> None:
    counters.decided({("every", "opened"): 3, ("every", "joined"): 1})
    counters.decided({("every", "opened"): 1})
    assert value(counters, "decisions_total", rule="every", reason="opened") == 4
    assert value(counters, "decisions_total", rule="every", reason="joined") == 1


def test_sends_are_counted_by_the_kind_of_channel_and_of_message(counters: Counters) -> None:
    counters.expect([], {"room": "slack", "hall": "slack", "lead": "email"})
    counters.sent("room", Letter.NOTIFICATION, Sent.SENT, 0.3)
    counters.sent("hall", Letter.NOTIFICATION, Sent.SENT, 0.3)
    counters.sent("hall", Letter.SUMMARY, Sent.RETRIED, 30.0)
    counters.sent("lead", Letter.NOTICE, Sent.DROPPED)
    at = {"channel": "slack", "kind": "notification"}
    assert value(counters, "sends_total", **at, outcome="sent") == 2
    assert value(counters, "sends_total", channel="slack", kind="summary", outcome="retried") == 1
    assert value(counters, "sends_total", channel="email", kind="notice", outcome="dropped") == 1
    assert value(counters, "send_duration_seconds_count", channel="slack") == 3
    assert value(counters, "send_duration_seconds_count", channel="email") == 0


def test_a_receiver_that_a_reload_removed_still_counts_as_its_kind(counters: Counters) -> None:
    counters.expect([], {"room": "slack"})
    counters.expect([], {"lead": "email"})
    counters.edited("room", Edited.EDITED)
    counters.edited("nobody", Edited.GIVEN_UP)
    assert value(counters, "edits_total", channel="slack", outcome="edited") == 1
    assert value(counters, "edits_total", channel="none", outcome="given_up") == 1


def test_what_was_told_is_counted_by_how_late_it_was_and_never_as_early(counters: Counters) -> None:
    counters.told(0.2, 40.0)
    counters.told(-5.0, -5.0)
    assert value(counters, "told_latency_seconds_bucket", le="0.025") == 1
    assert value(counters, "told_latency_seconds_bucket", le="0.25") == 2
    assert value(counters, "told_since_call_seconds_bucket", le="30.0") == 1
    assert value(counters, "told_since_call_seconds_bucket", le="60.0") == 2
    assert value(counters, "told_since_call_seconds_sum") == 40.0


def test_a_refused_reload_shows_until_one_is_taken(counters: Counters, clock: FakeClock) -> None:
    assert value(counters, "config_last_reload_successful") == 1
    assert value(counters, "config_last_reload_success_timestamp_seconds") == START / 1000
    clock.advance(60_000)
    counters.reloaded(ok=False)
    assert value(counters, "config_last_reload_successful") == 0
    assert value(counters, "config_last_reload_success_timestamp_seconds") == START / 1000
    counters.reloaded(ok=True)
    assert value(counters, "config_last_reload_successful") == 1
    assert value(counters, "config_last_reload_success_timestamp_seconds") == START / 1000 + 60
    assert value(counters, "config_reloads_total", outcome="ok") == 1
    assert value(counters, "config_reloads_total", outcome="refused") == 1


def test_it_says_since_when_the_process_counts(counters: Counters) -> None:
    assert counters.registry.get_sample_value("process_start_time_seconds") == START / 1000


def test_a_name_loses_what_no_metric_may_show(counters: Counters) -> None:
    protect(["label-secret"])
    counters.decided({("label-secret for +919812345678", "opened"): 1})
    counters.digest("label-secret", Sent.SENT)
    counters.requested("9812345678/out_missed")
    assert value(counters, "decisions_total", rule="*** for +91…5678", reason="opened") == 1
    assert value(counters, "digests_total", digest="***", outcome="sent") == 1
    assert value(counters, "requests_total", account="981…5678", endpoint="out_missed") == 1


def test_presses_are_counted_by_button_and_outcome(counters: Counters) -> None:
    assert value(counters, "presses_total", button="snooze", outcome="done") == 0
    counters.pressed(Button.ACK, Pressed.DONE)
    counters.pressed(OTHER, Pressed.UNKNOWN)
    assert value(counters, "presses_total", button="ack", outcome="done") == 1
    assert value(counters, "presses_total", button="other", outcome="unknown") == 1
