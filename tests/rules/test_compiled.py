"""Rules made ready: thresholds, levels, order."""

from typing import Any

import pytest

from notifier.model import Severity
from notifier.rules import compile_rules, match_all
from tests.support.clock import START
from tests.support.rulebook import a_rule, compiled, stored
from tests.support.sample import a_call

COUNTING: dict[str, Any] = {"per": "extension", "count": 5, "within": "30m"}


@pytest.mark.parametrize(
    ("overrides", "call", "count"),
    [
        ({}, {}, 5),
        ({"209": 10}, {}, 10),
        ({"209": 10}, {"account": "other"}, 10),
        ({"209": 10}, {"extension": "210"}, 5),
        ({"209": 10}, {"extension": "0209"}, 5),
        ({"main/209": 7}, {}, 7),
        ({"main/209": 7}, {"account": "other"}, 5),
        ({"main/209": 7, "209": 10}, {}, 7),
        ({"209": 10, "main/209": 7}, {"account": "other"}, 10),
        ({"209": 1}, {}, 1),
    ],
)
def test_an_override_replaces_the_base_count_of_its_extension_the_one_with_an_account_first(
    overrides: dict[str, int], call: dict[str, str], count: int
) -> None:
    rule = compiled(overrides=overrides, severity="warning", **COUNTING)
    base = rule.base(a_call(**call))
    assert (base.level, base.count, base.severity) == (0, count, Severity.WARNING)


@pytest.mark.parametrize(
    ("count", "level"), [(1, None), (4, None), (5, 0), (9, 0), (10, 1), (19, 1), (20, 2), (1000, 2)]
)
def test_a_count_reaches_the_highest_level_that_it_is_not_below(count: int, level: int | None) -> None:
    rule = compiled(levels=[{"count": 10}, {"count": 20}], **COUNTING)
    reached = rule.step(count, rule.base(a_call()))
    assert (reached.level if reached else None) == level


def test_a_level_without_a_severity_keeps_the_one_below_it() -> None:
    levels = [{"count": 10}, {"count": 20, "severity": "critical"}, {"count": 30}]
    rule = compiled(levels=levels, severity="warning", **COUNTING)
    assert [(step.level, step.count, step.severity) for step in rule.levels] == [
        (1, 10, Severity.WARNING),
        (2, 20, Severity.CRITICAL),
        (3, 30, Severity.CRITICAL),
    ]


def test_a_rule_that_does_not_count_has_no_window() -> None:
    assert compiled().within == 0
    assert compiled(**COUNTING).within == 30 * 60_000


@pytest.mark.parametrize(
    ("whole", "own", "is_dry"),
    [(False, False, False), (True, False, True), (False, True, True), (True, True, True)],
)
def test_a_dry_run_of_everything_adds_to_the_rules_own(*, whole: bool, own: bool, is_dry: bool) -> None:
    (rule,) = compile_rules([a_rule(dry_run=own)], {}, dry_run=whole)
    assert rule.dry_run is is_dry


def test_rules_keep_the_order_of_the_configuration() -> None:
    rules = compile_rules([a_rule(name=name) for name in "cab"], {})
    assert [rule.name for rule in rules] == ["c", "a", "b"]


def test_calls_are_gathered_by_rule_and_key_in_order_of_time_and_id() -> None:
    some = a_rule(name="some", per="extension", match={"extension": "210"})
    rules = compile_rules([a_rule(name="all", per="extension"), some], {})
    calls = [
        stored(1, START + 5),
        stored(2, START, id="b"),
        stored(3, START, id="a", extension="210"),
        stored(4, START - 1),
        stored(5, START, id="a"),
    ]
    matched = match_all(calls, rules)
    assert [(one.rule.name, one.key, [call.row for call in one.calls]) for one in matched] == [
        ("all", "extension=main/209", [4, 5, 2, 1]),
        ("all", "extension=main/210", [3]),
        ("some", "extension=main/210", [3]),
    ]
    assert match_all([], rules) == []
    assert match_all(calls, ()) == []
    assert [call.row for call in calls] == [1, 2, 3, 4, 5]


def test_each_pair_has_the_key_of_its_rule() -> None:
    rules = compile_rules([a_rule(name="a", per="extension"), a_rule(name="b", per="account")], {})
    assert [(one.rule.name, one.key) for one in match_all([stored(1)], rules)] == [
        ("a", "extension=main/209"),
        ("b", "account=main"),
    ]
