"""What one message tells, row by row of the outbox."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from zoneinfo import ZoneInfo

from notifier.dispatch.results import Arrival
from notifier.host.metrics import Letter
from notifier.model import Message, Notification, Summary
from notifier.store.outbox import OutboxRow
from notifier.store.outbox_claims import Claim


@dataclass(frozen=True, slots=True)
class Part:
    """Of a claim: a row, and what there is to tell."""

    row: OutboxRow
    notification: Notification

    def arrival(self, receipt: str, *, is_known: bool, has_story: bool = False) -> Arrival:
        """That it has arrived.

        Args:
            receipt: with which it can be edited; "" where it can't.
            is_known: the target knows what is true now.
            has_story: the whole story of the alert was at hand when the message was made.
        """
        told = self.notification
        shown = len(told.events) if has_story else None
        return Arrival(self.row, told.alert, receipt, is_known, told.now, shown_events=shown)

    def found(self, receipt: str) -> Arrival:
        """That it had arrived before, as the channel says.

        What a summary said of an alert is what is true now, unless a call has joined since, or somebody has
        done something about it.
        """
        row, alert = self.row, self.notification.alert
        since = -1 if row.uncertain_since is None else row.uncertain_since
        joined = alert.last_joined_at if row.attempts else alert.last_call_at
        handled = max(alert.handled_at or 0, alert.ended_at or 0)
        is_known = receipt == "" and max(joined, handled) <= since
        arrival = self.arrival(receipt, is_known=is_known)
        return replace(arrival, shown_at=since, shows_calls=joined <= since)


def message(claim: Claim, parts: Sequence[Part], zone: ZoneInfo, now: int) -> Message:
    """The message that tells these parts of a claim: of one alert, or a summary of several.

    Args:
        claim: whose parts they are.
        parts: at least one; only a summary's claim has more.
        zone: in which it shows times.
        now: UTC ms.
    """
    if len(parts) == 1:
        return parts[0].notification
    assert claim.batch is not None, "only a summary tells several"
    notifications = tuple(part.notification for part in parts)
    return Summary(claim.batch, claim.gathered, notifications, claim.part, claim.parts, zone, now)


def letter(parts: Sequence[Part]) -> Letter:
    """What kind of message tells these."""
    return Letter.NOTIFICATION if len(parts) == 1 else Letter.SUMMARY
