"""The ledger of customers' lives itself: a lost, a doubled, a late and a false message are each found."""

from dataclasses import replace

import pytest

from tests.fault.life.facts import Act, Kind, Life, Said, Span
from tests.fault.life.ledger import GRACE, reckon
from tests.fault.life.setting import BOSS, CHIEFS, FIRST_STEP, REPEAT, ROOM, SECOND_STEP

DUE = 1_000_000
ANN = Life("Ann", DUE)
FIRST = Said("Ann", ROOM, Kind.FIRST, DUE + 500, "m1", now="Call back Ann")
STEP = Said("Ann", CHIEFS, Kind.STEP, DUE + FIRST_STEP + 500, "m2")
LAST_STEP = Said("Ann", BOSS, Kind.STEP, DUE + SECOND_STEP + 500, "m3")
REMINDED = Said("Ann", ROOM, Kind.REMINDER, DUE + REPEAT + 500, "m4")
ALL = [FIRST, STEP, LAST_STEP, REMINDED]
PROMPT = 5_000


def complaints(life: Life, *said: Said, prompt: int | None = None) -> tuple[str, ...]:
    return reckon([life], said, prompt).complaints


def acted(action: str, at: int, until: int | None = None) -> Life:
    return replace(ANN, acts=(Act(action, at, at + 500, is_done=True, until=until),))


def test_what_was_told_once_and_in_time_is_neither_lost_nor_doubled() -> None:
    found = reckon([ANN], ALL, PROMPT)
    assert (found.owed, found.lost, found.doubled, found.complaints) == (4, (), {}, ())


@pytest.mark.parametrize("missing", ALL)
def test_whatever_nobody_was_told_is_lost(missing: Said) -> None:
    found = reckon([ANN], [one for one in ALL if one is not missing])
    expected = [("Ann", missing.target, missing.kind)]
    # Whether a reminder is needed, only the first message tells.
    assert [one for one in found.lost if one[2] is not Kind.REMINDER or missing is REMINDED] == expected


@pytest.mark.parametrize("again", ALL)
def test_whatever_was_told_again_is_doubled(again: Said) -> None:
    found = reckon([ANN], [*ALL, replace(again, at=again.at + 1_000, message="m9")])
    assert found.doubled == {("Ann", again.target, again.kind): 1}


def test_a_reminder_is_not_needed_where_the_first_message_came_later() -> None:
    late = replace(FIRST, at=DUE + REPEAT + 1)
    assert reckon([ANN], [late, STEP, LAST_STEP]).lost == ()


def test_nothing_is_told_of_a_customer_who_was_reached() -> None:
    reached = replace(ANN, known_at=DUE + FIRST_STEP - GRACE - 501)
    edited = replace(FIRST, now="Reached by Agent 209, 10:00")
    assert reckon([reached], [edited]).complaints == ()
    assert reckon([reached], []).lost == ()
    assert complaints(reached, edited, replace(STEP, now="Reached")) == (
        "Ann: C0CHIEFS got a step 7.0 s after it was settled",
    )
    assert complaints(reached, edited, replace(STEP, is_alone=False, is_marked=True)) == ()


def test_what_fell_due_long_before_they_were_reached_is_owed_where_the_daemon_ran() -> None:
    reached = replace(ANN, known_at=DUE + PROMPT + 1)
    assert reckon([reached], [], PROMPT).lost == (("Ann", ROOM, Kind.FIRST),)
    assert reckon([replace(ANN, known_at=DUE + PROMPT)], [], PROMPT).lost == ()


def test_a_message_that_does_not_say_what_became_of_it_is_found() -> None:
    for life in (
        replace(ANN, known_at=DUE + 2_000),
        acted("resolve", DUE + 2_000),
        acted("ack", DUE + 2_000),
    ):
        assert complaints(life, FIRST) == ("Ann: C0LIFE still reads 'Call back Ann'",)
        assert complaints(life, replace(FIRST, is_alone=False)) == ()
        assert complaints(life, replace(FIRST, now=None)) == ()
    assert complaints(acted("ack", DUE + 2_000), replace(FIRST, now="Lead is on it")) == ()


def test_an_acknowledged_alert_goes_no_further() -> None:
    told = replace(FIRST, now="Lead is on it")
    found = complaints(acted("ack", DUE + 2_000), told, replace(STEP, now="Lead is on it"))
    assert found == ("Ann: C0CHIEFS got a step 58.0 s after it was acknowledged",)


def test_a_command_that_did_nothing_changes_nothing_that_is_owed() -> None:
    idle = replace(ANN, acts=(Act("ack", DUE, DUE + 500, is_done=False),))
    assert reckon([idle], []).owed == 3


def test_nothing_is_heard_of_a_snoozed_alert_until_it_wakes_and_steps_come_all_the_same() -> None:
    snoozed = acted("snooze", DUE + 2_000, DUE + 42_000)
    assert complaints(snoozed, FIRST, replace(REMINDED, at=DUE + 43_000)) == ()
    assert len(complaints(snoozed, FIRST, replace(REMINDED, at=DUE + 30_000))) == 1
    assert reckon([snoozed], [FIRST]).lost == (("Ann", CHIEFS, Kind.STEP), ("Ann", BOSS, Kind.STEP))


def test_nothing_is_told_while_it_is_silenced_and_all_of_it_soon_after() -> None:
    silenced = replace(ANN, hushed=(Span(DUE - 1_000, DUE + 40_000),))
    assert complaints(silenced, FIRST) == ()  # it was under way
    found = complaints(silenced, replace(FIRST, at=DUE + 30_000))
    assert found == ("Ann: C0LIFE got a first 31.0 s after nothing was to be told of it",)
    assert complaints(silenced, replace(FIRST, at=DUE + 41_000), prompt=PROMPT) == ()
    late = complaints(silenced, replace(FIRST, at=DUE + 46_000), prompt=PROMPT)
    assert late == ("Ann: C0LIFE got a first 6.0 s late",)


def test_a_silence_that_begins_before_anybody_had_to_be_told_holds_it_as_well() -> None:
    silenced = replace(ANN, hushed=(Span(DUE + PROMPT, DUE + 40_000),))
    assert complaints(silenced, replace(FIRST, at=DUE + 41_000), prompt=PROMPT) == ()


def test_where_a_message_cannot_be_edited_a_new_one_may_say_what_became_of_it() -> None:
    reached = replace(ANN, known_at=DUE + 2_000)
    news = replace(FIRST, at=DUE + 60_000, message="m9", now="Reached", has_news=True)
    found = reckon([reached], [replace(FIRST, is_alone=False), news])
    assert (found.doubled, found.complaints) == ({}, ())
    assert len(complaints(reached, news)) == 1  # nobody was told before
    assert len(complaints(reached, replace(FIRST, now="Reached"), news)) == 1  # it was edited


def test_what_comes_too_early_or_to_somebody_else_is_found() -> None:
    assert complaints(ANN, replace(STEP, at=DUE), prompt=PROMPT) == (
        "Ann: C0CHIEFS got a step 60.0 s too early",
    )
    assert complaints(ANN, replace(STEP, target=ROOM)) == ("Ann: C0LIFE got a step",)


def test_a_line_that_says_that_it_is_done_may_have_been_any_message() -> None:
    reached = replace(ANN, known_at=DUE + FIRST_STEP)
    line = replace(FIRST, target=CHIEFS, at=DUE + 60_000, is_alone=False, is_marked=True, now="Reached")
    assert complaints(reached, replace(FIRST, now="Reached by Agent 209"), line) == ()
    assert "Ann: C0CHIEFS got a first" in complaints(reached, replace(line, is_marked=False))
