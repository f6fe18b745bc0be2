"""Each kind of notice in words that ops act on: raised, and over."""

from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from notifier.channels.render import blocks, text
from notifier.channels.render.html import html
from notifier.channels.render.notices import in_mail, notice_words
from notifier.channels.render.plain import plain
from notifier.channels.render.subject import subject
from notifier.model import Notice, NoticeKind
from tests.support.blockkit import assert_fits, assert_harmless
from tests.support.sample import MINUTE, a_notice

HOUR = 60 * MINUTE
TEN = 1_789_965_000_000  # UTC ms: 10:00 in India

KINDS = {
    NoticeKind.SOURCE_REFUSED: (
        "main/out_missed",
        "TeleCMI refuses what we ask for main/out_missed",
        "TeleCMI answers again for main/out_missed",
    ),
    NoticeKind.SOURCE_FAILING: (
        "main/out_missed",
        "TeleCMI can't be read for main/out_missed",
        "TeleCMI can be read again for main/out_missed",
    ),
    NoticeKind.SOURCE_SILENT: (
        "main/out_missed",
        "TeleCMI has listed no new call for main/out_missed",
        "TeleCMI lists calls again for main/out_missed",
    ),
    NoticeKind.CLOCK_SKEW: (
        "main",
        "Our clock and TeleCMI's differ, for main",
        "Our clock and TeleCMI's agree again, for main",
    ),
    NoticeKind.TARGET_BROKEN: (
        "sales-room:#sales",
        "#sales (sales-room) can't be reached",
        "#sales (sales-room) can be reached again",
    ),
    NoticeKind.EDIT_REFUSED: (
        "agent:agent main/209",
        "A message can't be changed: agent main/209 (agent)",
        "Messages can be changed again: agent main/209 (agent)",
    ),
    NoticeKind.CREDENTIALS_BROKEN: (
        "slack",
        "Slack refuses our credentials",
        "Slack accepts our credentials again",
    ),
    NoticeKind.DEAD_LETTERS: (
        "outbox",
        "Notifications were given up (outbox)",
        "No dead letters are left (outbox)",
    ),
    NoticeKind.DISK: (
        "free space",
        "The store is in trouble (free space)",
        "The store works again (free space)",
    ),
    NoticeKind.RELOAD_REFUSED: (
        "configuration",
        "The new configuration is refused, the old one stays in force",
        "The configuration in the file is in force again",
    ),
    NoticeKind.REJECTS: (
        "main/out_missed",
        "Records of TeleCMI can't be read, for main/out_missed",
        "Records of TeleCMI can be read again, for main/out_missed",
    ),
}


def raised(kind: NoticeKind) -> Notice:
    return a_notice(
        kind=kind, subject=KINDS[kind][0], reason="because of this", raised_at=TEN, now=TEN + 5 * MINUTE
    )


def over(kind: NoticeKind) -> Notice:
    return a_notice(
        kind=kind,
        subject=KINDS[kind][0],
        reason="because of this",
        raised_at=TEN,
        cleared_at=TEN + 5 * HOUR,
        now=TEN + 5 * HOUR,
    )


def everywhere(notice: Notice) -> list[str]:
    return [text(notice), plain(notice), html(notice).replace("&#39;", "'"), str(blocks(notice))]


def test_every_kind_has_a_row() -> None:
    assert set(KINDS) == set(NoticeKind)


@pytest.mark.parametrize("kind", NoticeKind)
def test_a_raised_notice_says_what_why_and_since_when(kind: NoticeKind) -> None:
    _, title, _ = KINDS[kind]
    notice = raised(kind)
    assert notice_words(notice, str).title == title
    assert subject(notice) == f"notifier: {title}"
    assert plain(notice).startswith(f"{title}\n")
    for said in everywhere(notice):
        assert "Since 10:00 IST (+05:30)" in said
        assert "because of this" in said


@pytest.mark.parametrize("kind", NoticeKind)
def test_a_notice_that_is_over_says_how_long_it_lasted_and_what_it_was(kind: NoticeKind) -> None:
    _, title, again = KINDS[kind]
    notice = over(kind)
    assert notice_words(notice, str).title == again
    assert subject(notice) == f"Re: notifier: {title}", "the same, for mail programs that thread by it"
    for said in everywhere(notice):
        assert "Was in trouble from 10:00 IST (+05:30) to 15:00 IST (+05:30) (5 h)" in said
        assert "because of this" in said


@pytest.mark.parametrize(
    ("service", "title"),
    [
        ("slack", "Slack refuses our credentials"),
        ("email", "The mail server refuses our credentials"),
        ("slack webhook support-room", "Slack webhook support-room refuses our credentials"),
        ("webhook hook", "Webhook hook refuses our credentials"),
    ],
)
def test_a_service_is_called_by_its_name(service: str, title: str) -> None:
    assert notice_words(a_notice(subject=service), str).title == title


def test_a_notice_without_a_subject_or_a_reason_is_still_one() -> None:
    notice = a_notice(kind=NoticeKind.DISK, subject="", reason="")
    assert notice_words(notice, str).title == "The store is in trouble (notifier)"
    assert_fits(blocks(notice))
    assert plain(notice) == "The store is in trouble (notifier)\n\nSince 18:43 IST (+05:30).\n"


def test_keys_that_ops_copy_stay_as_they_are() -> None:
    notice = a_notice(reason="#sales is archived: set receivers.sales.slack.to to another channel")
    for said in (str(blocks(notice)), plain(notice), html(notice)):
        assert "set receivers.sales.slack.to to another channel" in said


@pytest.mark.parametrize("kind", NoticeKind)
def test_promise_what_telecmi_said_becomes_no_link_in_a_mail(kind: NoticeKind) -> None:
    notice = a_notice(kind=kind, reason="TeleCMI refused (403: see https://evil.example/x)")
    quotes = kind in {NoticeKind.SOURCE_REFUSED, NoticeKind.SOURCE_FAILING, NoticeKind.REJECTS}
    assert ("evil.example" not in " ".join(in_mail(notice).reason)) is quotes
    assert ("https://" not in html(notice)) is quotes


def test_of_a_long_reason_the_first_lines_are_shown() -> None:
    notice = a_notice(reason="\n".join(f"line {n}" for n in range(1, 9)))
    assert notice_words(notice, str).reason == (*(f"line {n}" for n in range(1, 6)), "and 3 lines more")


texts = st.text(max_size=300) | st.sampled_from(["<!channel>" * 50, "&" * 5_000, "\n" * 99, "x\u2028y"])


@given(
    notice=st.builds(
        a_notice,
        kind=st.sampled_from(NoticeKind),
        subject=texts,
        reason=texts | st.lists(texts, max_size=9).map("\n".join),
        raised_at=st.integers(-(10**15), 10**15),
        cleared_at=st.none() | st.integers(-(10**15), 10**15),
        zone=st.sampled_from([ZoneInfo("Asia/Kolkata"), ZoneInfo("UTC")]),
    )
)
@settings(deadline=None, max_examples=150)
def test_no_notice_leaves_the_limits_or_pings(notice: Notice) -> None:
    assert_fits(blocks(notice))
    said = text(notice)
    assert 1 <= len(said) <= 4_000
    assert_harmless(said)
    assert 1 <= len(subject(notice)) <= 150
    assert "\n" not in subject(notice)
    assert plain(notice).encode()
    assert html(notice).count("<h1") == 1
