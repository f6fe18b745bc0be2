"""What becomes of a customer: whether they were spoken with around a call, and whose alerts that ends."""

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass
from operator import attrgetter

from notifier.model import Alert, Call, Event, Standing, StoredCall
from notifier.rules.reached import MOST_AHEAD, NEAR, believable, reach, standings
from notifier.store import alerts, events
from notifier.store import reach as stored
from notifier.store.database import Connection


@dataclass(frozen=True, slots=True)
class Reached:
    """What answered calls led to."""

    ended: list[Alert]
    legs: list[StoredCall]  # stored misses that turned out to be legs of these


def standings_of(connection: Connection, missed: Sequence[Call], today: int) -> list[Standing]:
    """How calls stand that were missed and are about to be stored, by what is known of their customers.

    Args:
        connection: to the store, in the transaction that stores them.
        missed: of any customers.
        today: UTC ms, by whichever clock is ahead, ours or TeleCMI's.
    """
    return standings(missed, stored.contacts(connection, missed, today + MOST_AHEAD))


def follow(connection: Connection, answered: Sequence[Call], now: int, today: int) -> Reached:
    """End the alerts whose customers were reached.

    Args:
        connection: to the store, in the transaction that stores the calls.
        answered: calls that are new.
        now: UTC ms, by our clock.
        today: UTC ms, likewise by whichever clock is ahead, ours or TeleCMI's.
    """
    answered = believable(answered, today)
    if not answered:
        return Reached([], [])
    by_customer: dict[str, list[Call]] = {}
    for call in sorted(answered, key=lambda call: (call.placed_at, call.id)):
        by_customer.setdefault(call.customer, []).append(call)
    about = stored.active_about(connection, by_customer)
    found = [what for alert in about if (what := _reached(alert, by_customer[alert.customer], now))]
    alerts.update_alerts(connection, [(alert, None) for alert, _ in found])
    events.record_all(connection, [(alert.id, event) for alert, event in found])
    return Reached([alert for alert, _ in found], stored.take_for_legs(connection, answered, NEAR))


def _reached(alert: Alert, answered: Sequence[Call], now: int) -> tuple[Alert, Event] | None:
    # There may be thousands of both: only the first call that may have reached the customer is looked at.
    first = bisect_left(answered, alert.last_call_at - NEAR, key=attrgetter("placed_at"))
    return reach(alert, answered[first : first + 1], now)
