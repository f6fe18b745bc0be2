"""A summary names every alert, whatever they hold, and stays within Slack's limits at its full size."""

import json
from dataclasses import replace
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from notifier.channels.mail import Mail
from notifier.channels.render import blocks, text
from notifier.channels.render.escape import mrkdwn
from notifier.channels.render.html import html
from notifier.channels.render.plain import plain
from notifier.channels.render.subject import subject
from notifier.channels.render.summaries import summary_words
from notifier.channels.slack.bot import SUMMARY_SIZE
from notifier.model import (
    Alert,
    AlertState,
    Call,
    EndReason,
    Event,
    EventKind,
    Gathered,
    Kind,
    Notification,
    Severity,
    Summary,
)
from tests.support.blockkit import assert_fits, assert_harmless
from tests.support.clock import START
from tests.support.hostile import notifications
from tests.support.sample import MINUTE, a_call, a_notification, a_summary, an_alert
from tests.support.slack_limits import TEXT, fault

LARGEST_ID = 2**63 - 1


def of(*alerts: Alert) -> Summary:
    return a_summary(tuple(a_notification(alert=each, delivery_id=f"d{each.id}") for each in alerts))


def unfolded(said: str) -> str:
    return " ".join(said.split())


def tags(summary: Summary) -> list[str]:
    return [item.tag for item in summary_words(summary, str).items]


def test_the_gravest_come_first_then_the_newest() -> None:
    summary = of(
        an_alert(id=1, last_call_at=START - 3 * MINUTE),
        an_alert(id=2, last_call_at=START - MINUTE),
        an_alert(id=3, severity=Severity.CRITICAL, last_call_at=START - 9 * MINUTE),
        an_alert(id=4, severity=Severity.WARNING),
        an_alert(id=5, last_call_at=START - 3 * MINUTE),
    )
    assert tags(summary) == ["A3", "A4", "A2", "A1", "A5"]
    assert summary_words(summary, str).severity == "critical"


@pytest.mark.parametrize(
    ("gathered", "title", "why"),
    [
        (Gathered.BURST, "2 alerts at once", "More came than are told one by one."),
        (
            Gathered.STALE,
            "2 alerts, reported late",
            "These calls, placed 18:13 IST (+05:30) to 19:42 IST (+05:30), came from TeleCMI only now.",
        ),
        (
            Gathered.HELD,
            "2 alerts, held until now",
            "They came when their rules do not tell anybody, and were kept until now.",
        ),
    ],
)
def test_it_says_how_many_and_why(gathered: Gathered, title: str, why: str) -> None:
    summary = replace(
        of(an_alert(id=1), an_alert(id=2, first_call_at=START - 90 * MINUTE)), gathered=gathered
    )
    assert subject(summary) == f"{title} (A1 to A2)"
    for said in (text(summary), unfolded(plain(summary)), html(summary), str(blocks(summary))):
        assert title in said
        assert why in said
        assert "part" not in said.replace("padding", "")


@pytest.mark.parametrize(
    ("events", "why"),
    [
        (("held", "held"), "They came when their rules do not tell anybody, and were kept until now."),
        (("Asha", "Asha"), "They were silenced by Asha, and kept until now."),
        (
            ("held", "Ra<vi"),
            (
                "They came when their rules do not tell anybody, or were silenced by Ra&lt;vi, and were kept "
                "until now."
            ),
        ),
        (("1", "2", "3", "4"), "They were silenced by 1, 2, 3 and 1 more, and kept until now."),
    ],
    ids=["closed", "silenced", "both", "by many"],
)
def test_what_was_held_says_by_what_and_by_whom(events: tuple[str, ...], why: str) -> None:
    held = [
        Event(START, EventKind.HELD) if who == "held" else Event(START, EventKind.SILENCED, who)
        for who in events
    ]
    base = of(*(an_alert(id=number) for number in range(1, len(events) + 1)))
    told = tuple(replace(each, events=(event,)) for each, event in zip(base.notifications, held, strict=True))
    summary = replace(base, notifications=told, gathered=Gathered.HELD)
    assert summary_words(summary, mrkdwn).why == why


def test_a_part_says_which_of_how_many_it_is() -> None:
    summary = a_summary(part=2, parts=3)
    for said in (text(summary), plain(summary), html(summary), str(blocks(summary))):
        assert "2 alerts at once (part 2 of 3)" in said
    assert subject(summary) == "2 alerts at once (A12 to A13, part 2 of 3)"


@pytest.mark.parametrize(
    ("notification", "line"),
    [
        (
            a_notification(),
            "A12 · Suresh, +91 98123 45678 · by Agent 209 · 19:42 IST (+05:30) · rule not-reached",
        ),
        (
            a_notification(country="IN", calls=(a_call(name=""),), agent_names={}),
            "A12 · 098123 45678 · by extension 209 · 19:42 IST (+05:30) · rule not-reached",
        ),
        (
            a_notification(kind=Kind.UPDATE, alert=an_alert(call_count=3)),
            (
                "A12 · Suresh, +91 98123 45678 · by Agent 209 · last 19:42 IST (+05:30) · 3 calls"
                " · rule not-reached · New calls joined, 3 in all"
            ),
        ),
        (
            a_notification(
                alert=an_alert(per=("extension",), needed=5, within=30 * MINUTE, call_count=7),
                calls=(a_call(), a_call(customer="+919812345679")),
            ),
            (
                "A12 · 5 missed calls by Agent 209 within 30 min · last 19:42 IST (+05:30) · 7 calls"
                " · rule not-reached"
            ),
        ),
        (
            a_notification(
                alert=an_alert(per=("team",), severity=Severity.WARNING, call_count=2),
                calls=(a_call(), a_call(customer="+919812345679", extension="210")),
            ),
            (
                "A12 · warning · 2 missed calls by one team · by extension 210 and 1 more"
                " · last 19:42 IST (+05:30) · rule not-reached"
            ),
        ),
        (
            a_notification(calls=()),
            "A12 · 1 missed call · by Agent 209 · 19:42 IST (+05:30) · rule not-reached",
        ),
    ],
)
def test_a_line_says_whom_to_call_back_who_tried_when_and_how_often(
    notification: Notification, line: str
) -> None:
    assert str(summary_words(a_summary((notification, notification)), str).items[0]) == line


def worst(number: int, call: Call, **over: object) -> Notification:
    """All that an alert can hold, at its longest."""
    long = "&" * 10**4
    alert = an_alert(
        id=LARGEST_ID - number,
        rule=long,
        severity=Severity.CRITICAL,
        level=10**9,
        needed=10**12,
        within=10**12,
        call_count=10**12,
        last_call_at=1_000,
        first_call_at=1_000,
        **over,
    )
    names = {call.agent: long, alert.agent: long}
    return a_notification(alert=alert, calls=(call,), kind=Kind.LEVEL, agent_names=names)


def worst_summary(size: int) -> Summary:
    long = "&" * 10**4
    call = a_call(account=long, extension=long, customer=long, name=long, placed_at=1_000)
    many = tuple(worst(n, call, per=("customer", "extension"), agent=f"{long}/{long}") for n in range(size))
    return a_summary(many, gathered=Gathered.STALE, part=10**6, parts=10**6)


def test_promise_at_its_full_size_every_alert_is_named_with_formatting_and_without() -> None:
    summary = worst_summary(SUMMARY_SIZE)
    assert len(text(summary)) <= TEXT
    assert_harmless(text(summary))
    assert_fits(blocks(summary))
    assert fault({"text": text(summary), "blocks": blocks(summary)}) is None
    for number in range(SUMMARY_SIZE):
        tag = f"A{LARGEST_ID - number}"
        for said in (text(summary), json.dumps(blocks(summary)), plain(summary), html(summary)):
            assert tag in said


def test_beyond_its_full_size_slack_would_refuse_it() -> None:
    summary = worst_summary(3 * SUMMARY_SIZE)
    assert fault({"text": text(summary)}) == "msg_too_long"
    assert fault({"text": "", "blocks": blocks(summary)}) == "msg_blocks_too_long"


def test_what_is_done_meanwhile_comes_last_and_is_marked() -> None:
    done = {"state": AlertState.ENDED, "handled_by": "Asha", "handled_at": START}
    summary = replace(
        of(
            an_alert(id=1, severity=Severity.CRITICAL, ended_as=EndReason.REACHED, **done),
            an_alert(id=2, ended_as=EndReason.RESOLVED, **done),
            an_alert(id=3, severity=Severity.WARNING),
        ),
        gathered=Gathered.HELD,
    )
    assert tags(summary) == ["A3", "A1", "A2"]
    assert summary_words(summary, str).severity == "warning"
    for said in (text(summary), unfolded(plain(summary)), html(summary), str(blocks(summary))):
        assert "Done meanwhile: 2, listed last." in said
        assert "Reached by Asha, 19:43 IST (+05:30)" in said
    rows = str(blocks(summary)[-1])
    assert (rows.count("✅"), rows.count("🟠")) == (2, 1)


def test_promise_at_its_full_size_it_names_those_that_are_done_too() -> None:
    summary = worst_summary(SUMMARY_SIZE)
    over = [
        replace(
            each.alert,
            state=AlertState.ENDED,
            ended_as=EndReason.REACHED,
            handled_by="&" * 10**4,
            handled_at=1_000,
        )
        for each in summary.notifications
    ]
    several = zip(summary.notifications, over, strict=True)
    summary = replace(summary, notifications=tuple(replace(each, alert=alert) for each, alert in several))
    assert len(text(summary)) <= TEXT
    assert_fits(blocks(summary))
    assert fault({"text": text(summary), "blocks": blocks(summary)}) is None


def test_a_section_takes_as_many_lines_as_fit_and_no_line_is_parted() -> None:
    made = blocks(worst_summary(SUMMARY_SIZE))
    rows = [str(block["text"]["text"]) for block in made[2:]]  # type: ignore[index] # a section has a text
    assert len(rows) > 1
    assert all(len(row) <= 3_000 for row in rows)
    assert sum(len(row.splitlines()) for row in rows) == SUMMARY_SIZE
    assert all(line.startswith("🔴 *") and " · A" in line for row in rows for line in row.splitlines())


def test_a_mail_names_as_many_as_it_may() -> None:
    size = Mail.summary_size
    summary = of(*(an_alert(id=n) for n in range(1, size + 1)))
    for said in (plain(summary), html(summary)):
        assert all(f"A{n}" in said for n in range(1, size + 1))


@given(
    summary=st.builds(
        a_summary,
        st.lists(notifications, min_size=2, max_size=SUMMARY_SIZE).map(tuple),
        gathered=st.sampled_from(Gathered),
        part=st.integers(1, 600),
        parts=st.integers(1, 600),
        zone=st.sampled_from([ZoneInfo("Asia/Kolkata"), ZoneInfo("America/Sao_Paulo")]),
    )
)
@settings(deadline=None, max_examples=60)
def test_no_text_from_outside_leaves_the_limits_or_pings(summary: Summary) -> None:
    assert_fits(blocks(summary))
    said = text(summary)
    assert 1 <= len(said) <= TEXT
    assert_harmless(said)
    assert "https://" not in said
    assert len(said.splitlines()) == 1 + len(summary.notifications)
    assert subject(summary).isprintable()
    assert html(summary).count("<h1") == 1
    assert plain(summary).encode()
