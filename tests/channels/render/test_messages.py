"""Every message against a golden file; `GOLDEN=write pytest tests/channels/render` writes them anew."""

import json
import os
from dataclasses import replace
from pathlib import Path

import pytest

from notifier.channels.render import blocks, html, plain, sample_notification, subject, text
from notifier.model import AlertState, EndReason, Kind, Notification, Severity
from tests.support.blockkit import assert_fits, assert_harmless
from tests.support.sample import MINUTE, a_call, a_notification, an_alert

GOLDEN = Path(__file__).parent / "golden"


def too_many(*, level: int = 0, needed: int = 5) -> Notification:
    """A threshold alert: 13 calls of one agent to 13 customers."""
    calls = tuple(
        a_call(
            id=f"c{back}",
            customer=f"+9198123456{back:02d}",
            placed_at=a_call().placed_at - back * MINUTE,
            name="" if back % 3 else f"Customer {back}",
        )
        for back in range(12, -1, -1)
    )
    alert = an_alert(
        per=("extension",),
        rule="too-many-misses",
        needed=needed,
        level=level,
        within=30 * MINUTE,
        call_count=13,
        severity=Severity.WARNING,
        first_call_at=calls[0].placed_at,
    )
    return a_notification(alert=alert, calls=calls)


def ended(notification: Notification, reason: EndReason, after: int) -> Notification:
    alert = notification.alert
    gone = replace(
        alert, state=AlertState.ENDED, ended_as=reason, ended_at=alert.last_joined_at + after * MINUTE
    )
    return replace(notification, alert=gone, now=notification.now + after * MINUTE)


def by_two_agents() -> Notification:
    calls = (a_call(placed_at=a_call().placed_at - 60 * MINUTE), a_call(account="other", extension="210"))
    alert = an_alert(
        call_count=2, agent="other/210", needed=2, within=90 * MINUTE, first_call_at=calls[0].placed_at
    )
    return a_notification(alert=alert, calls=calls)


CASES = {
    "open": a_notification(),
    "open-threshold": too_many(),
    "open-two-agents": by_two_agents(),
    "level": replace(too_many(level=1, needed=12), kind=Kind.LEVEL),
    "update": replace(by_two_agents(), kind=Kind.UPDATE),
    "ended-told": ended(a_notification(), EndReason.TOLD, 0),
    "ended-quiet": ended(too_many(), EndReason.QUIET, 30),
    "ended-expired": ended(a_notification(), EndReason.EXPIRED, 24 * 60),
    "ended-rule-removed": ended(a_notification(), EndReason.RULE_REMOVED, 5),
    "test": sample_notification(a_notification().zone, a_notification().now, "ab", country="IN"),
}


@pytest.mark.parametrize("name", CASES)
def test_a_message_is_what_its_golden_file_says(name: str) -> None:
    notification = CASES[name]
    told = {
        "text": text(notification).splitlines(),
        "plain": plain(notification).splitlines(),
        "subject": subject(notification),
        "blocks": blocks(notification),
    }
    files = {
        GOLDEN / f"{name}.json": json.dumps(told, indent=1, ensure_ascii=False) + "\n",
        GOLDEN / f"{name}.html": html(notification) + "\n",
    }
    for path, made in files.items():
        if os.environ.get("GOLDEN") == "write":
            path.write_text(made)
        assert path.read_text() == made


def test_no_golden_file_is_left_over() -> None:
    assert {path.stem for path in GOLDEN.iterdir()} == set(CASES)


@pytest.mark.parametrize("notification", CASES.values(), ids=CASES)
def test_each_fits_into_slack(notification: Notification) -> None:
    assert_fits(blocks(notification))
    assert_harmless(text(notification))


def test_an_alert_that_ended_by_being_told_looks_open() -> None:
    assert blocks(CASES["ended-told"]) == blocks(CASES["open"])


def test_an_ended_alert_is_quieter_than_an_open_one() -> None:
    quiet = blocks(CASES["ended-quiet"])
    assert [block["type"] for block in quiet] == ["section", "context"]
    assert "Quiet since 19:42 IST (+05:30)" in str(quiet)


def test_an_ended_test_still_says_that_it_is_one() -> None:
    over = ended(CASES["test"], EndReason.EXPIRED, 5)
    assert all(
        "test with sample data" in said for said in (str(blocks(over)), text(over), plain(over), html(over))
    )


def test_html_loads_nothing_and_dials() -> None:
    page = html(CASES["open"])
    assert 'href="tel:+919812345678"' in page
    assert "src=" not in page
    assert "http" not in page
