"""Promise 4 for Slack: while it is down nothing is lost, and when it is back everything is told once."""

from pathlib import Path

from notifier.clock import SystemClock
from tests.support.slack import FakeSlack
from tests.support.slack_faults import Pace, Raw
from tests.support.stage import ROOM, Stage, a_stage

RETRY = "not sent; will try again"


async def test_what_came_while_slack_was_down_is_told_once(stage: Stage) -> None:
    await stage.slack.stop()
    names = [stage.call() for _ in range(2)]
    async with stage.daemon() as daemon:
        refused = await daemon.until_said(RETRY, 2)
        assert "could not connect" in refused["reason"]
        await stage.slack.start(stage.slack_port)
        await daemon.until(lambda: len(stage.told()) == len(names), "every call")
        await daemon.terminate()
    assert stage.told() == {(name, ROOM): 1 for name in names}


async def test_a_slack_that_limits_us_is_told_everything_once(tmp_path: Path) -> None:
    slack = FakeSlack(pace=Pace(SystemClock().monotonic))
    async with a_stage(tmp_path, slack) as stage:
        # One channel under two addresses: together they are faster than Slack allows.
        receivers = {"by-id": {"slack": {"to": ROOM}}, "by-name": {"slack": {"to": "#room"}}}
        stage.configure(
            receivers=receivers,
            rules=[{"name": "every-call", "notify": [*receivers]}],
            ops={"notify": ["by-id"]},
        )
        limited = Raw(429, b'{"ok": false, "error": "ratelimited"}', headers={"Retry-After": "1"})
        slack.fail_next("chat.postMessage", limited, times=2)
        names = [stage.call() for _ in range(2)]
        async with stage.daemon() as daemon:
            await daemon.until(lambda: stage.told().total() == 2 * len(names), "every call, twice")
            assert len(daemon.said(RETRY)) > 2
            await daemon.terminate()
        assert stage.told() == {(name, ROOM): 2 for name in names}
        ids = [message.delivery_id for message in slack.posted]
        assert len({*ids}) == len(ids)
