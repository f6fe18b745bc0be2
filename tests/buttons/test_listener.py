"""The connection to Slack: it comes back by itself, and a token that is refused is said once."""

import asyncio
from pathlib import Path

import pytest
import structlog

from notifier.buttons.connection import CONNECT
from notifier.buttons.listener import LONGEST, LOOK, LOST, REFUSED, wss_in
from notifier.config.values import Secret
from notifier.errors import DeliveryTransient
from notifier.host.troubles import BUTTONS, BUTTONS_LOST
from notifier.model import AlertState, Button
from tests.support.daemon import until
from tests.support.pressing import ASHA, RAVI, Town
from tests.support.slack_faults import Raw
from tests.support.socket_mode import APP_TOKEN


async def until_over(town: Town) -> None:
    await until(lambda: not town.buttons.listener.is_connected, "the end of the connection", 10.0)


async def works(town: Town) -> None:
    await town.press(Button.ACK)
    assert town.alert.state is AlertState.ACKNOWLEDGED


async def test_a_connection_that_works_is_left_alone(town: Town) -> None:
    assert await town.buttons.step() == LOOK
    assert town.slack.linked == 1


@pytest.mark.parametrize("reason", ["warning", "refresh_requested", "link_disabled"])
async def test_a_connection_that_slack_replaces_is_replaced_at_once(town: Town, reason: str) -> None:
    town.world.clock.advance(60_000)
    await town.slack.disconnect(reason)
    await until_over(town)
    assert town.world.wakes.event("buttons").is_set()
    assert town.slack.links  # still open: what comes in between must find its way
    await town.buttons.step()
    assert town.slack.linked == 2
    await until(lambda: len(town.slack.links) == 1, "the end of the old one")
    await works(town)


async def test_what_comes_over_the_old_connection_meanwhile_is_seen_to(town: Town) -> None:
    await town.slack.disconnect()
    await until_over(town)
    await works(town)


async def test_promise_what_is_pressed_while_another_connection_is_opened_is_heard(town: Town) -> None:
    town.world.clock.advance(60_000)
    await town.slack.disconnect()
    await until_over(town)
    town.slack.thinks["apps.connections.open"] = 2.0
    opening = asyncio.create_task(town.buttons.step())
    await until(lambda: town.slack.thinking, "the call")
    await works(town)
    assert town.slack.linked == 1
    assert await opening == LOOK
    assert town.slack.linked == 2


async def test_a_lost_connection_comes_back_and_what_was_not_acknowledged_with_it(town: Town) -> None:
    town.world.clock.advance(60_000)
    payload = town.slack.pressed(ASHA, town.message, Button.ACK)
    await town.slack.cut()
    name = await town.slack.send(payload)
    await until_over(town)
    await town.buttons.step()
    await until(lambda: name in town.slack.took, "acknowledged")
    await town.done()
    assert town.alert.state is AlertState.ACKNOWLEDGED


async def test_a_connection_that_breaks_at_once_again_and_again_is_no_reason_to_hammer(town: Town) -> None:
    waits = []
    for _ in range(9):
        await town.slack.disconnect()
        await until_over(town)
        waits.append(await town.buttons.step())
        town.world.clock.advance(round(waits[-1] * 1000))
        assert await town.buttons.step() == LOOK
    assert waits == [1, 2, 4, 8, 16, 32, LONGEST, LONGEST, LONGEST]
    town.world.clock.advance(31_000)
    await town.slack.disconnect()
    await until_over(town)
    assert await town.buttons.step() == LOOK


async def test_a_bad_token_is_said_once_and_messages_have_no_buttons(town: Town) -> None:
    town.slack.app_token = "xapp-another"
    town.world.clock.advance(60_000)
    await town.slack.disconnect()
    await until_over(town)
    with structlog.testing.capture_logs() as logs:
        for _ in range(3):
            assert await town.buttons.step() == REFUSED
            town.world.clock.advance(round(REFUSED * 1000))
    assert [one["event"] for one in logs] == ["in trouble"]
    (trouble,) = town.world.health.troubles.active()
    assert (trouble.kind, trouble.subject) == BUTTONS
    assert trouble.reason.startswith("Slack does not take the app-level token: it is wrong, or was revoked")
    assert trouble.reason.endswith(
        "(apps.connections.open: invalid_auth). Until then messages are told without buttons"
    )
    assert "bot_token" not in trouble.reason
    readiness = town.world.health.ready()
    assert trouble in readiness.minor
    assert not any("slack" in problem for problem in readiness.problems)
    await town.miss()
    town.world.call("Meera", to="919812300000")
    await town.world.poll()
    await town.world.send()
    assert not any(block["type"] == "actions" for block in town.slack.posted[-1].blocks or [])
    # Dispatch, which looks after the troubles of its own services, leaves it.
    assert town.world.health.troubles.is_in(*BUTTONS)


async def test_a_token_that_is_mended_heals_without_a_restart(town: Town) -> None:
    town.slack.app_token = "xapp-another"
    town.world.clock.advance(60_000)
    await town.slack.disconnect()
    await until_over(town)
    await town.buttons.step()
    assert not town.shown.are_heard
    town.slack.app_token = APP_TOKEN
    town.world.clock.advance(round(REFUSED * 1000))
    assert await town.buttons.step() == LOOK
    assert not town.world.health.troubles.active()
    assert town.shown.are_heard
    await works(town)


async def test_a_token_that_is_replaced_in_its_file_is_read_again(town: Town, tmp_path: Path) -> None:
    file = tmp_path / "token"
    file.write_text("xapp-old")
    await town.buttons.aclose(1.0)
    town.buttons = town.make(town.world.config, Secret("xapp-old", file.read_text))
    assert await town.buttons.step() == REFUSED
    file.write_text(APP_TOKEN)
    town.world.clock.advance(round(REFUSED * 1000))
    assert await town.buttons.step() == LOOK
    await works(town)


@pytest.mark.parametrize("code", ["missing_scope", "not_allowed_token_type", "account_inactive", "new_code"])
async def test_whatever_slack_does_not_take_back_by_itself_is_a_trouble(town: Town, code: str) -> None:
    await town.buttons.listener.aclose()
    town.slack.fail_next("apps.connections.open", code)
    town.world.clock.advance(60_000)
    assert await town.buttons.step() == REFUSED
    assert town.world.health.troubles.is_in(*BUTTONS)


@pytest.mark.parametrize(
    "failure",
    [
        503,
        "service_unavailable",
        "drop-before-accept",
        Raw(body=b'{"ok":true}'),
        Raw(body=b'{"ok":true,"url":7}'),
        Raw(body=b'{"ok":true,"url":"http://127.0.0.1:1/"}'),
        Raw(body=b'{"ok":true,"url":"ws://[:"}'),
        Raw(body=b"[]"),
    ],
    ids=["503", "code", "dropped", "no url", "number", "http", "broken", "list"],
)
async def test_what_passes_is_tried_again_and_is_no_trouble(town: Town, failure: str | int | Raw) -> None:
    await town.buttons.listener.aclose()
    town.world.clock.advance(60_000)
    town.slack.fail_next("apps.connections.open", failure, times=2)
    with structlog.testing.capture_logs() as logs:
        assert await town.buttons.step() == 1
        assert await town.buttons.step() == 1  # not before its time
        town.world.clock.advance(1_000)
        assert await town.buttons.step() == 2
        town.world.clock.advance(2_000)
        assert await town.buttons.step() == LOOK
    assert not town.world.health.troubles.active()
    assert town.shown.are_heard
    assert [one["event"] for one in logs] == [
        "what is pressed in Slack is not heard for now; trying again",
        "what is pressed in Slack is heard again",
    ]


async def test_what_nobody_expects_is_tried_again_and_ends_no_loop(town: Town) -> None:
    await town.buttons.listener.aclose()
    town.world.clock.advance(60_000)
    town.buttons.listener.api = Odd()
    with structlog.testing.capture_logs() as logs:
        assert await town.buttons.step() == 1
    assert logs[0]["reason"] == "unexpected: ZeroDivisionError"


async def test_a_limit_is_kept(town: Town) -> None:
    await town.buttons.listener.aclose()
    town.world.clock.advance(60_000)
    town.slack.fail_next("apps.connections.open", Raw(429, b"{}", headers={"Retry-After": "40"}))
    assert await town.buttons.step() == 40


async def test_a_token_that_was_replaced_before_it_was_refused_is_no_trouble(
    town: Town, tmp_path: Path
) -> None:
    file = tmp_path / "token"
    file.write_text(APP_TOKEN)
    await town.buttons.aclose(1.0)
    town.buttons = town.make(town.world.config, Secret("xapp-old", file.read_text))
    assert await town.buttons.step() == LOOK
    assert not town.world.health.troubles.active()


async def test_ops_hear_once_of_a_connection_that_does_not_come_back_for_long(town: Town) -> None:
    await town.buttons.listener.aclose()
    town.world.clock.advance(60_000)
    town.slack.fail_next("apps.connections.open", 503, times=60)
    began = town.world.clock.now()
    with structlog.testing.capture_logs() as logs:
        for _ in range(60):
            if not town.shown.are_heard:
                break
            assert not town.world.health.troubles.active()
            town.world.clock.advance(round(await town.buttons.step() * 1000))
        for _ in range(5):
            town.world.clock.advance(round(await town.buttons.step() * 1000))
    assert town.world.clock.now() - began >= LOST * 1000
    assert [one["event"] for one in logs] == [
        "what is pressed in Slack is not heard for now; trying again",
        "in trouble",
    ]
    (trouble,) = town.world.health.troubles.active()
    assert (trouble.kind, trouble.subject) == BUTTONS_LOST
    assert "without buttons" in trouble.reason
    assert trouble in town.world.health.ready().minor
    await town.miss()
    # Dispatch, which looks after the troubles of its own targets, leaves it.
    assert town.world.health.troubles.is_in(*BUTTONS_LOST)
    town.slack.mend()
    town.world.clock.advance(round(LONGEST * 1000))
    assert await town.buttons.step() == LOOK
    assert not town.world.health.troubles.active()
    assert town.shown.are_heard


async def test_a_connection_that_slack_ends_before_it_greets_is_tried_again_and_says_so(town: Town) -> None:
    await town.buttons.listener.aclose()
    town.world.clock.advance(60_000)
    town.slack.greets, town.slack.goodbye = False, "too_many_websockets"
    began = town.slack.now()
    with structlog.testing.capture_logs() as logs:
        assert await town.buttons.step() == 1
    assert town.slack.now() - began < CONNECT / 2
    assert "closed before a greeting" in logs[0]["reason"]
    town.slack.greets, town.slack.goodbye = True, ""
    town.world.clock.advance(1_000)
    assert await town.buttons.step() == LOOK
    await works(town)


async def test_no_log_holds_a_ticket_or_a_token(
    town: Town, capfd: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(0)
    town.world.clock.advance(60_000)
    answer = f'{{"ok":true,"url":"ws://127.0.0.1:{town.slack._port}/link?ticket=secret"}}'
    town.slack.fail_next("apps.connections.open", Raw(body=answer.encode()))
    await town.slack.disconnect()
    await until_over(town)
    listener = town.buttons.listener
    with structlog.testing.capture_logs() as logs:
        assert await listener.step() == 1
        town.world.clock.advance(1_000)
        await listener.step()
    await works(town)
    said = f"{logs} {caplog.text} {''.join(capfd.readouterr())}"
    assert "WSServerHandshakeError" in said
    for secret in ("ticket=", APP_TOKEN, town.slack.token, "/actions/"):
        assert secret not in said


async def test_one_connection_serves_many_and_is_closed_at_the_end(town: Town) -> None:
    await town.press(Button.ACK)
    await town.press(Button.REACHED, RAVI)
    await town.buttons.aclose(1.0)
    await until(lambda: not town.slack.links, "the end")
    assert town.slack.linked == 1


class Odd:
    """An API with a fault of ours."""

    async def call(self, method: str, payload: object) -> dict[str, object]:
        raise ZeroDivisionError("secret")

    async def aclose(self) -> None: ...


@pytest.mark.parametrize(
    ("url", "base", "is_taken"),
    [
        ("wss://wss.slack.com/link?ticket=1", "https://slack.com/api/", True),
        ("ws://wss.slack.com/link?ticket=1", "https://slack.com/api/", False),
        ("ws://127.0.0.1:1/", "http://127.0.0.1:1/api/", True),
        ("https://slack.com/", "https://slack.com/api/", False),
        ("wss:///x", "https://slack.com/api/", False),
        (None, "https://slack.com/api/", False),
        ("wss://[", "https://slack.com/api/", False),
    ],
)
def test_a_connection_is_as_encrypted_as_the_api(url: object, base: str, is_taken: bool) -> None:  # noqa: FBT001 - of a table
    if is_taken:
        assert wss_in({"url": url}, base) == url
    else:
        with pytest.raises(DeliveryTransient):
            wss_in({"url": url}, base)
