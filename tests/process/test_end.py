"""Promise 10: SIGTERM ends it within 5 s with nothing half done."""

import signal
import sqlite3
from contextlib import closing

from notifier.sandbox import parse_faults
from tests.support.stage import ROOM, Stage


async def test_an_idle_daemon_ends_when_told_to(stage: Stage) -> None:
    async with stage.daemon() as daemon:
        await daemon.until_readyz(200)
        await daemon.terminate()
    assert daemon.manager.told[-1] == "STOPPING=1"
    assert daemon.log[-1]["event"] == "stopping"


async def test_a_message_that_slack_took_and_did_not_confirm_is_not_sent_again(stage: Stage) -> None:
    name = stage.call()
    stage.slack.fail_next("chat.postMessage", "hang-after-accept")
    async with stage.daemon() as daemon:
        await daemon.until(stage.told, "the message")
        await daemon.terminate()
    assert not daemon.said("told")
    async with stage.daemon() as daemon:
        await daemon.until_said("had arrived already")
        await daemon.terminate()
    assert stage.told() == {(name, ROOM): 1}
    assert len(stage.slack.called("chat.postMessage")) == 1


async def test_it_ends_in_time_though_everything_hangs_and_loses_nothing(stage: Stage) -> None:
    name = stage.call()
    stage.slack.fail_next("chat.postMessage", "hang")
    async with stage.daemon() as daemon:
        await daemon.until(lambda: stage.slack.called("chat.postMessage"), "a request to Slack")
        stage.sandbox.faults = parse_faults("hang")
        before = stage.sandbox.requests.total()
        await daemon.until(lambda: stage.sandbox.requests.total() > before, "a poll")
        with closing(sqlite3.connect(stage.store, isolation_level=None)) as other:
            other.execute("BEGIN IMMEDIATE")
            daemon.signal(signal.SIGHUP)
            await daemon.terminate()
            other.execute("ROLLBACK")
    stage.sandbox.faults = ()
    async with stage.daemon() as daemon:
        await daemon.until_said("told")
        await daemon.terminate()
    assert stage.told() == {(name, ROOM): 1}
