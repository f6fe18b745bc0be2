import re

from notifier.cli.outbox import states
from notifier.clock import SystemClock
from notifier.errors import DeliveryTransient
from tests.cli.conftest import Scene
from tests.support.commands import as_json, complaint, configured, notifier, on_terminal, shown
from tests.support.people import silence
from tests.support.world import HOUR, MINUTE
from tests.support.worlds import MakeWorld


def columns(*arguments: object) -> list[list[str]]:
    return [line.split("\t") for line in shown(*arguments)]


def test_every_notification_is_a_line_the_newest_first(full: Scene) -> None:
    rows = columns("outbox", "-c", full.config)
    assert all(len(row) == 9 for row in rows)
    ident, alert, kind, to, state, tries, since, again, reason = rows[-1]
    assert int(ident) == 1
    assert (alert, kind, to, state, tries) == ("A3", "open", "room #room", "sent", "1")
    assert re.search(r"[0-9]{2}:[0-9]{2}:[0-9]{2} IST \(\+05:30\)$", since)
    assert (again, reason) == ("", "")


def test_who_is_told_instead_says_why(full: Scene) -> None:
    """Ravi has no address; the rule's fallback is refused; so ops are told."""
    newest, before, *_ = columns("outbox", "-c", full.config)
    assert newest[3:5] == ["leads lead@example.com (ops)", "sent"]
    assert newest[8] == "channel_not_found"
    assert before[3:5] == ["room #room (fallback)", "redirected"]


def test_only_some_states(full: Scene) -> None:
    states = {row[4] for row in columns("outbox", "-c", full.config, "--state", "sent")}
    assert states == {"sent"}
    both = columns("outbox", "-c", full.config, "--state", "sent", "--state", "redirected")
    assert {row[4] for row in both} == {"sent", "redirected"}
    dead = notifier("outbox", "-c", full.config, "--state", "dead")
    assert (dead.exit_code, dead.stdout, dead.stderr) == (0, "", "no such notifications\n")


def test_an_unknown_state_lists_the_known_ones() -> None:
    result = notifier("outbox", "--state", "wating")
    assert result.exit_code == 2
    assert complaint(result).endswith(
        "'--state': write one of waiting, claimed, sent, dropped, redirected, dead, dry_run;"
        " did you mean `waiting`?"
    )
    assert "did you mean" not in complaint(notifier("outbox", "--state", "xyz"))


def test_the_shell_completes_states() -> None:
    assert states("d") == ["dropped", "dead", "dry_run"]


async def test_what_waits_says_for_what_and_until_when(full: Scene) -> None:
    world = full.world
    world.channels["agent"].always = DeliveryTransient("Slack does not answer")
    world.call("Suresh 2", to="919812345670")
    await world.poll()
    world.clock.advance(600_000)
    await world.round()
    (row,) = columns("outbox", "-c", full.config, "--state", "waiting")
    assert row[3:6] == ["agent main/209", "waiting", "1"]
    assert row[7].endswith("IST (+05:30)")
    assert row[8] == "to be tried again: Slack does not answer"
    (waiting,) = as_json("outbox", "-c", full.config, "--state", "waiting")
    assert waiting["next_at"].endswith("Z")
    assert (waiting["reason"], waiting["waits"]) == ("Slack does not answer", row[8])


async def test_dead_letters_are_found(full: Scene) -> None:
    world = full.world
    world.channels["leads"].always = world.channels["room"].always
    world.call("Fatima 2", extension="210", to="919900000009")
    await world.poll()
    world.clock.advance(600_000)
    await world.round()
    (row,) = columns("outbox", "-c", full.config, "--state", "dead")
    assert row[3:5] == ["leads lead@example.com (ops)", "dead"]


def test_json_has_the_raw_names(full: Scene) -> None:
    newest = as_json("outbox", "-c", full.config)[0]
    assert newest | {"id": 0, "alert": 0, "recipient": "", "created_at": ""} == {
        "id": 0,
        "alert": 0,
        "kind": "open",
        "receiver": "leads",
        "recipient": "",
        "via": "ops",
        "state": "sent",
        "reason": "channel_not_found",
        "attempts": 1,
        "waits": None,
        "held": False,
        "created_at": "",
        "next_at": None,
    }
    assert newest["recipient"].startswith("mail-")


def test_on_a_terminal_there_is_a_head(full: Scene) -> None:
    assert "next try" in on_terminal("outbox", "-c", full.config).splitlines()[0]


def test_an_empty_outbox_says_so(empty: Scene) -> None:
    result = notifier("outbox", "-c", empty.config, "-n", "5")
    assert (result.exit_code, result.stdout) == (0, "")
    assert result.stderr == "the outbox is empty: nothing was to be told yet\n"
    assert as_json("outbox", "-c", empty.config) == []


async def test_what_is_held_says_so_and_not_since_when(a_world: MakeWorld) -> None:
    world = a_world()
    world.clock.ms = SystemClock().now() - 5 * MINUTE
    await world.watch()
    await silence(world, HOUR)
    world.call("Suresh")
    await world.round()
    config = configured(world)
    ((*_, state, tries, since, next_try, reason),) = columns("outbox", "-c", config)
    assert (state, tries, since) == ("waiting", "0", "")
    assert next_try
    assert reason.startswith("held until ")
    assert reason.endswith(": silence S1 by Asha")
    (row,) = as_json("outbox", "-c", config)
    assert (row["held"], row["created_at"]) == (True, None)
    assert "outbox   1 waiting, 1 of them held until their time comes; nothing given up" in shown(
        "status", "-c", config
    )
    assert as_json("status", "-c", config)["outbox"] == {
        "waiting": 1,
        "held": 1,
        "oldest_at": None,
        "dead": 0,
    }
