"""What a message of several notifications stands for, and what follows from a failed edit. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from notifier.config.schema import Delivery
from notifier.errors import DeliveryError, EditRefused
from notifier.sending.verdict import Attempt, Blame, Next, Verdict, explained, passing_verdict
from notifier.store.outbox import OutboxRow


@dataclass(frozen=True, slots=True)
class Outcome:
    """How sending a message, or editing one, went."""

    has_arrived: bool = False
    failure: Verdict | None = None  # what follows from it; None where it is done with


def attempt(rows: Sequence[OutboxRow]) -> Attempt:
    """What a message stood for, in favour of the notification that had the least chance yet.

    Args:
        rows: as they were claimed; their attempts do not count this one yet.
    """
    return Attempt(
        attempts=min(row.attempts for row in rows),
        created_at=max(row.created_at for row in rows),
        plain=all(row.plain for row in rows),
        is_summary=len(rows) > 1,
    )


def edit_verdict(
    failures: int, changed_at: int, error: Exception, now: int, delivery: Delivery, jitter: float
) -> Verdict:
    """Judge a failed attempt to edit, which was made with formatting and without.

    Args:
        failures: of this edit in a row, before this one.
        changed_at: UTC ms, when that happened which the message does not show yet.
        error: what the channel raised.
        now: UTC ms.
        delivery: the configuration's.
        jitter: from 0 to 1.
    """
    passing = passing_verdict(error, failures + 1, delivery, jitter)
    if isinstance(error, EditRefused) and error.for_ops:
        return Verdict(Next.ANEW, explained(error), blame=Blame.MESSAGE, for_ops=error.for_ops)
    if passing is None or now - changed_at >= delivery.give_up_after:
        return Verdict(Next.ANEW, explained(error))
    return replace(passing, delay=max(passing.delay, delivery.update_every))


def reply_verdict(
    failures: int, happened_at: int, error: Exception, now: int, delivery: Delivery, jitter: float
) -> Verdict:
    """Judge a failed attempt to say in a thread what happened. To be late there harms nobody.

    Args:
        failures: of that reply in a row, before this one.
        happened_at: UTC ms, when the last of it did.
        error: what the channel raised.
        now: UTC ms.
        delivery: the configuration's.
        jitter: from 0 to 1.
    """
    passing = passing_verdict(error, failures + 1, delivery, jitter)
    if passing is None or now - happened_at >= delivery.give_up_after:
        uncertain = not isinstance(error, DeliveryError) or (passing is not None and passing.uncertain)
        return Verdict(Next.DEAD, explained(error), uncertain=uncertain)
    return replace(passing, delay=max(passing.delay, delivery.update_every))
