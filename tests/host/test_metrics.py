from notifier.host.health import Health
from notifier.host.metrics import OTHER, Edited, Letter, Metrics, Pressed, Read, Sent
from notifier.web.counters import Counters
from tests.support.clock import FakeClock


def test_where_nobody_asks_nothing_is_counted_and_nothing_fails() -> None:
    metrics = Health(FakeClock()).metrics
    before = dict(vars(metrics))
    metrics.expect(["main/out_missed"], {"room": "slack"})
    metrics.requested("main/out_missed")
    metrics.read("main/out_missed", Read.COMPLETE, 0.1)
    metrics.stored("main/out_missed", watched=1, baseline=1, rejects=1)
    metrics.decided({("rule", "opened"): 1})
    metrics.sent("room", Letter.NOTIFICATION, Sent.SENT, 0.1)
    metrics.told(0.1, 1.0)
    metrics.edited("room", Edited.EDITED)
    metrics.pressed(OTHER, Pressed.UNKNOWN)
    metrics.reloaded(ok=True)
    assert vars(metrics) == before == {}


def test_the_one_that_counts_does_so_for_everything() -> None:
    verbs = {name for name in vars(Metrics) if not name.startswith("_")}
    assert len(verbs) == 11
    assert verbs <= set(vars(Counters))


def test_health_tells_of_reloads() -> None:
    clock = FakeClock()
    counters = Counters(clock)
    health = Health(clock, counters)
    health.reload_refused("a bad file")
    assert counters.registry.get_sample_value("notifier_config_last_reload_successful") == 0
    health.reload_ok()
    assert counters.registry.get_sample_value("notifier_config_last_reload_successful") == 1


def test_health_says_how_long_ago_each_loop_finished_a_pass() -> None:
    clock = FakeClock()
    health = Health(clock)
    health.expect_loops(["dispatch", "lifecycle"])
    clock.advance(2_000)
    health.pass_finished("dispatch")
    clock.advance(1_500)
    assert health.since_last_pass() == {"dispatch": 1.5, "lifecycle": 3.5}
