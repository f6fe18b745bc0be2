"""Whatever comes at once, fails and dies: everybody is told of everything, and twice only by chance."""

import asyncio
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from hypothesis import given, settings
from hypothesis import strategies as st
from structlog.testing import capture_logs

from notifier.errors import CredentialsBroken, DeliveryTransient, PayloadBroken, RateLimited
from notifier.model import Severity
from notifier.store.outbox import RowState
from tests.support.channel import AfterAccepting, Step
from tests.support.exchange import Killed
from tests.support.world import HOUR, World

NAMES = ("room", "other")
RULES = (
    {"name": "every", "match": {"not": {"extension": "300"}}, "notify": list(NAMES)},
    {"name": "urgent", "match": {"extension": "300"}, "notify": list(NAMES), "severity": "critical"},
)
TROUBLES: tuple[Callable[[], Step], ...] = (
    lambda: None,
    lambda: DeliveryTransient("not sent"),
    lambda: DeliveryTransient("lost on its way", uncertain=True),
    lambda: AfterAccepting(DeliveryTransient("answer lost", uncertain=True)),
    lambda: RateLimited("slow down", 7.0),
    lambda: CredentialsBroken("revoked"),
    lambda: PayloadBroken("invalid_blocks"),
    lambda: AfterAccepting(AttributeError("in a library")),
    Killed,
    lambda: AfterAccepting(Killed()),
)


@dataclass(frozen=True)
class Hour:
    """What happens in a part of a day."""

    calls: int
    critical: int
    stale: bool  # TeleCMI reports them late
    troubles: tuple[tuple[str, int], ...]  # receiver, number of the trouble: of its next messages
    size: int  # what a channel takes in one message
    restarts: bool
    minutes: int


HOURS = st.builds(
    Hour,
    calls=st.integers(0, 9),
    critical=st.integers(0, 2),
    stale=st.booleans(),
    troubles=st.lists(st.tuples(st.sampled_from(NAMES), st.integers(0, len(TROUBLES) - 1)), max_size=6).map(
        tuple
    ),
    size=st.integers(2, 5),
    restarts=st.booleans(),
    minutes=st.integers(0, 10),
)


async def _pass(world: World, minutes: int) -> None:
    end = world.clock.now() + minutes * 60_000
    while True:
        try:
            await world.send_until(end)
        except Killed:
            await world.restart()
        else:
            return


async def _live(folder: Path, hours: list[Hour], *, confirms: bool) -> None:
    world = World(
        folder,
        RULES,
        receivers={name: {"slack": {"to": f"#{name}"}} for name in ("other", "ops")},
        delivery={"burst": 3},
        ops={"notify": "ops"},
    )
    for channel in world.channels.values():
        channel.confirms = confirms
    await world.watch()
    world.clock.advance(2 * HOUR)
    for hour in hours:
        for n in range(hour.calls + hour.critical):
            world.call(ago=HOUR + 1 if hour.stale else 0, extension="300" if n < hour.critical else "209")
        await world.poll()
        for receiver, number in hour.troubles:
            world.channels[receiver].sends.append(TROUBLES[number]())
        for channel in world.channels.values():
            channel.summary_size = hour.size
        if hour.restarts:
            await world.restart()
        await _pass(world, hour.minutes)
    # Plans beyond what there was to send kill and fail what is tried last; then there are no more.
    await _pass(world, 300)
    _check(world, confirms=confirms)
    await world.close()


def _check(world: World, *, confirms: bool) -> None:
    rows = world.outbox()
    sent = {(row.target.receiver, row.delivery_id) for row in rows if row.state is RowState.SENT}
    told = Counter((one.receiver, one.delivery_id) for one in world.sent if not one.edits)
    assert sent <= set(told) <= {(row.target.receiver, row.delivery_id) for row in rows}
    assert len([row for row in rows if row.target.receiver in NAMES]) == len(world.alerts()) * len(NAMES)
    informed = {row.alert_id for row in rows if row.target.receiver == "ops"}
    for row in rows:
        # What was refused twice is given up, and told to others, as is what bad credentials keep back.
        is_elsewhere = row.state in {RowState.DEAD, RowState.REDIRECTED} and row.alert_id in informed
        assert row.state is RowState.SENT or is_elsewhere
    lost = Counter((receiver, one) for receiver, channel in world.channels.items() for one in channel.lost)
    for each, times in told.items():
        assert times == 1 if confirms else times <= 1 + lost[each]
    assert all(one.batch is None for one in world.sent if one.alert.severity is Severity.CRITICAL)


@settings(deadline=None, max_examples=40)
@given(hours=st.lists(HOURS, min_size=1, max_size=5), confirms=st.booleans())
def test_everybody_is_told_of_everything_and_twice_only_where_the_outcome_was_unknown(
    hours: list[Hour], *, confirms: bool
) -> None:
    with TemporaryDirectory() as folder, capture_logs():
        asyncio.run(_live(Path(folder), hours, confirms=confirms))
