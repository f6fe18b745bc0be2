import contextlib
import io
import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from notifier.cli.show import (
    LONGEST,
    about,
    ago,
    complain,
    harmless,
    iso,
    person,
    print_json,
    print_table,
    when,
    whom,
)
from notifier.clock import SystemClock
from notifier.config import Config
from notifier.model import Target
from tests.support.clock import START
from tests.support.commands import Terminal
from tests.support.sample import an_alert

CONFIG = Config.model_validate(
    {
        "timezone": "Asia/Kolkata",
        "telecmi": {"accounts": [{"name": "main", "region": "india", "app_id": 1, "secret": "x"}]},
        "agents": {"209": {"name": "Asha"}, "210": {"team": "sales"}},
        "receivers": {
            "room": {"slack": {"to": "#sales"}},
            "leads": {"email": {"to": ["lead@example.com", "agent"]}},
        },
    }
)


def test_times_are_shown_in_the_configured_zone() -> None:
    assert when(CONFIG, START).endswith("IST (+05:30)")
    assert when(CONFIG, None) == "never"


def test_times_for_programs_are_iso_in_utc() -> None:
    assert iso(1_790_000_000_001) == "2026-09-21T14:13:20.001Z"
    assert iso(None) is None


def test_how_long_ago_is_never_in_the_future() -> None:
    now = SystemClock().now()
    assert ago(now - 125_000) == "2 min 5 s ago"
    assert ago(now + 60_000) == "0 s ago"


def test_an_agent_has_a_name_where_the_configuration_has_one() -> None:
    assert person(CONFIG, "main/209") == "main/209 (Asha)"
    assert person(CONFIG, "main/210") == "main/210"
    assert person(CONFIG, "main/999") == "main/999"


@pytest.mark.parametrize(
    ("per", "key", "words"),
    [
        (("customer",), "customer=+919812345678", "customer +919812345678"),
        (("call",), "call=main/out_missed/an/id", "call an/id"),
        (("team",), "team=", "team (none)"),
        (("team",), "team=R&D=%26", "team R&D=%26"),
        (("extension", "team"), "extension=main/209&team=R%26D%25", "extension main/209, team R&D%"),
    ],
)
def test_what_an_alert_is_about_is_told_in_words(per: tuple[str, ...], key: str, words: str) -> None:
    assert about(an_alert(per=per, key=key)) == words


def test_a_target_is_shown_with_the_address_that_the_configuration_has() -> None:
    (lead,) = CONFIG.receivers["leads"].recipients("main/209", {})
    assert lead.startswith("mail-")
    assert whom(CONFIG, Target("leads", lead)) == "leads lead@example.com"
    assert whom(CONFIG, Target("leads", "mail-0123")) == "leads mail-0123"
    assert whom(CONFIG, Target("leads", "agent main/209")) == "leads main/209"
    assert whom(CONFIG, Target("room", "#sales")) == "room #sales"
    assert whom(CONFIG, Target("gone", "#sales")) == "gone #sales"


@settings(deadline=None)
@given(st.text(st.characters(exclude_categories=()), max_size=400))
def test_whatever_the_text_a_terminal_obeys_none_of_it(text: str) -> None:
    shown = harmless(text)
    assert len(shown) <= LONGEST
    shown.encode()  # no half of a surrogate pair
    assert not any(ord(char) < 32 or 127 <= ord(char) < 160 or char in "\u202e\u2066\u2028" for char in shown)


def test_scripts_that_need_joiners_are_left_whole() -> None:
    assert harmless("क्‍ष प्रिया ராஜேஷ்") == "क्‍ष प्रिया ராஜேஷ்"


def test_complaints_keep_their_lines_and_nothing_worse(capsys: pytest.CaptureFixture[str]) -> None:
    complain("one\ntwo\x1b[2J")
    assert capsys.readouterr().err == "one\ntwo�[2J\n"


def test_json_is_ascii_and_gives_back_every_character(capsys: pytest.CaptureFixture[str]) -> None:
    value = {"name": "ராஜேஷ் \x9b31m \u202e"}
    print_json(value)
    printed = capsys.readouterr().out
    assert printed.isascii()
    assert json.loads(printed) == value


def test_a_table_off_a_terminal_has_no_head_and_tabs(capsys: pytest.CaptureFixture[str]) -> None:
    print_table(("a", "b"), [("1\t\n", "n" * 10_000), ("2", "[red]x[/red]")], "nothing")
    out, err = capsys.readouterr()
    first, second = out.splitlines()
    assert first.split("\t")[0] == "1��"
    assert len(first) < LONGEST + 10
    assert second == "2\t[red]x[/red]"
    assert err == ""


def test_a_table_on_a_terminal_cuts_nothing_off() -> None:
    terminal = Terminal()
    with contextlib.redirect_stdout(terminal):
        print_table(("a", "b"), [("x" * 250, "y" * 250)], "nothing")
    assert (terminal.getvalue().count("x"), terminal.getvalue().count("y")) == (250, 250)


def test_a_table_on_a_terminal_has_a_head_and_obeys_no_markup() -> None:
    terminal = Terminal()
    with contextlib.redirect_stdout(terminal):
        print_table(("first", "second"), [("1", "[red]x[/red] :smile:")], "nothing")
    head, row = terminal.getvalue().splitlines()
    assert "first" in head
    assert "[red]x[/red] :smile:" in row


@pytest.mark.parametrize("out", [Terminal(), io.StringIO()])
def test_no_rows_are_said_aside(capsys: pytest.CaptureFixture[str], out: io.StringIO) -> None:
    with contextlib.redirect_stdout(out):
        print_table(("a",), [], "no calls")
    assert (out.getvalue(), capsys.readouterr().err) == ("", "no calls\n")
