"""What is written down of our own troubles, and of who was told."""

import pytest
from sqlalchemy import Connection
from sqlalchemy.exc import IntegrityError

from notifier.model import NoticeKind, Target
from notifier.store import notices
from notifier.store.notices import Phase, StoredNotice, Telling, TellingState
from tests.support.clock import START
from tests.support.store import rows_in

ROOM = Target("room", "#ops")
LEADS = Target("leads", "mail-1")


@pytest.fixture
def notice(connection: Connection) -> StoredNotice:
    return notices.insert_notice(connection, NoticeKind.DISK, "store", "full", START)


def only(connection: Connection, notice: StoredNotice) -> Telling:
    (telling,) = notices.tellings(connection, [notice.id])
    return telling


def expect(connection: Connection, notice: StoredNotice, phase: Phase = Phase.RAISED) -> Telling:
    notices.expect(connection, notice.id, ROOM, phase, START + 5, START)
    return only(connection, notice)


def test_a_notice_is_found_as_it_was_written(connection: Connection, notice: StoredNotice) -> None:
    assert notices.raised(connection) == [notice]
    assert len(notice.uid) == 32
    changed = StoredNotice(notice.id, notice.uid, notice.kind, notice.subject, "fuller", START + 1, START + 2)
    notices.update_notice(connection, changed)
    assert notices.raised(connection) == []
    assert notices.live(connection, START) == [changed]
    assert notices.is_over(connection, notice.id)


def test_of_a_kind_and_subject_one_at_a_time_is_raised(connection: Connection, notice: StoredNotice) -> None:
    with pytest.raises(IntegrityError):
        notices.insert_notice(connection, notice.kind, notice.subject, "again", START)
    notices.insert_notice(connection, NoticeKind.DISK, "file", "gone", START)
    notices.insert_notice(connection, NoticeKind.REJECTS, "store", "odd", START)
    assert len(notices.raised(connection)) == 3
    assert not notices.is_over(connection, notice.id)


def test_live_is_what_is_raised_was_cleared_of_late_or_is_still_to_be_told(
    connection: Connection, notice: StoredNotice
) -> None:
    over = StoredNotice(notice.id, notice.uid, notice.kind, notice.subject, "full", START, START + 10)
    notices.update_notice(connection, over)
    assert notices.live(connection, START + 9) == [over]
    assert notices.live(connection, START + 10) == []
    telling = expect(connection, over)
    assert notices.live(connection, START + 10) == [over]
    notices.finish(connection, telling.id, TellingState.DROPPED, "", START)
    assert notices.live(connection, START + 10) == []


def test_a_target_is_told_of_each_phase_in_a_row_of_its_own_used_again(
    connection: Connection, notice: StoredNotice
) -> None:
    first = expect(connection, notice)
    assert (first.target, first.phase, first.state) == (ROOM, Phase.RAISED, TellingState.WAITING)
    assert (first.next_at, first.created_at, first.attempts) == (START + 5, START, 0)
    notices.claim(connection, first.id, START)
    notices.finish(connection, first.id, TellingState.DEAD, "no", START, uncertain_since=START)
    again = expect(connection, notice)
    assert again.id == first.id
    assert again.delivery_id != first.delivery_id
    assert (again.attempts, again.reason, again.uncertain_since, again.finished_at) == (0, "", None, None)
    notices.expect(connection, notice.id, ROOM, Phase.CLEARED, START, START)
    notices.expect(connection, notice.id, LEADS, Phase.RAISED, START, START)
    assert rows_in(connection, "notice_tellings") == 3


def test_a_claim_is_written_down_as_what_may_arrive(connection: Connection, notice: StoredNotice) -> None:
    telling = expect(connection, notice)
    assert notices.claim(connection, telling.id, START + 9) == (notice, telling)
    assert notices.claim(connection, telling.id, START + 9) is None
    claimed = only(connection, notice)
    assert (claimed.state, claimed.attempts, claimed.uncertain_since) == (TellingState.CLAIMED, 1, START + 9)


def test_a_claim_that_failed_for_certain_is_as_if_it_had_never_been_but_for_the_count(
    connection: Connection, notice: StoredNotice
) -> None:
    telling = expect(connection, notice)
    notices.claim(connection, telling.id, START)
    notices.release(connection, telling.id, START + 60, "down", None)
    released = only(connection, notice)
    assert (released.state, released.uncertain_since, released.next_at) == (
        TellingState.WAITING,
        None,
        START + 60,
    )
    assert (released.attempts, released.reason) == (1, "down")


def test_a_later_attempt_keeps_when_it_first_may_have_arrived(
    connection: Connection, notice: StoredNotice
) -> None:
    telling = expect(connection, notice)
    notices.claim(connection, telling.id, START)
    notices.release(connection, telling.id, START, "lost", START)
    notices.claim(connection, telling.id, START + 60)
    assert only(connection, notice).uncertain_since == START


def test_what_a_dead_process_had_claimed_waits_again(connection: Connection, notice: StoredNotice) -> None:
    telling = expect(connection, notice)
    assert notices.release_all(connection, START) == 0
    notices.claim(connection, telling.id, START)
    assert notices.release_all(connection, START + 60) == 1
    released = only(connection, notice)
    assert (released.state, released.next_at, released.uncertain_since) == (
        TellingState.WAITING,
        START + 60,
        START,
    )


def test_what_was_told_together_stands_as_told(connection: Connection, notice: StoredNotice) -> None:
    notices.note_told(connection, notice.id, ROOM, Phase.CLEARED, START)
    told = only(connection, notice)
    assert (told.phase, told.state, told.finished_at) == (Phase.CLEARED, TellingState.SENT, START)


def test_what_nobody_asks_for_is_nothing(connection: Connection) -> None:
    assert notices.tellings(connection, []) == []
    assert notices.live(connection, 0) == []
