"""A daemon that is killed: what Slack was not told that we have comes again, and is done once."""

import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

from tests.support.daemon import until
from tests.support.socket_mode import APP_TOKEN, SocketSlack
from tests.support.stage import Stage, a_stage
from tests.support.store import locked_by_another

RULE = {"name": "customers", "per": "customer", "notify": "room"}


def configure(stage: Stage) -> None:
    slack: dict[str, Any] = {"bot_token": "${SLACK_BOT_TOKEN}", "app_token": "${SLACK_APP_TOKEN}"}
    stage.environ["SLACK_APP_TOKEN"] = APP_TOKEN
    stage.configure(slack=slack | {"base_url": stage.slack.api_url}, rules=[RULE])


def acknowledged(stage: Stage) -> list[str]:
    return column(stage, "SELECT who FROM alert_events WHERE kind = 'acknowledged'")


def told(stage: Stage) -> list[str]:
    return column(stage, "SELECT receiver FROM told")


def column(stage: Stage, query: str) -> list[str]:
    with closing(sqlite3.connect(stage.store)) as connection:
        return [found for (found,) in connection.execute(query)]


async def test_presses_before_during_and_after_a_kill_are_done_once_or_not_at_all(tmp_path: Path) -> None:
    slack = SocketSlack()
    slack.add_person("U209", "Asha")
    slack.add_person("U300", "Ravi")
    async with a_stage(tmp_path, slack) as stage:
        configure(stage)
        async with stage.daemon() as daemon:
            await daemon.until_ready()
            stage.call()
            await daemon.until(lambda: slack.links and told(stage), "a message, and a connection")
            press = slack.pressed("U209", slack.posted[0], "notifier.ack")
            with locked_by_another(stage.store):
                await slack.press(press)  # we have it, and can't write it down
                await daemon.kill()
        await until(lambda: not slack.links, "the end of the connection")
        assert acknowledged(stage) == []
        assert APP_TOKEN not in daemon.output
        lost = await slack.send(slack.pressed("U300", slack.posted[0], "notifier.ack"))
        async with stage.daemon() as daemon:
            await daemon.until(lambda: lost in slack.took, "the press comes again")
            await daemon.until(lambda: acknowledged(stage) == ["Ravi"], "it is done")
            await daemon.until(lambda: slack.posted[0].edits, "the message shows it")
            await slack.press({**press, "actions": [{**press["actions"][0], "action_ts": "9.9"}]})
            await daemon.until(lambda: slack.said, "the other hears who was first")
            assert "Ravi is already on it" in slack.said[0]
            assert acknowledged(stage) == ["Ravi"]
            await daemon.terminate()
            assert APP_TOKEN not in daemon.output
            assert "/link?ticket" not in daemon.output
