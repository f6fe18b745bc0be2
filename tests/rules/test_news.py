"""What is new to somebody who was told of an alert before."""

from dataclasses import replace
from typing import Any

import pytest

from notifier.model import Alert, AlertState, EndReason
from notifier.rules import is_news, standing, stands_anew
from tests.support.clock import START
from tests.support.sample import an_alert


def over(reason: EndReason, **more: Any) -> Alert:
    return an_alert(state=AlertState.ENDED, ended_as=reason, ended_at=START, **more)


ALERTS = {
    "open": an_alert(),
    "taken": an_alert(state=AlertState.ACKNOWLEDGED, handled_by="Asha", handled_at=START),
    "taken by Ravi": an_alert(state=AlertState.ACKNOWLEDGED, handled_by="Ravi", handled_at=START),
    "asleep": an_alert(state=AlertState.SNOOZED, handled_by="Asha", snoozed_until=START),
    "asleep longer": an_alert(state=AlertState.SNOOZED, handled_by="Asha", snoozed_until=START + 1),
    "reached": over(EndReason.REACHED, handled_by="agent main/209"),
    "resolved": over(EndReason.RESOLVED, handled_by="Asha"),
    "quiet": over(EndReason.QUIET),
    "expired": over(EndReason.EXPIRED),
    "removed": over(EndReason.RULE_REMOVED),
    "outside": over(EndReason.OUTSIDE_HOURS),
}
FOR_PEOPLE = ("open", "taken", "taken by Ravi", "reached", "resolved")


@pytest.mark.parametrize("name", ALERTS)
@pytest.mark.parametrize("before", ALERTS)
def test_a_program_hears_of_everything_and_people_of_what_changes_what_they_do(
    name: str, before: str
) -> None:
    known, alert = standing(ALERTS[before]), ALERTS[name]
    assert is_news(known, alert, for_program=True) == (name != before)
    assert is_news(known, alert, for_program=False) == (name != before and name in FOR_PEOPLE)
    assert stands_anew(known, alert) == (name != before)


def test_who_was_told_before_anybody_kept_note_of_it_knows_that_it_is_open() -> None:
    assert not is_news("", ALERTS["open"], for_program=True)
    assert is_news("", ALERTS["reached"], for_program=False)


def test_an_alert_that_ended_by_being_told_stands_as_it_was_told() -> None:
    assert not is_news(standing(ALERTS["open"]), over(EndReason.TOLD), for_program=True)


def test_when_it_was_done_is_no_news() -> None:
    later = replace(ALERTS["taken"], handled_at=START + 1, version=9, call_count=4)
    assert not is_news(standing(ALERTS["taken"]), later, for_program=True)
