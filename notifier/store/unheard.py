"""What targets have not heard yet of alerts that they were told of."""

from collections.abc import Collection

from sqlalchemy import ColumnElement, Connection, and_, select, update

from notifier.model import Target
from notifier.store.schema import alerts, told
from notifier.store.told import Told, told_from


def known(connection: Connection, target: Target, ids: Collection[int]) -> dict[int, Told]:
    """What one target was told last of each of these alerts; of those that it knows of."""
    rows = connection.execute(select(told).where(told.c.alert_id.in_(ids), *_of(target))).mappings()
    return {row["alert_id"]: told_from(row) for row in rows}


def ask_again(connection: Connection, target: Target, ids: Collection[int]) -> None:
    """What was to tell a target of these alerts is not sent: whether it needs another message is asked anew.

    Args:
        connection: to the store, in a transaction.
        target: that was to be told.
        ids: of the alerts.
    """
    current = select(alerts.c.version).where(alerts.c.id == told.c.alert_id).scalar_subquery()
    outdated = and_(told.c.alert_id.in_(ids), *_of(target), told.c.version < current)
    connection.execute(update(told).where(outdated).values(stale=True))


def hide(connection: Connection, alert_id: int, receivers: Collection[str]) -> None:
    """The next change of an alert is shown to the targets of these receivers only, in a transaction."""
    others = (told.c.alert_id == alert_id, told.c.receiver.not_in(receivers))
    connection.execute(update(told).where(*others).values(version=told.c.version + 1))


def missed_its_end(connection: Connection, alert_id: int, standing: str) -> None:
    """An alert that had ended goes on: that is new to those, too, who never heard that it had.

    Args:
        connection: to the store, in a transaction.
        alert_id: of the alert.
        standing: how it stood; whoever was told so knows it.
    """
    unaware = (told.c.alert_id == alert_id, told.c.standing != standing)
    connection.execute(update(told).where(*unaware).values(standing=ENDED))


ENDED = "ended"
"""How an alert stood, for those who are not to hear more of its end than that it goes on."""


def all_known(connection: Connection, alert_id: int) -> list[Told]:
    """What every target was told last of an alert; of those that know of it."""
    rows = connection.execute(select(told).where(told.c.alert_id == alert_id)).mappings()
    return [told_from(row) for row in rows]


def _of(target: Target) -> tuple[ColumnElement[bool], ...]:
    return told.c.receiver == target.receiver, told.c.recipient == target.recipient
