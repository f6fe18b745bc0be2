"""How an alert's life goes on when nothing but time passes."""

from dataclasses import replace
from typing import Any

import pytest

from notifier.config.values import DAY, HOUR, MINUTE
from notifier.model import AlertState, EndReason
from notifier.rules import ALWAYS, Wake, due, ends_when_told, wakes_at
from tests.support.clock import START
from tests.support.rulebook import a_rule
from tests.support.sample import an_alert

PENDING, OPEN = AlertState.PENDING, AlertState.OPEN
CALL: dict[str, Any] = {"per": ("call",)}
COUNTING: dict[str, Any] = {"per": "extension", "count": 5, "within": "30m"}

LIVES = [
    # an alert, its rule, when it wakes, and what is due then
    ({"state": PENDING, "due_at": START + HOUR}, {"wait": "1h"}, START + HOUR, Wake.TELL),
    ({"state": PENDING, "due_at": START - HOUR}, {"wait": "1h"}, START - HOUR, Wake.TELL),
    ({"state": PENDING, "due_at": START + HOUR, "dry_run": True}, {}, START + HOUR, Wake.TELL),
    # Its rule says something else by now: what the alert was opened with holds.
    ({"state": PENDING, "due_at": START + HOUR}, {"wait": "5m"}, START + HOUR, Wake.TELL),
    ({"state": PENDING, "due_at": START + HOUR}, COUNTING, START + HOUR, Wake.TELL),
    ({"state": OPEN}, {}, START + DAY, EndReason.EXPIRED),
    ({"state": OPEN}, {"expire_after": "2d"}, START + 2 * DAY, EndReason.EXPIRED),
    ({"state": OPEN, "due_at": START}, {"wait": "1h"}, START + DAY, EndReason.EXPIRED),
    ({"state": OPEN, "dry_run": True}, {}, START + DAY, EndReason.EXPIRED),
    ({"state": OPEN}, COUNTING, START + 30 * MINUTE, EndReason.QUIET),
    ({"state": OPEN}, {**COUNTING, "expire_after": "20m"}, START + 20 * MINUTE, EndReason.EXPIRED),
    ({"state": OPEN, "last_joined_at": START + HOUR}, COUNTING, START + 90 * MINUTE, EndReason.QUIET),
    # From when we learned of its last call, whenever that was placed.
    ({"state": OPEN, "last_call_at": START - 3 * DAY}, COUNTING, START + 30 * MINUTE, EndReason.QUIET),
    # One call each: told, it ends; this is for those that could never be told.
    ({**CALL, "state": OPEN}, {}, START + DAY, EndReason.EXPIRED),
    ({**CALL, "state": OPEN, "due_at": START}, {}, START + DAY, EndReason.EXPIRED),
    ({**CALL, "state": OPEN, "dry_run": True}, {}, START, EndReason.TOLD),
    ({**CALL, "state": OPEN, "due_at": START, "dry_run": True}, {}, START + DAY, EndReason.EXPIRED),
]


@pytest.mark.parametrize(("alert", "rule", "wakes", "what"), LIVES)
def test_an_alert_wakes_when_something_is_due_for_it_and_not_before(
    alert: dict[str, Any], rule: dict[str, Any], wakes: int, what: Wake | EndReason
) -> None:
    one, its = an_alert(**alert), a_rule(**rule)
    assert wakes_at(one, its, ALWAYS) == wakes
    assert due(one, its, ALWAYS, wakes) is what
    assert due(one, its, ALWAYS, wakes + 7 * DAY) is what


@pytest.mark.parametrize(
    ("alert", "rule", "wakes", "what"), [life for life in LIVES if life[3] is not EndReason.TOLD]
)
def test_nothing_is_due_a_moment_before(
    alert: dict[str, Any], rule: dict[str, Any], wakes: int, what: Wake | EndReason
) -> None:
    assert due(an_alert(**alert), a_rule(**rule), ALWAYS, wakes - 1) is Wake.NOTHING


def test_a_pending_alert_without_a_time_is_told_rather_than_forgotten() -> None:
    alert = an_alert(state=PENDING, due_at=None)
    assert wakes_at(alert, a_rule(), ALWAYS) is None
    assert due(alert, a_rule(), ALWAYS, START) is Wake.TELL


def test_an_alert_that_has_ended_never_wakes() -> None:
    ended = replace(an_alert(), state=AlertState.ENDED, ended_as=EndReason.QUIET, ended_at=START)
    assert wakes_at(ended, a_rule(), ALWAYS) is None


@pytest.mark.parametrize("state", [PENDING, OPEN])
def test_an_alert_whose_rule_is_gone_ends_as_such(state: AlertState) -> None:
    assert due(an_alert(state=state, due_at=START + DAY), None, ALWAYS, START) is EndReason.RULE_REMOVED


@pytest.mark.parametrize(
    ("alert", "ends"),
    [
        ({"per": ("call",)}, True),
        ({"per": ("call",), "due_at": START}, False),
        ({"per": ("call",), "follows_up": True}, False),
        ({"per": ("customer",)}, False),
        ({"per": ("extension", "customer")}, False),
    ],
)
def test_only_one_call_told_at_once_ends_when_it_is_told(*, alert: dict[str, Any], ends: bool) -> None:
    assert ends_when_told(an_alert(**alert)) is ends
