"""Never through what fails: told elsewhere, or, where there is nothing else, in one message when it works."""

from notifier.errors import CredentialsBroken
from notifier.model import NoticeKind
from notifier.notices.obstacles import TRY_AGAIN
from tests.support.clock import START
from tests.support.ops import MINUTE, OpenRoom, OpsRoom

CREDENTIALS = NoticeKind.CREDENTIALS_BROKEN
TARGET = NoticeKind.TARGET_BROKEN


async def test_a_broken_room_is_told_elsewhere_and_the_room_when_it_works_again(
    an_ops_room: OpenRoom,
) -> None:
    ops = await an_ops_room("room", "leads")
    ops.raise_(TARGET, "room:#ops", "is archived")
    await ops.pass_time(60 * MINUTE)
    assert [(one.address, one.subject) for one in ops.heard] == [("lead@example.com", "room:#ops")]
    assert ops.channels["room"].tries == 0
    ops.clear(TARGET, "room:#ops")
    await ops.pass_time(MINUTE)
    assert ops.told("lead@example.com") == ["raised", "cleared"]
    (one,) = [one for one in ops.heard if one.address == "#ops"]
    assert (one.raised_at, one.cleared_at) == (START, START + 60 * MINUTE)


async def test_what_breaks_one_room_keeps_no_other_from_hearing(an_ops_room: OpenRoom) -> None:
    ops = await an_ops_room("room", "hall")
    ops.raise_(TARGET, "room:#ops")
    await ops.pass_time(MINUTE)
    assert ops.told("#hall") == ["raised"]


async def test_broken_credentials_of_the_only_service_are_one_message_when_they_work(
    an_ops_room: OpenRoom,
) -> None:
    ops = await an_ops_room("room", "hall")
    ops.raise_(CREDENTIALS, "slack", "token_revoked")
    await ops.pass_time(60 * MINUTE)
    assert ops.channels["room"].tries == ops.channels["hall"].tries == 0
    ops.clear(CREDENTIALS, "slack")
    await ops.pass_time(MINUTE)
    assert sorted(one.address for one in ops.heard) == ["#hall", "#ops"]
    assert {(one.raised_at, one.cleared_at) for one in ops.heard} == {(START, START + 60 * MINUTE)}
    assert {one.reason for one in ops.heard} == {"token_revoked"}


async def test_a_short_break_of_the_only_service_is_not_worth_a_message(ops: OpsRoom) -> None:
    ops.raise_(CREDENTIALS, "slack")
    await ops.pass_time(4 * MINUTE)
    ops.clear(CREDENTIALS, "slack")
    await ops.pass_time(60 * MINUTE)
    assert ops.told() == []


async def test_broken_credentials_are_told_through_another_service(an_ops_room: OpenRoom) -> None:
    ops = await an_ops_room("room", "leads")
    ops.raise_(CREDENTIALS, "slack")
    await ops.pass_time(MINUTE)
    assert [one.address for one in ops.heard] == ["lead@example.com"]


async def test_other_notices_wait_and_follow_when_it_works(ops: OpsRoom) -> None:
    ops.raise_(TARGET, "room:#ops")
    ops.raise_(NoticeKind.REJECTS)
    ops.raise_(NoticeKind.CLOCK_SKEW)
    await ops.pass_time(10 * MINUTE)
    assert ops.channels["room"].tries == 0
    ops.clear(NoticeKind.CLOCK_SKEW)
    ops.clear(TARGET, "room:#ops")
    await ops.pass_time(MINUTE)
    assert {(one.kind, one.what) for one in ops.heard} == {
        (TARGET, "cleared"),
        (NoticeKind.REJECTS, "raised"),
        (NoticeKind.CLOCK_SKEW, "cleared"),
    }


async def test_a_restart_in_the_midst_of_it_changes_nothing(ops: OpsRoom) -> None:
    ops.raise_(CREDENTIALS, "slack")
    await ops.pass_time(10 * MINUTE)
    await ops.restart()
    await ops.pass_time(60 * MINUTE)
    assert ops.channels["room"].tries == 0
    ops.clear(CREDENTIALS, "slack")
    await ops.pass_time(MINUTE)
    assert ops.told() == ["cleared"]


async def test_another_notice_finds_out_whether_it_works_where_nobody_else_tries(ops: OpsRoom) -> None:
    room = ops.channels["room"]
    room.always = CredentialsBroken("token_revoked")
    ops.raise_(CREDENTIALS, "slack")
    ops.raise_(NoticeKind.REJECTS)
    await ops.pass_time(TRY_AGAIN - 1)
    assert room.tries == 0
    await ops.pass_time(1)
    assert room.tries == 1
    await ops.pass_time(TRY_AGAIN - 1)
    assert room.tries == 1
    room.always = None
    await ops.pass_time(MINUTE)
    assert [(one.kind, one.what) for one in ops.heard] == [
        (NoticeKind.REJECTS, "raised"),
        (CREDENTIALS, "cleared"),
    ]
    assert not ops.health.troubles.is_in(CREDENTIALS, "slack")


async def test_a_clock_that_was_set_back_keeps_no_try_away(ops: OpsRoom) -> None:
    ops.raise_(TARGET, "room:#ops")
    ops.raise_(NoticeKind.REJECTS)
    await ops.go()
    ops.clock.ms -= 24 * 60 * MINUTE
    await ops.pass_time(MINUTE)
    assert ops.told()[0] == "raised"
