"""Each button, pressed in Slack, through the SDK's own client: what it does, and what is seen of it."""

from dataclasses import replace
from pathlib import Path

import pytest

from notifier.model import AlertState, Button, EndReason, Event, EventKind, Silence
from notifier.store import events, silences
from tests.support.people import OFFICE, instant
from tests.support.pressing import ASHA, RAVI, Town, a_town
from tests.support.world import HOUR, MINUTE

NOT_NEEDED = "They called us: at noon"


def story(town: Town) -> list[Event]:
    return town.world.database.look(lambda connection: events.events_of(connection, 1))


def banned(town: Town) -> list[Silence]:
    now = town.world.clock.now()
    return town.world.database.look(lambda connection: silences.active(connection, now))


def last(town: Town) -> Event:
    return story(town)[-1]


def ids(town: Town) -> list[str]:
    blocks = town.message.blocks or []
    return [one["action_id"] for block in blocks if block["type"] == "actions" for one in block["elements"]]


async def fill_in(town: Town, reason: str = "called-back", note: str | None = None, user: str = ASHA) -> None:
    await town.press(Button.NOT_NEEDED, user)
    await town.slack.press(town.slack.sent_form(user, town.slack.forms[-1], reason, note))
    await town.done()


async def test_every_button_is_there(town: Town) -> None:
    assert ids(town) == [button.value for button in Button]


async def test_im_on_it_acknowledges_and_the_message_shows_who_is(town: Town) -> None:
    await town.press(Button.ACK)
    assert town.alert.state is AlertState.ACKNOWLEDGED
    assert (town.alert.handled_by, last(town).kind) == ("agent main/209", EventKind.ACKNOWLEDGED)
    await town.world.send()
    assert len(town.message.edits) == 1
    assert "Asha" in town.message.text
    assert Button.ACK not in ids(town)
    assert town.slack.said == []
    assert town.counted(Button.ACK, "done") == 1


async def test_reached_ends_it_and_the_buttons_are_gone(town: Town) -> None:
    await town.press(Button.REACHED)
    assert town.alert.ended_as is EndReason.RESOLVED
    assert last(town).note == "Reached"
    await town.world.send()
    assert ids(town) == []


@pytest.mark.parametrize(
    ("choice", "until"),
    [(0, 30 * MINUTE), (1, 2 * HOUR), (2, instant(22, 9))],
    ids=["half an hour", "two hours", "tomorrow"],
)
async def test_snooze_sleeps_for_as_long_as_was_chosen(town: Town, choice: int, until: int) -> None:
    await town.press(Button.SNOOZE, choice=choice)
    assert town.alert.state is AlertState.SNOOZED
    assert town.alert.snoozed_until in {until, town.world.clock.now() + until}


async def test_tomorrow_morning_is_when_the_rules_calendar_opens(tmp_path: Path) -> None:
    hours = {"office": {**OFFICE["office"], "hours": "10:30-18:00"}}
    async with a_town(tmp_path, {"calendar": "office"}, calendars=hours) as town:
        await town.press(Button.SNOOZE, choice=2)
        assert town.alert.snoozed_until == instant(22, 10, 30)


async def test_tomorrow_is_that_of_the_rules_calendar_where_that_is_in_another_zone(tmp_path: Path) -> None:
    hours = {"office": {"days": "mon-fri", "hours": "06:00-18:00", "timezone": "America/Los_Angeles"}}
    async with a_town(tmp_path, {"calendar": "office"}, calendars=hours) as town:
        town.world.clock.advance(instant(22, 2) - town.world.clock.now())  # there it is still Monday
        await town.press(Button.SNOOZE, choice=2)
        assert town.alert.snoozed_until == instant(22, 13)


async def test_not_needed_asks_for_the_reason_and_ends_it_with_that(town: Town) -> None:
    await town.press(Button.NOT_NEEDED)
    assert town.alert.state is AlertState.OPEN
    assert town.counted(Button.NOT_NEEDED, "asked") == 1
    await town.slack.press(town.slack.sent_form(ASHA, town.slack.forms[0], "called-back", " at noon "))
    await town.done()
    assert town.alert.ended_as is EndReason.RESOLVED
    assert last(town).note == NOT_NEEDED


async def test_a_form_without_a_note_says_the_reason_and_another_reason_only_the_note(town: Town) -> None:
    await fill_in(town, "wrong-number")
    assert last(town).note == "Wrong number"


async def test_do_not_call_silences_the_customer_and_ends_the_alert(town: Town) -> None:
    await town.press(Button.DO_NOT_CALL)
    assert town.alert.ended_as is EndReason.RESOLVED
    assert last(town).note == "Do not call"
    (found,) = banned(town)
    assert (found.customer, found.ends_at, found.rule) == ("+919812345678", None, None)
    assert (found.author, found.reason) == ("agent main/209", "Do not call")
    assert "notifier silence end S1" in town.slack.said[0]


async def test_whoever_is_silenced_is_told_of_no_more(town: Town) -> None:
    await town.press(Button.DO_NOT_CALL)
    town.world.clock.advance(HOUR)
    await town.miss()
    assert len(town.world.alerts()) == 2
    assert len([one for one in town.slack.posted if not one.thread_ts]) == 1  # below it, what became of it


async def test_a_customer_is_silenced_once_however_often_that_is_asked_for(town: Town) -> None:
    said = town.slack.pressed(ASHA, town.message, Button.DO_NOT_CALL)
    await town.slack.press(said)
    await town.slack.press(town.slack.pressed(RAVI, town.message, Button.DO_NOT_CALL))
    await town.done()
    assert len(banned(town)) == 1
    assert "has been silenced since" in town.slack.said[1]
    assert town.counted(Button.DO_NOT_CALL, "nothing") == 1


async def test_what_is_done_shows_at_once_however_short_a_time_ago_the_message_changed(town: Town) -> None:
    await town.press(Button.SNOOZE)
    await town.world.send()
    for loop in ("lifecycle", "dispatch"):
        town.world.wakes.event(loop).clear()
    await town.press(Button.ACK, RAVI)
    assert all(town.world.wakes.event(loop).is_set() for loop in ("lifecycle", "dispatch"))
    await town.world.send()
    assert len(town.message.edits) == 2
    assert "Ravi" in town.message.text


async def test_who_is_no_agent_is_called_as_in_slack(town: Town) -> None:
    await town.press(Button.ACK, RAVI)
    assert town.alert.handled_by == "Ravi"


@pytest.mark.parametrize(
    ("name", "kept"),
    [("agent main/209", "Agent main/209"), (" \u202e ", "handle"), ("x" * 5000, None), ("a\nb", "a b")],
    ids=["forged", "invisible", "long", "lines"],
)
async def test_nobody_passes_for_an_agent_or_somebody_else(town: Town, name: str, kept: str | None) -> None:
    town.slack.add_person("U666", name)
    await town.press(Button.ACK, "U666")
    who = town.alert.handled_by
    assert len(who) <= 100
    assert who == kept or (kept is None and who.startswith("xxx"))


async def test_who_is_not_known_to_slack_is_somebody(town: Town) -> None:
    await town.press(Button.ACK, "U404")
    assert town.alert.handled_by == "somebody in Slack"


async def test_a_press_that_no_message_shows_is_said(town: Town) -> None:
    handle = town.buttons.handle
    town.buttons.handle = replace(handle, actions=replace(handle.actions, receivers={}))
    await town.press(Button.ACK)
    assert town.slack.said
    assert "acknowledged by you" in town.slack.said[0]


async def test_an_answer_leaves_the_message_as_it_is_and_is_seen_by_one_only(town: Town) -> None:
    await town.press(Button.REACHED)
    await town.press(Button.ACK, RAVI)
    (answer,) = town.slack.answers
    assert answer["replace_original"] is False
    assert answer["response_type"] == "ephemeral"
