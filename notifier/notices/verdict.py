"""What follows from a failed attempt to tell ops. Pure; it raises no trouble of its own."""

from dataclasses import dataclass

from notifier.config.schema import Delivery
from notifier.errors import CredentialsBroken, DeliveryError, DeliveryTransient, RateLimited, TargetBroken
from notifier.sending.verdict import backoff, explained, longest_wait
from notifier.store.notices import Telling

FAIR_TRIES = 3
"""What grew old while we were down, or while its target was in trouble, is tried so often all the same."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """What to do next."""

    reason: str
    delay: int | None  # ms until the next try; None: given up
    uncertain: bool = False  # the attempt may have arrived


def verdict(
    telling: Telling, error: Exception, now: int, delivery: Delivery, jitter: float, *, plain: bool
) -> Verdict:
    """Judge it.

    Args:
        telling: as it was claimed; its attempts do not count this one yet.
        error: what the channel raised. Anything but a ``DeliveryError`` is unknown, and may have arrived.
        now: UTC ms.
        delivery: the configuration's.
        jitter: from 0 to 1.
        plain: the message was sent without formatting: what is wrong with it stays wrong.
    """
    uncertain = not isinstance(error, DeliveryError) or (
        isinstance(error, DeliveryTransient) and error.uncertain
    )
    reason = explained(error)
    passes = isinstance(error, DeliveryTransient | RateLimited | CredentialsBroken | TargetBroken)
    is_late = now - telling.created_at >= delivery.give_up_after and telling.attempts + 1 >= FAIR_TRIES
    if is_late or (plain and not passes):
        return Verdict(reason, None, uncertain)
    return Verdict(reason, _delay(error, telling.attempts + 1, delivery, jitter) if passes else 0, uncertain)


def _delay(error: Exception, attempts: int, delivery: Delivery, jitter: float) -> int:
    match error:
        case RateLimited(retry_after=seconds):
            return min(max(1, round(seconds * 1000)), longest_wait(delivery))
        case CredentialsBroken() | TargetBroken():
            return delivery.retry.max  # only a person can mend that
        case _:
            return backoff(attempts, delivery, jitter)
