"""Promise 4 for the store: locked or full, it is said and tried again; damaged, the process ends."""

import resource
import signal
import sqlite3
from contextlib import closing

from tests.support.stage import ROOM, Stage

CANT = "the store can't be used; trying again"


async def test_a_locked_store_is_said_and_nothing_is_lost_or_doubled(stage: Stage) -> None:
    stage.slack.fail_next("chat.postMessage", "hang-after-accept")
    first = stage.call()
    async with stage.daemon() as daemon:
        await daemon.until(stage.told, "the first call")
        with closing(sqlite3.connect(stage.store, isolation_level=None)) as other:
            other.execute("BEGIN IMMEDIATE")
            second = stage.call()
            said = await daemon.until_said(CANT)
            assert "is locked by another process" in said["reason"]
            assert (await daemon.readyz())[0] == 503
            # What became of the first message can't be written down now.
            await stage.slack.stop()
            await daemon.until_said("the store can't be used in mid-delivery; trying again")
            await stage.slack.start(stage.slack_port)
            other.execute("ROLLBACK")
        await daemon.until_said("had arrived already")
        await daemon.until_said("told")
        await daemon.until_readyz(200)
        await daemon.terminate()
    assert len(daemon.said(CANT)) == 1
    assert stage.told() == {(name, ROOM): 1 for name in (first, second)}


async def test_a_full_disk_is_said_and_nothing_is_lost(stage: Stage) -> None:
    async with stage.daemon() as daemon:
        first = stage.call()
        await daemon.until(stage.told, "the first call")
        # Files may not grow, as on a full disk.
        resource.prlimit(daemon.process.pid, resource.RLIMIT_FSIZE, (1, resource.RLIM_INFINITY))
        second = stage.call()
        said = await daemon.until_said(CANT)
        assert "full" in said["reason"]
        assert (await daemon.readyz())[0] == 503
        assert (second, ROOM) not in stage.told()
        resource.prlimit(
            daemon.process.pid, resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY)
        )
        await daemon.until(lambda: len(stage.told()) == 2, "both calls")
        await daemon.until_readyz(200)
        await daemon.terminate()
    assert stage.told() == {(first, ROOM): 1, (second, ROOM): 1}


async def test_a_store_that_is_damaged_ends_it_with_what_to_do(stage: Stage) -> None:
    async with stage.daemon() as daemon:
        stage.call()
        await daemon.until(stage.told, "the first call")
        damage(stage)
        await daemon.ends_with(1)
    assert daemon.said("a loop died")
    assert f"notifier: the store {stage.store} is " in daemon.output
    assert "Traceback" not in daemon.output
    assert daemon.manager.told[-1] == "STOPPING=1"


async def test_a_reload_that_finds_the_store_damaged_ends_it_too(stage: Stage) -> None:
    # Nothing but the reload looks at the store.
    telecmi = stage.sections()["telecmi"]
    stage.configure(telecmi=telecmi | {"poll": {"every": "1h"}})
    async with stage.daemon() as daemon:
        await daemon.until_readyz(200)
        damage(stage)
        daemon.signal(signal.SIGHUP)
        await daemon.ends_with(1)
    assert f"notifier: the store {stage.store} is " in daemon.output
    assert "Traceback" not in daemon.output


def damage(stage: Stage) -> None:
    for path in (stage.store, stage.store.with_name("notifier.db-wal")):
        path.write_bytes(b"garbage" * 100_000)
