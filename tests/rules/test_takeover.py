"""What a changed rule makes of an alert: nothing that is due by it alone, and no step is lost."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from notifier.config.values import HOUR, MINUTE
from notifier.model import Alert, AlertState
from notifier.rules import ALWAYS, Escalate, Remind, Wake, due, taken_over, wakes_at
from tests.support.clock import START
from tests.support.hours import spells
from tests.support.rulebook import a_rule
from tests.support.sample import an_alert

Steps = list[dict[str, Any]]


def step(after: str, *notify: str, unless: tuple[str, ...] = ("acknowledged", "reached")) -> dict[str, Any]:
    return {"after": after, "notify": list(notify), "unless": list(unless)}


LEADS, BOSS = step("30m", "leads"), step("2h", "boss")
AT = START + 3 * HOUR


def opened(**over: Any) -> Alert:
    return an_alert(**{"open_since": START, "follows_up": True, **over})


def taken(old: Steps, new: Steps, escalated: int, now: int = START + MINUTE) -> Alert:
    before, rule = a_rule(escalate=old), a_rule(escalate=new)
    return taken_over(opened(escalated=escalated), before, ALWAYS, rule, ALWAYS, now)


# The steps as they were, how many of them were taken, the steps as they are, and how many of these were.
RENUMBERED: list[tuple[Steps, int, Steps, int]] = [
    ([LEADS, BOSS], 1, [LEADS, BOSS], 1),
    ([LEADS, BOSS], 1, [BOSS], 0),
    ([LEADS, BOSS], 2, [BOSS], 1),
    ([LEADS, BOSS], 1, [LEADS], 1),
    ([LEADS, BOSS], 2, [], 0),
    ([], 0, [LEADS], 0),
    ([LEADS], 1, [LEADS, BOSS], 1),
    ([LEADS], 1, [step("10m", "boss"), LEADS], 0),
    ([LEADS, BOSS], 2, [LEADS, step("1h", "owner"), BOSS], 1),
    # Only when, or unless what, was changed.
    ([LEADS, BOSS], 1, [step("40m", "leads"), BOSS], 1),
    ([LEADS, BOSS], 1, [step("30m", "leads", unless=()), BOSS], 1),
    ([step("30m", "leads", "boss")], 1, [step("1h", "boss", "leads", "boss")], 1),
    ([LEADS], 1, [step("30m", "leads", "boss")], 0),
    # Of several who tell the same, those that are the same are; else, where they became fewer, the last ones.
    ([LEADS, step("2h", "leads")], 1, [step("2h", "leads")], 0),
    ([LEADS, step("2h", "leads")], 1, [LEADS], 1),
    ([LEADS, step("2h", "leads")], 1, [step("3h", "leads")], 0),
    ([LEADS, step("2h", "leads")], 2, [step("3h", "leads")], 1),
    ([LEADS, step("2h", "leads")], 1, [step("1h", "leads"), step("3h", "leads")], 1),
    ([LEADS], 1, [step("1h", "leads"), step("3h", "leads")], 1),
]


@pytest.mark.parametrize("number", range(len(RENUMBERED)))
def test_as_many_steps_count_as_taken_as_were(number: int) -> None:
    old, before, new, after = RENUMBERED[number]
    assert taken(old, new, before).escalated == after
    asleep = opened(state=AlertState.SNOOZED, snoozed_until=AT, escalated=before)
    over = taken_over(asleep, a_rule(escalate=old), ALWAYS, a_rule(escalate=new), ALWAYS, AT)
    assert (over.escalated, over.open_since) == (after, START)


def test_a_step_that_is_due_by_the_new_rule_alone_counts_from_now() -> None:
    sooner = taken([step("4h", "leads")], [LEADS], 0, AT)
    assert (sooner.open_since, sooner.escalated) == (AT, 0)
    assert wakes_at(sooner, a_rule(escalate=[LEADS]), ALWAYS) == AT + 30 * MINUTE
    added = taken([LEADS], [LEADS, BOSS], 1, AT)
    assert (added.open_since, added.escalated) == (AT, 1)
    # What is still to come comes when it would have.
    assert taken([LEADS], [LEADS, step("5h", "boss")], 1, AT) == opened(escalated=1)


def test_what_was_due_by_the_old_rule_is_due_still() -> None:
    assert taken([LEADS, BOSS], [LEADS, step("90m", "boss")], 0, AT) == opened()
    # Only that: what the new one has in addition makes all of it count from now.
    assert taken([LEADS], [LEADS, BOSS], 0, AT).open_since == AT


def test_a_step_that_was_taken_and_is_not_among_the_first_any_more_is_not_taken_at_once() -> None:
    late = taken([LEADS, BOSS], [step("2h", "boss"), step("150m", "leads")], 1, START + 160 * MINUTE)
    assert (late.open_since, late.escalated) == (START + 160 * MINUTE, 0)


def test_a_calendar_with_more_hours_brings_no_step_at_once() -> None:
    rule, by_night = a_rule(escalate=[LEADS]), spells((START, START + MINUTE), (AT + HOUR, AT + 9 * HOUR))
    over = taken_over(opened(), rule, by_night, rule, ALWAYS, AT)
    assert over.open_since == AT
    assert taken_over(opened(), rule, ALWAYS, rule, by_night, AT) == opened()


def reminded(old: dict[str, Any], new: dict[str, Any], given_: int = 0, **over: Any) -> Alert:
    return taken_over(opened(reminded=given_, **over), a_rule(**old), ALWAYS, a_rule(**new), ALWAYS, AT)


def test_reminders_that_the_new_rule_alone_would_have_given_are_passed_over_where_more_follow() -> None:
    hourly = {"repeat_every": "1h"}
    assert reminded({}, hourly) == opened(reminded=3)
    assert reminded({}, {**hourly, "repeat_limit": 4}) == opened(reminded=3)
    assert reminded({}, {**hourly, "repeat_limit": 3}) == opened(open_since=AT)
    assert reminded({}, {**hourly, "repeat_limit": 1}) == opened(open_since=AT)
    # They were given, or are due anyway.
    assert reminded(hourly, {**hourly, "repeat_limit": 2}, 2) == opened(reminded=2)
    assert reminded(hourly, {**hourly, "repeat_limit": 1}, 3) == opened(reminded=3)
    assert reminded(hourly, {"repeat_every": "30m"}, 2) == opened(reminded=2)
    assert reminded({}, hourly, state=AlertState.ACKNOWLEDGED) == opened(state=AlertState.ACKNOWLEDGED)


def test_where_it_counts_from_now_its_reminders_do_too_but_for_those_that_all_were_given() -> None:
    hourly = {"repeat_every": "1h", "repeat_limit": 3}
    steps = {"escalate": [LEADS]}
    assert reminded(hourly, {**hourly, **steps}, 2) == opened(open_since=AT, reminded=0)
    assert reminded(hourly, {**hourly, **steps}, 3) == opened(open_since=AT, reminded=3)


@st.composite
def rules(draw: st.DrawFn) -> dict[str, Any]:
    afters = sorted(draw(st.lists(st.integers(1, 300), max_size=3, unique=True)))
    who = st.sampled_from(["leads", "boss"])
    made: dict[str, Any] = {"escalate": [step(f"{after}m", draw(who)) for after in afters]}
    if draw(st.booleans()):
        made |= {"repeat_every": f"{draw(st.integers(1, 120))}m", "repeat_limit": draw(st.integers(1, 3))}
    return made


@settings(deadline=None)
@given(rules(), rules(), st.integers(0, 360), st.integers(0, 3), st.integers(0, 3))
def test_a_reload_tells_nobody_and_every_step_that_was_not_taken_still_comes(
    old: dict[str, Any], new: dict[str, Any], now: int, escalated: int, given_: int
) -> None:
    before, rule, at = a_rule(**old), a_rule(**new), START + now * MINUTE
    alert = opened(escalated=min(escalated, len(before.escalate)), reminded=given_)
    over = taken_over(alert, before, ALWAYS, rule, ALWAYS, at)
    owed = isinstance(due(alert, before, ALWAYS, at), Escalate | Remind)
    if not owed:
        assert due(over, rule, ALWAYS, at) is Wake.NOTHING
    was_taken = [one.notify for one in before.escalate[: alert.escalated]]
    assert all(one.notify in was_taken for one in rule.escalate[: over.escalated])
    assert taken_over(over, rule, ALWAYS, rule, ALWAYS, at) == over
