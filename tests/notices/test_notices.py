"""Raised once, cleared once, over restarts, reloads and kills."""

import asyncio

import pytest

from notifier.errors import DeliveryTransient
from notifier.model import NoticeKind
from tests.support.channel import AfterAccepting
from tests.support.clock import START
from tests.support.daemon import until
from tests.support.ops import MINUTE, SECOND, SOURCE, OpenRoom, OpsRoom


@pytest.mark.parametrize("kind", NoticeKind)
async def test_every_kind_is_told_when_it_is_raised_and_when_it_is_cleared_each_once(
    ops: OpsRoom, kind: NoticeKind
) -> None:
    assert ops.raise_(kind, reason="it is broken")
    await ops.pass_time(30 * MINUTE)
    assert not ops.raise_(kind, reason="it is broken still")
    await ops.pass_time(30 * MINUTE)
    (raised,) = ops.heard
    assert (raised.kind, raised.subject, raised.reason) == (kind, SOURCE, "it is broken")
    assert (raised.address, raised.raised_at, raised.cleared_at) == ("#ops", START, None)
    assert ops.clear(kind)
    await ops.pass_time(30 * MINUTE)
    (_, cleared) = ops.heard
    assert (cleared.raised_at, cleared.cleared_at) == (START, START + 60 * MINUTE)
    assert cleared.uid == raised.uid
    assert cleared.delivery_id != raised.delivery_id


async def test_several_targets_are_each_told(an_ops_room: OpenRoom) -> None:
    ops = await an_ops_room("room", "leads")
    ops.raise_()
    await ops.go()
    assert sorted(one.address for one in ops.heard) == ["#ops", "lead@example.com"]


async def test_troubles_of_one_subject_are_told_apart(ops: OpsRoom) -> None:
    ops.raise_(NoticeKind.REJECTS)
    ops.raise_(NoticeKind.CLOCK_SKEW)
    ops.raise_(NoticeKind.REJECTS, "other/out_missed")
    await ops.pass_time(MINUTE)
    assert len({(one.kind, one.subject) for one in ops.heard}) == 3
    ops.clear(NoticeKind.REJECTS)
    await ops.pass_time(MINUTE)
    assert [(one.kind, one.subject) for one in ops.heard[3:]] == [(NoticeKind.REJECTS, SOURCE)]


async def test_one_target_gets_one_message_a_second(ops: OpsRoom) -> None:
    for number in range(4):
        ops.raise_(subject=f"s{number}")
    await ops.pass_time(10 * SECOND)
    assert [one.at - START for one in ops.heard] == [0, 1_000, 2_000, 3_000]


async def test_a_restart_in_any_phase_tells_nothing_twice_and_forgets_nothing(ops: OpsRoom) -> None:
    ops.raise_()
    await ops.restart()
    await ops.go()
    assert ops.told() == []  # nobody had written it down; whoever finds it again raises it again
    ops.raise_()
    await ops.go()
    await ops.restart()
    assert ops.health.troubles.is_in(NoticeKind.REJECTS, SOURCE)
    assert not ops.raise_()
    await ops.pass_time(MINUTE)
    assert ops.told() == ["raised"]
    ops.clear()
    await ops.restart()
    await ops.pass_time(MINUTE)
    assert ops.told() == ["raised"]  # it was killed before that was written down: so it is cleared again
    ops.clear()
    await ops.pass_time(MINUTE)
    await ops.restart()
    await ops.pass_time(MINUTE)
    assert ops.told() == ["raised", "cleared"]
    assert not ops.health.troubles.active()


async def test_what_was_raised_before_a_restart_keeps_its_beginning(ops: OpsRoom) -> None:
    ops.raise_()
    await ops.go()
    ops.clock.advance(20 * MINUTE)
    await ops.restart()
    assert [one.since for one in ops.health.troubles.active()] == [START]
    ops.clear()
    await ops.go()
    assert [one.raised_at for one in ops.heard] == [START, START]


async def test_a_reload_sends_nothing_and_loses_nothing(ops: OpsRoom) -> None:
    ops.raise_()
    await ops.go()
    ops.clear()  # not written down yet
    await ops.reload()
    assert not ops.health.troubles.active()
    await ops.go()
    assert ops.told() == ["raised", "cleared"]
    ops.raise_(NoticeKind.CLOCK_SKEW)
    await ops.reload()
    await ops.pass_time(MINUTE)
    await ops.reload()
    await ops.pass_time(MINUTE)
    assert ops.told() == ["raised", "cleared", "raised"]


async def test_who_becomes_ops_by_a_reload_hears_of_new_troubles_only(ops: OpsRoom) -> None:
    ops.raise_()
    await ops.go()
    ops.ops = ("room", "leads")
    await ops.reload()
    await ops.pass_time(MINUTE)
    assert ops.told("lead@example.com") == []
    ops.clear()
    ops.raise_(NoticeKind.CLOCK_SKEW, "main")
    await ops.pass_time(MINUTE)
    assert [one.kind for one in ops.heard if one.address == "lead@example.com"] == [NoticeKind.CLOCK_SKEW]
    assert sorted(ops.told("#ops")) == ["cleared", "raised", "raised"]


async def test_who_is_ops_no_more_hears_nothing_more(ops: OpsRoom) -> None:
    ops.channels["room"].always = DeliveryTransient("down")
    ops.raise_()
    await ops.go()
    ops.ops = ("leads",)
    await ops.reload()
    ops.channels["room"].always = None
    await ops.pass_time(30 * MINUTE)
    ops.clear()
    await ops.pass_time(30 * MINUTE)
    assert ops.told() == []


async def test_killed_between_claim_and_answer_it_looks_before_it_sends_again(ops: OpsRoom) -> None:
    room = ops.channels["room"]
    room.gate = asyncio.Event()
    ops.raise_()
    await ops.notices.step()
    await asyncio.sleep(0)  # noqa: TID251 - gives way, waits for nothing
    assert room.tries == 1
    room.gate = None
    ops.clock.advance(SECOND)
    await ops.restart()
    await ops.go()
    assert ops.told() == ["raised"]
    ((address, _, since),) = room.looked
    assert (address, since) == ("#ops", START)


async def test_killed_after_it_arrived_it_is_found_and_not_sent_again(ops: OpsRoom) -> None:
    ops.channels["room"].sends.append(AfterAccepting(asyncio.CancelledError()))
    ops.raise_()
    await ops.go()
    assert ops.told() == ["raised"]
    await ops.restart()
    await ops.pass_time(MINUTE)
    assert ops.told() == ["raised"]
    ops.clear()
    await ops.pass_time(MINUTE)
    assert ops.told() == ["raised", "cleared"]


async def test_what_was_raised_arrived_uncertainly_and_ended_meanwhile_is_found_and_then_cleared(
    ops: OpsRoom,
) -> None:
    ops.channels["room"].sends.append(AfterAccepting(DeliveryTransient("lost", uncertain=True)))
    ops.raise_()
    await ops.go()
    ops.clear()  # at once: too short to be told, had it not arrived
    await ops.pass_time(MINUTE)
    assert ops.told() == ["raised", "cleared"]


async def test_what_is_found_long_after_it_ended_is_cleared_too(ops: OpsRoom) -> None:
    ops.channels["room"].sends.append(AfterAccepting(DeliveryTransient("lost", uncertain=True)))
    ops.raise_()
    await ops.go()
    ops.clear()
    ops.clock.advance(12 * MINUTE)  # the loop was kept from looking for so long
    await ops.pass_time(MINUTE)
    assert ops.told() == ["raised", "cleared"]


async def test_what_did_not_arrive_and_ended_meanwhile_is_told_as_one(ops: OpsRoom) -> None:
    ops.channels["room"].sends.append(DeliveryTransient("lost", uncertain=True))
    ops.raise_()
    await ops.go()
    ops.clear()
    await ops.pass_time(MINUTE)
    (heard,) = ops.heard
    assert heard.cleared_at == START


async def test_a_message_that_tells_both_is_found_as_such(ops: OpsRoom) -> None:
    room = ops.channels["room"]
    room.sends.extend(
        [DeliveryTransient("lost", uncertain=True), AfterAccepting(DeliveryTransient("lost", uncertain=True))]
    )
    ops.raise_()
    await ops.go()
    ops.clear()
    await ops.pass_time(30 * MINUTE)
    assert ops.told() == ["cleared"]
    assert len(room.looked) == 2
    assert room.looked[0][1] == room.looked[1][1]
    assert ops.heard[0].delivery_id == room.looked[0][1][1]


@pytest.mark.parametrize("is_dry", [True, False])
async def test_without_ops_and_in_a_dry_run_it_is_written_down_and_nobody_is_told(
    ops: OpsRoom, *, is_dry: bool
) -> None:
    ops.dry_run = is_dry
    ops.ops = ("room",) if is_dry else ()
    await ops.reload()
    ops.raise_()
    await ops.go()
    await ops.restart()
    assert ops.health.troubles.is_in(NoticeKind.REJECTS, SOURCE)
    ops.clear()
    await ops.pass_time(MINUTE)
    await ops.restart()
    assert not ops.health.troubles.active()
    assert ops.told() == []


async def test_what_waits_when_a_dry_run_begins_is_not_sent(ops: OpsRoom) -> None:
    ops.channels["room"].always = DeliveryTransient("down")
    ops.raise_()
    await ops.go()
    ops.dry_run = True
    ops.channels["room"].always = None
    await ops.reload()
    await ops.pass_time(30 * MINUTE)
    assert ops.told() == []


async def test_a_hanging_target_delays_no_other_and_ends_in_time(an_ops_room: OpenRoom) -> None:
    ops = await an_ops_room("room", "leads")
    ops.channels["room"].gate = asyncio.Event()
    ops.teller.limit = 0.5

    async def leads_were_told() -> None:
        await ops.notices.step()
        await until(lambda: {one.receiver for one in ops.notices._workers} <= {"room"}, "the other target")

    ops.raise_()
    await leads_were_told()
    ops.clear()
    ops.clock.advance(SECOND)
    await leads_were_told()
    assert ops.told("lead@example.com") == ["raised", "cleared"]
    assert ops.told("#ops") == []
    await ops.notices.drain()
    ops.channels["room"].gate = None
    await ops.pass_time(MINUTE)
    assert ops.told("#ops") == ["cleared"]  # it may have arrived, so it is told to the end


async def test_a_loop_that_can_not_go_on_dies_of_it(ops: OpsRoom) -> None:
    class Fault(Exception):
        pass

    def fault() -> float:
        raise Fault

    ops.channels["room"].always = DeliveryTransient("down")
    ops.teller.jitter = fault
    ops.raise_()
    await ops.notices.step()
    await ops.notices.drain()
    with pytest.raises(Fault):
        await ops.notices.step()
