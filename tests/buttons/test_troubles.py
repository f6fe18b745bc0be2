"""Whatever is in the way of a press, it is done once or not at all, and whoever pressed hears which."""

import structlog

from notifier.model import AlertState, Button, EventKind
from notifier.store import events
from notifier.store.database import Connection
from tests.support.pressing import ASHA, RAVI, Town
from tests.support.store import locked_by_another, no_file_larger_than


def happened(town: Town) -> list[EventKind]:
    found = town.world.database.look(lambda connection: events.events_of(connection, 1))
    return [one.kind for one in found]


async def test_half_a_character_in_a_note_harms_nothing(town: Town) -> None:
    await town.press(Button.NOT_NEEDED)
    await town.slack.press(town.slack.sent_form(ASHA, town.slack.forms[0], "other", "a\ud83d\x00\u202eb"))
    await town.done()
    assert town.alert.state is AlertState.ENDED
    await town.world.send()
    assert "“a\ufffd\ufffd\ufffdb”" in town.message.text


async def test_half_a_character_in_a_name_harms_nothing(town: Town) -> None:
    town.slack.add_person("U666", "Ma\ud83dx")
    await town.press(Button.ACK, "U666")
    assert town.alert.handled_by == "Max"


async def test_a_snooze_pressed_twice_or_by_two_is_one(town: Town) -> None:
    await town.press(Button.SNOOZE)
    first = town.alert
    town.world.clock.advance(1_500)
    await town.press(Button.SNOOZE, RAVI)
    assert happened(town).count(EventKind.SNOOZED) == 1
    assert town.alert == first
    assert "already snoozed until" in town.slack.said[0]
    town.world.clock.advance(10 * 60_000)
    await town.press(Button.SNOOZE, RAVI)
    assert happened(town).count(EventKind.SNOOZED) == 2


async def test_two_of_the_same_name_are_two(town: Town) -> None:
    town.slack.add_person("U301", "Ravi")
    await town.press(Button.ACK, RAVI)
    await town.press(Button.ACK, "U301")
    assert "Ravi is already on it" in town.slack.said[0]


async def test_nobody_in_particular_is_not_you(town: Town) -> None:
    await town.press(Button.ACK, "U404")
    await town.press(Button.ACK, "U405")
    assert "Somebody in Slack is already on it" in town.slack.said[0]


async def test_a_press_that_the_end_cuts_off_is_not_lost_in_silence(town: Town) -> None:
    with structlog.testing.capture_logs() as logs, locked_by_another(town.world.path):
        await town.slack.press(town.slack.pressed(ASHA, town.message, Button.ACK))
        await town.until_said("takes longer")
        await town.buttons.aclose(0.1)
    assert any(one.get("presses") == 1 for one in logs)
    assert "stops" in town.slack.said[-1]


async def test_a_disk_without_room_is_waited_for(town: Town) -> None:
    with no_file_larger_than(4096):
        await town.slack.press(town.slack.pressed(ASHA, town.message, Button.ACK))
        await town.until_said("takes longer than usual")
        assert town.alert.handled_by == ""
    await town.done()
    assert town.alert.state is AlertState.ACKNOWLEDGED
    assert len(town.slack.said) == 1


async def test_a_store_that_may_only_be_read_is_given_up_and_said(town: Town) -> None:
    await town.world.database.write(_read_only)
    await town.press(Button.DO_NOT_CALL)
    assert [said.partition(":")[0] for said in town.slack.said] == [
        "This takes longer than usual",
        "Nothing was done",
    ]
    assert town.alert.state is AlertState.OPEN


def _read_only(connection: Connection) -> None:
    connection.exec_driver_sql("PRAGMA query_only = ON")
