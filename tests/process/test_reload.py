"""Promise 5: a bad configuration never replaces a good one; and a reload sends nothing by itself."""

import signal

from tests.support.daemon import Daemon
from tests.support.stage import ROOM, Stage

NAMED = {"slack": {"to": "#named"}}


def notices(stage: Stage) -> list[str]:
    """What ops were told of notifier itself."""
    return [message.text for message in stage.slack.posted if "Customer" not in message.text]


async def reloaded(daemon: Daemon, event: str = "reloaded") -> None:
    daemon.signal(signal.SIGHUP)
    await daemon.until_said(event)


async def test_a_good_configuration_takes_effect_and_sends_nothing_by_itself(stage: Stage) -> None:
    async with stage.daemon() as daemon:
        first = stage.call()
        await daemon.until(stage.told, "the first call")
        receivers = stage.sections()["receivers"] | {"named": NAMED}
        stage.configure(receivers=receivers, rules=[{"name": "every-call", "notify": ["room", "named"]}])
        await reloaded(daemon)
        requests = stage.sandbox.requests.total()
        await daemon.until(lambda: stage.sandbox.requests.total() >= requests + 2, "two polls")
        assert stage.told() == {(first, ROOM): 1}
        second = stage.call()
        await daemon.until(lambda: len(stage.told()) == 3, "the second call")
        await daemon.terminate()
    assert stage.told() == {(first, ROOM): 1, (second, ROOM): 1, (second, "C0NAMED"): 1}


async def test_a_bad_configuration_is_refused_with_its_place_and_the_old_goes_on(stage: Stage) -> None:
    async with stage.daemon() as daemon:
        await daemon.until_readyz(200)
        stage.configure(rules=[{"name": "every-call", "notify": "rome"}], delivery={"give_up": "1h"})
        text = stage.path.read_text().splitlines()
        lines = {
            key: 1 + next(i for i, line in enumerate(text) if line.startswith(key))
            for key in ("rules", "delivery")
        }
        await reloaded(daemon, "reload refused; the old configuration goes on")
        (refused,) = daemon.said("reload refused; the old configuration goes on")
        for key, line in lines.items():
            assert any(one.startswith(f"{stage.path}:{line}:") for one in refused["reasons"]), (key, refused)
        _, page = await daemon.readyz()
        assert page["ready"]
        (notice,) = page["notices"]
        assert (notice["kind"], notice["subject"]) == ("reload_refused", "configuration")
        assert notice["reason"].startswith(f"{stage.path}:")
        await daemon.until(lambda: any(str(stage.path) in one for one in daemon.manager.told), "the status")
        await daemon.until(lambda: len(notices(stage)) == 1, "the notice to ops")
        name = stage.call()
        await daemon.until(stage.told, "the call, by the old rule")
        stage.configure()
        await reloaded(daemon)
        assert (await daemon.readyz())[1]["notices"] == []
        await daemon.until(lambda: len(notices(stage)) == 2, "the end of the notice to ops")
        await daemon.terminate()
    assert stage.told() == {(name, ROOM): 1}


async def test_a_message_under_way_while_reloading_is_told_once(stage: Stage) -> None:
    stage.slack.fail_next("chat.postMessage", "hang-after-accept")
    name = stage.call()
    async with stage.daemon() as daemon:
        await daemon.until(stage.told, "the message")
        daemon.signal(signal.SIGHUP)
        await daemon.until(lambda: "RELOADING=1" in "".join(daemon.manager.told), "the reload")
        await stage.slack.stop()
        await stage.slack.start(stage.slack_port)
        await daemon.until_said("reloaded")
        await daemon.until_said("had arrived already")
        await daemon.terminate()
    assert stage.told() == {(name, ROOM): 1}
    assert len(stage.slack.called("chat.postMessage")) == 1


async def test_many_reloads_at_once_lose_and_double_nothing(stage: Stage) -> None:
    async with stage.daemon() as daemon:
        await daemon.until_ready()
        names = []
        for _ in range(4):
            names.append(stage.call())
            daemon.signal(signal.SIGHUP)
            requests = stage.sandbox.requests.total()
            await daemon.until(lambda: stage.sandbox.requests.total() > requests, "a poll")  # noqa: B023 - awaited here
        await daemon.until(lambda: len(stage.told()) == len(names), "every call")
        assert len(daemon.said("reloaded")) >= 2
        await daemon.terminate()
    assert stage.told() == {(name, ROOM): 1 for name in names}
