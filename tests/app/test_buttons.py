"""A daemon whose messages have buttons: presses become edits; it reloads and stops while connected."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from notifier.app import once
from notifier.app.loops import FIRST_HEARD
from tests.support.served import Served, on_stage
from tests.support.slack_state import Posted
from tests.support.socket_mode import APP_TOKEN, SocketSlack
from tests.support.stage import a_stage
from tests.support.store import locked_by_another

RULE = {"name": "customers", "per": "customer", "notify": "room"}


@pytest.fixture
async def slack() -> SocketSlack:
    slack = SocketSlack()
    slack.add_person("U209", "Asha")
    return slack


@pytest.fixture
async def served(tmp_path: Path, slack: SocketSlack) -> AsyncIterator[Served]:
    async with a_stage(tmp_path, slack) as stage, on_stage(stage) as served:
        configure(served)
        yield served


def configure(served: Served, **sections: Any) -> None:
    token = {
        "bot_token": "${SLACK_BOT_TOKEN}",
        "app_token": APP_TOKEN,
        "base_url": served.stage.slack.api_url,
    }
    served.stage.configure(**{"slack": token, "rules": [RULE], **sections})


async def a_message(served: Served, slack: SocketSlack) -> Posted:
    before = len(slack.posted)
    served.stage.call()
    await served.until(lambda: len(slack.posted) > before, "a message")
    return slack.posted[-1]


async def until_linked(served: Served, slack: SocketSlack, times: int) -> None:
    await served.until(lambda: slack.linked >= times and slack.links, f"{times} connections")


async def test_a_press_becomes_an_edit(served: Served, slack: SocketSlack) -> None:
    await served.start()
    await until_linked(served, slack, 1)
    posted = await a_message(served, slack)
    await slack.press(slack.pressed("U209", posted, "notifier.ack"))
    await served.until(lambda: slack.posted[-1].edits, "the edit")
    assert "Asha" in slack.posted[-1].text
    await served.end()
    assert not slack.links


async def test_a_lost_connection_comes_back_by_itself(served: Served, slack: SocketSlack) -> None:
    await served.start()
    await until_linked(served, slack, 1)
    posted = await a_message(served, slack)
    await slack.disconnect("warning")
    await until_linked(served, slack, 2)
    await slack.press(slack.pressed("U209", posted, "notifier.reached"))
    await served.until(lambda: slack.posted[-1].edits, "the edit")


async def test_a_reload_takes_the_connection_and_who_may_press_over(
    served: Served, slack: SocketSlack
) -> None:
    await served.start()
    await until_linked(served, slack, 1)
    posted = await a_message(served, slack)
    configure(served, actions={"allowed": "agents"})
    await served.reload()
    await until_linked(served, slack, 2)
    await slack.press(slack.pressed("U209", posted, "notifier.ack"))
    await served.until(lambda: slack.said, "that they may not")
    assert "actions.allowed" in slack.said[0]
    assert not slack.posted[-1].edits


async def test_a_reload_without_the_token_ends_it_and_its_trouble(served: Served, slack: SocketSlack) -> None:
    slack.app_token = "xapp-another"
    await served.start()
    await served.until(lambda: served.events("in trouble"), "the trouble")
    posted = await a_message(served, slack)
    assert not any(block["type"] == "actions" for block in posted.blocks or [])
    served.stage.configure(rules=[RULE])
    await served.reload()
    await served.until(lambda: served.events("works again"), "its end")
    assert slack.linked == 0


async def test_ops_are_told_once_of_a_bad_token_and_calls_are_told_all_the_same(
    served: Served, slack: SocketSlack
) -> None:
    slack.app_token = "xapp-another"
    await served.start()
    await served.until(lambda: any("buttons" in one.text for one in slack.posted), "the notice")
    await a_message(served, slack)
    notices = [one for one in slack.posted if "Slack (buttons) refuses our credentials" in one.text]
    assert len(notices) == 1


async def test_with_a_bad_token_not_even_the_first_message_has_buttons(
    served: Served, slack: SocketSlack
) -> None:
    slack.app_token = "xapp-another"
    slack.thinks["apps.connections.open"] = 1.0
    name = served.stage.call()
    await served.start()
    await served.until(lambda: any(name in one.text for one in slack.posted), "the message")
    (posted,) = [one for one in slack.posted if name in one.text]
    assert not any(block["type"] == "actions" for block in posted.blocks or [])


async def test_nobody_waits_for_buttons_for_long_and_messages_have_them_if_need_be(
    served: Served, slack: SocketSlack
) -> None:
    slack.fail_next("apps.connections.open", "hang")
    served.stage.call()
    began = slack.now()
    await served.start()
    await served.until(lambda: slack.posted, "the message")
    assert slack.now() - began < FIRST_HEARD + 3
    assert any(block["type"] == "actions" for block in slack.posted[0].blocks or [])


async def test_one_round_hears_of_nothing_so_its_messages_have_no_buttons(
    served: Served, slack: SocketSlack
) -> None:
    served.stage.call()
    await once(served.load(), served.host)
    assert slack.linked == 0
    assert not any(block["type"] == "actions" for block in slack.posted[0].blocks or [])


async def test_it_stops_in_time_with_presses_that_wait_for_a_locked_store(
    served: Served, slack: SocketSlack
) -> None:
    await served.start()
    await until_linked(served, slack, 1)
    posted = await a_message(served, slack)
    began = served.stage.clock.monotonic()
    with locked_by_another(served.stage.store):
        for _ in range(5):
            await slack.press(slack.pressed("U209", posted, "notifier.ack"))
        await served.end()
        assert served.stage.clock.monotonic() - began < 8
    assert not slack.links
