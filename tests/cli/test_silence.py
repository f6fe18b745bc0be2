"""`silence add`, `list` and `end`: hear nothing of some alerts for a while."""

import asyncio
import json
from collections.abc import Mapping
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from notifier.cli.main import app
from notifier.cli.silence_about import MOST_NUMBERS
from notifier.clock import SystemClock
from notifier.model import Gathered, Silence
from notifier.store import silences
from notifier.store.database import Connection
from notifier.store.lock import store_lock
from tests.cli.conftest import Scene
from tests.support.commands import as_json, complaint, configured, notifier, shown
from tests.support.sample import a_call
from tests.support.store import enqueue, locked_by_another, store_alert, store_calls
from tests.support.world import HOUR
from tests.support.worlds import MakeWorld

FAIR = ("--reason", "trade fair")
SURESH = "+919812345678"


async def run(
    scene: Scene, *arguments: object, typed: str = "", env: Mapping[str, str] | None = None
) -> Result:
    """In a thread of its own, since it has an event loop of its own."""
    everything = ["silence", *map(str, arguments), "-c", str(scene.config)]
    runner = CliRunner(env={"COLUMNS": "80", "SUDO_USER": "asha", **(env or {})})
    return await asyncio.to_thread(runner.invoke, app, everything, input=typed, prog_name="notifier")


async def added(scene: Scene, *arguments: object, typed: str = "") -> Silence:
    """Add one, which must not fail; as it is stored then."""
    result = await run(scene, "add", *arguments, *FAIR, typed=typed)
    assert (result.exit_code, result.stderr) == (0, "")
    return stored(scene)[-1]


def stored(scene: Scene) -> list[Silence]:
    return scene.world.database.look(lambda connection: silences.listing(connection, 0, over=True))


async def test_a_silence_says_until_when_who_is_not_told_of_what(full: Scene) -> None:
    before = SystemClock().now()
    result = await run(full, "add", "--rule", "too-many", "--extension", "main/209", "--for", "2h", *FAIR)
    assert (result.exit_code, result.stderr) == (0, "")
    assert result.stdout.startswith("S1: until ")
    assert result.stdout.endswith(
        "IST (+05:30), nobody is told of rule too-many, account main, extension 209; "
        "1 active alert is about that\n"
    )
    (one,) = stored(full)
    assert (one.rule, one.account, one.extension, one.team) == ("too-many", "main", "209", None)
    assert (one.reason, one.author, one.created_at) == ("trade fair", "asha", one.starts_at)
    assert before <= one.starts_at <= SystemClock().now()
    assert one.ends_at == one.starts_at + 2 * HOUR


@pytest.mark.parametrize(
    ("arguments", "criteria", "alerts"),
    [
        (("--team", "sales"), {"team": "sales"}, "4 active alerts are"),
        (("--account", "main"), {"account": "main"}, "4 active alerts are"),
        (("--extension", "209"), {"extension": "209"}, "3 active alerts are"),
        (
            ("--extension", "210", "--account", "main"),
            {"extension": "210", "account": "main"},
            "1 active alert is",
        ),
        (("--team", "support"), {"team": "support"}, "0 active alerts are"),
        (("--everything",), {}, "4 active alerts are"),
    ],
    ids=["team", "account", "extension", "extension and account", "another team", "everything"],
)
async def test_each_criterion_and_none(
    full: Scene, arguments: tuple[str, ...], criteria: dict[str, str], alerts: str
) -> None:
    result = await run(full, "add", *arguments, "--for", "1h", *FAIR)
    assert f"{alerts} about that" in result.stdout
    (one,) = stored(full)
    names = ("rule", "account", "extension", "team", "customer")
    assert {name: getattr(one, name) for name in names if getattr(one, name)} == criteria
    assert ("nobody is told of anything;" in result.stdout) == (not criteria)


async def test_a_time_to_come_and_no_end(full: Scene) -> None:
    one = await added(
        full,
        "--team",
        "sales",
        "--from",
        "2099-12-01T09:00",
        "--until",
        "2099-12-01T18:00",
        "--author",
        "Ravi",
    )
    assert (one.starts_at, one.ends_at, one.author) == (4_099_779_000_000, 4_099_811_400_000, "Ravi")
    later = await added(full, "--team", "sales", "--from", "2099-12-01T09:00", "--for", "1h")
    assert later.ends_at == 4_099_779_000_000 + HOUR
    result = await run(full, "add", "--team", "sales", "--until-ended", *FAIR)
    assert "until somebody ends it, nobody is told" in result.stdout
    assert stored(full)[-1].ends_at is None
    from_then = await run(full, "add", "--team", "sales", "--from", "2099-12-01T09:00", "--for", "1h", *FAIR)
    assert "S4: from 1 Dec 2099 09:00 IST (+05:30) until 1 Dec 2099 10:00" in from_then.stdout


async def test_who_wants_it_may_be_said_in_either_way_and_none_lies_beyond_what_can_be_shown(
    full: Scene,
) -> None:
    assert (await added(full, "--team", "sales", "--for", "1h", "--who", "Ravi")).author == "Ravi"
    far = await run(full, "add", "--team", "sales", "--from", "9999-12-30T00:00", "--for", "30d", *FAIR)
    assert far.exit_code == 2
    assert "more than a hundred years ahead" in complaint(far)
    latest = ("--from", "2126-01-01T00:00", "--for", "36500d")
    assert (await run(full, "add", "--team", "sales", *latest, *FAIR)).exit_code == 0
    assert as_json("silence", "list", "-c", full.config)[-1]["ends_at"].startswith("2225-")


async def test_a_customer_is_found_by_the_last_digits_and_never_shown(full: Scene) -> None:
    result = await run(full, "add", "--customer", "345678", "--for", "1h", *FAIR)
    assert result.exit_code == 0
    assert "customer +91…5678; 1 active alert is about that" in result.stdout
    assert SURESH not in result.output
    assert stored(full)[-1].customer == SURESH


async def test_a_whole_number_is_read_from_standard_input(full: Scene) -> None:
    one = await added(full, "--customer", "-", "--for", "1h", typed="+91 98123 45678\n")
    assert one.customer == SURESH


async def test_customers_with_the_same_ending_are_listed_and_none_is_chosen(full: Scene) -> None:
    numbers = [f"+1555000{n}5678" for n in range(10, 10 + MOST_NUMBERS)]
    calls = [a_call(id=f"n{number}", customer=number) for number in numbers]
    await full.world.database.write(lambda connection: store_calls(connection, *calls))
    result = await run(full, "add", "--customer", "5678", "--for", "1h", *FAIR)
    assert (result.exit_code, result.stdout) == (2, "")
    assert "several numbers end so: +15…5678, " in complaint(result)
    assert ", …; give more digits: `--customer -` asks for them" in complaint(result)
    assert stored(full) == []
    unknown = await run(full, "add", "--customer", "0000", "--for", "1h", *FAIR)
    assert "no stored call is to a number with this ending" in complaint(unknown)


async def test_an_extension_that_only_calls_know_is_fine(full: Scene) -> None:
    call = a_call(id="new", extension="777")
    await full.world.database.write(lambda connection: store_calls(connection, call))
    assert (await added(full, "--extension", "777", "--for", "1h")).extension == "777"


TIME = ("--for", "1h", *FAIR)


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        (TIME, "say what it is about"),
        (("--everything", "--team", "sales", *TIME), "say it, or what it is about, one of the two"),
        (("--team", "sales", "--team", "support", *TIME), "--team: it is given more than once"),
        (("--rule", "x", "--reason", "y"), "--for: say for how long, or until when"),
        (("--rule", "x", "--reason", "y"), "; and --rule: no such rule: x"),
        (("--everything",), "--reason: say why"),
        (("--rule", "to-many", *TIME), "no such rule: to-many; did you mean `too-many`?"),
        (("--rule", "x", *TIME), "no such rule: x; there is not-reached, too-many"),
        (("--team", "sale", *TIME), "no such team: sale; did you mean `sales`?"),
        (("--account", "mian", *TIME), "no such account: mian; did you mean `main`?"),
        (("--extension", "2o9", *TIME), "not an extension"),
        (("--extension", "mian/209", *TIME), "no such account: mian; did you mean `main`?"),
        (("--customer", "+919812345678", *TIME), "every user of this machine sees a command line"),
        (("--customer", "12", *TIME), "not so many digits as it takes"),
        (("--team", "sales", "--for", "1h"), "say why"),
        (("--team", "sales", "--for", "1h", "--reason", " "), "say why"),
        (("--team", "sales", *FAIR), "say for how long, or until when"),
        (("--team", "sales", "--until", "18:00", *TIME), "one of the two"),
        (("--team", "sales", "--until-ended", *TIME), "it goes without --for and --until"),
        (("--team", "sales", "--until", "2020-01-01T09:00", *FAIR), "over before it begins"),
        (("--team", "sales", "--from", "2020-01-01T09:00", *TIME), "over before it begins"),
        (("--team", "sales", "--for", "0", *FAIR), "over before it begins"),
        (("--team", "sales", "--from", "noon", *TIME), "not a time"),
    ],
)
async def test_wrong_usage_is_told_and_changes_nothing(
    full: Scene, arguments: tuple[str, ...], reason: str
) -> None:
    result = await run(full, "add", *arguments)
    assert (result.exit_code, result.stdout) == (2, "")
    assert reason in complaint(result)
    assert stored(full) == []


async def test_an_extension_of_another_account_is_a_contradiction(a_world: MakeWorld) -> None:
    world = a_world(accounts=("main", "second"), agents={"209": {"team": "sales"}})
    for number, account in enumerate(world.sections["telecmi"]["accounts"]):
        account["app_id"] += number
    scene = Scene(world, configured(world))
    both = ("--extension", "main/209", "--account")
    result = await run(scene, "add", *both, "second", *TIME)
    assert "another account than --account says" in complaint(result)
    assert (await added(scene, *both, "main", "--for", "1h")).account == "main"


async def test_silences_are_listed_with_where_they_stand(full: Scene) -> None:
    await added(full, "--everything", "--for", "1h")
    await added(full, "--customer", "345678", "--from", "2099-12-01T09:00", "--for", "1h")
    await added(full, "--team", "sales", "--until-ended")
    await run(full, "end", "3", "--who", "Ravi")
    rows = [line.split("\t") for line in shown("silence", "list", "-c", full.config)]
    assert [row[:3] for row in rows] == [
        ["S1", "everything", "active"],
        ["S2", "customer +91…5678", "later"],
    ]
    assert rows[1][3:] == [
        "1 Dec 2099 09:00 IST (+05:30)",
        "1 Dec 2099 10:00 IST (+05:30)",
        "asha",
        "trade fair",
    ]
    last = shown("silence", "list", "--all", "-c", full.config)[-1].split("\t")
    assert last[:3] == ["S3", "team sales", "over"]
    assert last[4].endswith(", ended by Ravi")
    await added(full, "--team", "sales", "--until-ended")
    assert shown("silence", "list", "-c", full.config)[-1].split("\t")[4] == "somebody ends it"


async def test_json_has_every_field(full: Scene) -> None:
    await added(full, "--team", "sales", "--from", "2099-12-01T09:00", "--for", "1h")
    (one,) = await asyncio.to_thread(as_json, "silence", "list", "-c", full.config)
    assert one.pop("created_at")
    assert one == {
        "silence": 1,
        "tag": "S1",
        "state": "later",
        "rule": None,
        "account": None,
        "extension": None,
        "team": "sales",
        "customer": None,
        "starts_at": "2099-12-01T03:30:00.000Z",
        "ends_at": "2099-12-01T04:30:00.000Z",
        "reason": "trade fair",
        "author": "asha",
        "ended_at": None,
        "ended_by": "",
    }
    page = json.loads((await run(full, "add", "--everything", *TIME, "--json")).stdout)
    assert (page["tag"], page["alerts"], page["state"]) == ("S2", 4, "active")
    ended = json.loads((await run(full, "end", "S2", "--json")).stdout)[0]
    assert (ended["done"], ended["silence"]["ended_by"], ended["silence"]["alerts"]) == (True, "asha", 0)
    again = await run(full, "end", "S2", "--json")
    assert (again.exit_code, json.loads(again.stdout)[0]["done"]) == (1, False)
    unknown = await run(full, "end", "S9", "--json")
    assert json.loads(unknown.stdout) == [{"id": 9, "done": False, "silence": None}]


def test_an_empty_list_says_how_to_see_more(empty: Scene) -> None:
    result = notifier("silence", "list", "-c", empty.config)
    assert (result.exit_code, result.stdout) == (0, "")
    assert result.stderr == "no silences now or later; --all shows those that are over, too\n"
    assert notifier("silence", "list", "--all", "-c", empty.config).stderr == "no silences\n"


async def held(scene: Scene) -> None:
    def work(connection: Connection) -> None:
        alert = store_alert(connection, "held", agent="main/209")
        enqueue(connection, alert, gathered_as=Gathered.HELD, now=SystemClock().now() + HOUR)

    await scene.world.database.write(work)


async def test_its_end_says_how_many_alerts_waited(full: Scene) -> None:
    await held(full)
    for _ in range(3):
        await added(full, "--extension", "209", "--until-ended")
    assert (await run(full, "end", "S1")).stdout == "S1: ended by asha; nothing waited for that\n"
    await run(full, "end", "S3")
    result = await run(full, "end", "s2", "--who", "Ravi")
    assert result.exit_code == 0
    assert result.stdout == (
        "S2: ended by Ravi; 1 alert waited, and what nothing else holds back is told once `notifier run` is "
        "started, since no daemon runs\n"
    )
    assert all(row.next_at <= SystemClock().now() for row in full.world.outbox())
    again = await run(full, "end", "2")
    assert (again.exit_code, again.stdout) == (1, "")
    assert again.stderr.startswith("S2 is over already: ")
    unknown = await run(full, "end", "S9")
    assert unknown.stderr == "there is no silence S9; `notifier silence list` shows those that there are\n"
    wrong = await run(full, "end", "A9")
    assert (wrong.exit_code, "not a silence: A9; write it like S3" in complaint(wrong)) == (2, True)


async def test_while_the_daemon_runs_its_end_says_when(full: Scene) -> None:
    await held(full)
    await added(full, "--extension", "209", "--until-ended")
    with store_lock(full.world.path, "run"):
        result = await run(full, "end", "S1")
    assert result.stdout.endswith("is told within seconds\n")


async def test_a_store_that_is_locked_says_try_again(full: Scene) -> None:
    with locked_by_another(full.world.path):
        result = await run(full, "add", "--everything", *TIME)
    assert (result.exit_code, result.stdout) == (1, "")
    assert "is locked by another process" in result.stderr


def test_no_store_is_ever_made_and_no_secret_needed(a_world: MakeWorld) -> None:
    world = a_world()
    path = configured(world, store={"url": "sqlite:///none.db"})
    commands: list[tuple[Any, ...]] = [("add", "--everything", *TIME), ("list",), ("end", "S1")]
    for command in commands:
        result = notifier("silence", *command, "-c", path, env={"SUDO_USER": "asha"})
        assert result.exit_code == 1
        assert "there is no store" in result.stderr
    assert not world.path.with_name("none.db").exists()


async def test_an_extension_may_be_known_by_calls_that_were_answered_only(a_world: MakeWorld) -> None:
    world = a_world(follow_up=True)
    await world.watch()
    world.answer(extension="311")
    await world.follow()
    scene = Scene(world, configured(world))
    assert (await added(scene, "--extension", "main/311", "--for", "1h")).extension == "311"


async def test_a_number_or_an_extension_that_nobody_called_yet_is_taken_with_a_remark(full: Scene) -> None:
    whole = await run(full, "add", "--customer", "-", *TIME, typed="+91 98123 99999\n")
    assert (whole.exit_code, whole.stderr.splitlines()[-1]) == (
        0,
        "note: no stored call is to this number yet",
    )
    assert stored(full)[-1].customer == "+919812399999"
    new = await run(full, "add", "--extension", "2099", *TIME)
    assert new.exit_code == 0
    assert new.stderr.startswith(
        "note: no agent has this extension, and no stored call is of it: 2099; did you"
    )
    assert stored(full)[-1].extension == "2099"
    part = await run(full, "add", "--customer", "-", *TIME, typed="98123 99999\n")
    assert "one that was never called is written whole, with +" in complaint(part)


async def test_several_are_ended_at_once_and_each_says_how_it_went(full: Scene) -> None:
    for _ in range(2):
        await added(full, "--team", "sales", "--until-ended")
    result = await run(full, "end", "S1", "2", "S9", "S1")
    assert result.exit_code == 1
    assert [line[:12] for line in result.stdout.splitlines()] == ["S1: ended by", "S2: ended by"]
    assert result.stderr.startswith("there is no silence S9")


async def test_one_that_is_ended_before_it_began_held_nothing(full: Scene) -> None:
    await held(full)
    await added(full, "--extension", "209", "--from", "2099-12-01T09:00", "--for", "1h")
    result = await run(full, "end", "S1")
    assert result.stdout == (
        "S1: ended by asha before it began, 1 Dec 2099 09:00 IST (+05:30); nothing waited for that\n"
    )
    (row,) = [line.split("\t") for line in shown("silence", "list", "--all", "-c", full.config)]
    assert row[4].startswith("never began: ended by asha, ")
    await added(full, "--extension", "209", "--from", "2099-12-01T09:00", "--for", "1h")
    (page,) = json.loads((await run(full, "end", "S2", "--json")).stdout)
    assert (page["done"], page["silence"]["alerts"]) == (True, 0)


async def test_its_help_says_what_is_needed_and_what_no_summary_holds(full: Scene) -> None:
    text = " ".join((await run(full, "add", "--help")).stdout.replace("│", " ").split())
    assert "Needed are what it is about (each option at most once), how long, and --reason." in text
    assert "what is critical comes by itself, and so does a single one" in text
