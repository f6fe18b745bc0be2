"""Pressed twice, at the same time as somebody else, on what is over, or on what is another alert's."""

import pytest

from notifier.buttons.buttons import REMEMBERED
from notifier.model import AlertState, Button, EndReason, EventKind
from notifier.rules.act import Action
from notifier.store import events
from tests.support.people import act
from tests.support.pressing import ASHA, RAVI, Town


def happened(town: Town) -> list[EventKind]:
    found = town.world.database.look(lambda connection: events.events_of(connection, 1))
    return [one.kind for one in found]


async def test_what_slack_hands_on_twice_is_done_once(town: Town) -> None:
    payload = await town.press(Button.ACK)
    await town.slack.press(payload)
    await town.done()
    assert happened(town).count(EventKind.ACKNOWLEDGED) == 1
    assert town.slack.said == []
    assert town.counted(Button.ACK, "repeated") == 1


async def test_no_more_presses_are_remembered_than_slack_may_hand_on_again(town: Town) -> None:
    for number in range(REMEMBERED + 50):
        payload = town.slack.payload(ASHA, {"action_id": "notifier.other", "value": str(number)})
        town.buttons.receive({"type": "interactive", "payload": payload})
    assert len(town.buttons._seen) == REMEMBERED


async def test_who_presses_twice_is_told_that_it_is_so(town: Town) -> None:
    await town.press(Button.ACK)
    await town.press(Button.ACK)
    assert happened(town).count(EventKind.ACKNOWLEDGED) == 1
    assert "You are already on it" in town.slack.said[0]


async def test_of_two_at_the_same_time_one_does_it_and_the_other_hears_who(town: Town) -> None:
    payloads = [town.slack.pressed(user, town.message, Button.ACK) for user in (RAVI, ASHA)]
    for payload in payloads:
        await town.slack.send(payload)
    await town.until_said("Ravi is already on it")
    await town.done()
    assert happened(town).count(EventKind.ACKNOWLEDGED) == 1
    assert len(town.slack.said) == 1
    assert town.slack.answers[0]["url"] == payloads[1]["response_url"]


async def test_whoever_is_second_hears_an_agents_name(town: Town) -> None:
    await town.press(Button.ACK)
    await town.press(Button.ACK, RAVI)
    assert "Asha is already on it" in town.slack.said[0]


@pytest.mark.parametrize("button", [Button.ACK, Button.SNOOZE, Button.REACHED])
async def test_an_old_message_of_what_has_ended_does_nothing(town: Town, button: Button) -> None:
    old = town.slack.pressed(RAVI, town.message, button)
    await act(town.world, Action.RESOLVE)
    before = town.alert
    await town.slack.press(old)
    await town.done()
    assert town.alert == before
    assert "Asha" in town.slack.said[0]
    assert "reopened" not in town.slack.said[0]
    assert town.counted(button, "nothing") == 1


async def test_a_form_that_was_open_while_somebody_else_ended_it_does_nothing(town: Town) -> None:
    await town.press(Button.NOT_NEEDED)
    await act(town.world, Action.RESOLVE)
    await town.slack.press(town.slack.sent_form(ASHA, town.slack.forms[0], "other", "x"))
    await town.done()
    assert "already resolved by" in town.slack.said[0]
    assert town.alert.handled_by == "Asha"


@pytest.mark.parametrize(
    "value",
    [
        "A1 ffffffffffffffffffffffffffffffff",
        "A99 {uid}",
        "A1",
        "A01 {uid}",
        "A1 {uid} 99d",
        "A1 {uid} tomorrow x",
        "A9999999999999999999 {uid}",
        "A1\n{uid}",
        "'; drop table alerts; --",
        "",
        "A1 {uid}" + "x" * 5000,
    ],
)
async def test_a_value_that_is_another_alerts_or_forged_does_nothing_and_says_so(
    town: Town, value: str
) -> None:
    said = {"action_id": Button.ACK.value, "value": value.format(uid=town.alert.uid)}
    await town.slack.press(town.slack.payload(ASHA, said))
    await town.done()
    assert town.alert.state is AlertState.OPEN
    assert "does not know" in town.slack.said[0]
    assert town.counted(Button.ACK, "unknown") == 1


async def test_a_menu_without_a_choice_that_there_is_does_nothing(town: Town) -> None:
    action = {"action_id": Button.SNOOZE.value, "value": f"A1 {town.alert.uid}"}
    await town.slack.press(town.slack.payload(ASHA, action))
    await town.done()
    assert town.alert.state is AlertState.OPEN
    assert town.counted(Button.SNOOZE, "unknown") == 1


async def test_a_button_of_another_version_is_answered(town: Town) -> None:
    action = {"action_id": "notifier.explode", "value": f"A1 {town.alert.uid}"}
    await town.slack.press(town.slack.payload(ASHA, action))
    await town.done()
    assert "another version" in town.slack.said[0]
    assert town.counted("other", "unknown") == 1


async def test_a_button_of_somebody_elses_app_is_left_alone(town: Town) -> None:
    await town.slack.press(town.slack.payload(ASHA, {"action_id": "approve", "value": "A1"}))
    await town.slack.press({"type": "view_closed", "user": {"id": ASHA}})
    await town.done()
    assert town.slack.said == []


async def test_do_not_call_of_what_is_about_no_customer_says_so(town: Town) -> None:
    value = f"A1 {town.alert.uid}"
    await town.world.database.write(
        lambda connection: connection.exec_driver_sql("UPDATE alerts SET customer = ''")
    )
    await town.slack.press(town.slack.payload(ASHA, {"action_id": Button.DO_NOT_CALL.value, "value": value}))
    await town.done()
    assert "no customer in particular" in town.slack.said[0]
    assert town.alert.state is AlertState.OPEN


async def test_do_not_call_holds_of_what_has_ended_too(town: Town) -> None:
    old = town.slack.pressed(ASHA, town.message, Button.DO_NOT_CALL)
    await act(town.world, Action.RESOLVE)
    await town.slack.press(old)
    await town.done()
    assert town.alert.ended_as is EndReason.RESOLVED
    assert "S1" in town.slack.said[0]


async def test_do_not_call_on_another_alerts_message_silences_nobody(town: Town) -> None:
    action = {"action_id": Button.DO_NOT_CALL.value, "value": "A1 ffffffffffffffffffffffffffffffff"}
    await town.slack.press(town.slack.payload(ASHA, action))
    await town.done()
    assert "does not know" in town.slack.said[0]
    assert town.counted(Button.DO_NOT_CALL, "unknown") == 1
