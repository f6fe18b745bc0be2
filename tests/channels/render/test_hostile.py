"""Whatever comes in, every message stays within the limits, can't ping, and can't link."""

import unicodedata
from zoneinfo import ZoneInfo

from hypothesis import given, settings
from hypothesis import strategies as st

from notifier.channels.render import blocks, html, plain, subject, text
from notifier.model import AlertState, EndReason, Kind, Notification, Severity
from tests.support.blockkit import assert_fits, assert_harmless
from tests.support.sample import a_call, a_notification, an_alert

EVIL = [
    "<!channel>",
    "<@U012345>",
    "@here",
    "@channel",
    "&amp;",
    "<",
    "&",
    "`*_~",
    "\r\n> ",
    "https://a.b/c",
    "नमस्ते",
]
texts = (
    st.text(max_size=60) | st.lists(st.sampled_from(EVIL), max_size=40).map("".join) | st.just("&" * 5_000)
)
times = st.integers(-(10**15), 10**15) | st.integers(1_780_000_000_000, 1_800_000_000_000)
calls = st.builds(
    a_call,
    account=texts,
    extension=texts,
    customer=texts | st.just("+919812345678"),
    name=texts,
    placed_at=times,
)
alerts = st.builds(
    an_alert,
    rule=texts,
    agent=texts,
    per=st.lists(
        st.sampled_from(["call", "customer", "extension", "team", "account"]), min_size=1, unique=True
    ).map(tuple),
    state=st.sampled_from(AlertState),
    ended_as=st.none() | st.sampled_from(EndReason),
    severity=st.sampled_from(Severity),
    level=st.integers(0, 9),
    needed=st.integers(1, 10**9),
    within=st.none() | st.integers(0, 10**12),
    call_count=st.integers(1, 10**9),
    first_call_at=times,
    last_call_at=times,
    last_joined_at=times,
    ended_at=st.none() | times,
)
notifications = st.builds(
    a_notification,
    kind=st.sampled_from(Kind),
    alert=alerts,
    calls=st.lists(calls, max_size=50).map(tuple),
    agent_names=st.dictionaries(texts, texts, max_size=3),
    zone=st.sampled_from([ZoneInfo("Asia/Kolkata"), ZoneInfo("America/Sao_Paulo")]),
    now=times,
    test=st.booleans(),
    country=st.sampled_from([None, "IN", "US"]),
)


@given(notification=notifications)
@settings(deadline=None, max_examples=150)
def test_no_text_from_outside_leaves_the_limits_or_pings(notification: Notification) -> None:
    assert_fits(blocks(notification))
    said = text(notification)
    assert 1 <= len(said) <= 3_000
    assert_harmless(said)
    assert "https://" not in said


@given(notification=notifications)
@settings(deadline=None, max_examples=100)
def test_no_text_from_outside_breaks_an_email(notification: Notification) -> None:
    line = subject(notification)
    assert 1 <= len(line) <= 150
    assert not [char for char in line if unicodedata.category(char) in {"Cc", "Cf", "Zl", "Zp"}]
    assert plain(notification).encode()
    page = html(notification)
    assert page.count("<h1") == 1
    assert "<!channel>" not in page
    assert len(page) < 100_000


def test_the_longest_of_everything_still_fits() -> None:
    worst = "&" * 10**6
    many = tuple(
        a_call(account=f"{n}", extension=worst, customer=f"{n}{worst}", name=worst, placed_at=1_000)
        for n in range(50)
    )
    alert = an_alert(
        rule=worst, agent=worst, per=("extension", "customer"), call_count=10**12, within=10**12, level=9
    )
    notification = a_notification(
        alert=alert, calls=many, kind=Kind.LEVEL, test=True, agent_names={call.agent: worst for call in many}
    )
    assert_fits(blocks(notification))
    assert len(text(notification)) <= 3_000
