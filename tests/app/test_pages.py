"""What the pages count across reloads; what a reload makes of the pages themselves is in test_reload.py."""

import asyncio
import re

import aiohttp

from tests.support.served import Served
from tests.support.stage import Stage

PAGES = {"listen": "127.0.0.1:0"}


async def test_pages_that_a_reload_brings_count_from_then_on(served: Served, stage: Stage) -> None:
    _without_pages(stage)
    await served.start()
    await _call(served, stage)
    stage.configure(web=PAGES)
    await served.reload()
    assert await _counted(served) == (0, 0)
    await _call(served, stage)
    await _will_be_counted(served, 1)


async def test_what_happens_while_there_are_no_pages_counts_once_there_were_some(
    served: Served, stage: Stage
) -> None:
    await served.start()
    await _call(served, stage)
    _without_pages(stage)
    await served.reload()
    await _call(served, stage)
    stage.configure(web=PAGES)
    await served.reload()
    await _will_be_counted(served, 2)


def _without_pages(stage: Stage) -> None:
    lines = stage.path.read_text().splitlines(keepends=True)
    stage.path.write_text("".join(line for line in lines if not line.startswith("web:")))


async def _call(served: Served, stage: Stage) -> None:
    """A call that somebody is told of."""
    before = sum(stage.told().values())
    stage.call()
    await served.until(lambda: sum(stage.told().values()) > before, "the message")


async def _will_be_counted(served: Served, count: int) -> None:
    """So many calls and messages, as soon as Slack's answer is there."""
    async with asyncio.timeout(10):
        while await _counted(served) != (count, count):
            await served.host.clock.sleep(0.01)


async def _counted(served: Served) -> tuple[int, int]:
    """Calls that were watched, and notifications that were sent, as `/metrics` has them."""
    url = served.urls[-1].replace("/readyz", "/metrics")
    async with aiohttp.ClientSession() as session, session.get(url) as answer:
        page = await answer.text()
    calls = re.findall(r'^notifier_calls_total\{.*kind="watched"\} (\d+)', page, re.MULTILINE)
    sends = re.findall(
        r'^notifier_sends_total\{.*kind="notification",outcome="sent"\} (\d+)', page, re.MULTILINE
    )
    return sum(map(int, calls)), sum(map(int, sends))
