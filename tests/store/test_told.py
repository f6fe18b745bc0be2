"""What each target knows of an alert, and which messages show an old version."""

from dataclasses import replace

import pytest
from sqlalchemy import Connection
from sqlalchemy.exc import IntegrityError

from notifier.model import Alert, Target
from notifier.store import alerts, told
from notifier.store.told import Told
from tests.support.clock import START
from tests.support.store import LEADS, ROOM, rows_in, store_alert


def _tell(
    connection: Connection, alert: Alert, target: Target = ROOM, edit_at: int = START, receipt: str = "r1"
) -> None:
    told.record(
        connection,
        alert.id,
        target,
        receipt=receipt,
        version=alert.version,
        call_count=alert.call_count,
        now=START,
        edit_at=edit_at,
    )


def _change(connection: Connection, alert: Alert) -> Alert:
    changed = replace(alert, version=alert.version + 1, call_count=alert.call_count + 1)
    alerts.update_alert(connection, changed, START)
    return changed


def _stale(connection: Connection) -> dict[Target, int]:
    return dict(told.stale_targets(connection))


@pytest.fixture
def alert(connection: Connection) -> Alert:
    return store_alert(connection)


def test_a_message_that_shows_the_alert_as_it_is_is_not_stale(connection: Connection, alert: Alert) -> None:
    _tell(connection, alert)
    assert _stale(connection) == {}
    assert told.stale_for(connection, ROOM, START) is None


def test_a_change_makes_every_message_about_the_alert_stale(connection: Connection, alert: Alert) -> None:
    _tell(connection, alert, ROOM, receipt="r1")
    _tell(connection, alert, LEADS, receipt="r2")
    _tell(connection, store_alert(connection, "other"), ROOM)
    _change(connection, alert)
    assert _stale(connection) == {ROOM: START, LEADS: START}
    assert told.stale_for(connection, ROOM, START) == Told(alert.id, ROOM, "r1", 1, 1, 0)
    assert told.stale_for(connection, LEADS, START) == Told(alert.id, LEADS, "r2", 1, 1, 0)


def test_a_change_while_the_message_was_on_its_way_makes_it_stale_at_once(
    connection: Connection, alert: Alert
) -> None:
    changed = _change(connection, alert)
    _tell(connection, alert)
    assert _stale(connection) == {ROOM: START}
    _tell(connection, changed)
    assert _stale(connection) == {}
    assert rows_in(connection, "told") == 1


def test_a_message_is_left_alone_until_it_may_be_edited(connection: Connection, alert: Alert) -> None:
    _tell(connection, alert, edit_at=START + 30)
    _change(connection, alert)
    assert _stale(connection) == {ROOM: START + 30}
    assert told.stale_for(connection, ROOM, START + 29) is None
    assert told.stale_for(connection, ROOM, START + 30) is not None


def test_the_first_one_due_of_a_target_is_edited_first(connection: Connection) -> None:
    for at in (3, 1, 2):
        alert = store_alert(connection, str(at))
        _tell(connection, alert, edit_at=START + at, receipt=str(at))
        _change(connection, alert)
    item = told.stale_for(connection, ROOM, START + 9)
    assert item is not None
    assert item.receipt == "1"
    assert told.stale_for(connection, LEADS, START + 9) is None
    assert _stale(connection) == {ROOM: START + 1}


def test_a_target_with_many_stale_messages_does_not_hide_the_others(connection: Connection) -> None:
    """Promise 4: a target that is broken must not delay the edits of another."""
    for number in range(20):
        alert = store_alert(connection, str(number))
        _tell(connection, alert, ROOM, edit_at=START - 1000)
        if number == 19:
            _tell(connection, alert, LEADS, edit_at=START)
        _change(connection, alert)
    assert _stale(connection) == {ROOM: START - 1000, LEADS: START}
    assert told.stale_for(connection, LEADS, START) is not None


def test_an_edit_that_failed_waits_and_is_counted_until_one_succeeds(
    connection: Connection, alert: Alert
) -> None:
    _tell(connection, alert)
    changed = _change(connection, alert)
    for failures in (0, 1):
        item = told.stale_for(connection, ROOM, START + 60)
        assert item is not None
        assert item.failures == failures
        told.postpone(connection, item, START + 60)
    assert _stale(connection) == {ROOM: START + 60}
    _tell(connection, changed)
    _change(connection, changed)
    item = told.stale_for(connection, ROOM, START)
    assert item is not None
    assert item.failures == 0


def test_a_message_that_is_left_is_not_stale_until_the_alert_changes_again(
    connection: Connection, alert: Alert
) -> None:
    _tell(connection, alert)
    _tell(connection, alert, LEADS)
    changed = _change(connection, alert)
    item = told.stale_for(connection, ROOM, START)
    assert item is not None
    told.leave(connection, item)
    assert _stale(connection) == {LEADS: START}
    _change(connection, changed)
    assert _stale(connection) == {LEADS: START, ROOM: START}


def test_nobody_can_have_been_told_of_an_alert_that_there_is_not(
    connection: Connection, alert: Alert
) -> None:
    with pytest.raises(IntegrityError, match="FOREIGN KEY"):
        _tell(connection, replace(alert, id=77))


def test_what_a_target_was_told_of_many_is_noted_for_each_of_them(
    connection: Connection, alert: Alert
) -> None:
    other, third = store_alert(connection, "other"), store_alert(connection, "third")
    _tell(connection, alert, receipt="before")
    _tell(connection, alert, LEADS, receipt="theirs")
    _change(connection, other)
    messages = [
        told.Message(one.id, "", one.version, one.call_count, START + 5) for one in (alert, other, third)
    ]
    told.record_all(connection, ROOM, messages, START)
    assert rows_in(connection, "told") == 4
    assert _stale(connection) == {ROOM: START + 5}  # only the one that has changed meanwhile
    found = told.stale_of(connection, ROOM, START + 5, 9)
    assert found == [Told(other.id, ROOM, "", 1, 1, 0)]
    changed = _change(connection, alert)
    assert {item.receipt for item in told.stale_of(connection, LEADS, START, 9)} == {"theirs"}
    stale = {item.alert_id for item in told.stale_of(connection, ROOM, START + 5, 9)}
    assert stale == {other.id, changed.id}


def test_those_that_can_never_be_edited_are_found_by_themselves(connection: Connection) -> None:
    made = [store_alert(connection, str(n)) for n in range(4)]
    for n, alert in enumerate(made):
        _tell(connection, alert, edit_at=START + n, receipt="r" if n % 2 else "")
        _change(connection, alert)

    def found(limit: int, now: int = START + 9) -> list[int]:
        return [one.alert_id for one in told.stale_of(connection, ROOM, now, limit, without_receipt=True)]

    assert found(9) == [made[0].id, made[2].id]
    assert found(1) == [made[0].id]
    assert found(9, START + 1) == [made[0].id]


def test_who_knows_of_an_alert_in_the_order_in_which_they_were_told(
    connection: Connection, alert: Alert
) -> None:
    _tell(connection, store_alert(connection, "other"))
    for number, target in enumerate((LEADS, ROOM)):
        told.record(
            connection,
            alert.id,
            target,
            receipt="",
            version=1,
            call_count=1,
            now=START + number,
            edit_at=START,
        )
    assert list(told.who_knows(connection, alert.id).items()) == [(LEADS, START), (ROOM, START + 1)]


def test_what_is_done_about_an_alert_shows_at_once_where_messages_can_be_edited(
    connection: Connection, alert: Alert
) -> None:
    other = store_alert(connection, "other")
    later = START + 30_000
    _tell(connection, alert, ROOM, later)
    _tell(connection, alert, Target("sales-room", "#unsent"), later, receipt="")
    _tell(connection, alert, LEADS, later)
    _tell(connection, other, ROOM, later)
    _change(connection, alert)
    told.show_now(connection, alert.id, ["sales-room"], START + 1)
    assert _stale(connection) == {
        ROOM: START + 1,
        Target("sales-room", "#unsent"): later,
        LEADS: later,
    }
    assert told.stale_for(connection, ROOM, START + 1) is not None
    _change(connection, other)
    assert len(told.stale_of(connection, ROOM, START + 1, 10)) == 1


def test_what_a_target_heard_once_more_leaves_its_first_message_the_one_that_is_edited(
    connection: Connection, alert: Alert
) -> None:
    others = [store_alert(connection, key) for key in ("in a summary", "mailed", "deleted", "untold")]
    for one, receipt in zip((alert, *others[:3]), ("r1", "r2", "", "r4"), strict=True):
        _tell(connection, one, receipt=receipt)
    changed = _change(connection, alert)
    sent = dict(zip([alert.id, *(one.id for one in others)], ("r1", "", "r3", "r5", "r6"), strict=True))
    assert told.first_messages(connection, ROOM, sent) == dict(
        zip([alert.id, others[0].id, others[2].id], ("r1", "r2", "r4"), strict=True)
    )
    assert told.told_again(connection, ROOM, sent, START + 7) == {alert.id, others[0].id}
    assert told.who_knows(connection, alert.id) == {ROOM: START + 7}
    assert told.who_knows(connection, others[2].id) == {ROOM: START}  # another message takes its place
    (item,) = told.stale_of(connection, ROOM, START, 9)
    assert (item.alert_id, item.receipt) == (changed.id, "r1")
    assert told.first_messages(connection, LEADS, sent) == {}
