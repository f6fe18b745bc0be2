"""Every state and action: what comes of it, and what whoever asked is told."""

from dataclasses import replace
from typing import Any

import pytest

from notifier.model import Alert, AlertState, EndReason, Event, EventKind
from notifier.rules.act import LONGEST_SNOOZE, Acted, Action, Order, Shown, Standing, Verdict, act
from notifier.rules.acted import said
from tests.support.clock import START
from tests.support.sample import MINUTE, an_alert

NOW = START + 60 * MINUTE
UNTIL = NOW + 120 * MINUTE
BEFORE = NOW - 5 * MINUTE
DUE = NOW + 10 * MINUTE

TOLD = Standing(has_rule=True, rival=None, is_written=True)
UNTOLD = Standing(has_rule=True, rival=None, is_written=False)
IN_SLACK = Shown(edited=2, knowing=2)
BY_MAIL = Shown(anew=2, knowing=2)


def handled(state: AlertState, **over: Any) -> Alert:
    return an_alert(state=state, handled_by="Ravi", handled_at=BEFORE, open_since=START, **over)


def over(reason: EndReason, **more: Any) -> Alert:
    return an_alert(state=AlertState.ENDED, ended_as=reason, ended_at=BEFORE, open_since=START, **more)


SNOOZED = AlertState.SNOOZED
ALERTS = {
    "pending": an_alert(state=AlertState.PENDING, due_at=DUE),
    "pending, snoozed": an_alert(
        state=AlertState.PENDING,
        due_at=UNTIL + MINUTE,
        snoozed_until=UNTIL + MINUTE,
        handled_by="Ravi",
        handled_at=BEFORE,
    ),
    "open": an_alert(open_since=START, escalated=1, reminded=2),
    "acknowledged": handled(AlertState.ACKNOWLEDGED, escalated=1),
    "acknowledged, untold": handled(AlertState.ACKNOWLEDGED, due_at=DUE),
    "snoozed": handled(SNOOZED, snoozed_until=UNTIL + MINUTE),
    "ended: told": over(EndReason.TOLD),
    "ended: reached": over(EndReason.REACHED, handled_by="agent main/209", handled_at=BEFORE),
    "ended: resolved": over(EndReason.RESOLVED, handled_by="Ravi", handled_at=BEFORE),
    "ended: resolved, untold": over(EndReason.RESOLVED, handled_by="Ravi", handled_at=BEFORE, due_at=DUE),
    "ended: quiet": over(EndReason.QUIET),
    "ended: expired": over(EndReason.EXPIRED, snoozed_until=UNTIL),
    "ended: rule removed": over(EndReason.RULE_REMOVED),
    "ended: outside hours": over(EndReason.OUTSIDE_HOURS),
}

ACK, RESOLVE, SNOOZE, REOPEN = Action
NOBODY_YET = (
    "nobody was told of it yet, and nobody is, unless it is reopened, reaches a higher level, or a step of "
    "`escalate` comes that this does not stop"
)
SEEN = "whoever was told sees it in their message"
ANEW = "whoever was told gets a new message"
DONE_NOW = "nobody was told of it before, so that is done now"
ENDED = "it has ended, at -5: {}; it can be reopened"

Row = tuple[str, Action, str, str]  # the alert, what is asked, its state after, what is said

DONE: list[Row] = [
    ("pending", ACK, "acknowledged", f"acknowledged by Asha; {NOBODY_YET}"),
    ("pending", RESOLVE, "ended", "resolved by Asha; nobody was told of it, and nobody is"),
    (
        "pending",
        SNOOZE,
        "pending",
        "snoozed by Asha until at 120; nobody was told of it yet, and nobody is before then",
    ),
    ("pending, snoozed", ACK, "acknowledged", f"acknowledged by Asha; {NOBODY_YET}"),
    ("pending, snoozed", RESOLVE, "ended", "resolved by Asha; nobody was told of it, and nobody is"),
    (
        "pending, snoozed",
        SNOOZE,
        "pending",
        "snoozed by Asha until at 120; nobody was told of it yet, and nobody is before then",
    ),
    ("pending, snoozed", REOPEN, "pending", f"reopened by Asha; {DONE_NOW}"),
    ("open", ACK, "acknowledged", "acknowledged by Asha"),
    ("open", RESOLVE, "ended", "resolved by Asha"),
    ("open", SNOOZE, "snoozed", "snoozed by Asha until at 120; whoever was told is reminded then"),
    ("acknowledged", RESOLVE, "ended", "resolved by Asha"),
    ("acknowledged", SNOOZE, "snoozed", "snoozed by Asha until at 120; whoever was told is reminded then"),
    ("acknowledged", REOPEN, "open", f"reopened by Asha; {SEEN}"),
    ("acknowledged, untold", RESOLVE, "ended", "resolved by Asha; nobody was told of it, and nobody is"),
    (
        "acknowledged, untold",
        SNOOZE,
        "pending",
        "snoozed by Asha until at 120; nobody was told of it yet, and nobody is before then",
    ),
    ("acknowledged, untold", REOPEN, "pending", f"reopened by Asha; {DONE_NOW}"),
    ("snoozed", ACK, "acknowledged", "acknowledged by Asha"),
    ("snoozed", RESOLVE, "ended", "resolved by Asha"),
    ("snoozed", SNOOZE, "snoozed", "snoozed by Asha until at 120; whoever was told is reminded then"),
    ("snoozed", REOPEN, "open", f"reopened by Asha; {SEEN}"),
    *(
        (name, REOPEN, "open", f"reopened by Asha; {SEEN}")
        for name in ALERTS
        if name.startswith("ended") and "untold" not in name and "outside" not in name
    ),
    ("ended: outside hours", REOPEN, "open", f"reopened by Asha; {DONE_NOW}"),
    ("ended: resolved, untold", REOPEN, "pending", f"reopened by Asha; {DONE_NOW}"),
]

_HOW = {
    "ended: told": "everybody was told, and nothing was to follow",
    "ended: reached": "the agent at 209 has reached the customer",
    "ended: resolved": "Ravi has resolved it",
    "ended: resolved, untold": "Ravi has resolved it",
    "ended: quiet": "no further call had come within its rule's span",
    "ended: expired": "no call had joined for as long as its rule waits (`expire_after`)",
    "ended: rule removed": "its rule was removed from the configuration",
    "ended: outside hours": "it was outside the hours of its rule",
}

REFUSED: list[Row] = [
    ("pending", REOPEN, "is_active", "it waits until at 10, and is told then: nothing is to be reopened"),
    ("open", REOPEN, "is_active", "it is open, and nobody is on it: nothing is to be reopened"),
    ("acknowledged", ACK, "already", "already acknowledged by Ravi, since at -5"),
    ("acknowledged, untold", ACK, "already", "already acknowledged by Ravi, since at -5"),
    *((name, ACK, "has_ended", ENDED.format(how)) for name, how in _HOW.items()),
    *((name, SNOOZE, "has_ended", ENDED.format(how)) for name, how in _HOW.items()),
    *(
        (name, RESOLVE, "has_ended", ENDED.format(how))
        for name, how in _HOW.items()
        if not name.startswith("ended: resolved")
    ),
    ("ended: resolved", RESOLVE, "already", "already resolved by Ravi, at -5"),
    ("ended: resolved, untold", RESOLVE, "already", "already resolved by Ravi, at -5"),
]


def when(ms: int) -> str:
    return f"at {(ms - NOW) // MINUTE}"


def who(name: str) -> str:
    return name.replace("agent main/", "the agent at ")


def order(action: Action, **over: Any) -> Order:
    return replace(Order(action, "Asha", "why", UNTIL if action is SNOOZE else None), **over)


def asked(name: str, action: Action, **over: Any) -> Acted:
    alert = ALERTS[name]
    if "untold" in name or name.startswith("pending"):
        return act(alert, order(action, **over), UNTOLD, NOW)
    if "outside" in name:
        return act(alert, order(action, **over), replace(TOLD, never_told=1), NOW)
    return replace(act(alert, order(action, **over), TOLD, NOW), shown=IN_SLACK)


def text(acted: Acted, opens_at: int | None = None) -> str:
    return said(acted, when, who, opens_at=opens_at)


def test_every_state_and_action_has_a_stated_outcome() -> None:
    stated = [(name, action) for name, action, _, _ in DONE + REFUSED]
    assert sorted(stated) == sorted((name, action) for name in ALERTS for action in Action)


@pytest.mark.parametrize(("name", "action", "state", "words"), DONE)
def test_what_is_done(name: str, action: Action, state: str, words: str) -> None:
    acted = asked(name, action)
    before, after = acted.before, acted.alert
    assert (acted.verdict, after.state, text(acted)) == (Verdict.DONE, state, words)
    assert before is ALERTS[name]
    assert after.version == before.version + 1
    assert acted.event is not None
    assert acted.event.kind in set(EventKind)
    assert (after.ended_at is None) == (after.state is not AlertState.ENDED)
    assert (after.ended_at is None) == (after.ended_as is None)
    # Where it is snoozed and open or pending, it wakes at that very time.
    assert after.snoozed_until == (UNTIL if action is SNOOZE else None)
    if after.state is AlertState.PENDING:
        assert after.due_at == (UNTIL if action is SNOOZE else NOW)
        assert after.open_since is None


@pytest.mark.parametrize(("name", "action", "verdict", "words"), REFUSED)
def test_what_is_refused_changes_nothing(name: str, action: Action, verdict: str, words: str) -> None:
    acted = asked(name, action)
    assert (acted.verdict, text(acted)) == (verdict, words)
    assert acted.alert is acted.before is ALERTS[name]
    assert acted.event is None
    assert not acted.is_done


BOTH = "whoever was told sees it in their message, or gets a new one where that can't change"
OPENS = NOW + 9 * MINUTE

# What is asked, how many learn of it, and what is said of them.
LEARNS: list[tuple[Action, Shown, int, str]] = [
    (ACK, IN_SLACK, 0, ""),
    (ACK, BY_MAIL, 0, ANEW),
    (ACK, Shown(edited=1, anew=1, knowing=2), 0, BOTH),
    (ACK, Shown(), 0, "nobody was told of it yet; whoever is, sees it"),
    (RESOLVE, BY_MAIL, 0, ANEW),
    (RESOLVE, Shown(), 0, "nobody was told of it, and nobody is"),
    (SNOOZE, BY_MAIL, 0, "whoever was told is reminded then"),
    (SNOOZE, Shown(), 0, "nobody was told of it yet, and nobody is before then"),
    (REOPEN, IN_SLACK, 0, SEEN),
    (REOPEN, BY_MAIL, 0, ANEW),
    (REOPEN, Shown(knowing=2), 0, ""),
    (REOPEN, Shown(), 0, "nobody was told of it yet: `notifier explain` says why"),
    (REOPEN, Shown(), 3, DONE_NOW),
    (REOPEN, IN_SLACK, 1, f"{SEEN}, and whoever was not told because it had ended is told now"),
]


@pytest.mark.parametrize(("action", "shown", "never_told", "words"), LEARNS)
def test_what_is_said_of_who_learns_of_it_is_true(
    action: Action, shown: Shown, never_told: int, words: str
) -> None:
    alert = ALERTS["ended: reached" if action is REOPEN else "open"]
    acted = replace(act(alert, order(action), replace(TOLD, never_told=never_told), NOW), shown=shown)
    assert text(acted).partition(" by Asha")[2].removeprefix(" until at 120").removeprefix("; ") == words


def test_what_waits_for_its_calendar_is_said_to() -> None:
    acted = asked("ended: outside hours", REOPEN)
    assert text(acted, OPENS).endswith("before, so that is done when its calendar opens, at 9")
    told = replace(asked("open", RESOLVE), shown=BY_MAIL)
    assert text(told, OPENS) == f"resolved by Asha; {ANEW} when its calendar opens, at 9"
    assert text(asked("open", RESOLVE), OPENS) == "resolved by Asha"


@pytest.mark.parametrize("action", [ACK, RESOLVE])
def test_of_an_alert_on_trial_nobody_is_told(action: Action) -> None:
    acted = act(replace(ALERTS["open"], dry_run=True), order(action), TOLD, NOW)
    assert text(acted).endswith(" by Asha; nobody was told of it, and nobody is: it is on trial (`dry_run`)")
    over = act(replace(ALERTS["ended: told"], dry_run=True), order(ACK), TOLD, NOW)
    assert "nobody was told, since it is on trial (`dry_run`)" in text(over)


@pytest.mark.parametrize(
    ("action", "kind"),
    [
        (ACK, EventKind.ACKNOWLEDGED),
        (RESOLVE, EventKind.RESOLVED),
        (SNOOZE, EventKind.SNOOZED),
        (REOPEN, EventKind.REOPENED),
    ],
)
def test_who_did_it_and_when_is_recorded(action: Action, kind: EventKind) -> None:
    acted = asked("pending, snoozed", action)
    assert acted.event == Event(NOW, kind, "Asha", "why", UNTIL if action is SNOOZE else None)
    by = ("", None) if action is REOPEN else ("Asha", NOW)
    assert (acted.alert.handled_by, acted.alert.handled_at) == by


def test_an_alert_that_was_pending_counts_as_open_from_its_acknowledgement() -> None:
    assert asked("pending", ACK).alert.open_since == NOW
    assert asked("open", ACK).alert.open_since == START


def test_escalations_and_reminders_begin_anew_with_a_reopened_alert() -> None:
    alert = asked("acknowledged", REOPEN).alert
    assert (alert.open_since, alert.escalated, alert.reminded) == (NOW, 0, 0)
    assert asked("open", ACK).alert.escalated == 1


def test_what_ended_when_it_was_told_does_not_end_again_at_once() -> None:
    assert not ALERTS["ended: told"].follows_up
    assert asked("ended: told", REOPEN).alert.follows_up


@pytest.mark.parametrize("name", ["pending", "open", "acknowledged", "snoozed"])
@pytest.mark.parametrize("until", [NOW, NOW - MINUTE])
def test_a_snooze_that_is_past_is_refused(name: str, until: int) -> None:
    acted = asked(name, SNOOZE, until=until)
    assert acted.verdict is Verdict.IN_THE_PAST
    assert text(acted) == f"at {(until - NOW) // MINUTE} is past; name a time that is still to come"


def test_a_snooze_until_the_same_time_was_there_already() -> None:
    for name in ("snoozed", "pending, snoozed"):
        acted = asked(name, SNOOZE, until=UNTIL + MINUTE)
        assert acted.verdict is Verdict.ALREADY
        assert text(acted) == "already snoozed until at 121, by Ravi"


def test_a_snooze_that_ends_before_the_rule_s_wait_is_no_use() -> None:
    acted = asked("pending", SNOOZE, until=DUE)
    assert acted.verdict is Verdict.WAITS_LONGER
    assert text(acted) == "nobody is told of it before at 10 anyway (its rule's `wait`)"
    assert asked("pending", SNOOZE, until=DUE + 1).is_done
    assert asked("pending, snoozed", SNOOZE, until=NOW + 1).alert.due_at == NOW + 1


def test_an_old_snooze_of_an_alert_that_woke_is_none() -> None:
    woken = an_alert(open_since=START, snoozed_until=BEFORE)
    assert act(woken, order(REOPEN), TOLD, NOW).verdict is Verdict.IS_ACTIVE
    assert act(woken, order(SNOOZE, until=BEFORE), TOLD, NOW).verdict is Verdict.IN_THE_PAST


def test_an_alert_with_another_in_its_place_is_not_reopened() -> None:
    acted = act(ALERTS["ended: expired"], order(REOPEN), replace(TOLD, rival=15), NOW)
    assert acted.verdict is Verdict.HAS_RIVAL
    assert text(acted) == "A15 is active in its place, for the same rule and key"


def test_an_alert_whose_rule_is_gone_is_not_reopened_but_may_be_resolved() -> None:
    gone = replace(TOLD, has_rule=False, rival=15)
    acted = act(ALERTS["ended: rule removed"], order(REOPEN), gone, NOW)
    assert acted.verdict is Verdict.RULE_IS_GONE
    assert text(acted) == "its rule not-reached is not in the configuration any more"
    assert act(ALERTS["open"], order(RESOLVE), gone, NOW).is_done
    assert act(ALERTS["snoozed"], order(REOPEN), gone, NOW).is_done


def test_done_twice_the_second_says_so() -> None:
    for action, again in ((ACK, ACK), (RESOLVE, RESOLVE), (SNOOZE, SNOOZE)):
        once = act(ALERTS["open"], order(action), TOLD, NOW)
        assert act(once.alert, order(again), TOLD, NOW + 1).verdict is Verdict.ALREADY
    once = act(ALERTS["ended: expired"], order(REOPEN), TOLD, NOW)
    assert act(once.alert, order(REOPEN), TOLD, NOW + 1).verdict is Verdict.IS_ACTIVE


def test_an_alert_without_times_is_spoken_of_all_the_same() -> None:
    bare = an_alert(state=AlertState.ENDED, ended_as=None)
    assert text(act(bare, order(ACK), TOLD, NOW)).startswith("it has ended, at an unknown time: everybody")


def test_nobody_is_snoozed_for_so_long_that_they_are_forgotten() -> None:
    farthest = NOW + LONGEST_SNOOZE
    assert act(an_alert(), order(SNOOZE, until=farthest), TOLD, NOW).is_done
    acted = act(an_alert(), order(SNOOZE, until=farthest + 1), TOLD, NOW)
    assert acted.verdict is Verdict.TOO_FAR
    assert "90 days" in text(acted)
