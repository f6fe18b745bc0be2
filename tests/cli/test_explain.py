from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from notifier.clock import SystemClock
from notifier.errors import DeliveryTransient
from notifier.store.alerts import insert_decisions
from notifier.store.database import Connection
from tests.cli.conftest import NOT_REACHED, Scene
from tests.support.commands import as_json, complaint, configured, notifier, shown
from tests.support.sample import a_call
from tests.support.store import store_calls
from tests.support.world import MINUTE, World
from tests.support.worlds import MakeWorld

INDIA = ZoneInfo("Asia/Kolkata")
NOT_YET = (
    "counted, but it was not enough for an alert yet: the rule asks for 3 within 30 min of the same extension"
)


def explained(scene: Scene, *what: object) -> str:
    return "\n".join(shown("explain", *what, "-c", scene.config))


def clock_of(world: World, ago: int = 0) -> str:
    """What the wall clock in India said so many ms ago, with the date."""
    return f"{datetime.fromtimestamp((world.clock.now() - ago) / 1000, INDIA):%Y-%m-%d %H:%M}"


def test_a_call_is_told_with_every_rule_and_what_was_sent(full: Scene) -> None:
    lines = explained(full, f"{2:024x}").splitlines()
    assert lines[0] == f"call {2:024x}: main/209 (Asha) dialled +919812345678 (Suresh)"
    assert lines[1].startswith("  placed ")
    assert ", stored " in lines[1]
    assert lines[2:] == [
        "  rule not-reached: opened alert A1",
        f"  rule too-many: {NOT_YET}",
        "  alert A1: open: further calls join it",
        *lines[-2:],
    ]
    assert lines[-2].endswith(": opened: its wait was over")
    assert ": first message to agent main/209: sent; written down " in lines[-1]


def test_either_id_of_a_call_is_known(full: Scene) -> None:
    assert explained(full, "the-second-id") == explained(full, f"{5:024x}")


def test_a_call_that_joined_and_one_that_came_before(full: Scene) -> None:
    joined = explained(full, f"{4:024x}")
    assert "rule not-reached: joined alert A1, which was active for the same customer" in joined
    assert "rule too-many: joined alert A3, which was active for the same extension" in joined
    assert "rule too-many: opened alert A3" in explained(full, f"{3:024x}")
    before = explained(full, f"{1:024x}")
    assert before.count("counted only: it was placed before its account was first watched") == 2


def test_a_rule_that_is_not_about_a_call_says_why(full: Scene) -> None:
    assert "  rule not-reached: not about this call (team: support)" in explained(full, f"{6:024x}")


def test_a_fallback_and_ops_are_named_as_such(full: Scene) -> None:
    told = explained(full, "the-second-id")
    assert "room #room, the rule's fallback: not sent, others are told instead (channel_not_found)" in told
    assert "leads lead@example.com, as ops: sent (channel_not_found)" in told


async def test_a_deputy_is_named_as_such_with_who_is_away(a_world: MakeWorld) -> None:
    world = a_world(
        {"name": "every", "notify": "agent"},
        {"name": "third", "match": {"attempts": ">=3"}, "notify": "room"},
        {"name": "legs", "match": {"leg": "agent"}, "notify": "room"},
        receivers={"agent": {"slack": {"to": "agent"}}},
        agents={
            "209": {"slack": "U209", "phone": "+919812300000", "deputy": "210", "away": "2026-09-21"},
            "210": {"slack": "U210"},
        },
    )
    await world.watch()
    world.call("Suresh")
    await world.round()
    told = explained(Scene(world, configured(world)), f"{1:024x}")
    assert "rule third: not about this call (attempts: number 1, and 3 are asked for)" in told
    assert "rule legs: not about this call (leg: the customer was dialled)" in told
    assert "to agent main/210, as a deputy: sent (209 is away through Mon 21 Sep)" in told


def test_an_alert_is_told_from_its_opening_on(full: Scene) -> None:
    lines = explained(full, "A3").splitlines()
    assert lines[0] == "alert A3: rule too-many, extension main/209, warning"
    assert lines[1].endswith(", its level reached by 3 calls within 30 min")
    assert lines[2:4] == ["  open: further calls join it", "  4 calls joined; what happened:"]
    did = [line.rpartition(": ")[2] for line in lines[4:8]]
    assert did == ["counted only", "counted, not enough yet", "opened it", "joined"]
    assert "main/209 (Asha) dialled +919812345678 (Suresh), call " in lines[5]
    assert ": first message to room #room: sent; written down " in lines[-1]
    assert explained(full, "a1").startswith("alert A1: rule not-reached, customer +919812345678, info")


async def test_an_alert_that_waits_and_one_that_ended(empty: Scene) -> None:
    world = empty.world
    await world.watch()
    world.call("Suresh")
    await world.round()
    waits = explained(empty, "A1")
    assert "(the rule's `wait`); nobody was told yet" in waits
    assert "    nothing was to be sent yet" in waits
    world.clock.advance(11 * MINUTE)
    await world.round()
    world.clock.advance(25 * 60 * MINUTE)
    await world.round()
    assert ": no call had joined for as long as the rule waits (`expire_after`)" in explained(empty, "A1")


async def test_a_dry_run_is_no_secret(a_world: MakeWorld) -> None:
    world = a_world(dry_run=True)
    await world.watch()
    world.call("Suresh")
    await world.round()
    told = "\n".join(shown("explain", "A1", "-c", configured(world)))
    assert "dry_run was on when it opened: it is decided and stored, and nobody is told" in told
    assert "room #room: would have been sent, but dry_run was on" in told


async def test_what_waits_for_its_next_try_says_when(empty: Scene) -> None:
    world = empty.world
    await world.watch()
    world.channels["agent"].always = DeliveryTransient("Slack does not answer")
    world.call("Suresh")
    await world.poll()
    world.clock.advance(10 * MINUTE)
    await world.round()
    world.clock.advance(10 * MINUTE)
    await world.round()
    told = explained(empty, "A1")
    assert ": waits to be sent (Slack does not answer); due since " in told
    assert ", 2 tries; next try " in told


async def test_a_higher_level_and_a_removed_rule(empty: Scene) -> None:
    world = empty.world
    await world.watch()
    for number in range(5):
        world.call(f"Customer {number}", extension="999", to=f"91981234567{number}")
        await world.round()
        world.clock.advance(MINUTE)
    assert "rule too-many: raised alert A1 to a higher level" in explained(empty, f"{5:024x}")
    assert "message about a higher level to room #room: sent" in explained(empty, "A1")
    await world.restart(rules=[NOT_REACHED])
    configured(world)
    told = explained(empty, f"{5:024x}")
    assert "rule too-many, no longer in the configuration: raised alert A1 to a higher level" in told
    assert "its rule is gone from the configuration" in told
    first = explained(empty, f"{1:024x}")
    assert "no longer in the configuration: counted, but it was not enough for an alert yet" in first


async def test_a_rule_that_was_made_later_does_not_pretend(a_world: MakeWorld) -> None:
    world = a_world({"name": "only-300", "match": {"extension": "300"}, "notify": "room"})
    await world.watch()
    record = world.call("Suresh")
    await world.round()
    config = configured(world, rules=[{"name": "newer", "notify": "room"}])
    assert shown("explain", record["_id"], "-c", config)[2:] == [
        "  rule newer: would be about this call, but was made or changed after it was stored"
    ]


def test_an_extension_with_a_time_gives_the_calls_around_it(full: Scene) -> None:
    world = full.world
    told = explained(full, "209", "--at", clock_of(world, 20 * MINUTE))
    assert [line.split("(")[-1] for line in told.splitlines() if line.startswith("call ")] == [
        "Suresh)",
        "Priya)",
        "Suresh)",
        "Before)",
    ]
    assert "(Fatima)" in explained(full, "main/210", "--at", clock_of(world, 10 * MINUTE))
    nothing = notifier("explain", "other/210", "--at", clock_of(world), "-c", full.config)
    assert nothing.exit_code == 1
    assert "no stored call fits other/210 at " in nothing.stderr


async def test_a_time_of_day_is_the_latest_that_has_been(empty: Scene) -> None:
    world = empty.world
    world.clock.ms = SystemClock().now() - 5 * MINUTE
    await world.watch()
    world.call("Suresh")
    await world.poll()
    assert "(Suresh)" in explained(empty, "209", "--at", clock_of(world).partition(" ")[2])


@pytest.mark.parametrize("at", ["nonsense", "25:00", "1102"])
def test_what_is_no_time_is_wrong_usage(empty: Scene, at: str) -> None:
    result = notifier("explain", "209", "--at", at, "-c", empty.config)
    assert result.exit_code == 2
    assert "--at" in result.stderr


def test_a_time_needs_an_extension(empty: Scene) -> None:
    result = notifier("explain", "A12", "--at", "11:02", "-c", empty.config)
    assert result.exit_code == 2
    assert "not an extension" in result.stderr


def test_an_extension_with_its_account_needs_a_time(empty: Scene) -> None:
    result = notifier("explain", "main/209", "-c", empty.config)
    assert result.exit_code == 2
    assert "--at 11:02" in result.stderr


def test_the_last_digits_of_a_number_find_its_calls(full: Scene) -> None:
    told = explained(full, "345678")
    assert told.count("dialled +919812345678 (Suresh)") == 2
    assert told == explained(full, "345 678")


@pytest.mark.parametrize("number", ["+919812345678", "9812345678"])
def test_a_whole_number_is_refused_with_the_reason(full: Scene, number: str) -> None:
    result = notifier("explain", number, "-c", full.config)
    assert result.exit_code == 2
    assert "every user of this machine can see" in complaint(result)
    assert number not in result.output


@pytest.mark.parametrize(
    ("what", "words"),
    [
        ("A99", "there is no alert A99; `notifier alerts --all` lists them"),
        ("000111", "no stored call fits 000111; `notifier calls` lists them"),
        ("209", "no stored call fits 209; `notifier calls` lists them, `notifier status` says when"),
        ("A" + "9" * 30, "no stored call fits A999"),
        ("\x1b[2Jx", "no stored call fits �[2Jx"),
    ],
)
def test_what_is_not_there_is_said_with_where_to_look(full: Scene, what: str, words: str) -> None:
    result = notifier("explain", what, "-c", full.config)
    assert (result.exit_code, result.stdout) == (1, "")
    assert result.stderr.startswith(f"notifier: {words}")
    assert "\x1b" not in result.stderr


async def test_more_calls_than_are_explained_are_mentioned(empty: Scene) -> None:
    world = empty.world
    await world.watch()
    for number in range(21):
        world.call("Suresh")
        world.clock.advance(1000 + number)
    await world.poll()
    lines = explained(empty, "5678").splitlines()
    assert sum(line.startswith("call ") for line in lines) == 5
    assert lines[-1] == (
        "There are more: only the newest 5 calls are explained; --all explains the others, too."
    )
    assert sum("what became" in line or ": opened: " in line for line in lines) <= 1
    assert lines.count("  alert A1: as told above") == 4
    everything = explained(empty, "5678", "--all").splitlines()
    assert sum(line.startswith("call ") for line in everything) == 21
    assert [line for line in everything if line.startswith("There ")] == []
    assert len(as_json("explain", "5678", "-c", empty.config)["calls"]) == 5
    assert "21 calls joined, the newest 20; what happened:" in explained(empty, "A1")


async def test_a_call_outlives_its_alert_and_an_unknown_reason_is_shown_as_it_is(empty: Scene) -> None:
    """A store that is kept for long, and one that another version wrote."""
    world = empty.world
    await world.poll()

    def forgotten(connection: Connection) -> None:
        (stored,) = store_calls(connection, a_call(id="old", name="\x1b[31m"))
        insert_decisions(
            connection, [(stored.row, "a", "opened", 77), (stored.row, "b", "new_reason", None)], 1
        )

    await world.database.write(forgotten)
    told = explained(empty, "old")
    assert "alert A77 is so old that it was forgotten (`store.keep`)" in told
    assert "rule b, no longer in the configuration: new_reason" in told
    assert "(�[31m)" in told


async def test_the_beginning_of_an_id_as_a_table_shows_it_is_enough(empty: Scene) -> None:
    world = empty.world
    await world.watch()
    world.call("Suresh", _id="5d9df5607a2b952710b030dc")
    await world.poll()
    whole = explained(empty, "5d9df5607a2b952710b030dc")
    assert "(Suresh)" in whole
    assert explained(empty, "5d9df5607a2b…") == whole
    result = notifier("explain", "5d9df", "-c", empty.config)
    assert result.exit_code == 1
    assert "no stored call fits 5d9df" in complaint(result)


def test_json_of_a_call_holds_its_decisions_its_alerts_and_the_same_sentences(full: Scene) -> None:
    (call,) = as_json("explain", f"{2:024x}", "-c", full.config)["calls"]
    assert (call["customer"], call["extension"]) == ("+919812345678", "209")
    assert [one["reason"] for one in call["decisions"]] == ["opened", "below_threshold"]
    assert [(one["tag"], one["state"]) for one in call["alerts"]] == [("A1", "open")]
    assert call["stored_at"].endswith("Z")
    assert call["story"] == [line.strip() for line in shown("explain", f"{2:024x}", "-c", full.config)]


def test_json_of_an_alert_holds_its_newest_calls(full: Scene) -> None:
    alert = as_json("explain", "A1", "-c", full.config)["alert"]
    assert (alert["tag"], alert["calls"]) == ("A1", 2)
    assert [one["name"] for one in alert["newest_calls"]] == ["Suresh", "Suresh"]
    assert [one["state"] for one in alert["notifications"]] == ["sent"]
    assert alert["story"][0].startswith("alert A1: rule not-reached")


async def test_legs_and_calls_whose_customer_was_reached_since_are_explained(a_world: MakeWorld) -> None:
    world = a_world({"name": "every", "notify": "room"}, follow_up=True)
    await world.watch()
    world.clock.advance(60 * MINUTE)
    world.answer(ago=5 * MINUTE)
    await world.follow()
    leg, late = world.call("leg", ago=4 * MINUTE), world.call("late", ago=9 * MINUTE)
    await world.poll()
    config = configured(world)
    assert any(
        "not counted: the customer was spoken with within two minutes of it" in line
        for line in shown("explain", leg["_id"], "-c", config)
    )
    assert any(
        "counted only: the customer was spoken with after it" in line
        for line in shown("explain", late["_id"], "-c", config)
    )
