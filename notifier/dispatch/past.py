"""What happened to an alert that neither a message about it nor the thread below that has told yet."""

from dataclasses import dataclass

from notifier.model import Event, EventKind, History, Kind, Notification, Raised
from notifier.store import threads
from notifier.store.database import Connection
from notifier.store.outbox import RowState
from notifier.store.outbox_views import of_alert
from notifier.store.threads import Listing, Mark, Thread

TOLD = frozenset(
    {
        EventKind.SILENCED,
        EventKind.ACKNOWLEDGED,
        EventKind.SNOOZED,
        EventKind.WOKE,
        EventKind.RESOLVED,
        EventKind.REOPENED,
        EventKind.REACHED,
        EventKind.ESCALATED,
        EventKind.ENDED,
    }
)
"""What is told: reminders come as messages of their own, and before the first message nobody is."""

_CALLS = 50
"""Calls that a history is made from."""


@dataclass(frozen=True, slots=True)
class Past:
    """It, and how far the thread tells everything once it is said."""

    now: Notification  # how the alert stands
    events: tuple[Event, ...]
    raised: Raised | None
    listing: Listing
    mark: Mark

    @property
    def newest(self) -> int:
        """When the last of it happened, UTC ms."""
        said = [event.at for event in self.events]
        raised = [self.raised.at] if self.raised else []
        return max([*said, *raised, *([self.now.alert.last_joined_at] if self.listing.count else [])])

    def history(self, delivery_id: str) -> History:
        """What a reply with this id tells."""
        now = self.now
        return History(
            delivery_id=delivery_id,
            alert=now.alert,
            events=self.events,
            raised=self.raised,
            calls=self.listing.calls,
            call_count=self.listing.count,
            agent_names=now.agent_names,
            zone=now.zone,
            now=now.now,
            country=now.country,
            mask_numbers=now.mask_numbers,
        )


def past(connection: Connection, now: Notification, thread: Thread) -> Past | None:
    """Look for it; None where there is nothing to tell.

    Once the message has no room for all calls, the thread lists every one of them.

    Args:
        connection: to the store.
        now: what the message shows, with the alert's whole story.
        thread: below it.
    """
    told = thread.told
    events = tuple(event for event in now.events[told.events :] if event.kind in TOLD)
    raised = _raised(connection, now, thread)
    listing = Listing((), 0, told.calls)
    if _leaves_calls_out(now):
        listing = threads.unlisted(connection, now.alert.id, told.calls, _CALLS)
    if not events and raised is None and not listing.count:
        return None
    return Past(now, events, raised, listing, Mark(len(now.events), listing.last, now.alert.level))


def _leaves_calls_out(now: Notification) -> bool:
    from notifier.channels.render.table import leaves_calls_out  # noqa: PLC0415 - only where there are threads

    return leaves_calls_out(now)


def _raised(connection: Connection, now: Notification, thread: Thread) -> Raised | None:
    """That its level rose, unless its target is told so anyway."""
    alert = now.alert
    if alert.level <= thread.told.level:
        return None
    tells = {RowState.WAITING, RowState.CLAIMED, RowState.SENT}
    if any(
        (row.kind, row.n, row.target) == (Kind.LEVEL, alert.level, thread.target) and row.state in tells
        for row in of_alert(connection, alert.id)
    ):
        return None
    at = threads.raised_at(connection, alert)
    return Raised(alert.last_joined_at if at is None else at, alert.level, alert.severity)
