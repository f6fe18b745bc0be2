"""What follows from a failed attempt to send something. Pure."""

from dataclasses import dataclass, replace
from enum import Enum, auto

from notifier.config.schema import Delivery
from notifier.config.values import HOUR
from notifier.errors import (
    CredentialsBroken,
    DeliveryError,
    DeliveryTransient,
    PayloadBroken,
    RateLimited,
    TargetBroken,
)

FAIR_TRIES = 3
"""A notification that grew old while we were down is tried so often all the same."""


class Next(Enum):
    """What becomes of a notification, or of an edit."""

    RETRY = auto()
    APART = auto()  # of a summary: each is told in a message of its own
    REDIRECT = auto()  # others are told instead
    DEAD = auto()  # given up, and others are told
    ANEW = auto()  # of an edit: the message stays as it is; calls that joined are told in a new one


class Blame(Enum):
    """What the failure says about more than this one message."""

    NOTHING = auto()
    ADDRESS = auto()  # the target does not work, and each of its messages goes to others at once
    TARGET = auto()  # hold the target for a while
    SERVICE = auto()  # hold everything that uses these credentials
    MESSAGE = auto()  # of an edit: this message can't be changed; others can


@dataclass(frozen=True, slots=True)
class Verdict:
    """What to do next."""

    next: Next
    reason: str
    delay: int = 0  # ms until the retry
    uncertain: bool = False  # this attempt may have arrived
    plain: bool = False  # from now on without formatting
    blame: Blame = Blame.NOTHING
    to_deputy: bool = False  # of REDIRECT: the agent counts as away
    for_ops: str = ""  # the reason as a sentence with what to do, as `DeliveryError.for_ops`
    part: str = ""  # of REDIRECT: what of the service does not work, as `TargetBroken.part`


@dataclass(frozen=True, slots=True)
class Attempt:
    """What was tried: one notification, or several in a summary."""

    attempts: int  # that were made before
    created_at: int  # UTC ms
    plain: bool
    is_summary: bool = False


def longest_wait(delivery: Delivery) -> int:
    """The longest wait between two tries, ms: what seems to wait for longer is of a clock that ran ahead."""
    return max(HOUR, delivery.retry.max)


def backoff(attempts: int, delivery: Delivery, jitter: float) -> int:
    """How long to wait after so many failed attempts: exponential, and spread out.

    Args:
        attempts: so far, at least 1.
        delivery: with the first and the longest wait.
        jitter: from 0 to 1; the wait is between half of the full one and all of it.

    Returns:
        ms.
    """
    full = min(delivery.retry.max, delivery.retry.first << min(attempts - 1, 30))
    return round(full * (0.5 + jitter / 2))


def verdict(tried: Attempt, error: Exception, now: int, delivery: Delivery, jitter: float) -> Verdict:
    """Judge a failed attempt to send.

    Args:
        tried: what was to be sent.
        error: what the channel raised. Anything but a ``DeliveryError`` is unknown.
        now: UTC ms.
        delivery: the configuration's.
        jitter: from 0 to 1.
    """
    reason = explained(error)
    if isinstance(error, TargetBroken):
        return Verdict(
            Next.REDIRECT,
            reason,
            blame=Blame.ADDRESS,
            to_deputy=error.person_is_gone,
            for_ops=_said(error),
            part=error.part,
        )
    passing = passing_verdict(error, tried.attempts + 1, delivery, jitter)
    if now - tried.created_at >= delivery.give_up_after and tried.attempts + 1 >= FAIR_TRIES:
        blame = passing.blame if passing else Blame.NOTHING
        return Verdict(Next.DEAD, f"given up: {reason}", blame=blame, for_ops=_said(error))
    if passing is not None:
        return replace(passing, plain=tried.plain)
    # The form was refused, or we do not know what: once more, as simple as can be.
    unknown = not isinstance(error, PayloadBroken)
    if not tried.plain:
        return Verdict(Next.RETRY, reason, plain=True, uncertain=unknown)
    if tried.is_summary:
        # It may be the fault of one of them: the others must not suffer for it.
        return Verdict(Next.APART, reason, plain=True, uncertain=unknown)
    return Verdict(Next.DEAD, reason)


def explained(error: Exception) -> str:
    """An error in words that hold neither an address nor a secret."""
    return str(error) if isinstance(error, DeliveryError) else f"unknown error: {type(error).__name__}"


def for_ops(error: Exception) -> str:
    """The same as a sentence that says what to do, where the channel knows that."""
    return _said(error) or explained(error)


def _said(error: Exception) -> str:
    return error.for_ops if isinstance(error, DeliveryError) else ""


def passing_verdict(error: Exception, attempts: int, delivery: Delivery, jitter: float) -> Verdict | None:
    """The verdict on what passes with time, or with what ops do; None for what does not."""
    again = Verdict(Next.RETRY, explained(error), blame=Blame.TARGET, for_ops=_said(error))
    match error:
        case RateLimited(retry_after=seconds):
            return replace(again, delay=max(1, round(seconds * 1000)))
        case DeliveryTransient(uncertain=uncertain):
            return replace(again, delay=backoff(attempts, delivery, jitter), uncertain=uncertain)
        case CredentialsBroken():
            return replace(again, delay=delivery.retry.max, blame=Blame.SERVICE)
        case _:
            return None
