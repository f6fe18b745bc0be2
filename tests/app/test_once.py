"""One round: everything that is due is done, however much it is, and nothing is tried for ever."""

import io
from collections import Counter
from collections.abc import AsyncIterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from notifier.app import Host, Round, once
from notifier.config import load
from notifier.dispatch.dispatch import WORKERS
from notifier.errors import DeliveryError, DeliveryTransient, StoreRefused, StoreUnavailable, TargetBroken
from notifier.lifecycle import BATCH
from notifier.model import Endpoint
from notifier.store.database import Database
from notifier.store.lock import store_lock
from notifier.store.outbox import RowState
from notifier.store.outbox_views import listing
from notifier.store.sources import all_sources
from tests.support.clock import FakeClock
from tests.support.sandbox import running_sandbox
from tests.support.slack import FakeSlack
from tests.support.stage import Stage
from tests.support.store import locked_by_another

MINUTE = 60_000


class Wall:
    """Slack's Web API, where everything is posted at once, but to the rooms that fail."""

    def __init__(self) -> None:
        self.posts: Counter[str] = Counter()
        self.failing: dict[str, DeliveryError] = {}
        self.tries = 0

    async def call(self, method: str, payload: Mapping[str, object]) -> Mapping[str, object]:
        if method == "conversations.open":
            return {"ok": True, "channel": {"id": f"D{payload['users']}"}}
        if method != "chat.postMessage":
            return {"ok": True, "messages": [], "channels": []}
        self.tries += 1
        room = str(payload["channel"])
        if room in self.failing:
            raise self.failing[room]
        self.posts[room] += 1
        return {"ok": True, "channel": room, "ts": f"{self.tries}.0"}

    async def aclose(self) -> None:
        pass


class Ops:
    """Runs `once` between a sandbox and a wall, with time that stands still."""

    def __init__(self, stage: Stage, clock: FakeClock) -> None:
        self.stage = stage
        self.clock = clock
        self.wall = Wall()
        self.stream = io.StringIO()

    def telecmi(self, *more: Mapping[str, object]) -> dict[str, Any]:
        """The section of that name, with more accounts before the one that works."""
        (account,) = self.stage.sections()["telecmi"]["accounts"]
        return {
            "accounts": [*({**account, **other} for other in more), account],
            "poll": {"start_from": self.stage.began, "page_size": 500},
        }

    async def once(self, calls: int = 0, **sections: Any) -> Round:
        """One round, after so many customers were missed just now."""
        sections = {"slack": {"bot_token": "xoxb-wall"}, **sections}
        sections.setdefault("telecmi", self.telecmi())
        self.stage.configure(**sections)
        for number in range(calls):
            self.stage.sandbox.book.add(
                extension="209",
                customer=f"9812{number:06}",
                placed_at=self.clock.now(),
            )
        config = load(self.stage.path, self.stage.environ)
        return await once(config, Host(self.clock, {}, self.stream, slack_api=self.wall))


@pytest.fixture
async def ops(tmp_path: Path) -> AsyncIterator[Ops]:
    clock = FakeClock()
    slack = FakeSlack()
    async with running_sandbox(clock.now) as sandbox:
        stage = Stage(tmp_path, sandbox, slack)
        ops = Ops(stage, clock)
        stage.began = "2026-01-01T00:00:00+00:00"
        yield ops


async def test_new_calls_are_told_and_counted(ops: Ops) -> None:
    assert await ops.once(2) == Round(calls=2, problems=(), waiting=0, dead=0)
    assert ops.wall.posts == {"C0ROOM": 2}
    again = await ops.once()
    assert again == Round(calls=0, problems=(), waiting=0, dead=0)
    assert again.is_good
    assert ops.wall.posts == {"C0ROOM": 2}


async def test_whoever_was_reached_since_is_told_of_to_nobody(ops: Ops) -> None:
    """All lists are read before anybody is told, in whichever order."""
    ops.stage.sandbox.book.add(
        extension="209",
        customer="9812000000",
        placed_at=ops.clock.now() - MINUTE,
        endpoint=Endpoint.IN_ANSWERED,
    )
    result = await ops.once(2, telecmi={**ops.telecmi(), "follow_up": True})
    assert result == Round(calls=2, problems=(), waiting=0, dead=0)
    assert ops.wall.posts == {"C0ROOM": 1}


async def test_more_targets_than_are_told_at_the_same_time_are_all_told(ops: Ops) -> None:
    rooms = [f"C{number:06}" for number in range(WORKERS + 10)]
    result = await ops.once(
        1,
        receivers={f"room-{room}": {"slack": {"to": room}} for room in rooms},
        rules=[{"name": "every", "notify": [f"room-{room}" for room in rooms]}],
        ops={},
    )
    assert result.is_good
    assert ops.wall.posts == dict.fromkeys(rooms, 1)


def opened(ops: Ops) -> int:
    """How many alerts nobody waits for any more."""
    database = Database.open_existing(ops.stage.store)
    rows = database.look(lambda connection: listing(connection, [RowState.DRY_RUN], 10_000))
    database.close()
    return len(rows)


async def test_more_alerts_than_fit_into_one_transaction_are_all_opened_when_their_wait_is_over(
    ops: Ops,
) -> None:
    rules = [{"name": "customers", "per": "customer", "wait": "10m", "notify": "room", "dry_run": True}]
    assert await ops.once(2 * BATCH + 10, rules=rules) == Round(2 * BATCH + 10, (), 0, 0)
    assert not opened(ops)
    ops.clock.advance(11 * MINUTE)
    assert await ops.once(rules=rules) == Round(0, (), 0, 0)
    assert opened(ops) == 2 * BATCH + 10


async def test_a_broken_target_leads_to_the_fallback_and_that_to_ops_in_one_round(ops: Ops) -> None:
    ops.wall.failing = dict.fromkeys(("C0FIRST", "C0SECOND"), TargetBroken("gone"))
    result = await ops.once(
        1,
        receivers={name: {"slack": {"to": f"C0{name.upper()}"}} for name in ("first", "second", "third")},
        rules=[{"name": "every", "notify": "first", "fallback": "second"}],
        ops={"notify": "third"},
    )
    assert result.is_good
    assert ops.wall.posts == {"C0THIRD": 3}, "the alert, and that each of the two is broken"


async def test_all_deputies_are_gone_through_in_one_round(ops: Ops) -> None:
    people = ["209", *(str(number) for number in range(1, 9))]
    gone = TargetBroken("user_disabled", person_is_gone=True)
    ops.wall.failing = {f"DU0{one}": gone for one in people[:-1]}
    result = await ops.once(
        1,
        agents={
            one: {"slack": f"U0{one}", "deputy": deputy}
            for one, deputy in zip(people, [*people[1:], "209"], strict=True)
        },
        receivers={"agent": {"slack": {"to": "agent"}}, "room": {"slack": {"to": "C0ROOM"}}},
        rules=[{"name": "every", "notify": "agent"}],
    )
    assert result.is_good
    assert ops.wall.posts["DU08"] == 1


async def test_who_does_not_answer_waits_and_is_not_tried_for_ever(ops: Ops) -> None:
    ops.wall.failing = {"C0ROOM": DeliveryTransient("no answer")}
    result = await ops.once(1)
    assert result == Round(calls=1, problems=(), waiting=1, dead=0)
    assert not result.is_good
    assert ops.wall.tries <= 4
    ops.wall.failing = {}
    ops.clock.advance(MINUTE)
    assert (await ops.once()).is_good
    assert ops.wall.posts == {"C0ROOM": 1}


async def test_what_is_given_up_is_counted_in_its_own_round_only(ops: Ops) -> None:
    ops.wall.failing = {"C0ROOM": TargetBroken("gone")}
    assert await ops.once(1) == Round(calls=1, problems=(), waiting=0, dead=1)
    assert await ops.once() == Round(calls=0, problems=(), waiting=0, dead=0)


async def test_a_source_that_fails_is_told_and_the_others_are_read(ops: Ops) -> None:
    result = await ops.once(1, telecmi=ops.telecmi({"name": "wrong", "app_id": 5}))
    assert result.calls == 1
    assert result.problems[0].startswith("wrong/out_missed: TeleCMI refused")
    assert not result.is_good
    assert ops.wall.posts == {"C0ROOM": 2}, "the call, and the trouble"


@pytest.mark.parametrize(("hours", "told"), [("09:30-18:30", 0), ("09:30-24:00", 1)])
async def test_only_the_hours_of_the_calendar_of_ops_count_as_silence(
    ops: Ops, hours: str, told: int
) -> None:
    sections: dict[str, Any] = {
        "calendars": {"office": {"hours": hours}},
        "ops": {"notify": "room", "quiet_after": "4h", "calendar": "office"},
    }
    assert (await ops.once(1, **sections)).is_good  # at 19:43 in Kolkata
    assert ops.wall.posts == {"C0ROOM": 1}
    ops.clock.advance(300 * MINUTE)
    await ops.once(**sections)
    assert ops.wall.posts == {"C0ROOM": 1 + told}


async def test_a_comparison_that_takes_longer_than_a_poll_is_ended(ops: Ops) -> None:
    telecmi = ops.telecmi()
    telecmi["poll"] |= {"page_size": 1, "every": "10s"}
    sections: dict[str, Any] = {
        "telecmi": telecmi,
        "rules": [{"name": "every", "notify": "room", "dry_run": True}],
    }
    noon = ops.clock.now()

    def add(number: int, ago: int) -> None:
        ops.stage.sandbox.book.add(
            extension="209", customer=f"9812{number:06}", placed_at=noon - 12 * 60 * MINUTE - ago
        )

    for number in range(60):
        add(number, ago=0)
    assert (await ops.once(**sections)).calls == 60
    ops.clock.advance(120 * MINUTE)
    add(60, ago=MINUTE)
    assert (await ops.once(**sections)).calls == 1
    database = Database.open_existing(ops.stage.store)
    (source,) = database.look(all_sources)
    database.close()
    assert (source.counted, source.held) == (61, 61)
    assert source.agreed_at is not None
    assert source.agreed_at > noon + 120 * MINUTE + 10_000, "after the next poll was due"


async def test_a_store_in_use_is_refused_and_one_that_is_locked_is_not_waited_for(ops: Ops) -> None:
    with store_lock(ops.stage.store, "run"), pytest.raises(StoreRefused, match="`notifier run`"):
        await ops.once()
    Database.open(ops.stage.store).close()
    with locked_by_another(ops.stage.store), pytest.raises(StoreUnavailable, match="is locked"):
        await ops.once()
    assert (await ops.once()).is_good


async def test_a_digest_that_fell_due_since_the_last_round_is_sent_once(ops: Ops) -> None:
    digests = [{"name": "hourly", "at": [f"{hour:02}:00" for hour in range(24)], "notify": "room"}]
    rules = [{"name": "every", "notify": "room", "dry_run": True}]
    await ops.once(1, digests=digests, rules=rules)
    assert ops.wall.posts == {}
    ops.clock.advance(60 * MINUTE)
    await ops.once(digests=digests, rules=rules)
    await ops.once(digests=digests, rules=rules)
    assert ops.wall.posts == {"C0ROOM": 1}


async def test_a_digest_that_can_not_be_sent_yet_waits(ops: Ops) -> None:
    digests = [{"name": "hourly", "at": [f"{hour:02}:00" for hour in range(24)], "notify": "room"}]
    rules = [{"name": "every", "notify": "room", "dry_run": True}]
    await ops.once(1, digests=digests, rules=rules)
    ops.clock.advance(60 * MINUTE)
    ops.wall.failing = {"C0ROOM": DeliveryTransient("no answer")}
    result = await ops.once(digests=digests, rules=rules)
    assert (result.waiting, result.digests_waiting, result.digests_dead) == (0, 1, 0)
    assert not result.is_good
    ops.clock.advance(MINUTE)
    ops.wall.failing = {"C0ROOM": TargetBroken("gone")}
    result = await ops.once(digests=digests, rules=rules, ops={})
    assert (result.digests_waiting, result.digests_dead) == (0, 1)
    assert not result.is_good


async def test_what_is_held_until_its_calendar_opens_is_no_failure(ops: Ops) -> None:
    sections: dict[str, Any] = {
        "calendars": {"office": {"hours": "09:30-18:30"}},
        "rules": [{"name": "every", "notify": "room", "calendar": "office"}],
    }
    result = await ops.once(1, **sections)  # at 19:43 in Kolkata
    assert (result.waiting, result.is_good) == (0, True)
    assert ops.wall.posts == {}
    ops.clock.advance(14 * 60 * MINUTE)
    assert (await ops.once(**sections)).is_good
    assert ops.wall.posts == {"C0ROOM": 1}
