from notifier.backtest import tally
from notifier.model import Kind, Target
from notifier.rules import Reason
from notifier.store.outbox import RowState
from tests.support.replay import MINUTE, OFFICE, answered, configured, missed, replayed

ROOM = Target("room", "#room")


def test_every_rule_is_counted_be_it_silent() -> None:
    config = configured(
        {}, {"per": "extension", "count": 3, "within": "30m"}, {"match": {"extension": "305"}}
    )
    found = tally(replayed(config, missed(0), missed(MINUTE)), [rule.name for rule in config.rules]).rules
    assert list(found) == ["rule-1", "rule-2", "rule-3"]
    assert (found["rule-1"].alerts, found["rule-1"].sent) == (2, {Kind.OPEN: 2})
    assert found["rule-2"].decided == {Reason.BELOW_THRESHOLD: 2}
    assert (found["rule-3"].alerts, found["rule-3"].decided, found["rule-3"].sent) == (0, {}, {})


def test_what_was_held_and_what_was_not_sent_is_counted_apart() -> None:
    config = configured({"per": "customer", "calendar": "office"}, follow_up=True, calendars=OFFICE)
    reached = "+919800000001"
    calls = [missed(0), missed(0, customer=reached), answered(MINUTE * 5, customer=reached)]
    together = tally(replayed(config, *calls), ["rule-1"]).rules["rule-1"]
    assert (together.sent, together.held, together.unsent) == ({Kind.OPEN: 2}, 2, {})
    alone = tally(replayed(config, *calls[1:]), ["rule-1"]).rules["rule-1"]
    assert (alone.sent, alone.held, alone.unsent) == ({}, 0, {(RowState.DROPPED, "reached"): 1})


def test_a_summary_is_one_message() -> None:
    calls = [missed(0, customer=f"+9198000000{n:02}") for n in range(15)]
    found = tally(replayed(configured({}), *calls), ["rule-1"]).targets
    assert (found[ROOM].messages, found[ROOM].sent, found[ROOM].busiest) == (1, {Kind.OPEN: 15}, 1)


def test_the_busiest_hour_is_any_hour() -> None:
    minutes = (0, 50, 70, 109, 110, 400)
    found = tally(replayed(configured({}), *(missed(n * MINUTE) for n in minutes)), ["rule-1"]).targets
    assert (found[ROOM].messages, found[ROOM].busiest) == (6, 3)


def test_who_gets_most_stands_first() -> None:
    config = configured({"match": {"extension": "209"}, "notify": ["agent", "room"]}, {"notify": "room"})
    found = tally(replayed(config, missed(0), missed(MINUTE, extension="210")), []).targets
    assert [(str(target), one.messages) for target, one in found.items()] == [
        ("room:#room", 3),
        ("agent:agent main/209", 1),
    ]
