from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from notifier.backtest import Fate, Results, reach_back
from notifier.model import Endpoint, EndReason, Gathered, Kind, Target
from notifier.rules import Reason
from notifier.store.outbox import RowState
from tests.support.clock import START
from tests.support.replay import (
    DAY,
    HOUR,
    MINUTE,
    OFFICE,
    OPENS,
    a_silence,
    answered,
    configured,
    missed,
    replayed,
)


def sent(results: Results) -> list[tuple[int, str, Kind]]:
    """When after the start, to which receiver, what."""
    return [(one.at - START, one.target.receiver, one.kind) for one in results.fates if one.is_sent]


def unsent(results: Results) -> list[tuple[RowState, str]]:
    return [(one.state, one.reason) for one in results.fates if not one.is_sent]


def test_a_call_is_told_when_it_is_placed() -> None:
    results = replayed(configured({}), missed(MINUTE))
    assert sent(results) == [(MINUTE, "room", Kind.OPEN)]
    (one,) = results.fates
    assert (one.target, one.state, one.via, one.message) == (
        Target("room", "#room"),
        RowState.SENT,
        "rule",
        1,
    )
    assert results.decided == {("rule-1", Reason.OPENED): 1}
    assert results.ended == {("rule-1", EndReason.TOLD): 1}
    assert results.calls == {Endpoint.OUT_MISSED: 1}


def test_what_telecmi_lists_later_is_told_later() -> None:
    results = replayed(configured({}), missed(0), delay=5 * MINUTE)
    assert sent(results) == [(5 * MINUTE, "room", Kind.OPEN)]
    late = replayed(configured({}), missed(0), missed(1, customer="+9180"), delay=2 * HOUR)
    assert [at for at, _, _ in sent(late)] == [2 * HOUR, 2 * HOUR + 1]


def test_a_wait_runs_from_when_the_call_was_placed() -> None:
    config = configured({"per": "customer", "wait": "10m"})
    assert sent(replayed(config, missed(0), delay=4 * MINUTE)) == [(10 * MINUTE, "room", Kind.OPEN)]


def test_calls_from_before_count_and_open_nothing() -> None:
    config = configured({"per": "extension", "count": 3, "within": "30m"})
    before = [missed(-2 * MINUTE), missed(-MINUTE)]
    results = replayed(config, *before, missed(0))
    assert sent(results) == [(0, "room", Kind.OPEN)]
    assert (results.warm_up, results.decided) == (2, {("rule-1", Reason.OPENED): 1})
    assert sent(replayed(config, *before)) == []


def test_attempts_from_before_count_as_attempts() -> None:
    config = configured({"match": {"attempts": ">=3"}})
    assert sent(replayed(config, missed(-2 * DAY), missed(-DAY), missed(0))) == [(0, "room", Kind.OPEN)]
    reached = answered(-HOUR)
    follows = configured({"match": {"attempts": ">=3"}}, follow_up=True)
    assert sent(replayed(follows, missed(-2 * DAY), missed(-DAY), reached, missed(0))) == []


def test_nothing_happens_after_the_end() -> None:
    config = configured({"wait": "10m"})
    calls = [missed(0), missed(5 * MINUTE)]
    results = replayed(config, *calls, until=START + 12 * MINUTE)
    assert sent(results) == [(10 * MINUTE, "room", Kind.OPEN)]
    # One is told and over within a day; of the other nobody was told yet.
    assert results.ended == {("rule-1", None): 2}
    early = replayed(config, *calls, until=START + MINUTE)
    assert (early.calls, early.fates) == ({Endpoint.OUT_MISSED: 1}, ())


def test_nothing_comes_of_nothing() -> None:
    results = replayed(configured({}), until=START)
    assert (results.calls, results.fates, results.ended, results.decided) == ({}, (), {}, {})


def test_calls_that_come_twice_count_once() -> None:
    call = missed(0)
    other = call._replace(id="other", alias=call.id)
    third = call._replace(id="third", alias="other", placed_at=START + 5)
    results = replayed(configured({}), call, call, other, third)
    assert (results.calls, len(results.fates)) == ({Endpoint.OUT_MISSED: 1}, 1)


def test_lists_that_the_configuration_does_not_read_are_left_out() -> None:
    strangers = missed(0, account="dubai")
    results = replayed(configured({"per": "customer"}), missed(0), answered(MINUTE), strangers)
    assert results.calls == {Endpoint.OUT_MISSED: 1}
    assert results.ended == {("rule-1", EndReason.EXPIRED): 1}


def test_who_was_reached_in_time_is_never_told() -> None:
    config = configured({"per": "customer", "wait": "10m"}, follow_up=True)
    results = replayed(config, missed(0), answered(5 * MINUTE))
    assert (results.fates, results.ended) == ((), {("rule-1", EndReason.REACHED): 1})
    leg = replayed(config, missed(0), answered(-MINUTE))
    assert leg.decided == {("rule-1", Reason.SPURIOUS): 1}


def test_escalations_and_reminders_come_until_the_customer_is_reached() -> None:
    rule = {
        "per": "customer",
        "notify": "agent",
        "escalate": [{"after": "30m", "notify": "leads"}],
        "repeat_every": "1h",
    }
    results = replayed(configured(rule, follow_up=True), missed(0), answered(150 * MINUTE))
    assert sent(results) == [
        (0, "agent", Kind.OPEN),
        (30 * MINUTE, "leads", Kind.ESCALATION),
        (60 * MINUTE, "agent", Kind.REMINDER),
        (60 * MINUTE, "leads", Kind.REMINDER),
        (120 * MINUTE, "agent", Kind.REMINDER),
        (120 * MINUTE, "leads", Kind.REMINDER),
        (150 * MINUTE, "leads", Kind.UPDATE),  # the agent sees it in the message
    ]


def test_what_was_held_comes_together_when_the_calendar_opens() -> None:
    config = configured({"calendar": "office"}, calendars=OFFICE)
    results = replayed(config, missed(0), missed(MINUTE))
    assert sent(results) == [(OPENS - START, "room", Kind.OPEN)] * 2
    assert [(one.due_at - START, one.was_held, one.message, one.together) for one in results.fates] == [
        (0, True, 1, Gathered.HELD),
        (MINUTE, True, 1, Gathered.HELD),
    ]


def test_what_is_held_beyond_the_end_still_waits() -> None:
    config = configured({"calendar": "office"}, calendars=OFFICE)
    results = replayed(config, missed(0), until=START + HOUR)
    assert unsent(results) == [(RowState.WAITING, "")]
    assert results.fates[0].at == START + HOUR


def test_what_is_dropped_says_why() -> None:
    config = configured({"calendar": "office", "outside": "drop"}, calendars=OFFICE)
    results = replayed(config, missed(0))
    assert unsent(results) == [(RowState.DROPPED, "outside_hours")]
    assert results.ended == {("rule-1", EndReason.OUTSIDE_HOURS): 1}


def test_silences_hold_back() -> None:
    silence = a_silence(-HOUR, 2 * HOUR, extension="209")
    results = replayed(configured({}), missed(0), silences=[silence])
    assert sent(results) == [(HOUR, "room", Kind.OPEN)]
    other = replayed(configured({}), missed(0, extension="210"), silences=[silence])
    assert sent(other) == [(0, "room", Kind.OPEN)]


def test_a_silence_that_a_person_ended_lets_go_then() -> None:
    silence = replace(a_silence(-HOUR, 2 * HOUR), ended_at=START + 10 * MINUTE, ended_by="ops")
    assert sent(replayed(configured({}), missed(0), silences=[silence])) == [(10 * MINUTE, "room", Kind.OPEN)]
    endless = replace(silence, ends_at=None)
    assert sent(replayed(configured({}), missed(0), silences=[endless])) == [(10 * MINUTE, "room", Kind.OPEN)]


def test_a_silence_without_an_end_holds_for_good() -> None:
    silence = replace(a_silence(-HOUR, 0), ends_at=None)
    results = replayed(configured({}), missed(0), silences=[silence], until=START + 90 * MINUTE)
    assert unsent(results) == [(RowState.WAITING, "")]


def test_rules_on_trial_are_replayed_as_if_they_were_not() -> None:
    assert sent(replayed(configured({"dry_run": True}, dry_run=True), missed(0))) == [(0, "room", Kind.OPEN)]


def test_where_nobody_can_be_told_that_is_said() -> None:
    results = replayed(configured({"notify": "agent"}), missed(0, extension="210"))
    assert unsent(results) == [(RowState.DEAD, "no address: agent")]
    assert results.fates[0].target == Target("nobody", "agent main/210")


def test_the_fallback_is_told_where_the_agent_has_no_address() -> None:
    results = replayed(configured({"notify": "agent", "fallback": "room"}), missed(0, extension="210"))
    (one,) = results.fates
    assert (one.target.receiver, one.via, one.reason) == ("room", "fallback", "no address: agent")


def away(**fields: Any) -> dict[str, Any]:
    """The agent at 209 is away on the day when what was held since the evening may be told."""
    return {
        "agents": {
            "209": {"name": "Asha", "slack": "U209", "away": ["2026-09-22"], **fields},
            "210": {"name": "Ravi", "slack": "U210"},
        },
        "calendars": OFFICE,
    }


def to_whom(fates: Sequence[Fate]) -> list[tuple[RowState, str, str]]:
    return [(one.state, str(one.target), one.via) for one in fates]


def test_what_was_held_goes_to_the_deputy_of_an_agent_who_is_away_by_then() -> None:
    config = configured({"notify": "agent", "calendar": "office"}, **away(deputy="210"))
    results = replayed(config, missed(0))
    assert to_whom(results.fates) == [
        (RowState.REDIRECTED, "agent:agent main/209", "rule"),
        (RowState.SENT, "agent:agent main/210", "deputy"),
    ]
    assert "is away through Tue 22 Sep" in results.fates[0].reason


def test_or_to_the_fallback_or_to_nobody() -> None:
    rule = {"notify": "agent", "calendar": "office"}
    fallback = replayed(configured({**rule, "fallback": "room"}, **away()), missed(0))
    assert to_whom(fallback.fates)[1:] == [(RowState.SENT, "room:#room", "fallback")]
    nobody = replayed(configured(rule, **away()), missed(0))
    assert to_whom(nobody.fates) == [(RowState.DEAD, "agent:agent main/209", "rule")]


def test_of_one_who_was_reached_meanwhile_nobody_hears_though_the_agent_is_away() -> None:
    rule = {"per": "customer", "notify": "agent", "calendar": "office"}
    config = configured(rule, follow_up=True, **away(deputy="210"))
    results = replayed(config, missed(0), answered(HOUR))
    assert to_whom(results.fates) == [(RowState.DROPPED, "agent:agent main/209", "rule")]


def test_more_than_a_burst_is_told_as_a_summary() -> None:
    calls = [missed(0, customer=f"+9198000000{n:02}") for n in range(25)]
    results = replayed(configured({}), *calls)
    assert Counter(one.message for one in results.fates) == {1: 12, 2: 13}
    assert {one.together for one in results.fates} == {Gathered.BURST}


def test_what_is_critical_goes_first_and_alone() -> None:
    levels = [{"count": 2, "severity": "critical"}]
    rule = {"per": "extension", "count": 1, "within": "30m", "levels": levels, "calendar": "office"}
    config = configured({**rule, "critical_passes": True}, {"calendar": "office"}, calendars=OFFICE)
    results = replayed(config, missed(0), missed(MINUTE))
    assert [(one.at - START, one.alert.rule, one.kind) for one in results.fates if one.is_sent][:2] == [
        (MINUTE, "rule-1", Kind.OPEN),
        (MINUTE, "rule-1", Kind.LEVEL),
    ]


def test_on_a_channel_that_can_not_edit_calls_that_join_come_anew() -> None:
    config = configured({"per": "customer", "notify": ["room", "leads"]})
    results = replayed(config, missed(0), missed(MINUTE), missed(2 * MINUTE))
    assert sent(results) == [
        (0, "room", Kind.OPEN),
        (0, "leads", Kind.OPEN),
        (5 * MINUTE, "leads", Kind.UPDATE),
    ]


def test_it_needs_calls_from_before_as_far_back_as_its_rules_look() -> None:
    assert reach_back(configured()) == 2 * MINUTE
    assert reach_back(configured({}, {"per": "team", "count": 3, "within": "2h"})) == 2 * HOUR + 2 * MINUTE
    assert reach_back(configured({"match": {"not": {"attempts": ">=3"}}})) is None


def test_windows_do_not_grow_with_the_span() -> None:
    config = configured({"per": "account", "count": 3, "within": "30m"})
    calls = [missed(n * 20 * MINUTE) for n in range(200)]
    results = replayed(config, *calls)
    assert results.decided == {("rule-1", Reason.BELOW_THRESHOLD): 200}


def test_a_miss_that_turns_out_to_be_a_leg_counts_no_more() -> None:
    counting = {"per": "extension", "count": 2, "within": "30m"}
    config = configured(counting, follow_up=True)
    leg, other = answered(MINUTE), missed(2 * MINUTE, customer="+919800000001")
    assert sent(replayed(config, missed(0), other)) == [(2 * MINUTE, "room", Kind.OPEN)]
    assert sent(replayed(config, missed(0), leg, other)) == []


def test_an_answer_long_before_reaches_nobody() -> None:
    config = configured({"per": "customer"}, follow_up=True)
    results = replayed(config, answered(0), missed(HOUR), until=START + 2 * HOUR)
    assert results.ended == {("rule-1", None): 1}


def test_what_is_held_is_neither_escalated_past_nor_ended_before_it_was_told() -> None:
    rule = {"per": "customer", "calendar": "office", "outside": "send", "expire_after": "2h"}
    silence = a_silence(-HOUR, 4 * HOUR)
    results = replayed(configured(rule, calendars=OFFICE), missed(0), silences=[silence])
    assert sent(results) == [(3 * HOUR, "room", Kind.OPEN)]
    assert results.ended == {("rule-1", EndReason.EXPIRED): 1}


def test_a_higher_level_lets_go_of_what_was_held() -> None:
    levels = [{"count": 3, "severity": "critical", "notify": "leads"}]
    rule = {"per": "extension", "count": 2, "within": "30m", "levels": levels, "calendar": "office"}
    config = configured({**rule, "critical_passes": True}, calendars=OFFICE)
    results = replayed(config, missed(0), missed(MINUTE), missed(2 * MINUTE))
    assert sorted(sent(results)) == [
        (2 * MINUTE, "leads", Kind.LEVEL),
        (2 * MINUTE, "room", Kind.LEVEL),
        (2 * MINUTE, "room", Kind.OPEN),
    ]


def test_of_what_is_held_together_the_critical_one_goes_by_itself() -> None:
    levels = [{"count": 3, "severity": "critical"}]
    counting = {"per": "extension", "count": 1, "within": "30m", "levels": levels}
    held = [missed(n * MINUTE, customer=f"+91980000000{n}") for n in range(3)]
    config = configured({**counting, "calendar": "office"}, {"calendar": "office"}, calendars=OFFICE)
    results = replayed(config, *held)
    assert [(one.alert.rule, one.together) for one in results.fates] == [
        ("rule-1", None),
        ("rule-1", None),
        *[("rule-2", Gathered.HELD)] * 3,
    ]


def test_one_who_was_reached_is_named_with_what_else_was_held() -> None:
    config = configured({"per": "customer", "calendar": "office"}, follow_up=True, calendars=OFFICE)
    other = "+919800000001"
    story = [missed(0), missed(0, customer=other), answered(HOUR)]
    assert [one.state for one in replayed(config, *story).fates] == [RowState.SENT] * 2
    # A silence that goes on when the calendar opens holds both for as long.
    silence = a_silence(0, 15 * HOUR)
    assert sent(replayed(config, *story, silences=[silence])) == [(15 * HOUR, "room", Kind.OPEN)] * 2


def test_whoever_heard_of_it_just_now_is_not_reminded_as_well() -> None:
    rule = {
        "per": "customer",
        "escalate": [{"after": "1h", "notify": ["room", "leads"]}],
        "repeat_every": "1h",
        "repeat_limit": 1,
    }
    results = replayed(configured(rule), missed(0))
    assert [
        (one.at - START, one.kind, one.reason) for one in results.fates if one.target.receiver == "room"
    ] == [
        (0, Kind.OPEN, ""),
        (HOUR, Kind.ESCALATION, ""),
        (HOUR, Kind.REMINDER, "told_since"),
    ]


def test_reminders_go_to_those_whom_the_rule_names_where_nobody_was_told() -> None:
    rule = {"per": "customer", "notify": "agent", "repeat_every": "1h", "repeat_limit": 1}
    results = replayed(configured(rule), missed(0, extension="210"))
    assert [(one.state, one.kind) for one in results.fates] == [
        (RowState.DEAD, Kind.OPEN),
        (RowState.DEAD, Kind.REMINDER),
    ]


def test_what_was_told_in_a_summary_can_not_be_edited_so_calls_that_join_come_anew() -> None:
    first = [missed(0, customer=f"+9198000000{n:02}") for n in range(11)]
    again = missed(MINUTE, customer="+919800000003")
    results = replayed(configured({"per": "customer"}), *first, again)
    assert sent(results)[11:] == [(5 * MINUTE, "room", Kind.UPDATE)]


def test_legs_of_answered_calls_are_no_attempts() -> None:
    config = configured({"match": {"attempts": ">=2"}}, follow_up=True)
    leg, answer = missed(MINUTE), answered(2 * MINUTE)
    assert sent(replayed(config, missed(0), leg)) == [(MINUTE, "room", Kind.OPEN)]
    assert sent(replayed(config, answer, missed(3 * MINUTE), missed(HOUR))) == []


def test_what_one_alert_has_to_tell_a_target_keeps_its_order() -> None:
    steps = [{"after": "1h", "notify": "room"}, {"after": "2h", "notify": "room"}]
    results = replayed(
        configured({"per": "customer", "escalate": steps}), missed(0), silences=[a_silence(MINUTE, 3 * HOUR)]
    )
    assert [(one.at - START, one.kind, one.n, one.reason) for one in results.fates] == [
        (0, Kind.OPEN, 0, ""),
        (3 * HOUR + MINUTE, Kind.ESCALATION, 1, ""),
        (3 * HOUR + MINUTE, Kind.ESCALATION, 2, "told_since"),
    ]


def test_what_was_held_first_counts_from_when_somebody_heard_of_it() -> None:
    rule = {"per": "customer", "escalate": [{"after": "1h", "notify": "leads"}], "expire_after": "2h"}
    results = replayed(configured(rule), missed(0), silences=[a_silence(0, 72 * HOUR)])
    assert sent(results) == [(72 * HOUR, "room", Kind.OPEN), (73 * HOUR, "leads", Kind.ESCALATION)]
    assert results.ended == {("rule-1", EndReason.EXPIRED): 1}


def test_whoever_is_in_several_steps_that_are_due_at_once_is_told_of_the_last() -> None:
    steps = [{"after": "30m", "notify": "leads"}, {"after": "30m", "notify": ["leads", "room"]}]
    results = replayed(configured({"per": "customer", "notify": "agent", "escalate": steps}), missed(0))
    assert [(one.target.receiver, one.n) for one in results.fates if one.kind is Kind.ESCALATION] == [
        ("leads", 2),
        ("room", 2),
    ]
