"""What is simulated is what the real loops do: the same calls lead to the same messages, at the same time."""

import asyncio
from collections import Counter
from collections.abc import Mapping, Sequence
from functools import partial
from itertools import accumulate
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, NamedTuple

from hypothesis import given, settings
from hypothesis import strategies as st

from notifier.backtest import Fate, Results, simulate
from notifier.channels.base import SUMMARY_SIZES
from notifier.intake.take import Reach, Take
from notifier.model import Alert, Call, Endpoint, Kind, Silence
from notifier.store import silences
from notifier.store.sources import all_sources
from tests.support.clock import START
from tests.support.replay import a_silence
from tests.support.sample import a_call
from tests.support.world import HOUR, MINUTE, World

SECOND = 1_000

SECTIONS: dict[str, Any] = {
    "follow_up": True,
    "timezone": "Asia/Kolkata",
    "agents": {
        "209": {"name": "Asha", "team": "sales", "slack": "U209", "deputy": "210", "away": ["2026-09-22"]},
        "210": {"name": "Ravi", "team": "sales", "slack": "U210"},
        "305": {"name": "Meera", "team": "support"},
    },
    "calendars": {"office": {"days": "mon-sat", "hours": ["09:30-13:30", "14:00-18:30"]}},
    "receivers": {
        "agent": {"slack": {"to": "agent"}},
        "leads": {"email": {"to": ["lead@example.com", "second@example.com"]}},
        "hook": {"slack": {"webhook_url": "https://hooks.slack.com/services/T0/B0/secret-of-it"}},
        "tickets": {"webhook": {"url": "https://example.com/in", "secret": "sixteen letters or more"}},
    },
    "email": {"host": "127.0.0.1", "security": "none", "sender": "a@example.com"},
    "ops": {"notify": "leads"},
    "delivery": {"burst": 3},
}

RULES: Mapping[str, dict[str, Any]] = {
    "every": {"name": "every", "notify": ["room", "leads"]},
    "patient": {
        "name": "patient",
        "per": "customer",
        "wait": "10m",
        "notify": "agent",
        "fallback": "room",
        "calendar": "office",
        "escalate": [
            {"after": "30m", "notify": ["leads", "room"]},
            {"after": "90m", "notify": ["hook", "leads"], "unless": []},
        ],
        "repeat_every": "45m",
        "repeat_limit": 3,
        "expire_after": "6h",
    },
    "dropping": {
        "name": "dropping",
        "per": "customer",
        "notify": ["hook", "leads", "tickets"],
        "calendar": "office",
        "outside": "drop",
        "expire_after": "2h",
    },
    "counting": {
        "name": "counting",
        "per": "extension",
        "count": 2,
        "within": "30m",
        "levels": [{"count": 4, "severity": "critical", "notify": "leads"}],
        "notify": ["room", "hook", "tickets"],
        "calendar": "office",
        "critical_passes": True,
    },
    "third": {
        "name": "third",
        "match": {"attempts": ">=3"},
        "per": "customer",
        "notify": ["hook", "tickets"],
        "repeat_every": "2h",
        "expire_after": "5h",
    },
    "team": {"name": "team", "per": ["team", "account"], "count": 3, "within": "2h", "notify": "leads"},
}


class Happening(NamedTuple):
    """A call, so many s after the one before it."""

    after: int
    endpoint: Endpoint
    extension: str
    customer: str


class Seen(NamedTuple):
    """One notification that reached its target."""

    at: int
    receiver: str
    address: str
    kind: str
    rule: str
    key: str
    level: int
    calls: int
    together: str | None


happenings = st.lists(
    st.builds(
        Happening,
        after=st.one_of(st.integers(0, 90), st.integers(60, 7_200), st.integers(3_600, 40_000)),
        endpoint=st.sampled_from([*[Endpoint.OUT_MISSED] * 5, Endpoint.OUT_ANSWERED, Endpoint.IN_ANSWERED]),
        extension=st.sampled_from(["209", "210", "305"]),
        customer=st.sampled_from(["+919812345678", "+919812345679", "+919900000003"]),
    ),
    min_size=1,
    max_size=12,
)

mutes = st.lists(
    st.builds(
        lambda begin, length, **about: a_silence(begin * MINUTE, length * MINUTE, **about),
        begin=st.integers(0, 600),
        length=st.integers(1, 600),
        rule=st.sampled_from([None, "patient", "counting"]),
        extension=st.sampled_from([None, "209"]),
    ),
    max_size=2,
)


def call_of(number: int, one: Happening, at: int) -> Call:
    """The call that happens, placed at an instant, UTC ms."""
    return a_call(
        id=f"{number:024x}",
        endpoint=one.endpoint,
        extension=one.extension,
        customer=one.customer,
        placed_at=at,
        name="",
    )


async def known(world: World, calls: Sequence[Call]) -> None:
    """A read of every list that brings these. No read takes any time here."""
    now = world.clock.now()
    for intake in (*world.intakes.values(), *world.followers):
        some = [call for call in calls if call.endpoint is intake.endpoint]
        source = next(one for one in world.database.look(all_sources) if one.endpoint is intake.endpoint)
        reach = Reach(since=now - HOUR, began=now, date=None, upto=None, is_complete=True)
        await intake.reader.commit(Take(world.book, source, some, "now", reach, now))


async def lived(world: World, calls: Sequence[Call], until: int) -> None:
    """All loops go round at every instant at which anything is due."""
    coming = list(calls)
    due: int | None = None
    while True:
        times = [when for when in (coming[0].placed_at if coming else None, due) if when is not None]
        now = min(times, default=until + 1)
        if now > until:
            return
        world.clock.advance(max(0, now - world.clock.now()))
        here = [call for call in coming if call.placed_at <= now]
        del coming[: len(here)]
        await known(world, here)
        due = await settled(world)


async def settled(world: World) -> int | None:
    """Until nothing is due at this instant; when something is next."""
    while True:
        ticks, sends = await world.tick(), await world.send()
        ticks = await world.tick()
        due = min((at for at in (ticks, sends) if at is not None), default=None)
        if due is None or due > world.clock.now():
            return due


def arrived(world: World) -> Counter[Seen]:
    """What reached its target in the world."""
    return Counter(
        Seen(
            one.at,
            one.receiver,
            one.address,
            str(one.kind),
            one.alert.rule,
            one.alert.key,
            one.alert.level,
            one.alert.call_count,
            None if one.gathered is None else str(one.gathered),
        )
        for one in world.sent
        if not one.edits
    )


def foreseen(world: World, fates: Sequence[Fate]) -> Counter[Seen]:
    """What the simulation says that reached its target."""
    return Counter(
        Seen(
            one.at,
            one.target.receiver,
            world.directory.address(one.target) or "",
            str(one.kind),
            one.alert.rule,
            one.alert.key,
            one.alert.level,
            one.alert.call_count,
            None if one.together is None else str(one.together),
        )
        for one in fates
        if one.is_sent
    )


def messages(told: Sequence[tuple[object, Alert, Kind]]) -> Counter[frozenset[tuple[object, int]]]:
    """Which notifications stand in one message."""
    found: dict[object, Counter[object]] = {}
    for message, alert, kind in told:
        found.setdefault(message, Counter())[alert.rule, alert.key, kind] += 1
    return Counter(frozenset(each.items()) for each in found.values())


async def compared(
    rules: Sequence[dict[str, Any]], story: Sequence[Happening], muted: Sequence[Silence], **sections: Any
) -> Results:
    """Live a story in the world and in the simulation, and find the same."""
    with TemporaryDirectory() as folder:
        world = World(Path(folder), rules, **{**SECTIONS, **sections})
        for name, channel in world.channels.items():
            channel.summary_size = SUMMARY_SIZES[world.config.receivers[name].channel]
        for one in muted:
            await world.database.write(partial(silences.add, silence=one))
        await world.watch()
        times = accumulate((one.after * SECOND for one in story), initial=world.clock.now())
        calls = [call_of(n, one, at) for n, (one, at) in enumerate(zip(story, [*times][1:], strict=True))]
        until = calls[-1].placed_at + 12 * HOUR
        await lived(world, calls, until)
        results = simulate(world.config, calls, since=START, until=until, silences=muted)
        assert foreseen(world, results.fates) == arrived(world)
        ours = [(one.message, one.alert, one.kind) for one in results.fates if one.is_sent]
        theirs = [(one.batch or one.delivery_id, one.alert, one.kind) for one in world.sent if not one.edits]
        assert messages(ours) == messages(theirs)
        rows = Counter((row.target, row.kind, row.state, row.reason) for row in world.outbox())
        assert Counter((one.target, one.kind, one.state, one.reason) for one in results.fates) == rows
        ends = Counter((alert.rule, alert.ended_as) for alert in world.alerts())
        assert results.ended == ends
        decided = Counter[str]()
        for (_, reason), calls_decided in results.decided.items():
            decided[reason] += calls_decided
        assert decided == Counter(world.reasons())
        await world.close()
        return results


@settings(deadline=None, max_examples=20)
@given(
    story=happenings,
    chosen=st.lists(st.sampled_from(sorted(RULES)), min_size=1, max_size=3, unique=True),
    muted=mutes,
)
def test_the_same_calls_lead_to_the_same_messages(
    story: list[Happening], chosen: list[str], muted: list[Silence]
) -> None:
    asyncio.run(compared([RULES[name] for name in chosen], story, muted))
