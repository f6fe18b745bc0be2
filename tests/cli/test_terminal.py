"""What a person sees on a terminal of 80 columns."""

import pytest

from notifier.cli.terminal import fitting, hung, show_table
from tests.cli.conftest import Scene
from tests.support.commands import on_terminal


@pytest.mark.parametrize("command", ["calls", "alerts", "outbox"])
def test_a_table_names_the_zone_once_and_breaks_no_words(full: Scene, command: str) -> None:
    table = on_terminal(command, "-c", full.config, width=88)
    assert table.count("(+05:30)") == 1
    assert max(len(line) for line in table.splitlines() if "\x1b" not in line) <= 88
    for word in {"calls": ["+919812345678"], "alerts": ["not-reached"], "outbox": ["lead@example.com"]}[
        command
    ]:
        assert word in table


def test_times_of_different_zones_keep_them(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    show_table(("a", "b"), [("1 CET (+01:00)", ""), ("2 CEST (+02:00)", "3 CET (+01:00)")])
    head, first, second = capsys.readouterr().out.splitlines()
    assert head.split() == ["a", "b,", "CET", "(+01:00)"]
    assert first.split() == ["1", "CET", "(+01:00)"]
    assert second.split() == ["2", "CEST", "(+02:00)", "3"]


@pytest.mark.parametrize(
    ("words", "whole", "room", "widths"),
    [
        ([3, 5], [3, 5], 20, [3, 5]),
        ([3, 5], [30, 8], 20, [12, 8]),
        ([3, 24], [9, 24], 20, [3, 17]),
        ([3, 24, 24], [3, 24, 24], 23, [3, 10, 10]),
        ([9, 9], [9, 9], 1, [1, 1]),
    ],
)
def test_only_the_longest_words_are_broken(
    words: list[int], whole: list[int], room: int, widths: list[int]
) -> None:
    assert fitting(words, whole, room) == widths


def test_what_is_too_wide_for_any_terminal_is_folded(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "20")
    show_table(("a", "b"), [("x" * 18, "y" * 18)])
    lines = capsys.readouterr().out.splitlines()
    assert max(map(len, lines)) <= 20
    assert "".join(lines).count("x") == 18


def test_a_long_line_hangs_together(full: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "40")
    assert hung("  one " + "word " * 10).splitlines()[1].startswith("      word")
    assert hung("short") == "short"
    told = on_terminal("explain", "A1", "-c", full.config, width=80).splitlines()
    assert max(map(len, told)) <= 80
    assert any(line.startswith("        ") for line in told)
