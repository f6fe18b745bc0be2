import re

import pytest

from notifier.cli.show import LONGEST
from tests.cli.conftest import Scene
from tests.support.commands import as_json, complaint, configured, notifier, on_terminal, shown
from tests.support.world import MINUTE
from tests.support.worlds import MakeWorld


def columns(*arguments: object) -> list[list[str]]:
    return [line.split("\t") for line in shown(*arguments)]


def test_off_a_terminal_every_call_is_a_line_of_columns(full: Scene) -> None:
    rows = columns("calls", "-c", full.config)
    assert len(rows) == 6
    assert all(len(row) == 6 for row in rows)
    assert [row[3] for row in rows] == ["Anil", "Fatima", "Suresh", "Priya", "Suresh", "Before"]
    placed, agent, customer, _, became, ident = rows[4]
    assert placed.endswith("IST (+05:30)")
    assert agent == "main/209 (Asha)"
    assert customer == "+919812345678"
    assert became == "not-reached: opened A1, too-many: below threshold"
    assert ident == f"{2:024x}"
    assert rows[5][4] == "not-reached: baseline, too-many: baseline"


def test_on_a_terminal_there_is_a_table_with_a_head(full: Scene) -> None:
    lines = on_terminal("calls", "-c", full.config).splitlines()
    assert "what became of it" in lines[0]
    assert any("Suresh" in line and "+919812345678" in line for line in lines)


def test_calls_of_one_extension(full: Scene) -> None:
    assert [row[3] for row in columns("calls", "-c", full.config, "--extension", "210")] == ["Fatima"]
    assert [row[3] for row in columns("calls", "-c", full.config, "--extension", "main/305")] == ["Anil"]
    nothing = notifier("calls", "-c", full.config, "--extension", "main/999")
    assert (nothing.exit_code, nothing.stdout) == (0, "")
    assert nothing.stderr == "no such calls; `notifier status` says when TeleCMI was read\n"


@pytest.mark.parametrize("json", [(), ("--json",)])
def test_an_account_that_the_configuration_has_not_is_no_reason_to_find_nothing(
    full: Scene, json: tuple[str, ...]
) -> None:
    result = notifier("calls", "-c", full.config, "--extension", "mian/305", *json)
    assert (result.exit_code, result.stdout) == (2, "")
    assert "the configuration has no such account; did you mean `main`?" in complaint(result)


async def test_what_is_stored_of_an_account_that_is_gone_is_shown(a_world: MakeWorld) -> None:
    world = a_world(accounts=("main", "gone"))
    await world.watch()
    world.exchanges["gone"].call(world.clock.now(), name="Suresh")
    await world.poll()
    telecmi = world.sections["telecmi"]
    config = configured(world, telecmi={**telecmi, "accounts": telecmi["accounts"][:1]})
    assert [row[3] for row in columns("calls", "-c", config, "--extension", "gone/209")] == ["Suresh"]


def test_what_is_no_number_is_told_so() -> None:
    result = notifier("calls", "--number", "abc")
    assert result.exit_code == 2
    assert "not digits; write the last 4 to 6 digits of the number" in complaint(result)


def test_calls_of_one_customer_by_the_last_digits(full: Scene) -> None:
    rows = columns("calls", "-c", full.config, "--number", "345679")
    assert [row[3] for row in rows] == ["Priya"]


def test_a_whole_number_is_refused_before_anything_is_read() -> None:
    result = notifier("calls", "--number", "+919812345678", "-c", "/nowhere")
    assert result.exit_code == 2
    assert "every user of this machine can see" in complaint(result)
    assert "98123" not in result.output


def test_what_is_no_extension_is_wrong_usage() -> None:
    result = notifier("calls", "--extension", "sales")
    assert result.exit_code == 2
    assert "--extension" in result.stderr


def test_no_more_than_the_limit_the_newest(full: Scene) -> None:
    assert [row[3] for row in columns("calls", "-c", full.config, "-n", "2")] == ["Anil", "Fatima"]
    for wrong in ("0", "x", "100001", "1.5"):
        result = notifier("calls", "-c", full.config, "-n", wrong)
        assert result.exit_code == 2
        assert "'--limit' / '-n': not a whole number from 1 to 100000" in complaint(result)


def test_json_holds_all_of_it_in_utc(full: Scene) -> None:
    newest = as_json("calls", "-c", full.config)[1]
    assert newest == {
        "id": f"{5:024x}",
        "second_id": "the-second-id",
        "account": "main",
        "extension": "210",
        "customer": "+919900000003",
        "name": "Fatima",
        "placed_at": newest["placed_at"],
        "endpoint": "out_missed",
        "baseline": False,
        "spurious": False,
        "attempt": 1,
        "decisions": [
            {"rule": "not-reached", "reason": "opened", "alert": newest["decisions"][0]["alert"]},
            {"rule": "too-many", "reason": "below_threshold", "alert": None},
        ],
    }
    assert newest["placed_at"].endswith("Z")
    assert as_json("calls", "-c", full.config)[-1]["baseline"] is True


def test_an_empty_store_gives_no_lines_and_says_so_aside(empty: Scene) -> None:
    result = notifier("calls", "-c", empty.config)
    assert (result.exit_code, result.stdout) == (0, "")
    assert result.stderr.startswith("no such calls")
    assert as_json("calls", "-c", empty.config) == []


async def test_a_call_that_no_rule_is_about_says_so(a_world: MakeWorld) -> None:
    world = a_world({"name": "only-sales", "match": {"extension": "300"}, "notify": "room"})
    await world.watch()
    world.call("Suresh")
    await world.poll()
    assert columns("calls", "-c", configured(world))[0][4] == "no rule is about it"


async def test_names_that_a_terminal_would_obey_are_shown_harmless(a_world: MakeWorld) -> None:
    world = a_world()
    await world.watch()
    names = ["\x1b[2J\x1b]0;owned\x07 red", "tab\there\nand a line", "\x9b31m", "\u202egnp.exe", "n" * 10_000]
    for number, name in enumerate(names):
        world.call(name, to=f"91981234567{number}")
    world.clock.advance(MINUTE)
    await world.poll()
    config = configured(world)
    printed = (
        notifier("calls", "-c", config).output,
        re.sub(r"\x1b\[[0-9;]*m", "", on_terminal("calls", "-c", config)),  # the colours are ours
        notifier("calls", "-c", config, "--json").output,
    )
    for text in printed:
        assert not {char for char in text if ord(char) < 32 or 127 <= ord(char) < 160} - {"\n", "\t"}
        assert "\u202e" not in text
    assert len(columns("calls", "-c", config)) == len(names)
    assert all(len(row) == 6 for row in columns("calls", "-c", config))
    assert max(len(row[3]) for row in columns("calls", "-c", config)) <= LONGEST


async def test_missed_calls_are_shown_and_answered_ones_where_they_are_asked_for(a_world: MakeWorld) -> None:
    world = a_world(follow_up=True)
    await world.watch()
    world.call("missed")
    await world.poll()
    world.answer(name="answered", ago=3 * MINUTE)
    world.incoming.incoming(world.clock.now() - 4 * MINUTE, name="called")
    await world.follow()
    world.call("leg", ago=3 * MINUTE)
    await world.poll()
    config = configured(world)
    assert [(row[3], row[4]) for row in columns("calls", "-c", config)] == [
        ("missed", "every: opened A1"),
        ("leg", "every: spurious"),
    ]
    assert [(row[3], row[4]) for row in columns("calls", "--answered", "-c", config)] == [
        ("answered", "the customer answered"),
        ("called", "the customer called, and was answered"),
    ]
    assert [one["endpoint"] for one in as_json("calls", "--answered", "-c", config)] == [
        "out_answered",
        "in_answered",
    ]
    assert [one["spurious"] for one in as_json("calls", "-c", config)] == [False, True]
