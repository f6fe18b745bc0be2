"""Who is not allowed hears that alone, and nothing is done; whoever presses."""

from pathlib import Path

import pytest
import structlog

from notifier.buttons.visitors import FAILED_FOR, FOUND_FOR
from notifier.host.troubles import WHO_PRESSES
from notifier.model import AlertState, Button
from tests.support.pressing import ASHA, RAVI, Town, a_town
from tests.support.slack_faults import Raw


@pytest.mark.parametrize("button", list(Button), ids=[button.name for button in Button])
async def test_who_is_not_allowed_does_nothing_and_hears_why(tmp_path: Path, button: Button) -> None:
    async with a_town(tmp_path, actions={"allowed": "agents"}) as town:
        await town.press(button, RAVI)
        assert town.alert.state is AlertState.OPEN
        assert town.slack.forms == []
        assert len(town.slack.answers) == 1
        assert "actions.allowed" in town.slack.said[0]
        assert town.counted(button, "forbidden") == 1
        await town.press(Button.REACHED, ASHA)
        assert town.alert.handled_by == "agent main/209"


async def test_a_guest_of_another_workspace_is_not_anyone(town: Town) -> None:
    await town.press(Button.ACK, RAVI, user={"id": RAVI, "team_id": "T2"})
    assert town.alert.state is AlertState.OPEN
    assert town.counted(Button.ACK, "forbidden") == 1


async def test_a_form_of_who_is_not_allowed_does_nothing(town: Town) -> None:
    await town.press(Button.NOT_NEEDED)
    guest = {"id": RAVI, "team_id": "T2"}
    await town.slack.press({**town.slack.sent_form(RAVI, town.slack.forms[0], "other"), "user": guest})
    await town.done()
    assert town.alert.state is AlertState.OPEN
    assert "not among those" in town.slack.said[0]


async def test_a_hiccup_of_slack_locks_nobody_out(town: Town) -> None:
    town.world.clock.advance(round(2 * FOUND_FOR * 1000))
    town.slack.fail_next("auth.test", 503, times=9)
    await town.press(Button.ACK, RAVI)
    assert town.alert.state is AlertState.ACKNOWLEDGED


async def test_a_scope_that_is_missing_to_see_who_may_is_told_to_ops_before_anybody_presses(
    town: Town,
) -> None:
    await town.buttons.aclose(1.0)
    config = town.world.config
    named = config.actions.model_copy(update={"allowed": ("S012AB3CD",)})
    town.buttons = town.make(config.model_copy(update={"actions": named}))
    lacks = b'{"ok":false,"error":"missing_scope","needed":"usergroups:read","provided":"chat:write"}'
    town.slack.fail_next("usergroups.users.list", Raw(body=lacks), times=2)
    await town.listen()
    (trouble,) = town.world.health.troubles.active()
    assert (trouble.kind, trouble.subject) == WHO_PRESSES
    assert "usergroups:read" in trouble.reason
    assert "actions.allowed" in trouble.reason
    assert trouble in town.world.health.ready().minor
    await town.press(Button.ACK, RAVI)
    assert town.alert.handled_by == ""
    assert "tell whoever runs notifier" in town.slack.said[0]
    await town.miss()
    assert town.world.health.troubles.is_in(*WHO_PRESSES)
    town.world.clock.advance(round(FAILED_FOR * 2000))
    town.slack.groups["S012AB3CD"] = [RAVI]
    town.slack.mend()
    await town.buttons.step()
    assert not town.world.health.troubles.active()
    await town.press(Button.ACK, RAVI)
    assert town.alert.state is AlertState.ACKNOWLEDGED


async def test_a_bot_token_that_is_refused_is_not_logged_over_and_over(town: Town) -> None:
    await town.buttons.aclose(1.0)
    town.buttons = town.make(town.world.config)
    town.slack.fail_next("auth.test", "invalid_auth", times=9)
    with structlog.testing.capture_logs() as logs:
        for _ in range(6):
            await town.buttons.step()
            town.world.clock.advance(round(FAILED_FOR * 1000))
    assert [one["event"] for one in logs] == ["could not be looked up in Slack"]


async def test_where_slack_does_not_tell_who_it_is_they_hear_that(town: Town) -> None:
    await town.buttons.aclose(1.0)
    town.buttons = town.make(town.world.config)
    town.slack.fail_next("auth.test", 503)
    await town.listen()
    await town.press(Button.ACK, RAVI)
    assert town.alert.state is AlertState.OPEN
    assert "who you are" in town.slack.said[0]
    assert town.counted(Button.ACK, "failed") == 1


@pytest.mark.parametrize("code", ["expired_trigger_id", "invalid_arguments", "ratelimited"])
async def test_a_form_that_slack_does_not_show_is_said(town: Town, code: str) -> None:
    town.slack.fail_next("views.open", code)
    await town.press(Button.NOT_NEEDED)
    assert "did not let notifier show its form" in town.slack.said[0]
    assert town.counted(Button.NOT_NEEDED, "failed") == 1
