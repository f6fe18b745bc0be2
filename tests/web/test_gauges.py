from collections.abc import Iterable
from dataclasses import replace
from typing import Any

import pytest
from prometheus_client.metrics_core import Metric

from notifier.host.health import Health
from notifier.model import NoticeKind
from notifier.store.figures import Figures
from notifier.web.gauges import of_health, of_store
from tests.support.clock import START, FakeClock
from tests.support.scraped import SOURCE, some_figures

AT = ("main", "out_missed")


def read(metrics: Iterable[Metric]) -> dict[str, dict[tuple[str, ...], float]]:
    """Name → label values → value; what has no samples is there, too."""
    return {
        metric.name.removeprefix("notifier_"): {
            tuple(one.labels.values()): one.value for one in metric.samples
        }
        for metric in metrics
    }


def of(figures: Figures | None, *names: str) -> dict[str, dict[tuple[str, ...], float]]:
    return read(of_store(figures, names or (SOURCE,), START))


def test_ages_are_told_from_the_instants_in_the_store() -> None:
    found = of(some_figures())
    assert found["watermark_age_seconds"] == {AT: 60.0}
    assert found["reconcile_agreed_age_seconds"] == {AT: 4_200.0}
    assert found["outbox_oldest_age_seconds"] == {(): 9.0}


def test_a_clock_that_was_set_back_makes_nothing_younger_than_new() -> None:
    found = read(of_store(some_figures(), [SOURCE], START - 3_600_000))
    assert found["watermark_age_seconds"] == {AT: 0.0}


def test_the_difference_is_what_telecmi_counts_beyond_ours() -> None:
    figures = some_figures()
    assert of(figures)["reconcile_difference_calls"] == {AT: 2}
    forgot = replace(figures, sources={SOURCE: replace(figures.sources[SOURCE], counted=7)})
    assert of(forgot)["reconcile_difference_calls"] == {AT: -3}


@pytest.mark.parametrize("gone", ["counted", "held", "watermark", "agreed_at"])
def test_what_is_not_known_yet_is_absent(gone: str) -> None:
    figures = some_figures()
    unknown: dict[str, Any] = {gone: None}
    new = replace(figures.sources[SOURCE], **unknown)
    found = of(replace(figures, sources={SOURCE: new}))
    absent = {
        "counted": "reconcile_difference_calls",
        "held": "reconcile_difference_calls",
        "watermark": "watermark_age_seconds",
        "agreed_at": "reconcile_agreed_age_seconds",
    }[gone]
    assert found[absent] == {}
    assert len([values for values in found.values() if not values]) == 1


def test_a_source_of_an_earlier_configuration_does_not_grow_old() -> None:
    found = of(some_figures(), "other/out_missed")
    assert found["watermark_age_seconds"] == {}
    assert found["store_up"] == {(): 1}


def test_every_state_is_there_with_0_where_nothing_is_in_it() -> None:
    found = of(some_figures())
    assert found["alerts"] == {("pending",): 0, ("open",): 3, ("acknowledged",): 0, ("snoozed",): 0}
    assert found["outbox_notifications"] == {("waiting",): 5, ("claimed",): 0, ("dead",): 2}
    assert found["outbox_gathered_notifications"] == {("burst",): 0, ("stale",): 4, ("held",): 0}
    assert found["outbox_backlog_notifications"] == {(): 1}
    assert found["notices_waiting"] == {(): 6}
    assert found["store_size_bytes"] == {(): 4_096}
    assert found["store_free_bytes"] == {(): 1 << 30}


def test_an_empty_outbox_is_of_no_age() -> None:
    figures = some_figures()
    found = of(replace(figures, queue=replace(figures.queue, oldest=None)))
    assert found["outbox_oldest_age_seconds"] == {(): 0.0}


def test_a_store_that_did_not_answer_is_down_and_says_nothing_else() -> None:
    assert of(None) == {"store_up": {(): 0}}


def test_loops_sources_and_troubles_are_shown_as_health_knows_them() -> None:
    clock = FakeClock()
    health = Health(clock)
    health.expect_loops([SOURCE, "dispatch"])
    health.expect_sources({SOURCE: 30_000, "new/out_missed": 30_000})
    health.read_ok(SOURCE)
    health.troubles.raise_(NoticeKind.TARGET_BROKEN, "room:#a", "gone")
    health.troubles.raise_(NoticeKind.TARGET_BROKEN, "room:#b", "gone")
    clock.advance(2_500)
    health.pass_finished("dispatch")
    found = read(of_health(health))
    assert found["loop_last_pass_age_seconds"] == {("intake", *AT): 2.5, ("dispatch", "", ""): 0.0}
    assert found["last_good_read_age_seconds"] == {AT: 2.5}
    assert found["troubles"][("target_broken",)] == 2
    assert sum(found["troubles"].values()) == 2
    assert set(found["troubles"]) == {(str(kind),) for kind in NoticeKind}


def test_the_build_names_version_python_and_schema() -> None:
    (build, *_) = of_health(Health(FakeClock()))
    (sample,) = build.samples
    assert sample.name == "notifier_build_info"
    assert set(sample.labels) == {"version", "python", "schema"}
    assert all(sample.labels.values())
