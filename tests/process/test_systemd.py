"""What systemd is told, in the order in which it needs it."""

import signal

from tests.support.daemon import Daemon
from tests.support.stage import Stage


def told(daemon: Daemon, prefix: str) -> list[str]:
    return [one for one in daemon.manager.told if one.startswith(prefix)]


async def test_systemd_is_told_of_the_whole_life(stage: Stage) -> None:
    before = stage.clock.monotonic()
    async with stage.daemon(environ={"WATCHDOG_USEC": "1000000"}) as daemon:
        await daemon.until_ready()
        await daemon.until(lambda: len(told(daemon, "WATCHDOG=1")) >= 3, "signs of life")
        await daemon.until(
            lambda: any("ready; every source" in one for one in told(daemon, "STATUS=")), "STATUS"
        )
        assert told(daemon, "RELOADING=1") == []
        daemon.signal(signal.SIGHUP)
        await daemon.until(lambda: daemon.manager.told.count("READY=1") == 2, "READY=1 again")
        (reloading,) = told(daemon, "RELOADING=1")
        name, _, at = reloading.partition("\nMONOTONIC_USEC=")
        assert name == "RELOADING=1"
        assert before * 1e6 < int(at) <= stage.clock.monotonic() * 1e6
        await daemon.terminate()
    everything = daemon.manager.told
    assert everything.index(reloading) < len(everything) - 1 - everything[::-1].index("READY=1")
    assert everything[-1] == "STOPPING=1"
