"""Promises 1 to 3: whenever it is killed, every call is stored, decided on and told exactly once."""

import asyncio
import os
import random
import sqlite3
from collections import Counter
from collections.abc import Awaitable, Callable, Iterator
from contextlib import closing, suppress

from notifier.sandbox import parse_faults
from tests.support.daemon import Daemon
from tests.support.stage import ROOM, Stage

RECEIVERS = {
    "room": {"slack": {"to": ROOM}},
    "named": {"slack": {"to": "#named"}},
    "anita": {"slack": {"to": "U0ANITA"}},
    "agent": {"slack": {"to": "agent"}},
}
AGENTS = {"204": {"name": "Rahul", "slack": "rahul@example.com"}}
# Who hears of the calls of an extension, and where that arrives.
HEARD = {
    "201": (["room"], [ROOM]),
    "202": (["named"], ["C0NAMED"]),
    "203": (["anita"], ["DU0ANITA"]),
    "204": (["agent"], ["DU0RAHUL"]),
    "205": (["room", "named"], [ROOM, "C0NAMED"]),
}
RULES = [
    {"name": f"calls-of-{extension}", "match": {"extension": [extension]}, "notify": receivers}
    for extension, (receivers, _) in HEARD.items()
]
DRAINED_WITHIN = 60.0  # seconds; every channel takes one message a second

BACKLOG = 30  # messages; on a slow machine the calls must not outrun the pace of the channels

Kill = Callable[[Stage, Daemon, random.Random], Awaitable[None]]


async def in_start(stage: Stage, daemon: Daemon, rng: random.Random) -> None:
    await stage.clock.sleep(rng.uniform(0.0, 1.5))


async def after_start(stage: Stage, daemon: Daemon, rng: random.Random) -> None:
    await daemon.until_ready()
    await stage.clock.sleep(rng.uniform(0.0, 1.0))


async def in_poll(stage: Stage, daemon: Daemon, rng: random.Random) -> None:
    stage.sandbox.faults = parse_faults("hang")
    before = stage.sandbox.requests.total()
    await daemon.until(lambda: stage.sandbox.requests.total() > before, "a poll")
    stage.sandbox.faults = ()


async def when_calls_are_taken_in(stage: Stage, daemon: Daemon, rng: random.Random) -> None:
    before = stage.sandbox.requests.total()
    await daemon.until(lambda: stage.sandbox.requests.total() > before, "a poll")
    await stage.clock.sleep(rng.uniform(0.0, 0.03))


async def before_slack_accepts(stage: Stage, daemon: Daemon, rng: random.Random) -> None:
    await _asked(stage, daemon, "chat.postMessage", "hang")


async def after_slack_accepted(stage: Stage, daemon: Daemon, rng: random.Random) -> None:
    await _asked(stage, daemon, "chat.postMessage", "hang-after-accept")


async def while_it_looks_what_slack_has(stage: Stage, daemon: Daemon, rng: random.Random) -> None:
    await _asked(stage, daemon, "conversations.history", "hang")


async def when_slack_has_answered(stage: Stage, daemon: Daemon, rng: random.Random) -> None:
    before = len(stage.slack.posted)
    await daemon.until(lambda: len(stage.slack.posted) > before, "a message")
    await stage.clock.sleep(rng.uniform(0.0, 0.03))


async def _asked(stage: Stage, daemon: Daemon, method: str, failure: str) -> None:
    before = len(stage.slack.called(method))
    stage.slack.fail_next(method, failure)
    await daemon.until(lambda: len(stage.slack.called(method)) > before, method)


def kills(rng: random.Random) -> Iterator[Kill]:
    """The first start makes the store; what leaves a message in doubt comes before looking for it."""
    yield in_start
    pairs = [
        [in_start],
        [in_start],
        [after_start],
        [in_poll],
        [when_calls_are_taken_in],
        [when_calls_are_taken_in],
        [when_slack_has_answered],
        [when_slack_has_answered],
        [before_slack_accepts],
        [after_slack_accepted],
        [after_slack_accepted, while_it_looks_what_slack_has],
    ]
    rng.shuffle(pairs)
    for pair in pairs:
        yield from pair


async def test_promises_1_to_3_every_call_is_told_once_however_often_it_is_killed(stage: Stage) -> None:
    seed = int(os.environ.get("KILL_SEED") or random.SystemRandom().getrandbits(32))
    print(f"KILL_SEED={seed}")  # noqa: T201 - pytest shows it where the test fails
    rng = random.Random(seed)
    stage.configure(receivers=RECEIVERS, agents=AGENTS, rules=RULES)
    expected: Counter[tuple[str, str]] = Counter()
    calling = asyncio.create_task(_call(stage, rng, expected))
    count = 0
    for kill in kills(rng):
        async with stage.daemon() as daemon:
            await kill(stage, daemon, rng)
            await daemon.kill()
        assert daemon.process.returncode == -9, daemon.output
        count += 1
    assert count >= 12
    calling.cancel()
    with suppress(asyncio.CancelledError):
        await calling
    async with stage.daemon() as daemon:
        try:
            await daemon.until(lambda: stage.told() >= expected, "every call is told", DRAINED_WITHIN)
        except AssertionError as error:
            error.add_note(_where_they_are(stage, expected - stage.told()))
            raise
        await daemon.terminate()
    # What is still to be sent would be sent now.
    async with stage.daemon("once") as daemon:
        await daemon.ends_with(0)
    assert stage.told() == expected
    ids = [message.delivery_id for message in stage.slack.posted]
    assert len(ids) == len({*ids}), "a notification was sent twice"
    _each_call_was_stored_and_decided_on_once(stage, len({name for name, _ in expected}))


async def _call(stage: Stage, rng: random.Random, expected: Counter[tuple[str, str]]) -> None:
    """Calls without end; what is to be told of them is noted."""
    while True:
        extension = rng.choice(list(HEARD))
        name = stage.call(extension)
        expected.update((name, channel) for channel in HEARD[extension][1])
        await stage.clock.sleep(rng.uniform(0.2, 0.7))
        while len(expected) - len(stage.told()) > BACKLOG:
            await stage.clock.sleep(0.2)


def _each_call_was_stored_and_decided_on_once(stage: Stage, calls: int) -> None:
    with closing(sqlite3.connect(stage.store)) as store:
        assert store.execute("SELECT count(*), count(DISTINCT name) FROM calls").fetchone() == (calls, calls)
        decided = store.execute("SELECT reason, count(*), count(DISTINCT call_id) FROM decisions GROUP BY 1")
        assert decided.fetchall() == [("opened", calls, calls)]
        finished = store.execute("SELECT DISTINCT state FROM outbox").fetchall()
        assert finished == [("sent",)]
        assert store.execute("PRAGMA integrity_check").fetchall() == [("ok",)]


def _where_they_are(stage: Stage, untold: Counter[tuple[str, str]]) -> str:
    """How far the calls got that nobody heard of."""
    with closing(sqlite3.connect(stage.store)) as store:
        found = store.execute(
            "SELECT calls.name, reason, receiver, outbox.state, attempts FROM calls"
            " LEFT JOIN decisions ON call_id = calls.id LEFT JOIN outbox USING (alert_id)"
        ).fetchall()
        sources = store.execute("SELECT watermark, known_gap, last_error FROM sources").fetchall()
    stored = [row for row in found if row[0] in {name for name, _ in untold}]
    return f"untold: {sorted(untold)}\nof which are stored: {stored}\nsources: {sources}"
