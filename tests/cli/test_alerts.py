from notifier.errors import DeliveryTransient
from tests.cli.conftest import NOT_REACHED, Scene
from tests.support.commands import as_json, configured, notifier, on_terminal, shown
from tests.support.world import MINUTE
from tests.support.worlds import MakeWorld


def columns(*arguments: object) -> list[list[str]]:
    return [line.split("\t") for line in shown(*arguments)]


def test_active_alerts_are_listed_with_who_was_told(full: Scene) -> None:
    rows = {row[0]: row for row in columns("alerts", "-c", full.config)}
    assert rows["A1"][1:5] == ["not-reached", "customer +919812345678", "open", "2"]
    assert rows["A1"][5].endswith("IST (+05:30)")
    assert rows["A1"][6] == "agent Asha: told"
    assert rows["A3"][1:3] == ["too-many", "extension main/209"]
    assert rows["A3"][6] == "room #room: told"


async def test_an_ended_alert_says_how_it_ended(full: Scene) -> None:
    full.world.clock.advance(40 * MINUTE)
    await full.world.round()
    assert "A3" not in {row[0] for row in columns("alerts", "-c", full.config)}
    rows = {row[0]: row for row in columns("alerts", "-c", full.config, "--all")}
    assert rows["A3"][3] == "ended (quiet)"
    assert [row[0] for row in columns("alerts", "-c", full.config, "--all", "-n", "1")] == ["A4"]


async def test_a_dry_run_and_a_wait_are_told(a_world: MakeWorld) -> None:
    world = a_world({**NOT_REACHED, "match": {}, "notify": "room", "fallback": [], "dry_run": True})
    await world.watch()
    world.call("Suresh")
    await world.poll()
    config = configured(world)
    (row,) = columns("alerts", "-c", config)
    assert row[3] == "pending, dry run"
    assert row[6] == "nobody yet"


def test_on_a_terminal_there_is_a_head(full: Scene) -> None:
    assert "about" in on_terminal("alerts", "-c", full.config).splitlines()[0]


def test_json_names_the_notifications(full: Scene) -> None:
    first = as_json("alerts", "-c", full.config)[-1]
    assert list(first) == [
        "alert",
        "tag",
        "rule",
        "key",
        "state",
        "ended_as",
        "severity",
        "level",
        "calls",
        "agent",
        "first_call_at",
        "last_call_at",
        "opened_at",
        "due_at",
        "ended_at",
        "handled_by",
        "handled_at",
        "snoozed_until",
        "dry_run",
        "notifications",
    ]
    assert (first["alert"], first["tag"]) == (1, "A1")
    assert (first["key"], first["state"]) == ("customer=+919812345678", "open")
    assert first["notifications"] == [
        {
            "receiver": "agent",
            "recipient": "agent main/209",
            "kind": "open",
            "via": "rule",
            "state": "sent",
            "reason": "",
        }
    ]


def test_an_empty_store_says_how_to_see_more(empty: Scene) -> None:
    result = notifier("alerts", "-c", empty.config)
    assert (result.exit_code, result.stdout) == (0, "")
    assert result.stderr == "no active alerts; --all shows those that have ended, too\n"
    assert notifier("alerts", "-c", empty.config, "--all").stderr == "no alerts\n"
    assert as_json("alerts", "-c", empty.config) == []


async def test_each_target_is_named_once_with_what_it_got(a_world: MakeWorld) -> None:
    rule = {"name": "every", "per": "customer", "notify": ["agent", "room"], "repeat_every": "1h"}
    agents = {"209": {"name": "Asha", "slack": "U209"}}
    world = a_world(rule, agents=agents, receivers={"agent": {"slack": {"to": "agent"}}})
    await world.watch()
    world.call("Suresh")
    await world.round()
    for _ in range(2):
        world.clock.advance(61 * MINUTE)
        await world.round()
    world.room.always = DeliveryTransient("no answer")
    world.clock.advance(61 * MINUTE)
    await world.round()
    (row,) = columns("alerts", "-c", configured(world))
    assert row[6] == "agent Asha: told, 3 reminders; room #room: told, 2 reminders, reminder waiting"


async def test_one_about_a_single_call_says_whom_it_was_to_and_by_whom(a_world: MakeWorld) -> None:
    world = a_world({"name": "every", "notify": "room"}, agents={"209": {"name": "Asha"}})
    await world.watch()
    world.call("Suresh", to="919812345678")
    await world.round()
    (row,) = columns("alerts", "--all", "-c", configured(world))
    assert row[2] == "customer +919812345678 by main/209 (Asha)"
