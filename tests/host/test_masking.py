import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from notifier.host.masking import Masking


@pytest.fixture
def masking() -> Masking:
    return Masking()


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("called +919812345678 twice", "called +91…5678 twice"),
        ("called +91 98123 45678 twice", "called +91…5678 twice"),
        ("called +1 (415) 555-0100", "called +1 …0100"),
        ("customer=919812345678,", "customer=919…5678,"),
        ("09812345678", "098…5678"),
        ("+4930123456", "+49…3456"),
        ("+12345678", "+12…5678"),
    ],
)
def test_a_phone_number_keeps_its_ends_only(masking: Masking, text: str, shown: str) -> None:
    assert masking.clean(text, limit=100) == shown


@pytest.mark.parametrize(
    "text",
    [
        "extension 209",
        "app 1111113",
        "2026-11-23T06:25:11.123+05:30",
        "ends in 123456789",
        "1" * 16,
        "HTTP 503",
    ],
)
def test_what_is_no_phone_number_stays(masking: Masking, text: str) -> None:
    assert masking.clean(text, limit=100) == text


def test_phone_numbers_stay_where_the_caller_says_that_there_are_none(masking: Masking) -> None:
    assert masking.clean("1790000000000", limit=100, phones=False) == "1790000000000"


def test_a_secret_goes_wherever_it_stands_and_the_longest_first(masking: Masking) -> None:
    masking.protect(["xoxb-abc", "xoxb-abc-def"])
    assert masking.clean("a xoxb-abc-def b xoxb-abc c", limit=100) == "a *** b *** c"
    assert masking.clean("xoxb-abc", limit=100, phones=False) == "***"


def test_a_secret_goes_in_its_quoted_forms_too(masking: Masking) -> None:
    masking.protect(["p&ss w'rd\\"])
    assert masking.clean("password=p%26ss%20w%27rd%5C", limit=100) == "password=***"
    assert masking.clean(repr({"password": "p&ss w'rd\\"}), limit=100) == """{'password': "***"}"""


def test_of_a_secret_url_the_path_alone_goes_too(masking: Masking) -> None:
    masking.protect(["https://hooks.example.com/services/T0/B0/secret"])
    assert masking.clean("POST /services/T0/B0/secret 404", limit=100) == "POST /*** 404"


def test_a_url_with_a_common_path_does_not_mask_that_word_everywhere(masking: Masking) -> None:
    masking.protect(["https://example.com/ping", "https://example.com"])
    assert masking.clean("ping https://example.com/ping", limit=100) == "ping ***"


def test_later_secrets_do_not_make_earlier_ones_forgotten(masking: Masking) -> None:
    masking.protect(["first-secret"])
    masking.protect(["second-secret"])
    assert masking.clean("first-secret second-secret", limit=100) == "*** ***"


def test_nothing_too_short_to_be_a_secret_is_masked(masking: Masking) -> None:
    masking.protect(["", "a", "abc"])
    assert masking.clean("a word with abc", limit=100) == "a word with abc"


def test_what_a_terminal_would_act_on_goes(masking: Masking) -> None:
    assert masking.clean("a\x1b[31mb\nc\u202ed\ud800", limit=100) == "a�[31mb�c�d�"


def test_lines_stay_where_there_are_lines(masking: Masking) -> None:
    assert masking.clean("one\n\ttwo\x1b\r", limit=100, lines=True) == "one\n\ttwo��"


def test_a_long_text_loses_its_middle_after_it_was_masked(masking: Masking) -> None:
    masking.protect(["secret-value"])
    text = masking.clean("a" * 45 + "secret-value" + "b" * 1_000_000, limit=100)
    assert text == "a" * 45 + "***" + " … " + "b" * 48


@given(
    before=st.text(max_size=30),
    secret=st.text(
        st.characters(codec="ascii", categories=("L", "P", "S"), exclude_characters="*"),
        min_size=4,
        max_size=20,
    ),
    after=st.text(max_size=30),
    limit=st.integers(20, 60),
)
@settings(deadline=None)
def test_no_secret_survives_and_the_limit_holds(before: str, secret: str, after: str, limit: int) -> None:
    masking = Masking()
    masking.protect([secret])
    cleaned = masking.clean(before + secret + after, limit=limit)
    assert len(cleaned) <= limit
    assert secret not in cleaned


@given(st.text(st.sampled_from("+0123456789 -().x"), max_size=60))
@settings(deadline=None)
def test_no_run_of_digits_that_could_be_a_number_survives(text: str) -> None:
    cleaned = Masking().clean(text, limit=200)
    runs = "".join(c if c.isdigit() else " " for c in cleaned).split()
    assert all(len(run) < 10 or len(run) > 15 for run in runs)
