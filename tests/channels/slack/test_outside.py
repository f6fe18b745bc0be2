"""Whatever text comes from outside, wherever in whichever message: it is shown as text, and fits."""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import replace
from itertools import accumulate, chain
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from notifier.channels.slack.message import history, metadata, posted, reply
from notifier.model import Event, EventKind, History, Message, Notification, Raised, Severity, Summary
from tests.support.blockkit import assert_fits, assert_harmless, texts_in
from tests.support.clock import START
from tests.support.messages import ALERTS, CASES, MENTIONS
from tests.support.poisoned import EVIL, poisoned
from tests.support.sample import a_call, an_alert
from tests.support.slack_limits import fault

UNSEEN = {"Cc", "Cf", "Cs", "Zl", "Zp"}  # categories
SIZES = (61, 10_000)
ENDLESS = {"letters": "x", "entities": "&", "emoji": "🙂", "digits": "9", "right to left": "م"}
APART = {"\u2068": 1, "\u2069": -1}
"""What keeps a text that runs the other way to itself: ours, and never one within another."""

_STYLING = re.compile(r"[*_~`]")
_DATES = re.compile(r"<!date\^[^>]*>")

A_HISTORY = History(
    delivery_id="6666666666666666aaaaaaaaaaaaaaaa",
    alert=an_alert(customer=a_call().customer, handled_by="agent main/209"),
    events=tuple(
        Event(START + number, kind, who, "a note", START if kind is EventKind.SNOOZED else None)
        for number, kind in enumerate(EventKind)
        for who in ("agent main/209", "Asha")
    ),
    raised=Raised(START, 2, Severity.CRITICAL),
    calls=tuple(a_call(id=f"c{n}", extension=f"{n}", customer=f"+9198{n:08}") for n in range(30)),
    call_count=1_000,
    agent_names={"main/209": "Agent 209"},
    zone=ALERTS["open"].zone,
    now=START,
)


def forms(message: Message | History) -> Iterator[dict[str, Any]]:
    """All that may be posted for it."""
    for plain in (False, True):
        if isinstance(message, History):
            made = history(message, plain=plain)
        else:
            made = posted(message, plain=plain, mentions=MENTIONS, has_buttons=True)
            if isinstance(message, Notification):
                yield reply(message, plain=plain, mentions=MENTIONS) | {"metadata": metadata(message)}
        yield made | {"metadata": metadata(message)}


def assert_shown_as_text(message: Message | History) -> None:
    for payload in forms(message):
        assert fault(payload) is None, payload
        mentions = (*MENTIONS.agents.values(), "<!here>")
        assert_harmless(payload["text"], mentions if "blocks" not in payload else ())
        if "blocks" in payload:
            assert_fits(payload["blocks"], mentions)
        for said in chain([payload["text"]], texts_in(payload.get("blocks", []))):
            hidden = {char for char in said if unicodedata.category(char) in UNSEEN} - {"\n", *APART}
            assert not hidden, said
            for line in said.splitlines():  # at whose end Unicode ends it, too
                assert set(accumulate(APART.get(char, 0) for char in line)) <= {0, 1}, line
        assert not {"link_names", "parse", "username", "icon_url"} & payload.keys()


def in_mrkdwn(payload: dict[str, Any]) -> Iterator[str]:
    """What Slack reads styles out of."""
    yield payload["text"]
    for block in payload.get("blocks", []):
        parts = [block.get("text"), *block.get("elements", [])]
        yield from (part["text"] for part in parts if part and part.get("type") == "mrkdwn")


KINDS: dict[str, Message | History] = {**CASES, "history": A_HISTORY}


@pytest.mark.parametrize("evil", EVIL)
def test_promise_what_comes_from_outside_is_text_in_every_message(evil: str) -> None:
    for message in KINDS.values():
        assert_shown_as_text(poisoned(message, EVIL[evil]))


@pytest.mark.parametrize("evil", ["style", "link", "ping", "emoji", "date"])
@pytest.mark.parametrize("name", [name for name in KINDS if not name.startswith("notice")])
def test_promise_it_styles_nothing_and_links_nowhere(name: str, evil: str) -> None:
    """As much is styled as of a plain name; and no word looks like an address, or an emoji's name."""
    benign, hostile = (forms(poisoned(KINDS[name], text)) for text in ("Suresh", EVIL[evil]))
    for harmless, said in zip(benign, hostile, strict=True):
        for ours, theirs in zip(in_mrkdwn(harmless), in_mrkdwn(said), strict=True):
            assert len(_STYLING.findall(theirs)) <= len(_STYLING.findall(ours)), theirs
            text = _DATES.sub("", theirs)
            assert "evil.example" not in text
            assert "://" not in text
            assert ":boom:" not in text
            assert "mailto:" not in text


@pytest.mark.parametrize("kind", ENDLESS)
def test_promise_at_and_beyond_every_limit_it_fits(kind: str) -> None:
    for message in KINDS.values():
        for size in SIZES:
            assert_shown_as_text(poisoned(message, (ENDLESS[kind] * size)[:size]))


@pytest.mark.parametrize("kind", ENDLESS)
def test_a_summary_of_as_many_as_it_may_name_fits_whatever_they_are_called(kind: str) -> None:
    one = poisoned(ALERTS["escalation"], ENDLESS[kind] * 10_000)
    summary = CASES["summary-burst"]
    assert isinstance(summary, Summary)
    many = tuple(replace(one, alert=replace(one.alert, id=10**12 + number)) for number in range(20))
    assert_shown_as_text(replace(summary, notifications=many))


@given(
    name=st.sampled_from(sorted(KINDS)), text=st.text(max_size=400) | st.sampled_from(sorted(EVIL.values()))
)
@settings(deadline=None, max_examples=60)
def test_promise_any_text_at_all_is_shown_as_text(name: str, text: str) -> None:
    assert_shown_as_text(poisoned(KINDS[name], text))


def test_a_message_of_every_kind_is_poisoned_everywhere() -> None:
    """Else the tests above would show nothing."""
    for name, message in KINDS.items():
        said = str(list(forms(poisoned(message, "Zzyzx"))))
        assert "Zzyzx" in said, name
        assert "Suresh" not in said, name
        assert "98123" not in said, name
        assert "Agent 209" not in said, name
