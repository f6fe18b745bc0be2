import re
import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from notifier.channels.render.escape import clean, label, literal, mrkdwn, shorten, unlinked
from tests.support.blockkit import assert_harmless

COMMANDS = ["<!channel>", "<!here|here>", "<@U012345>", "<#C012345>", "<https://evil.example|here>", "&lt;"]
hostile = st.lists(
    st.sampled_from([*COMMANDS, "&", "<", ">", "e\u0301", "👨🏽"]) | st.text(), max_size=30
).map("".join)


def unescaped(text: str) -> str:
    return text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")


@given(text=hostile)
@settings(deadline=None)
def test_escaping_disarms_every_command_and_loses_nothing(text: str) -> None:
    assert_harmless(mrkdwn(text))
    assert unescaped(mrkdwn(text)) == text


@given(text=hostile, limit=st.integers(1, 60))
@settings(deadline=None)
def test_shortening_keeps_the_limit_and_cuts_no_entity(text: str, limit: int) -> None:
    escaped = mrkdwn(text)
    short = shorten(escaped, limit)
    assert len(short) <= limit
    assert_harmless(short)
    if len(escaped) > limit:
        assert short.endswith("…")
        assert escaped.startswith(short[:-1])
    else:
        assert short == escaped


@pytest.mark.parametrize("limit", range(1, 12))
def test_an_entity_is_kept_whole_or_left_out(limit: int) -> None:
    assert re.fullmatch(
        r"(?:a?|a&lt;|a&lt;&amp;|a&lt;&amp;b)…|a&lt;&amp;bc", shorten("a&lt;&amp;bcde", limit)
    )


def test_a_letter_is_not_parted_from_its_marks() -> None:
    assert shorten("abce\u0301\u0323f", 5) == "abc…"
    assert shorten("ab👍🏽cd", 4) == "ab…"


def test_a_letter_with_endless_marks_does_not_eat_what_is_before_it() -> None:
    assert len(shorten("abc" + "\u0301" * 10_000, 100)) > 50


@given(text=st.text(alphabet=st.characters(codec=None)))
@settings(deadline=None)
def test_clean_text_is_one_line_that_can_be_encoded(text: str) -> None:
    cleaned = clean(text)
    cleaned.encode()
    assert cleaned == " ".join(cleaned.split())
    assert not [char for char in cleaned if unicodedata.category(char) in {"Cc", "Cf", "Cs", "Zl", "Zp"}]
    assert clean(cleaned) == cleaned


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a\r\nb\tc", "a b c"),
        ("a\x0b\x0c\x1c\x85\u2028\u2029b", "a b"),
        ("\u202eevil\u202c \u200b\u200d\ufeff\x00name", "evil name"),
        ("\ud83d half", "half"),
        ("  सुरेश  कुमार ", "सुरेश कुमार"),
    ],
)
def test_cleaning_by_example(text: str, expected: str) -> None:
    assert clean(text) == expected


@given(text=hostile)
@settings(deadline=None)
def test_literal_text_has_nothing_that_mrkdwn_styles_or_links(text: str) -> None:
    shown = literal(text)
    assert_harmless(shown)
    assert not set(shown) & set("*_~`:")
    assert not re.search(r"\w\.\w", shown)


def test_literal_text_looks_as_it_did() -> None:
    assert literal("Dr. Suresh & Sons (Pvt.) Ltd.") == "Dr. Suresh &amp; Sons (Pvt.) Ltd."


def test_a_label_of_a_million_characters_is_cut() -> None:
    assert label("x" * 10**6, 60) == "x" * 59 + "…"
    assert label("short", 60) == "short"


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("Win at https://evil.example/pay", "Win at https∶//evil․example/pay"),  # noqa: RUF001 - they look alike
        ("evil.example", "evil․example"),  # noqa: RUF001 - likewise
        ("Dr. Rao & Sons", "Dr. Rao & Sons"),
    ],
)
def test_no_program_makes_a_link_of_a_name(name: str, shown: str) -> None:
    assert unlinked(name) == shown
