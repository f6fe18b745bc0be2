"""Every failure of a remote side, through a socket: when it is tried again, what ops see, what arrives."""

from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass

import pytest

from notifier import errors
from notifier.channels.base import Channel
from notifier.errors import (
    CredentialsBroken,
    DeliveryError,
    DeliveryTransient,
    EditRefused,
    PayloadBroken,
    RateLimited,
    TargetBroken,
)
from notifier.model import NoticeKind
from tests.support.error_classes import MAIL, SLACK, SLACK_WEBHOOK, WEBHOOK, Row
from tests.support.failing_sides import Mailing, Program, Side, Slack, SlackHook
from tests.support.slack_faults import Raw
from tests.support.world import HOUR, MINUTE, World
from tests.support.worlds import MakeWorld

FALLBACK = {"name": "every", "per": "customer", "notify": "room", "fallback": "backup"}
ADDRESSED = {"backup": {"slack": {"to": "#backup"}}, "ops": {"slack": {"to": "#ops"}}}
FIRST = 2  # seconds, of the first retry
SINCE_START = 60  # seconds, when the call is told
TARGET, CREDENTIALS, DEAD, EDIT = (
    NoticeKind.TARGET_BROKEN,
    NoticeKind.CREDENTIALS_BROKEN,
    NoticeKind.DEAD_LETTERS,
    NoticeKind.EDIT_REFUSED,
)

SENDS = [
    *((Slack, row) for row in SLACK if row.where != "chat.update"),
    *((SlackHook, row) for row in SLACK_WEBHOOK),
    *((Mailing, row) for row in MAIL),
    *((Program, row) for row in WEBHOOK),
]
EDITS = [row for row in SLACK if row.where == "chat.update"]


@dataclass(frozen=True)
class Course:
    """What follows from one failure."""

    wait: float | None  # seconds until it is tried again; None: at once, or others are told
    trouble: NoticeKind | None = None  # that ops see while it lasts
    receiver: str = "room"  # who is told in the end


def course(row: Row) -> Course:
    if row.kind is RateLimited:
        assert row.pause is not None
        is_date = isinstance(row.fault, Raw) and "GMT" in row.fault.headers.get("Retry-After", "")
        return Course(max(row.pause - is_date * SINCE_START, FIRST))
    if (row.where, row.fault) == ("users.lookupByEmail", "missing_scope"):
        return Course(None, CREDENTIALS, "backup")  # all who are known by their address lack it
    return {
        DeliveryTransient: Course(FIRST),
        CredentialsBroken: Course(300, CREDENTIALS),
        TargetBroken: Course(None, TARGET, "backup"),
        PayloadBroken: Course(None),
        EditRefused: Course(None),
        DeliveryError: Course(None),
    }[row.kind]


def in_trouble(world: World) -> list[NoticeKind]:
    return [one.kind for one in world.health.troubles.active()]


MakeSide = Callable[[type[Side], Row], Awaitable[tuple[World, Side]]]


@pytest.fixture
async def beside(a_world: MakeWorld) -> AsyncIterator[MakeSide]:
    """Make a world whose room is behind a side that fails, and where a customer was just missed."""
    running: list[tuple[Channel, Side]] = []

    async def make(kind: type[Side], row: Row) -> tuple[World, Side]:
        world = a_world(FALLBACK, receivers=ADDRESSED | {"room": {"slack": {"to": kind.address_of(row)}}})
        side = kind(row, world.clock)
        channel = await side.start()
        running.append((channel, side))
        world.real_channels = world.channels | {"room": channel}
        await world.restart()
        await world.watch()
        world.call("Suresh")
        await world.poll()
        return world, side

    yield make
    for channel, side in running:
        await channel.aclose()
        await side.stop()


@pytest.mark.parametrize(("kind", "row"), SENDS, ids=lambda value: getattr(value, "__name__", str(value)))
async def test_what_fails_once_is_told_in_the_end(beside: MakeSide, kind: type[Side], row: Row) -> None:
    world, side = await beside(kind, row)
    expected, began = course(row), world.clock.now()
    due = await world.send()
    assert in_trouble(world) == [expected.trouble] * (expected.trouble is not None)
    if expected.wait is not None:
        assert due == began + expected.wait * 1000
        (waiting,) = world.outbox()
        assert (waiting.state, bool(waiting.reason)) == ("waiting", True)
        await side.heal()
        await world.send_until(due)
    if expected.receiver == "room":
        twice = row.fault in ("hang-after-accept", "drop-after-accept") and not side.looks
        assert (side.copies(), world.told()) == (1 + twice, [])
        assert world.fates() == [("room", "sent")]
        assert in_trouble(world) == []
    else:
        assert (side.copies(), world.told()) == (0, ["Suresh"])
        assert world.fates() == [("room", "redirected"), ("backup", "sent")]
        assert in_trouble(world) == [expected.trouble], "until something is told there"


@pytest.mark.parametrize("row", EDITS, ids=str)
async def test_an_edit_that_fails_once_is_made_later_or_made_up_for(beside: MakeSide, row: Row) -> None:
    world, side = await beside(Slack, row)
    assert isinstance(side, Slack)
    await world.send()
    world.clock.advance(MINUTE)
    world.call("Suresh")
    await world.poll()
    began = world.clock.now()
    due = await world.send()
    assert in_trouble(world) == [EDIT] * (row.kind is EditRefused)
    if row.kind is EditRefused:
        first, second = side.far.posted
        assert (len(first.edits), len(second.edits)) == (0, 0)
        assert world.fates() == [("room", "sent")] * 2, "a new message tells of the call that joined"
    else:
        assert due == began + 30_000
        await world.send_until(due)
        (posted,) = side.far.posted
        assert len(posted.edits) == 1


@pytest.mark.parametrize(
    ("error", "fate", "tries", "ops_see", "hours"),
    [
        (RateLimited("slow", 7), "dead", None, (TARGET, DEAD), 24),
        (DeliveryTransient("down"), "dead", None, (TARGET, DEAD), 24),
        (DeliveryTransient("cut", uncertain=True), "dead", None, (TARGET, DEAD), 24),
        (CredentialsBroken("revoked"), "redirected", 2, (CREDENTIALS,), 5 / 60),
        (TargetBroken("archived"), "redirected", 1, (TARGET,), 0),
        (PayloadBroken("no_text"), "dead", 2, (DEAD,), 0),
        (DeliveryError("of next year"), "dead", 2, (DEAD,), 0),
        (ZeroDivisionError("ours"), "dead", 2, (DEAD,), 0),
    ],
    ids=str,
)
async def test_what_fails_for_good_is_told_elsewhere_and_shown_to_ops(
    a_world: MakeWorld,
    error: Exception,
    fate: str,
    tries: int | None,
    ops_see: tuple[NoticeKind, ...],
    hours: int,
) -> None:
    world = a_world(FALLBACK, receivers=ADDRESSED)
    await world.watch()
    world.room.always = error
    world.call("Suresh")
    await world.poll()
    began = world.clock.now()
    await world.send_until(began + 25 * HOUR)
    await world.send()
    assert world.fates() == [("room", fate), ("backup", "sent")]
    assert world.told() == ["Suresh"]
    assert hours * HOUR <= world.sent[0].at - began <= hours * HOUR + 10 * MINUTE
    assert tries is None or world.room.tries == tries
    assert set(in_trouble(world)) == set(ops_see)


def test_every_class_of_error_is_in_the_tables() -> None:
    classes = {
        one for one in vars(errors).values() if isinstance(one, type) and issubclass(one, DeliveryError)
    }
    assert {row.kind for _, row in SENDS} | {row.kind for row in EDITS} == classes
