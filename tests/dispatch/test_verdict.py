"""What follows from a failed attempt, as a table."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from notifier.config.schema import Delivery
from notifier.dispatch.verdict import attempt, edit_verdict
from notifier.errors import (
    CredentialsBroken,
    DeliveryTransient,
    EditRefused,
    PayloadBroken,
    RateLimited,
    TargetBroken,
)
from notifier.model import Kind, Target
from notifier.sending.verdict import Attempt, Blame, Next, Verdict, backoff, verdict
from notifier.store.outbox import OutboxRow, RowState

DELIVERY = Delivery.model_validate({})
DAY = 86_400_000
NOW = 10 * DAY
RETRY, APART, REDIRECT, DEAD, ANEW = Next.RETRY, Next.APART, Next.REDIRECT, Next.DEAD, Next.ANEW
TARGET, SERVICE, ADDRESS = Blame.TARGET, Blame.SERVICE, Blame.ADDRESS


def tried(*, age: int = 0, attempts: int = 0, plain: bool = False, is_summary: bool = False) -> Attempt:
    return Attempt(attempts, NOW - age, plain, is_summary)


@pytest.mark.parametrize(
    ("before", "error", "expected"),
    [
        (tried(), DeliveryTransient("x"), Verdict(RETRY, "x", 2_000, blame=TARGET)),
        (tried(attempts=3), DeliveryTransient("x"), Verdict(RETRY, "x", 16_000, blame=TARGET)),
        (
            tried(plain=True),
            DeliveryTransient("x", uncertain=True),
            Verdict(RETRY, "x", 2_000, uncertain=True, plain=True, blame=TARGET),
        ),
        (tried(), RateLimited("x", 7.5), Verdict(RETRY, "x", 7_500, blame=TARGET)),
        (tried(), RateLimited("x", 0), Verdict(RETRY, "x", 1, blame=TARGET)),
        (tried(), CredentialsBroken("x"), Verdict(RETRY, "x", 300_000, blame=SERVICE)),
        (tried(), TargetBroken("x"), Verdict(REDIRECT, "x", blame=ADDRESS)),
        (tried(), PayloadBroken("x"), Verdict(RETRY, "x", plain=True)),
        (tried(plain=True), PayloadBroken("x"), Verdict(DEAD, "x")),
        (tried(), EditRefused("x"), Verdict(RETRY, "x", plain=True, uncertain=True)),
        (tried(), OSError("x"), Verdict(RETRY, "unknown error: OSError", plain=True, uncertain=True)),
        (tried(plain=True), OSError("x"), Verdict(DEAD, "unknown error: OSError")),
        (tried(is_summary=True), PayloadBroken("x"), Verdict(RETRY, "x", plain=True)),
        (tried(plain=True, is_summary=True), PayloadBroken("x"), Verdict(APART, "x", plain=True)),
        (
            tried(plain=True, is_summary=True),
            OSError("x"),
            Verdict(APART, "unknown error: OSError", plain=True, uncertain=True),
        ),
        (tried(age=DAY, attempts=2), OSError("x"), Verdict(DEAD, "given up: unknown error: OSError")),
        (tried(age=DAY, attempts=2), CredentialsBroken("x"), Verdict(DEAD, "given up: x", blame=SERVICE)),
        (tried(age=DAY, attempts=2), DeliveryTransient("x"), Verdict(DEAD, "given up: x", blame=TARGET)),
        (tried(age=DAY, attempts=2), RateLimited("x", 5), Verdict(DEAD, "given up: x", blame=TARGET)),
        (tried(age=DAY, attempts=1), RateLimited("x", 5), Verdict(RETRY, "x", 5_000, blame=TARGET)),
        (tried(age=DAY - 1, attempts=99), RateLimited("x", 5), Verdict(RETRY, "x", 5_000, blame=TARGET)),
        (tried(age=DAY, attempts=2), TargetBroken("x"), Verdict(REDIRECT, "x", blame=ADDRESS)),
    ],
)
def test_each_failed_attempt_to_send_has_its_consequence(
    before: Attempt, error: Exception, expected: Verdict
) -> None:
    assert verdict(before, error, NOW, DELIVERY, 1.0) == expected


@pytest.mark.parametrize(
    ("failures", "age", "error", "expected"),
    [
        (0, 0, DeliveryTransient("x"), Verdict(RETRY, "x", 30_000, blame=TARGET)),
        (9, 0, DeliveryTransient("x"), Verdict(RETRY, "x", 300_000, blame=TARGET)),
        (0, 0, RateLimited("x", 60), Verdict(RETRY, "x", 60_000, blame=TARGET)),
        (0, 0, CredentialsBroken("x"), Verdict(RETRY, "x", 300_000, blame=SERVICE)),
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


def test_a_message_is_judged_in_favour_of_what_had_the_least_chance_yet() -> None:
    rows = [a_row(attempts=3, created_at=5, plain=True), a_row(attempts=1, created_at=9, plain=False)]
    assert attempt(rows) == Attempt(attempts=1, created_at=9, plain=False, is_summary=True)
    assert attempt(rows[:1]) == Attempt(attempts=3, created_at=5, plain=True)


def a_row(**over: Any) -> OutboxRow:
    values: dict[str, Any] = {
        "id": 1,
        "delivery_id": "d",
        "alert_id": 1,
        "target": Target("room", "#room"),
        "kind": Kind.OPEN,
        "n": 0,
        "via": "rule",
        "state": RowState.CLAIMED,
        "reason": "",
        "attempts": 0,
        "next_at": NOW,
        "created_at": NOW,
        "uncertain_since": None,
        "plain": False,
    }
    return OutboxRow(**{**values, **over})
