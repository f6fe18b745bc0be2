"""What targets know of an alert, and what they have not heard yet."""

from dataclasses import replace

import pytest
from sqlalchemy import Connection

from notifier.model import Alert, Target
from notifier.store import alerts, told, unheard
from tests.support.clock import START
from tests.support.store import LEADS, ROOM, store_alert

OTHER = Target("other", "#other")


def tell(connection: Connection, alert: Alert, target: Target, standing: str = "open") -> None:
    told.record(
        connection,
        alert.id,
        target,
        receipt="r",
        version=alert.version,
        call_count=alert.call_count,
        now=START,
        edit_at=START,
        standing=standing,
    )


def change(connection: Connection, alert: Alert) -> Alert:
    changed = replace(alert, version=alert.version + 1)
    alerts.update_alert(connection, changed, START)
    return changed


def stale(connection: Connection) -> set[Target]:
    return {target for target, _ in told.stale_targets(connection)}


@pytest.fixture
def alert(connection: Connection) -> Alert:
    return store_alert(connection)


def test_what_one_target_knows_of_alerts(connection: Connection, alert: Alert) -> None:
    other = store_alert(connection, "other")
    tell(connection, alert, ROOM, "acknowledged Asha")
    tell(connection, other, LEADS)
    known = unheard.known(connection, ROOM, [alert.id, other.id])
    assert {one: item.standing for one, item in known.items()} == {alert.id: "acknowledged Asha"}
    assert [item.target for item in unheard.all_known(connection, other.id)] == [LEADS]


def test_what_was_left_is_asked_again_where_something_has_changed_since(
    connection: Connection, alert: Alert
) -> None:
    same = store_alert(connection, "same")
    tell(connection, same, ROOM)
    for target in (ROOM, LEADS):
        tell(connection, alert, target)
    change(connection, alert)
    for target in (ROOM, LEADS):
        item = told.stale_for(connection, target, START)
        assert item is not None
        told.leave(connection, item)
    assert stale(connection) == set()
    unheard.ask_again(connection, ROOM, [alert.id, same.id])
    assert stale(connection) == {ROOM}
    assert [item.alert_id for item in told.stale_of(connection, ROOM, START, 9)] == [alert.id]


def test_a_change_may_be_shown_to_some_receivers_only(connection: Connection, alert: Alert) -> None:
    for target in (ROOM, LEADS, OTHER):
        tell(connection, alert, target)
    unheard.hide(connection, alert.id, [LEADS.receiver])
    changed = change(connection, alert)
    assert stale(connection) == {LEADS}
    change(connection, changed)
    assert stale(connection) == {ROOM, LEADS, OTHER}


def test_who_heard_of_the_end_knows_it_and_the_others_are_to_hear_more(
    connection: Connection, alert: Alert
) -> None:
    tell(connection, alert, ROOM, "resolved Asha")
    tell(connection, alert, LEADS)
    other = store_alert(connection, "other")
    tell(connection, other, OTHER)
    unheard.missed_its_end(connection, alert.id, "resolved Asha")
    known = {item.target: item.standing for item in unheard.all_known(connection, alert.id)}
    assert known == {ROOM: "resolved Asha", LEADS: unheard.ENDED}
    assert [item.standing for item in unheard.known(connection, OTHER, [other.id]).values()] == ["open"]
