"""`purge` beside the running daemon, stopped by Ctrl-C, and asked by a person on a terminal."""

import asyncio
import os
import pty
import signal
import sqlite3
import sys
from contextlib import closing

from tests.support.daemon import until
from tests.support.stage import ROOM, Stage

OLD = 60 * 86_400_000  # ms


def fill(stage: Stage, count: int) -> None:
    """So many calls of sixty days ago, each decided on."""
    first = stage.clock.now() - OLD
    with closing(sqlite3.connect(stage.store, timeout=30)) as store, store:
        store.execute("PRAGMA synchronous = OFF")
        (source,) = store.execute("SELECT id FROM sources").fetchone()
        store.executemany(
            "INSERT INTO calls"
            " (id, source_id, ident, extension, customer, placed_at, name, baseline, stored_at)"
            " VALUES (?, ?, ?, '201', '+919812343210', ?, 'Suresh', 0, ?)",
            ((10 + n, source, f"old{n}", first + n, first + n) for n in range(count)),
        )
        store.executemany(
            "INSERT INTO decisions (call_id, rule, reason, decided_at) VALUES (?, 'every-call', 'opened', 1)",
            ((10 + n,) for n in range(count)),
        )


def old_calls(stage: Stage) -> int:
    with closing(sqlite3.connect(stage.store, timeout=30)) as store:
        return int(store.execute("SELECT count(*) FROM calls WHERE ident LIKE 'old%'").fetchone()[0])


async def test_the_daemon_goes_on_while_a_large_store_is_purged_and_ctrl_c_does_no_harm(stage: Stage) -> None:
    async with stage.daemon() as daemon:
        await daemon.until_readyz(200)
        fill(stage, 40_000)
        before = stage.call()
        async with stage.daemon("purge", "--older-than", "30d", "--yes") as purge:
            await purge.until(lambda: old_calls(stage) < 38_000, "that some were forgotten")
            purge.signal(signal.SIGINT)
            await purge.ends_with(1)
        assert "notifier: interrupted; what is forgotten is gone, the rest is as it was" in purge.output
        assert "Traceback" not in purge.output
        left = old_calls(stage)
        assert f"forgotten: {40_000 - left} calls" in purge.output
        assert left > 0
        after = stage.call()
        async with stage.daemon("purge", "--older-than", "30d", "--yes") as purge:
            await purge.ends_with(0)
        assert purge.lines == [f"to be forgotten: {left} calls", f"forgotten: {left} calls"]
        await daemon.until(lambda: len(stage.told()) == 2, "both calls")
        await daemon.terminate()
    assert old_calls(stage) == 0
    assert stage.told() == {(name, ROOM): 1 for name in (before, after)}
    assert "the store can't be used" not in daemon.output


async def test_on_a_terminal_a_person_is_asked(stage: Stage) -> None:
    async with stage.daemon("once") as once:
        await once.ends_with(0)
    fill(stage, 3)
    assert "Forget this?" in await at_terminal(stage, "n\n", "--older-than", "30d")
    assert old_calls(stage) == 3
    said = await at_terminal(stage, "919812343210\ny\n", "--number", "-")
    assert "The number, or its last digits" in said
    assert "forgotten: 3 calls" in said
    assert old_calls(stage) == 0


async def at_terminal(stage: Stage, typed: str, *arguments: str) -> str:
    """What `purge` shows on a terminal where somebody types this."""
    ours, theirs = pty.openpty()
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "notifier", "purge", *arguments, "--config", str(stage.path)),
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
        env={**os.environ, **stage.environ},
    )
    os.close(theirs)
    os.write(ours, typed.encode())
    os.set_blocking(ours, False)
    shown = bytearray()

    def ended() -> bool:
        try:
            shown.extend(os.read(ours, 65_536))
        except BlockingIOError:
            return False
        except OSError:  # nobody holds the other end any more
            return True
        return False

    await until(ended, "the end of what it shows")
    os.close(ours)
    await process.wait()
    return shown.decode()
