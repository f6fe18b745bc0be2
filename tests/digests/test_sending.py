"""Where a digest can't be sent, or nobody knows whether it was: looked for, tried again, told to others."""

import asyncio
from typing import Any

import pytest
from structlog.testing import capture_logs

from notifier.digests.digests import NOTHING_MISSED
from notifier.digests.record import NOT_THE_LATEST
from notifier.errors import (
    CredentialsBroken,
    DeliveryTransient,
    PayloadBroken,
    RateLimited,
    StoreUnavailable,
    TargetBroken,
)
from notifier.model import NoticeKind
from tests.support.channel import AfterAccepting
from tests.support.digest_room import DAY, DUE, EVENING, HOUR, MINUTE, DigestRoom
from tests.support.worlds import MakeWorld

SECOND = 1_000  # ms
HALL: dict[str, Any] = {"hall": {"slack": {"to": "#hall"}}, "ops": {"slack": {"to": "#ops"}}}
BOTH: dict[str, Any] = {**EVENING, "notify": ["room", "hall"]}
OPS: dict[str, Any] = {"receivers": HALL, "ops": {"notify": ["ops"]}}
LOST = DeliveryTransient("lost", uncertain=True)


async def due(a_world: MakeWorld, *digests: dict[str, Any], **sections: Any) -> DigestRoom:
    """A customer was missed, and the evening's digest is due, and not sent yet."""
    room = await DigestRoom.open(a_world, *digests, **sections)
    room.world.call("Suresh")
    room.away(DUE)
    await room.world.poll()
    return room


async def test_what_was_under_way_when_we_were_killed_is_sent_once(a_world: MakeWorld) -> None:
    room = await due(a_world)
    channel = room.world.room
    channel.gate = asyncio.Event()
    await room.loop.step()
    await asyncio.sleep(0)  # noqa: TID251 - gives way, waits for nothing
    assert [row.state for row in room.rows()] == ["claimed"]
    channel.gate = None
    with capture_logs() as logged:
        await room.restart()
    assert [line["event"] for line in logged if line["log_level"] == "warning"] == [
        "digests with unknown outcome found"
    ]
    await room.until(DUE + HOUR)
    assert len(room.told()) == 1
    assert [since for *_, since in channel.looked] == [DUE]


async def test_promise_what_arrived_before_we_were_killed_is_looked_for_and_not_sent_again(
    a_world: MakeWorld,
) -> None:
    room = await due(a_world)
    room.world.room.sends.append(AfterAccepting(asyncio.CancelledError()))
    await room.loop.step()
    await room.loop.drain()
    assert ([row.state for row in room.rows()], len(room.told())) == (["claimed"], 1)
    await room.restart()
    await room.until(DUE + HOUR)
    assert len(room.told()) == 1
    assert room.fates() == [("room:#room", "sent", "")]


async def test_where_it_can_not_be_looked_for_it_is_sent_again(a_world: MakeWorld) -> None:
    room = await due(a_world)
    room.world.room.confirms = False
    room.world.room.sends.append(AfterAccepting(LOST))
    await room.until(DUE + HOUR)
    first, second = room.told()
    assert first.report.delivery_id == second.report.delivery_id


async def test_what_fell_due_while_we_were_away_is_looked_for_first(a_world: MakeWorld) -> None:
    room = await due(a_world)
    await room.restart()
    await room.until(DUE + MINUTE)
    assert room.world.room.looked == []  # nobody else could have sent it: it was due just now
    room.world.call()
    room.away(DUE + DAY + MINUTE)
    await room.restart()
    await room.until(DUE + DAY + 2 * MINUTE)
    assert [since for *_, since in room.world.room.looked] == [DUE + DAY]
    assert len(room.told()) == 2


async def test_a_clock_that_is_set_back_does_not_hide_what_arrived(a_world: MakeWorld) -> None:
    room = await due(a_world)
    room.world.room.sends.append(AfterAccepting(LOST))
    await room.loop.step()
    await room.loop.drain()
    room.clock.ms -= 10 * MINUTE
    await room.until(DUE + HOUR)
    assert len(room.told()) == 1


async def test_a_passing_failure_is_tried_again_and_said_once(a_world: MakeWorld) -> None:
    room = await due(a_world)
    room.world.room.sends.extend([DeliveryTransient("down")] * 3)
    with capture_logs() as logged:
        await room.until(DUE + HOUR, poll=False)
    (sent,) = room.told()
    assert sent.at == DUE + (2 + 4 + 8) * SECOND
    said = [line for line in logged if line["log_level"] in {"warning", "error"}]
    assert [(line["event"], line["digest"], line["target"], line["reason"]) for line in said] == [
        ("a digest could not be sent; will try again", "evening", "room:#room", "down")
    ]


async def test_it_waits_as_long_as_the_remote_side_says_but_no_longer_than_an_hour(
    a_world: MakeWorld,
) -> None:
    room = await due(a_world)
    room.world.room.sends.extend([RateLimited("slow", 7.5), RateLimited("slow", 1e9)])
    await room.until(DUE + 3 * HOUR, poll=False)
    assert [sent.at for sent in room.told()] == [DUE + 7_500 + HOUR]


async def test_a_refused_form_is_sent_without_formatting(a_world: MakeWorld) -> None:
    room = await due(a_world)
    room.world.room.sends.append(PayloadBroken("invalid_blocks"))
    await room.until(DUE + MINUTE)
    assert [sent.plain for sent in room.told()] == [True]
    room.world.call()
    await room.until(DUE + DAY + MINUTE)
    assert [sent.plain for sent in room.told()] == [True, False]


async def test_what_is_refused_twice_is_given_up(a_world: MakeWorld) -> None:
    room = await due(a_world, **OPS)
    room.world.room.sends.extend([PayloadBroken("no"), PayloadBroken("no")])
    with capture_logs() as logged:
        await room.until(DUE + HOUR)
    assert room.fates() == [("room:#room", "dead", "no")]
    assert "a digest could not be sent; given up" in [line["event"] for line in logged]


async def test_after_its_time_it_is_given_up(a_world: MakeWorld) -> None:
    room = await due(a_world, delivery={"give_up_after": "3h"})
    room.world.room.always = DeliveryTransient("down")
    await room.until(DUE + 4 * HOUR)
    assert room.fates() == [("room:#room", "dead", "given up: down")]
    tries = room.world.room.tries
    room.world.room.always = None
    await room.until(DUE + 6 * HOUR)
    assert room.world.room.tries == tries


async def test_one_of_two_targets_that_is_broken_costs_the_other_nothing(a_world: MakeWorld) -> None:
    room = await due(a_world, BOTH, **OPS)
    room.world.room.always = TargetBroken("channel_not_found")
    await room.until(DUE + MINUTE)
    assert ([len(room.told(name)) for name in ("room", "hall", "ops")]) == [0, 1, 1]
    assert room.fates() == [
        ("room:#room", "redirected", "channel_not_found"),
        ("hall:#hall", "sent", ""),
        ("ops:#ops", "sent", ""),
    ]
    assert room.rows()[2].reason == ""
    troubles = [(one.kind, one.subject) for one in room.world.health.troubles.active()]
    assert troubles == [(NoticeKind.TARGET_BROKEN, "room:#room")]
    room.world.room.always = None
    room.world.call()
    await room.until(DUE + DAY + MINUTE)
    assert ([len(room.told(name)) for name in ("room", "hall", "ops")]) == [1, 2, 1]
    assert room.world.health.troubles.active() == ()


async def test_where_nobody_can_be_told_instead_it_is_given_up(a_world: MakeWorld) -> None:
    room = await due(a_world)
    room.world.room.always = TargetBroken("archived")
    with capture_logs() as logged:
        await room.until(DUE + MINUTE)
    assert room.fates() == [("room:#room", "dead", "archived")]
    assert "a digest can't be sent to anybody" in [line["event"] for line in logged]


async def test_ops_that_fail_too_are_the_end(a_world: MakeWorld) -> None:
    room = await due(a_world, **OPS)
    for name in ("room", "ops"):
        room.world.channels[name].always = TargetBroken("archived")
    await room.until(DUE + HOUR)
    assert [state for _, state, _ in room.fates()] == ["redirected", "dead"]


async def test_ops_are_told_instead_however_late_it_is_by_then(a_world: MakeWorld) -> None:
    room = await due(a_world, **OPS)
    room.world.room.always = DeliveryTransient("down")
    await room.until(DUE + 4 * HOUR)
    room.world.room.always = TargetBroken("archived")
    await room.until(DUE + 5 * HOUR)
    assert len(room.told("ops")) == 1


async def test_broken_credentials_are_waited_for_and_said(a_world: MakeWorld) -> None:
    room = await due(a_world)
    room.world.room.sends.extend([CredentialsBroken("invalid_auth")] * 2)
    await room.loop.step()
    await room.loop.drain()
    assert room.world.health.troubles.is_in(NoticeKind.TARGET_BROKEN, "room:#room")
    await room.until(DUE + HOUR, poll=False)
    assert [sent.at for sent in room.told()] == [DUE + 10 * MINUTE]
    assert room.world.health.troubles.active() == ()


async def test_ops_hear_of_a_target_that_fails_for_long(a_world: MakeWorld) -> None:
    room = await due(a_world)
    room.world.room.always = DeliveryTransient("down")
    await room.until(DUE + 4 * MINUTE)
    assert room.world.health.troubles.active() == ()
    await room.until(DUE + 15 * MINUTE)
    assert room.world.health.troubles.is_in(NoticeKind.TARGET_BROKEN, "room:#room")


async def test_a_target_that_hangs_delays_no_other(a_world: MakeWorld) -> None:
    room = await due(a_world, BOTH, receivers=HALL)
    room.world.room.gate = asyncio.Event()
    room.loop.sender.limit = 0.2
    await room.loop.step()
    for _ in range(100):
        await asyncio.sleep(0)  # noqa: TID251 - gives way, waits for nothing
    assert ([len(room.told(name)) for name in ("room", "hall")]) == [0, 1]
    await room.loop.drain()
    assert room.rows()[0].reason == "no answer in time"
    assert room.rows()[0].uncertain_since == DUE
    room.world.room.gate = None
    await room.until(DUE + MINUTE)
    assert len(room.told()) == 1


async def test_two_digests_to_one_target_come_one_after_the_other(a_world: MakeWorld) -> None:
    room = await due(a_world, EVENING, {**EVENING, "name": "second"})
    await room.until(DUE + MINUTE, poll=False)
    assert [(sent.report.name, sent.at) for sent in room.told()] == [
        ("evening", DUE),
        ("second", DUE + SECOND),
    ]


async def test_what_could_not_be_sent_until_the_next_one_is_dropped(a_world: MakeWorld) -> None:
    room = await due(a_world, delivery={"give_up_after": "48h", "retry": {"max": "1h"}})
    room.world.room.always = DeliveryTransient("down")
    await room.until(DUE + DAY - MINUTE)
    room.world.room.always = None
    room.world.call()
    room.away(DUE + DAY)
    await room.until(DUE + DAY + HOUR)
    assert [sent.report.until for sent in room.told()] == [DUE + DAY]
    assert room.fates()[0] == ("room:#room", "dropped", NOT_THE_LATEST)


async def test_a_receiver_that_is_gone_is_made_up_for_by_ops(a_world: MakeWorld) -> None:
    room = await due(a_world, BOTH, **OPS)
    room.world.channels["hall"].always = DeliveryTransient("down")
    await room.until(DUE + MINUTE)
    await room.restart(
        boot=False, receivers={"room": {"slack": {"to": "#room"}}, "ops": HALL["ops"]}, digests=[EVENING]
    )
    await room.until(DUE + HOUR)
    assert [len(room.told(name)) for name in ("room", "ops")] == [1, 1]
    assert room.fates()[1] == ("hall:#hall", "redirected", "receiver is gone")


async def test_an_address_that_is_gone_too(a_world: MakeWorld) -> None:
    room = await due(a_world, BOTH, **OPS)
    room.world.channels["hall"].always = DeliveryTransient("down")
    await room.until(DUE + MINUTE)
    moved = {"room": {"slack": {"to": "#room"}}, **HALL, "hall": {"slack": {"to": "#elsewhere"}}}
    await room.restart(boot=False, receivers=moved)
    await room.until(DUE + HOUR)
    assert room.fates()[1] == ("hall:#hall", "redirected", "no address any more")


async def test_where_nobody_was_missed_nothing_is_sent(a_world: MakeWorld) -> None:
    room = await DigestRoom.open(a_world)
    await room.until(DUE + MINUTE)
    assert room.told() == []
    assert room.fates() == [("room:#room", "dropped", NOTHING_MISSED)]


async def test_where_nobody_knows_whether_anybody_was_missed_that_is_sent(a_world: MakeWorld) -> None:
    room = await DigestRoom.open(a_world, follow_up=True)
    await room.until(DUE + HOUR, poll=False)
    (told,) = room.told()
    assert (told.report.figures.is_empty, told.report.figures.is_complete) == (True, False)


async def test_answered_calls_that_are_not_read_hide_nobody_who_was_missed(a_world: MakeWorld) -> None:
    room = await DigestRoom.open(a_world, follow_up=True)
    room.clock.advance(DUE + MINUTE - room.clock.ms)
    await room.world.poll()
    await room.until(DUE + HOUR, poll=False)
    assert room.told() == []
    assert room.fates() == [("room:#room", "dropped", NOTHING_MISSED)]


async def test_unless_it_was_asked_for(a_world: MakeWorld) -> None:
    room = await DigestRoom.open(a_world, {**EVENING, "skip_empty": False})
    await room.until(DUE + MINUTE)
    assert room.told()[0].report.figures.is_empty


@pytest.mark.parametrize("before", [True, False], ids=["before it is due", "once it waits"])
async def test_a_dry_run_writes_down_and_sends_nothing(a_world: MakeWorld, before: bool) -> None:  # noqa: FBT001 - a parameter
    room = await DigestRoom.open(a_world)
    room.world.call()
    if not before:
        await room.until(DUE + SECOND, poll=False)
    with capture_logs() as logged:
        await room.restart(boot=False, dry_run=True)
        await room.until(DUE + HOUR)
    assert room.told() == []
    assert room.fates() == [("room:#room", "dry_run", "dry_run")]
    said = "would send a digest" if before else "digest not sent"
    assert said in [line["event"] for line in logged]


async def test_a_result_that_can_not_be_written_down_is_insisted_on(a_world: MakeWorld) -> None:
    room = await due(a_world)
    room.world.room.on_send = lambda _: room.world.break_store()
    with capture_logs() as logged:
        await room.loop.step()
        async with asyncio.timeout(10):
            while not any("mid-delivery" in line["event"] for line in logged):  # noqa: ASYNC110 - it has no event
                await asyncio.sleep(0)  # noqa: TID251 - gives way, waits for nothing
    room.world.room.on_send = None
    assert room.loop.is_working
    room.world.mend_store()
    await room.loop.drain()
    assert room.fates() == [("room:#room", "sent", "")]


async def test_told_to_stop_it_insists_no_more_and_looks_next_time(a_world: MakeWorld) -> None:
    room = await due(a_world)
    room.world.room.on_send = lambda _: room.world.break_store()
    await room.loop.step()
    await room.loop.aclose(5)
    room.world.room.on_send = None
    with pytest.raises(StoreUnavailable):
        await room.loop.step()
    room.world.mend_store()
    await room.restart()
    await room.until(DUE + HOUR)
    assert len(room.told()) == 1


async def test_a_reload_lets_what_is_under_way_end(a_world: MakeWorld) -> None:
    room = await due(a_world)
    await room.loop.step()
    await room.loop.settle(5, asyncio.Event())
    assert len(room.told()) == 1
    assert not room.loop.is_working


async def test_what_became_of_them_is_counted(a_world: MakeWorld) -> None:
    room = await due(a_world, BOTH, **OPS)
    room.world.room.always = TargetBroken("channel_not_found")
    room.world.channels["hall"].sends.append(DeliveryTransient("down"))
    await room.until(DUE + MINUTE)
    await room.until(DUE + DAY + MINUTE)
    registry = room.world.counters.registry

    def value(outcome: str) -> float | None:
        return registry.get_sample_value("notifier_digests_total", {"digest": "evening", "outcome": outcome})

    assert [value(outcome) for outcome in ("sent", "redirected", "dropped", "retried")] == [2, 1, 2, None]
    sends = {"channel": "slack", "kind": "digest", "outcome": "retried"}
    assert registry.get_sample_value("notifier_sends_total", sends) == 1


async def test_each_receiver_sees_numbers_as_it_says(a_world: MakeWorld) -> None:
    receivers = {**HALL, "hall": {"slack": {"to": "#hall"}, "mask_numbers": True}}
    room = await due(a_world, BOTH, receivers=receivers)
    await room.until(DUE + HOUR)
    assert [one.report.mask_numbers for one in (*room.told(), *room.told("hall"))] == [False, True]
