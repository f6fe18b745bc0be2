"""Notifications full of what nobody should have to expect, for hypothesis."""

from zoneinfo import ZoneInfo

from hypothesis import strategies as st

from notifier.model import AlertState, Attempts, EndReason, Event, EventKind, Kind, Severity, ToldLine
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
    "\u202e\u2066",  # right to left
    "\u200b\ufeff\u2060",  # no width
    "\x00\x1b[31m\x85",
    "\ud83d",  # half of an emoji
    "👨‍👩‍👧🏽",
    ":tada:",
    "98123 45678",
    "{{ 7*7 }}",
    "</h1><script>",
]
texts = (
    st.text(max_size=60) | st.lists(st.sampled_from(EVIL), max_size=40).map("".join) | st.just("&" * 10_000)
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
    handled_by=texts | texts.map("agent {}".format),
    handled_at=st.none() | st.just(0),
    snoozed_until=st.none() | times,
    customer=st.just("") | texts | st.just("+919812345678"),
    follows_up=st.booleans(),
)
events = st.builds(Event, st.just(0), st.sampled_from(EventKind), texts, texts, st.none() | times)
told = st.builds(ToldLine, texts, times, st.sampled_from(Kind))
attempts = st.builds(
    Attempts,
    st.integers(1, 10**9),
    times,
    times,
    st.lists(texts, max_size=5).map(tuple),
    st.none() | times,
    texts,
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
    events=st.lists(events, max_size=3).map(tuple),
    told=st.lists(told, max_size=5).map(tuple),
    attempts=st.none() | attempts,
    is_agent_leg=st.booleans(),
    stands_in_for=texts,
    mask_numbers=st.booleans(),
)
