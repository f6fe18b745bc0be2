"""What happens where telling ops fails: tried again, given up at last, and never a trouble of its own."""

import pytest
from structlog.testing import capture_logs

from notifier.config.schema import Delivery
from notifier.errors import (
    CredentialsBroken,
    DeliveryTransient,
    PayloadBroken,
    RateLimited,
    StoreRefused,
    StoreUnavailable,
    TargetBroken,
)
from notifier.model import NoticeKind, Target
from notifier.notices.verdict import Verdict, verdict
from notifier.store.notices import Phase, Telling, TellingState
from tests.support.channel import AfterAccepting
from tests.support.clock import START
from tests.support.ops import MINUTE, SECOND, SOURCE, OpenRoom, OpsRoom

DELIVERY = Delivery()
DAY = 24 * 60 * MINUTE


def a_telling(attempts: int = 0) -> Telling:
    return Telling(
        id=1,
        notice_id=1,
        target=Target("room", "#ops"),
        phase=Phase.RAISED,
        delivery_id="d",
        state=TellingState.WAITING,
        reason="",
        attempts=attempts,
        next_at=START,
        created_at=START,
        uncertain_since=None,
        finished_at=None,
    )


@pytest.mark.parametrize(
    ("error", "attempts", "plain", "expected"),
    [
        (DeliveryTransient("down"), 0, False, Verdict("down", 2 * SECOND)),
        (DeliveryTransient("down"), 3, False, Verdict("down", 16 * SECOND)),
        (DeliveryTransient("down"), 60, False, Verdict("down", 5 * MINUTE)),
        (DeliveryTransient("lost", uncertain=True), 0, True, Verdict("lost", 2 * SECOND, uncertain=True)),
        (RateLimited("slow", 7.5), 0, False, Verdict("slow", 7_500)),
        (RateLimited("slow", 0), 0, False, Verdict("slow", 1)),
        (RateLimited("slow", 1e9), 0, False, Verdict("slow", 60 * MINUTE)),
        (CredentialsBroken("revoked"), 0, False, Verdict("revoked", 5 * MINUTE)),
        (TargetBroken("archived"), 0, True, Verdict("archived", 5 * MINUTE)),
        (PayloadBroken("invalid_blocks"), 0, False, Verdict("invalid_blocks", 0)),
        (PayloadBroken("invalid_blocks"), 1, True, Verdict("invalid_blocks", None)),
        (KeyError("x"), 0, False, Verdict("unknown error: KeyError", 0, uncertain=True)),
        (KeyError("x"), 1, True, Verdict("unknown error: KeyError", None, uncertain=True)),
    ],
)
def test_what_follows_from_an_error(error: Exception, attempts: int, plain: bool, expected: Verdict) -> None:  # noqa: FBT001 - a parameter of the table
    assert verdict(a_telling(attempts), error, START, DELIVERY, 1.0, plain=plain) == expected


def test_waits_are_spread_out() -> None:
    assert verdict(a_telling(), DeliveryTransient(""), START, DELIVERY, 0.0, plain=False).delay == SECOND


@pytest.mark.parametrize(
    ("attempts", "age", "given_up"), [(2, DAY, True), (1, DAY, False), (9, DAY - 1, False)]
)
def test_it_is_given_up_after_its_time_and_three_tries(attempts: int, age: int, given_up: bool) -> None:  # noqa: FBT001 - a parameter of the table
    judged = verdict(a_telling(attempts), TargetBroken("gone"), START + age, DELIVERY, 1.0, plain=False)
    assert (judged.delay is None) == given_up


async def test_it_is_tried_again_said_once_and_raises_nothing(ops: OpsRoom) -> None:
    ops.channels["room"].sends.extend([DeliveryTransient("down")] * 4)
    ops.raise_()
    with capture_logs() as logged:
        await ops.pass_time(10 * MINUTE)
    assert ops.told() == ["raised"]
    assert ops.channels["room"].tries == 5
    said = [line for line in logged if line["log_level"] in {"warning", "error"}]
    assert [line["event"] for line in said] == ["ops could not be told; will try again"]
    assert (said[0]["target"], said[0]["reason"], said[0]["kind"]) == ("room:#ops", "down", "rejects")
    assert [one.kind for one in ops.health.troubles.active()] == [NoticeKind.REJECTS]


async def test_what_is_given_up_is_said_and_the_next_one_is_told(an_ops_room: OpenRoom) -> None:
    ops = await an_ops_room(delivery={"give_up_after": "30m"})
    ops.channels["room"].always = TargetBroken("archived")
    ops.raise_()
    with capture_logs() as logged:
        await ops.pass_time(40 * MINUTE)
    assert [line["event"] for line in logged if line["log_level"] == "error"] == [
        "ops could not be told; given up"
    ]
    ops.channels["room"].always = None
    ops.clear()
    await ops.pass_time(60 * MINUTE)
    assert ops.told() == []
    ops.raise_()
    await ops.pass_time(MINUTE)
    assert ops.told() == ["raised"]


async def test_what_may_have_arrived_before_it_was_given_up_is_cleared(ops: OpsRoom) -> None:
    room = ops.channels["room"]
    room.confirms = False
    room.sends.extend([AfterAccepting(KeyError("x"))] * 2)
    ops.raise_()
    await ops.pass_time(MINUTE)
    assert ops.told() == ["raised", "raised"]
    assert [one.plain for one in ops.heard] == [False, True]
    ops.clear()
    await ops.pass_time(MINUTE)
    assert ops.told() == ["raised", "raised", "cleared"]


async def test_what_may_have_arrived_goes_on_where_its_end_was_not_told(ops: OpsRoom) -> None:
    room = ops.channels["room"]
    room.confirms = False
    room.sends.extend([AfterAccepting(KeyError("x"))] * 2)
    ops.raise_()
    await ops.pass_time(MINUTE)
    room.always = DeliveryTransient("down")
    ops.clear()
    await ops.go()
    ops.raise_()
    await ops.go()
    room.always = None
    await ops.pass_time(30 * MINUTE)
    assert ops.told() == ["raised", "raised"]


async def test_what_was_given_up_is_told_when_it_is_raised_once_more(ops: OpsRoom) -> None:
    ops.channels["room"].sends.extend([PayloadBroken("no"), PayloadBroken("no")])
    ops.raise_()
    await ops.pass_time(MINUTE)
    assert ops.told() == []
    ops.clear()
    await ops.go()
    ops.raise_()
    await ops.pass_time(MINUTE)
    assert ops.told() == ["raised"]


async def test_a_refused_form_is_sent_without_formatting(ops: OpsRoom) -> None:
    ops.channels["room"].sends.append(PayloadBroken("invalid_blocks"))
    ops.raise_()
    await ops.pass_time(MINUTE)
    assert [(one.what, one.plain) for one in ops.heard] == [("raised", True)]
    ops.clear()
    await ops.pass_time(MINUTE)
    assert [(one.what, one.plain) for one in ops.heard[1:]] == [("cleared", False)]


async def test_where_it_can_not_be_looked_for_it_is_tried_later(ops: OpsRoom) -> None:
    room = ops.channels["room"]
    room.sends.append(AfterAccepting(DeliveryTransient("lost", uncertain=True)))
    room.looks.append(DeliveryTransient("down"))
    ops.raise_()
    await ops.pass_time(10 * MINUTE)
    assert ops.told() == ["raised"]
    assert len(room.looked) == 2


async def test_what_happened_while_the_store_was_unusable_is_told_afterwards(ops: OpsRoom) -> None:
    ops.break_store()
    for subject in ("lasts", "ends", "is short"):
        ops.raise_(NoticeKind.DISK, subject)
    ops.clock.advance(4 * MINUTE)
    ops.clear(NoticeKind.DISK, "is short")
    ops.clock.advance(2 * MINUTE)
    ops.clear(NoticeKind.DISK, "ends")
    with pytest.raises(StoreUnavailable):
        await ops.notices.step()
    ops.mend_store()
    await ops.pass_time(MINUTE)
    assert sorted((one.subject, one.what) for one in ops.heard) == [("ends", "cleared"), ("lasts", "raised")]
    await ops.restart()
    await ops.pass_time(MINUTE)
    assert len(ops.heard) == 2
    assert ops.health.troubles.ended() == ()


async def test_a_trouble_that_came_back_while_the_store_was_unusable_is_told_to_the_end(ops: OpsRoom) -> None:
    ops.raise_()
    await ops.pass_time(MINUTE)
    ops.clear()
    await ops.pass_time(MINUTE)
    ops.raise_()
    ops.clock.advance(6 * MINUTE)
    ops.clear()
    await ops.pass_time(30 * MINUTE)
    assert ops.told() == ["raised", "cleared", "cleared"]


async def test_what_more_ended_than_is_remembered_is_cleared_all_the_same(ops: OpsRoom) -> None:
    ops.raise_(NoticeKind.DISK, "first")
    await ops.go()
    ops.clear(NoticeKind.DISK, "first")
    for number in range(100):
        ops.raise_(NoticeKind.DISK, str(number))
        ops.clear(NoticeKind.DISK, str(number))
    await ops.pass_time(MINUTE)
    assert [(one.subject, one.what) for one in ops.heard] == [("first", "raised"), ("first", "cleared")]


async def test_a_result_that_can_not_be_written_down_is_insisted_on(ops: OpsRoom) -> None:
    room = ops.channels["room"]

    class Breaks(DeliveryTransient):
        def __str__(self) -> str:
            ops.break_store()
            return "down"

    room.sends.append(Breaks("down"))
    ops.raise_()
    slept = len(ops.clock.slept)
    await ops.notices.step()
    while len(ops.clock.slept) < slept + 3:
        await ops.clock.sleep(0)
        ops.clock.slept.pop()
    ops.mend_store()
    await ops.notices.drain()
    await ops.pass_time(MINUTE)
    assert ops.told() == ["raised"]


async def test_told_to_stop_it_insists_no_more_and_looks_next_time(ops: OpsRoom) -> None:
    ops.raise_()
    room = ops.channels["room"]
    room.sends.append(AfterAccepting(DeliveryTransient("lost", uncertain=True)))
    await ops.notices.step()
    ops.break_store()
    await ops.notices.aclose(5)
    ops.mend_store()
    await ops.restart()
    await ops.pass_time(MINUTE)
    assert ops.told() == ["raised"]
    assert len(room.looked) == 1


async def test_a_damaged_store_ends_the_loop(ops: OpsRoom) -> None:
    ops.raise_()
    ops.database.close()
    for path in (ops.path, ops.path.with_name("notifier.db-wal")):
        path.write_bytes(b"garbage" * 1000)
    with pytest.raises((StoreRefused, RuntimeError)):
        await ops.notices.step()
    assert ops.health.troubles.is_in(NoticeKind.REJECTS, SOURCE)
