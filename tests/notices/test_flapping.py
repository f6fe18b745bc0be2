"""What comes and goes is not told each time, and what is true in the end is."""

import itertools

from notifier.errors import DeliveryTransient
from notifier.model import NoticeKind
from tests.support.clock import START
from tests.support.ops import MINUTE, OpenRoom, OpsRoom


async def test_what_is_over_before_the_loop_looks_is_not_told(ops: OpsRoom) -> None:
    ops.raise_()
    ops.clock.advance(1)
    ops.clear()
    await ops.pass_time(MINUTE)
    assert ops.told() == []


async def test_what_is_raised_again_soon_is_told_after_ten_minutes_if_it_lasts(ops: OpsRoom) -> None:
    ops.raise_()
    await ops.pass_time(MINUTE)
    ops.clear()
    await ops.pass_time(MINUTE)
    ops.raise_(reason="again")
    await ops.pass_time(8 * MINUTE)
    assert ops.told() == ["raised", "cleared"]
    await ops.pass_time(2 * MINUTE)
    assert ops.told() == ["raised", "cleared", "raised"]
    again = ops.heard[-1]
    assert (again.at - START, again.raised_at - START) == (11 * MINUTE, 2 * MINUTE)
    assert again.reason == "again"
    assert again.uid == ops.heard[0].uid
    ops.clear()
    await ops.pass_time(MINUTE)
    assert ops.told() == ["raised", "cleared", "raised", "cleared"]


async def test_what_is_raised_again_soon_and_does_not_last_is_not_told_again(ops: OpsRoom) -> None:
    ops.raise_()
    await ops.pass_time(MINUTE)
    ops.clear()
    await ops.pass_time(MINUTE)
    ops.raise_()
    await ops.pass_time(4 * MINUTE)
    ops.clear()
    await ops.pass_time(60 * MINUTE)
    assert ops.told() == ["raised", "cleared"]


async def test_what_lasted_but_was_over_before_it_might_be_told_again_is_told_as_one(ops: OpsRoom) -> None:
    ops.raise_()
    await ops.pass_time(MINUTE)
    ops.clear()
    await ops.pass_time(MINUTE)
    ops.raise_()
    await ops.pass_time(6 * MINUTE)
    ops.clear()
    await ops.pass_time(60 * MINUTE)
    assert ops.told() == ["raised", "cleared", "cleared"]
    one = ops.heard[-1]
    assert one.cleared_at == one.raised_at + 6 * MINUTE


async def test_what_is_raised_again_before_its_end_was_told_has_been_going_on(ops: OpsRoom) -> None:
    ops.raise_()
    await ops.pass_time(20 * MINUTE)
    ops.channels["room"].always = DeliveryTransient("down")
    ops.clear()
    await ops.go()
    ops.raise_(reason="still")
    await ops.go()
    ops.channels["room"].always = None
    await ops.pass_time(60 * MINUTE)
    assert ops.told() == ["raised"]
    ops.clear()
    await ops.pass_time(MINUTE)
    assert ops.told() == ["raised", "cleared"]
    assert ops.heard[-1].raised_at == START


async def test_its_end_may_have_been_told_when_it_is_raised_again_so_that_is_said_again(ops: OpsRoom) -> None:
    ops.raise_()
    await ops.pass_time(20 * MINUTE)
    ops.channels["room"].sends.append(DeliveryTransient("lost", uncertain=True))
    ops.clear()
    await ops.go()
    ops.raise_()
    await ops.pass_time(60 * MINUTE)
    assert ops.told() == ["raised", "cleared", "raised"]
    assert ops.heard[1].cleared_at == START + 20 * MINUTE


async def test_an_hour_of_flapping_is_two_messages_in_ten_minutes_at_the_most(ops: OpsRoom) -> None:
    for _ in range(60):
        ops.raise_()
        await ops.pass_time(MINUTE // 2)
        ops.clear()
        await ops.pass_time(MINUTE // 2)
    await ops.pass_time(30 * MINUTE)
    for phase in ("raised", "cleared"):
        instants = [one.at for one in ops.heard if one.what == phase]
        assert all(after - before >= 10 * MINUTE for before, after in itertools.pairwise(instants))
    assert 4 <= len(ops.heard) <= 16
    assert ops.told()[-1] == "cleared"


async def test_a_clock_that_was_set_back_delays_by_no_more_than_that(ops: OpsRoom) -> None:
    ops.raise_()
    await ops.pass_time(MINUTE)
    ops.clear()
    await ops.pass_time(MINUTE)
    ops.clock.ms -= 24 * 60 * MINUTE
    ops.raise_()
    await ops.pass_time(11 * MINUTE)
    assert ops.told() == ["raised", "cleared", "raised"]
    ops.clear()
    await ops.pass_time(11 * MINUTE)
    assert ops.told()[-1] == "cleared"


async def test_its_reason_is_the_newest_one(an_ops_room: OpenRoom) -> None:
    ops = await an_ops_room("leads")
    ops.raise_(NoticeKind.DEAD_LETTERS, "outbox", "1 given up")
    await ops.go()
    ops.raise_(NoticeKind.DEAD_LETTERS, "outbox", "2 given up")
    await ops.pass_time(MINUTE)
    ops.clear(NoticeKind.DEAD_LETTERS, "outbox")
    await ops.go()
    assert [one.reason for one in ops.heard] == ["1 given up", "2 given up"]
