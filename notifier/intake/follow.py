"""What becomes of a customer: whether they were spoken with around a call, and whose alerts that ends."""

from collections.abc import Sequence
from dataclasses import dataclass

from notifier.model import Alert, Call, Standing, StoredCall
from notifier.rules.reached import MOST_AHEAD, NEAR, believable, reach, standings
from notifier.store import alerts, events
from notifier.store import reach as stored
from notifier.store.database import Connection


@dataclass(frozen=True, slots=True)
class Reached:
    """What answered calls led to."""

    ended: list[Alert]
    legs: list[StoredCall]  # stored misses that turned out to be legs of these


def standings_of(connection: Connection, missed: Sequence[Call], now: int) -> list[Standing]:
    """How calls stand that were missed and are about to be stored, by what is known of their customers.

    Args:
        connection: to the store, in the transaction that stores them.
        missed: of any customers.
        now: UTC ms.
    """
    return standings(missed, stored.contacts(connection, missed, now + MOST_AHEAD))


def follow(connection: Connection, answered: Sequence[Call], now: int) -> Reached:
    """End the alerts whose customers were reached.

    Args:
        connection: to the store, in the transaction that stores the calls.
        answered: calls that are new.
        now: UTC ms.
    """
    answered = believable(answered, now)
    if not answered:
        return Reached([], [])
    by_customer: dict[str, list[Call]] = {}
    for call in answered:
        by_customer.setdefault(call.customer, []).append(call)
    ended = []
    for alert in stored.active_about(connection, by_customer):
        what = reach(alert, by_customer[alert.customer], now)
        if what is not None:
            alerts.update_alert(connection, what[0], None)
            events.record(connection, alert.id, what[1])
            ended.append(what[0])
    return Reached(ended, stored.take_for_legs(connection, answered, NEAR))
