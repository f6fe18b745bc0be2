"""Slack waits 3 s for an acknowledgement, whatever the store does; whoever pressed hears what comes of it."""

from dataclasses import replace

import pytest

from notifier.actions import Actions
from notifier.buttons.buttons import WAITING
from notifier.errors import StoreRefused
from notifier.model import AlertState, Button, EndReason
from notifier.store.database import Database
from tests.support.daemon import until
from tests.support.pressing import ASHA, RAVI, Town
from tests.support.store import locked_by_another

AT_ONCE = 1.0  # seconds; Slack waits for three


class Damaged(Actions):
    """A store that is damaged."""

    async def carry_out(self, *_: object, **__: object) -> None:
        raise StoreRefused("the store is damaged")


async def test_a_press_is_acknowledged_before_the_store_is_touched(town: Town) -> None:
    with locked_by_another(town.world.path):
        name = await town.slack.press(town.slack.pressed(ASHA, town.message, Button.ACK))
        await town.until_said("takes longer than usual")
        assert town.alert.handled_by == ""
    await town.done()
    assert town.alert.state is AlertState.ACKNOWLEDGED
    assert town.slack.took[name] < AT_ONCE
    assert town.slack.events[0] == f"acknowledged {name}"
    assert len(town.slack.said) == 1


async def test_a_store_that_stays_locked_is_said_once_and_given_up_after_a_minute(town: Town) -> None:
    with locked_by_another(town.world.path):
        began = town.world.clock.monotonic()
        await town.slack.press(town.slack.pressed(ASHA, town.message, Button.REACHED))
        await town.done()
        assert 60 <= town.world.clock.monotonic() - began < 63
    assert town.alert.state is AlertState.OPEN
    assert [said.partition(":")[0] for said in town.slack.said] == [
        "This takes longer than usual",
        "Nothing was done",
    ]
    assert town.counted(Button.REACHED, "failed") == 1
    await town.press(Button.REACHED)
    assert town.alert.ended_as is EndReason.RESOLVED


async def test_those_who_wait_behind_it_are_given_up_a_minute_after_they_pressed(town: Town) -> None:
    with locked_by_another(town.world.path):
        for _ in range(5):
            await town.slack.press(town.slack.pressed(ASHA, town.message, Button.REACHED))
        began = town.world.clock.monotonic()
        await town.done()
        assert town.world.clock.monotonic() - began < 70


async def test_a_form_is_shown_while_the_store_is_locked(town: Town) -> None:
    with locked_by_another(town.world.path):
        await town.slack.press(town.slack.pressed(ASHA, town.message, Button.REACHED))
        await town.slack.press(town.slack.pressed(RAVI, town.message, Button.NOT_NEEDED))
        await until(lambda: town.slack.forms, "the form")


async def test_more_than_can_be_seen_to_are_acknowledged_and_told_so(town: Town) -> None:
    with locked_by_another(town.world.path):
        first = await town.slack.send(town.slack.pressed(ASHA, town.message, Button.ACK))
        await until(lambda: first in town.slack.took, "the first one")
        await town.until_said("takes longer")
        sent = [
            await town.slack.send(town.slack.pressed(ASHA, town.message, Button.ACK))
            for _ in range(WAITING + 3)
        ]
        await until(lambda: all(one in town.slack.took for one in sent), "all of them")
        await town.until_said("more buttons are being pressed")
        assert max(town.slack.took.values()) < 3
    assert town.counted(Button.ACK, "dropped") >= 2
    await town.done()
    assert town.alert.state is AlertState.ACKNOWLEDGED


async def test_a_store_that_is_damaged_is_said_and_harms_no_other_press(
    town: Town, caplog: pytest.LogCaptureFixture
) -> None:
    handle = town.buttons.handle
    town.buttons.handle = replace(handle, actions=Damaged(town.world.database, []))
    await town.press(Button.ACK)
    assert "something is wrong with notifier" in town.slack.said[0]
    assert town.counted(Button.ACK, "failed") == 1
    town.buttons.handle = handle
    await town.press(Button.ACK)
    assert town.alert.state is AlertState.ACKNOWLEDGED


async def test_what_was_acknowledged_is_seen_to_before_the_end(town: Town) -> None:
    with locked_by_another(town.world.path):
        await town.slack.press(town.slack.pressed(ASHA, town.message, Button.ACK))
        await town.until_said("takes longer")
    await town.buttons.aclose(5.0)
    assert town.alert.state is AlertState.ACKNOWLEDGED


async def test_the_end_waits_for_a_locked_store_no_longer_than_it_may(town: Town) -> None:
    with locked_by_another(town.world.path):
        for user in (ASHA, RAVI):
            await town.slack.press(town.slack.pressed(user, town.message, Button.ACK))
        await town.buttons.aclose(0.1)
    assert town.alert.state is AlertState.OPEN


async def test_what_was_not_acknowledged_comes_again_after_a_restart(town: Town) -> None:
    await town.buttons.aclose(1.0)
    await until(lambda: not town.slack.links, "the end of the connection")
    name = await town.slack.send(town.slack.pressed(ASHA, town.message, Button.ACK))
    assert name not in town.slack.took
    town.world.database.close()
    town.world.database = Database.open(town.world.path)
    town.buttons = town.make(town.world.config)
    await town.listen()
    await until(lambda: name in town.slack.took, "acknowledged")
    await town.done()
    assert town.alert.state is AlertState.ACKNOWLEDGED
