"""What follows from a failed attempt, as a table."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from notifier.config.schema import Delivery
from notifier.dispatch.verdict import Blame, Next, Verdict, backoff, edit_verdict, verdict
from notifier.errors import (
    CredentialsBroken,
    DeliveryTransient,
    EditRefused,
    PayloadBroken,
    RateLimited,
    TargetBroken,
)
from notifier.model import Kind, Target
from notifier.store.outbox import OutboxRow, RowState

DELIVERY = Delivery.model_validate({})
DAY = 86_400_000
NOW = 10 * DAY
RETRY, REDIRECT, DEAD, ANEW = Next.RETRY, Next.REDIRECT, Next.DEAD, Next.ANEW
TARGET, CHANNEL = Blame.TARGET, Blame.CHANNEL


def row(*, age: int = 0, attempts: int = 0, plain: bool = False) -> OutboxRow:
    return OutboxRow(
        id=1,
        delivery_id="d",
        alert_id=1,
        target=Target("room", "#room"),
        kind=Kind.OPEN,
        n=0,
        via="rule",
        state=RowState.CLAIMED,
        reason="",
        attempts=attempts,
        next_at=NOW - age,
        created_at=NOW - age,
        uncertain_since=None,
        plain=plain,
    )


@pytest.mark.parametrize(
    ("claimed", "error", "expected"),
    [
        (row(), DeliveryTransient("x"), Verdict(RETRY, "x", 2_000, blame=TARGET)),
        (row(attempts=3), DeliveryTransient("x"), Verdict(RETRY, "x", 16_000, blame=TARGET)),
        (
            row(plain=True),
            DeliveryTransient("x", uncertain=True),
            Verdict(RETRY, "x", 2_000, uncertain=True, plain=True, blame=TARGET),
        ),
        (row(), RateLimited("x", 7.5), Verdict(RETRY, "x", 7_500, blame=TARGET)),
        (row(), RateLimited("x", 0), Verdict(RETRY, "x", 1, blame=TARGET)),
        (row(), CredentialsBroken("x"), Verdict(RETRY, "x", 300_000, blame=CHANNEL)),
        (row(), TargetBroken("x"), Verdict(REDIRECT, "x")),
        (row(), PayloadBroken("x"), Verdict(RETRY, "x", plain=True)),
        (row(plain=True), PayloadBroken("x"), Verdict(DEAD, "x")),
        (row(), EditRefused("x"), Verdict(RETRY, "x", plain=True, uncertain=True)),
        (row(), OSError("x"), Verdict(RETRY, "unknown error: OSError", plain=True, uncertain=True)),
        (row(plain=True), OSError("x"), Verdict(DEAD, "unknown error: OSError")),
        (row(age=DAY, attempts=2), DeliveryTransient("x"), Verdict(DEAD, "given up: x")),
        (row(age=DAY, attempts=2), RateLimited("x", 5), Verdict(DEAD, "given up: x")),
        (row(age=DAY, attempts=1), RateLimited("x", 5), Verdict(RETRY, "x", 5_000, blame=TARGET)),
        (row(age=DAY - 1, attempts=99), RateLimited("x", 5), Verdict(RETRY, "x", 5_000, blame=TARGET)),
        (row(age=DAY, attempts=2), TargetBroken("x"), Verdict(REDIRECT, "x")),
    ],
)
def test_each_failed_attempt_to_send_has_its_consequence(
    claimed: OutboxRow, error: Exception, expected: Verdict
) -> None:
    assert verdict(claimed, error, NOW, DELIVERY, 1.0) == expected


@pytest.mark.parametrize(
    ("failures", "age", "error", "expected"),
    [
        (0, 0, DeliveryTransient("x"), Verdict(RETRY, "x", 30_000, blame=TARGET)),
        (9, 0, DeliveryTransient("x"), Verdict(RETRY, "x", 300_000, blame=TARGET)),
        (0, 0, RateLimited("x", 60), Verdict(RETRY, "x", 60_000, blame=TARGET)),
        (0, 0, CredentialsBroken("x"), Verdict(RETRY, "x", 300_000, blame=CHANNEL)),
        (0, 0, EditRefused("x"), Verdict(ANEW, "x")),
        (0, 0, TargetBroken("x"), Verdict(ANEW, "x")),
        (0, 0, PayloadBroken("x"), Verdict(ANEW, "x")),
        (0, 0, OSError("x"), Verdict(ANEW, "unknown error: OSError")),
        (5, DAY, DeliveryTransient("x"), Verdict(ANEW, "x")),
    ],
)
def test_each_failed_attempt_to_edit_has_its_consequence(
    failures: int, age: int, error: Exception, expected: Verdict
) -> None:
    assert edit_verdict(failures, NOW - age, error, NOW, DELIVERY, 1.0) == expected


@given(attempts=st.integers(1, 10**6), jitter=st.floats(0, 1))
def test_back_off_is_between_half_of_the_first_wait_and_the_longest(attempts: int, jitter: float) -> None:
    wait = backoff(attempts, DELIVERY, jitter)
    assert DELIVERY.retry.first / 2 <= wait <= DELIVERY.retry.max
    assert backoff(attempts + 1, DELIVERY, jitter) >= wait
