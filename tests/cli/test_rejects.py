"""`rejects`, `rejects show` and `rejects retry`: what TeleCMI listed and nobody could read."""

import asyncio
import json
from typing import Any

import pytest
from typer.testing import Result

from notifier.store.lock import store_lock
from notifier.store.rejects import BATCH
from tests.cli.conftest import Scene
from tests.support.clock import START
from tests.support.commands import as_json, complaint, configured, notifier, on_terminal, shown
from tests.support.rejects import all_kept, keep, left_by_an_older_version, readable
from tests.support.store import locked_by_another
from tests.support.world import MINUTE
from tests.support.worlds import MakeWorld

UNREADABLE = {"_id": "x", "to": None, "time": START}
HOSTILE = {"name": "\x1b]0;owned\x07\x1b[2J\u202eevil", "to": "919812345678", "time": START}


async def retry(scene: Scene, *arguments: object) -> Result:
    """In a thread of its own, since it has an event loop of its own."""
    return await asyncio.to_thread(notifier, "rejects", "retry", *arguments, "-c", scene.config)


def marked(scene: Scene) -> set[int]:
    """The ids of those that are to be read again."""
    return {one.id for one in all_kept(scene.world) if one.retry_at is not None}


def test_where_all_could_be_read_it_says_so(empty: Scene) -> None:
    result = notifier("rejects", "-c", empty.config)
    assert (result.exit_code, result.stdout) == (0, "")
    assert "no such records: all that TeleCMI listed could be read" in result.stderr
    assert as_json("rejects", "-c", empty.config) == []


async def test_the_newest_comes_first_with_its_times_and_the_reason(empty: Scene) -> None:
    world = empty.world
    await world.watch()
    world.exchange.records.append(UNREADABLE)
    await world.poll()
    world.exchange.records.append({"_id": "y", "to": "919812345678", "time": "soon"})
    await world.poll()
    rows = [line.split("\t") for line in shown("rejects", "-c", empty.config)]
    assert [(row[0], row[1]) for row in rows] == [("2", "main"), ("1", "main")]
    assert rows[0][3] == "unknown"
    assert rows[1][3].startswith("21 Sep 19:43:20")
    assert rows[0][4].startswith("`time` ")
    assert rows[1][4].startswith("`to` ")
    assert len(shown("rejects", "-c", empty.config, "--limit", 1)) == 1
    head = on_terminal("rejects", "-c", str(empty.config)).splitlines()[0]
    assert all(word in head for word in ("id", "account", "stored", "placed", "reason"))


async def test_those_of_one_account_can_be_asked_for(empty: Scene) -> None:
    keep(empty.world, left_by_an_older_version(UNREADABLE))
    assert len(shown("rejects", "-c", empty.config, "--account", "main")) == 1
    for json_too in ((), ("--json",)):
        result = notifier("rejects", "-c", empty.config, "--account", "mian", *json_too)
        assert (result.exit_code, result.stdout) == (2, "")
        assert "the configuration has no such account; did you mean `main`?" in complaint(result)


def test_an_account_without_rejects_has_none(empty: Scene) -> None:
    assert as_json("rejects", "-c", empty.config, "--account", "main") == []


async def test_json_has_stable_keys_and_the_record_as_it_came(empty: Scene) -> None:
    (kept,) = keep(empty.world, left_by_an_older_version(UNREADABLE))
    expected = {
        "id": kept,
        "account": "main",
        "endpoint": "out_missed",
        "stored_at": "2026-09-21T14:13:20.000Z",
        "placed_at": "2026-09-21T14:13:20.000Z",
        "reason": "not known to that version",
        "raw": json.dumps(UNREADABLE, sort_keys=True, separators=(",", ":")),
        "cut": False,
        "retry_at": None,
    }
    assert as_json("rejects", "-c", empty.config) == [expected]
    assert as_json("rejects", "show", kept, "-c", empty.config) == expected


async def test_one_is_shown_whole_and_laid_out(empty: Scene) -> None:
    record = readable("Suresh", notes=["a", {"b": 1}])
    (kept,) = keep(empty.world, left_by_an_older_version(record, placed_at=None))
    lines = shown("rejects", "show", kept, "-c", empty.config)
    assert lines[0] == "account  main, out_missed"
    assert lines[1].startswith("stored   21 Sep ")
    assert lines[2:5] == ["placed   unknown", "reason   not known to that version", "record"]
    assert json.loads("\n".join(lines[5:])) == record
    await retry(empty, kept)
    assert shown("rejects", "show", kept, "-c", empty.config)[4].startswith("retry    asked for at ")
    assert shown("rejects", "-c", empty.config)[0].endswith(" (is to be read again)")


async def test_one_that_was_cut_is_shown_as_far_as_it_is_kept(empty: Scene) -> None:
    (kept,) = keep(empty.world, left_by_an_older_version(readable("x" * 9_000)))
    lines = shown("rejects", "show", kept, "-c", empty.config)
    assert lines[4] == "record   too long: only its first 4,096 characters are kept; it can't be retried"
    assert lines[5].startswith('{"_id":"xxx')
    assert len("".join(lines[5:])) >= 4_096
    assert as_json("rejects", "show", kept, "-c", empty.config)["cut"] is True


@pytest.mark.parametrize("kept", [4_096, 40])
async def test_a_record_can_do_nothing_to_a_terminal(empty: Scene, kept: int) -> None:
    (hostile,) = keep(
        empty.world, left_by_an_older_version(HOSTILE, kept=kept)._replace(reason="bad \x1b[31m\nvalue")
    )
    for shown_text in (
        on_terminal("rejects", "-c", str(empty.config)),
        on_terminal("rejects", "show", str(hostile), "-c", str(empty.config)),
        "\n".join(shown("rejects", "-c", empty.config)),
        "\n".join(shown("rejects", "show", hostile, "-c", empty.config)),
    ):
        assert "\x1b]" not in shown_text
        assert "\x1b[2J" not in shown_text
        assert "\x1b[31m" not in shown_text
        assert not set("\x07\u202e") & set(shown_text)
        assert "bad" in shown_text
        assert "\nvalue" not in shown_text


@pytest.mark.parametrize(
    ("wrong", "code"), [(1, 1), (2**63 - 1, 1), (0, 2), (2**63, 2), (2**70, 2), ("A1", 2)]
)
async def test_showing_what_is_not_there_says_where_to_look(empty: Scene, wrong: object, code: int) -> None:
    result = notifier("rejects", "show", wrong, "-c", empty.config)
    assert (result.exit_code, result.stdout) == (code, "")
    assert "`notifier rejects` lists them" in complaint(result)


@pytest.mark.parametrize("option", ["--json", "--account=main"])
def test_options_before_the_name_are_not_lost_in_silence(empty: Scene, option: str) -> None:
    result = notifier("rejects", option, "show", "1", "-c", empty.config)
    assert result.exit_code == 2
    assert "write options after its name: notifier rejects show" in complaint(result)


async def test_what_is_retried_is_a_new_call_after_the_next_poll(empty: Scene) -> None:
    world = empty.world
    await world.watch()
    first, second = keep(
        world,
        *(left_by_an_older_version(readable(name, at=world.clock.now())) for name in ("Suresh", "Anil")),
    )
    result = await retry(empty, first)
    assert (result.exit_code, result.stderr) == (0, "")
    assert result.stdout.startswith("1 record is read again by the next `notifier run` or `notifier once`; ")
    assert marked(empty) == {first}
    await world.poll()
    assert [one.id for one in all_kept(world)] == [second]
    assert world.stored() == 1
    await world.poll()
    assert world.stored() == 1


async def test_while_the_daemon_runs_its_next_poll_does_it(empty: Scene) -> None:
    keep(empty.world, *(left_by_an_older_version(readable(name)) for name in "abc"))
    with store_lock(empty.world.path, "run"):
        result = await retry(empty, "--all")
    assert result.stdout.startswith("3 records are read again at the daemon's next poll; ")
    assert len(marked(empty)) == 3


async def test_all_are_marked_in_short_transactions(empty: Scene) -> None:
    count = 2 * BATCH + 1
    keep(empty.world, *(left_by_an_older_version(readable(f"{n}")) for n in range(count)))
    result = await retry(empty, "--all", "--json")
    assert len(json.loads(result.stdout)["marked"]) == count
    assert len(marked(empty)) == count


async def test_what_can_not_be_retried_is_named_and_the_others_are_marked(a_world: MakeWorld) -> None:
    world = a_world(accounts=("main", "gone"))
    good, cut = keep(
        world, left_by_an_older_version(readable("a")), left_by_an_older_version(readable("b" * 90), kept=50)
    )
    world.exchanges["gone"].records.append(UNREADABLE)
    await world.poll()
    stranger = max(one.id for one in all_kept(world))
    telecmi = world.sections["telecmi"]
    scene = Scene(world, configured(world, telecmi={**telecmi, "accounts": telecmi["accounts"][:1]}))
    result = await retry(scene, good, good, cut, stranger, 777, 778)
    assert result.exit_code == 0
    said = complaint(result)
    assert "777, 778: there is none with this id; `notifier rejects` lists them" in said
    assert f"{cut}: too long: only the beginning is kept" in said
    assert f"{stranger}: of an account that is not in the configuration" in said
    assert marked(scene) == {good}
    as_json = json.loads((await retry(scene, "--json", good, cut, stranger, 777)).stdout)
    assert as_json == {"marked": [good], "cut": [cut], "not_configured": [stranger], "unknown": [777]}


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        ((), 2, "name ids, or say --all: one of the two"),
        (("1", "--all"), 2, "name ids, or say --all: one of the two"),
        (("0",), 2, "not an id; `notifier rejects` lists them"),
        ((str(2**63),), 2, "not an id; `notifier rejects` lists them"),
        (("5",), 1, "5: there is none with this id"),
        (tuple(map(str, range(1, 31))), 1, "19, 20 and 10 more: there is none with this id"),
    ],
)
async def test_where_nothing_is_marked_it_fails(empty: Scene, arguments: Any, code: int, said: str) -> None:
    result = await retry(empty, *arguments)
    assert (result.exit_code, result.stdout) == (code, "")
    assert said in complaint(result)


async def test_where_there_is_nothing_to_retry_all_is_done(empty: Scene) -> None:
    result = await retry(empty, "--all")
    assert (result.exit_code, result.stdout) == (0, "")
    assert "there are no records that could not be read" in complaint(result)


async def test_where_all_that_there_are_can_not_be_retried_it_fails(empty: Scene) -> None:
    keep(empty.world, left_by_an_older_version(readable("b" * 90), kept=50))
    assert (await retry(empty, "--all")).exit_code == 1


async def test_a_store_that_is_locked_marks_nothing_and_says_to_try_again(empty: Scene) -> None:
    keep(empty.world, left_by_an_older_version(readable("a")))
    with locked_by_another(empty.world.path):
        result = await retry(empty, "--all")
    assert (result.exit_code, result.stdout) == (1, "")
    assert "is locked" in complaint(result)
    assert "what was not done yet stays as it was: try again" in complaint(result)
    assert marked(empty) == set()
    assert (await retry(empty, "--all")).exit_code == 0
    empty.world.clock.advance(MINUTE)
    await empty.world.poll()
    assert empty.world.stored() == 1


@pytest.mark.parametrize("command", [("rejects",), ("rejects", "show", "1"), ("rejects", "retry", "1")])
def test_without_a_store_none_is_made(empty: Scene, command: tuple[str, ...]) -> None:
    config = configured(empty.world, store={"url": "sqlite:///elsewhere.db"})
    result = notifier(*command, "-c", config)
    assert (result.exit_code, result.stdout) == (1, "")
    assert "there is no store at " in complaint(result)
    assert not (empty.world.path.parent / "elsewhere.db").exists()
