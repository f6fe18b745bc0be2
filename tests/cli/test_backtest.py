import json
import subprocess
import sys
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from notifier.cli.backtest_why import why
from notifier.clock import SystemClock
from notifier.store import silences
from tests.cli.conftest import NOT_REACHED, SECTIONS, TOO_MANY, Scene
from tests.support.clock import START
from tests.support.commands import as_json, complaint, configured, notifier, on_terminal, shown
from tests.support.replay import HOUR, MINUTE, OFFICE, a_silence, missed, replayed
from tests.support.replay import configured as replay_config
from tests.support.worlds import MakeWorld

# START is 19:43:20 in Kolkata, on the 21st of September.
SPAN = ("--since", "2026-09-21T19:44", "--until", "2026-09-21 23:00")

UNTIL = ("--until", "2026-09-21 22:00")


def a_record(ident: str, at: int, **over: Any) -> dict[str, Any]:
    """A call that was missed, so many ms after START."""
    return {"_id": ident, "time": START + at, "from": "209_1111113", "to": "919812345678", **over}


@pytest.fixture
def given(empty: Scene) -> Path:
    """A file of calls: three were missed, and the second of the customers was reached."""
    path = empty.config.with_name("calls.json")
    lists = {
        "cdr": [
            a_record("a", 0, name="Suresh"),
            a_record("b", 5 * MINUTE, to="919812345679"),
            a_record("c", 6 * MINUTE, **{"from": "210_1111113"}, to="919812345670"),
        ],
        "out_answered": [a_record("d", 12 * MINUTE, to="919812345679")],
    }
    path.write_text(json.dumps(lists))
    return path


TEXT = """\
21 Sep 19:43 IST (+05:30) to 21 Sep 22:00 IST (+05:30): 3 missed calls, 1 answered call

Would have been sent:
21 Sep 19:53 IST (+05:30) | agent main/209 (Asha) | open | not-reached | customer +919812345678 | \
not reached, 10 min after the call
21 Sep 19:59 IST (+05:30) | room #room | open | not-reached | customer +919812345670 | \
not reached, 10 min after the call; as fallback: no address: agent

By rule:
not-reached | 3 opened | 3: 2 active, 1 reached | 2 open | 0
too-many | 3 below threshold | 0 | 0 | 0

By target:
agent main/209 (Asha) | 1 | 1 | 1 open
room #room | 1 | 1 | 1 open
"""


def followed(scene: Scene) -> Path:
    """Its configuration, which reads answered calls, too."""
    sections = {**scene.world.sections["telecmi"], "follow_up": True}
    return configured(scene.world, telecmi=sections)


def test_given_calls_are_replayed(empty: Scene, given: Path) -> None:
    result = notifier("backtest", "-c", followed(empty), "--file", given, *UNTIL)
    assert (result.exit_code, result.stderr) == (0, "")
    assert result.stdout.replace("\t", " | ") == TEXT


def test_for_programs_there_is_all_of_it(empty: Scene, given: Path) -> None:
    found = as_json("backtest", "-c", followed(empty), "--file", given, "--rule", "not-reached", *UNTIL)
    assert (found["since"], found["until"]) == ("2026-09-21T14:13:20.000Z", "2026-09-21T16:30:00.000Z")
    assert (found["calls"], found["calls_before"]) == ({"out_missed": 3, "out_answered": 1}, 0)
    assert (found["calls_not_read"], found["left_out"]) == ({}, 0)
    assert found["rejects"] == {"count": 0, "reasons": {}, "first": []}
    assert found["notifications"][0] == {
        "at": "2026-09-21T14:23:20.000Z",
        "due_at": "2026-09-21T14:23:20.000Z",
        "state": "sent",
        "receiver": "agent",
        "recipient": "agent main/209",
        "kind": "open",
        "n": 0,
        "message": 1,
        "together": None,
        "held": False,
        "via": "rule",
        "reason": "",
        "why": "not reached, 10 min after the call",
        "rule": "not-reached",
        "alert": 1,
        "key": "customer=+919812345678",
        "severity": "info",
        "level": 0,
        "calls": 1,
        "agent": "main/209",
        "customer": "+919812345678",
    }
    assert found["rules"] == [
        {
            "rule": "not-reached",
            "calls": {"opened": 3},
            "alerts": {"active": 2, "reached": 1},
            "sent": {"open": 2},
            "held": 0,
            "not_sent": [],
        }
    ]
    assert found["targets"] == [
        {
            "receiver": "agent",
            "recipient": "agent main/209",
            "messages": 1,
            "busiest_hour": 1,
            "notifications": {"open": 1},
        },
        {
            "receiver": "room",
            "recipient": "#room",
            "messages": 1,
            "busiest_hour": 1,
            "notifications": {"open": 1},
        },
    ]


def test_on_a_terminal_the_tables_have_heads(empty: Scene, given: Path) -> None:
    text = on_terminal("backtest", "-c", followed(empty), "--file", given)
    assert "when" in text
    assert "in the busiest hour" in text


def test_stored_calls_are_replayed_with_those_from_before(full: Scene) -> None:
    lines = shown("backtest", "-c", full.config, *SPAN)
    assert lines[0].endswith(
        "21 Sep 23:00 IST (+05:30): 5 missed calls, 0 answered calls; 1 call from before"
    )
    told = [line.split("\t") for line in lines if line.startswith("21 Sep") and "\t" in line]
    assert [(row[1], row[3]) for row in told] == [
        ("room #room", "too-many"),
        ("agent main/209 (Asha)", "not-reached"),
        ("agent main/209 (Asha)", "not-reached"),
        ("room #room", "not-reached"),
    ]
    # One more, which was missed before, makes the third of 209 the second of these.
    earlier = shown("backtest", "-c", full.config, "--since", "2026-09-21T19:45", *SPAN[2:])
    assert earlier[0].endswith("4 missed calls, 0 answered calls; 2 calls from before")


def test_a_new_configuration_is_tried_on_the_calls_of_another_store(full: Scene, tmp_path: Path) -> None:
    new = tmp_path / "new.yaml"
    new.write_text(full.config.read_text())
    nowhere = notifier("backtest", "-c", new, *SPAN)
    assert nowhere.exit_code == 1
    assert "name the one that the calls are in: --store FILE" in nowhere.stderr
    assert not list(tmp_path.glob("*.db*"))
    store = full.world.path
    assert shown("backtest", "-c", new, "--store", store, *SPAN) == shown(
        "backtest", "-c", full.config, *SPAN
    )
    assert not list(tmp_path.glob("*.db*"))


def test_the_store_stays_as_it_is(full: Scene) -> None:
    before = full.world.path.read_bytes()
    shown("backtest", "-c", full.config, *SPAN)
    assert full.world.path.read_bytes() == before


async def test_silences_of_the_store_hold_back(full: Scene) -> None:
    muted = replace(a_silence(0, 4 * HOUR, rule="not-reached"), reason="fair")
    await full.world.database.write(lambda connection: silences.add(connection, muted))
    found = as_json("backtest", "-c", full.config, *SPAN)
    (rule,) = [one for one in found["rules"] if one["rule"] == "not-reached"]
    assert rule["sent"] == {}
    assert rule["not_sent"] == [
        {"state": "waiting", "reason": "", "count": 2},
        {"state": "waiting", "reason": "no address: agent", "count": 1},
    ]


def test_a_span_without_calls_is_no_failure(full: Scene) -> None:
    result = notifier("backtest", "-c", full.config, "--since", "2026-01-01", "--until", "2026-01-02")
    assert result.exit_code == 0
    assert ": 0 missed calls, 0 answered calls\n" in result.stdout
    assert result.stderr == "nothing would have been sent\nnobody would have been told\n"


def test_no_more_are_listed_than_were_asked_for(full: Scene) -> None:
    lines = shown("backtest", "-c", full.config, *SPAN, "--limit", 1)
    assert "and 3 more; --limit lists them, --rule picks one rule" in lines
    found = as_json("backtest", "-c", full.config, *SPAN, "-n", 1)
    assert (len(found["notifications"]), found["left_out"]) == (1, 3)


def test_what_can_not_be_read_is_said(empty: Scene) -> None:
    path = empty.config.with_name("calls.jsonl")
    path.write_text(json.dumps(a_record("a", 0)) + "\n{half\n" + json.dumps({"time": 5}) + "\n")
    result = notifier("backtest", "-c", empty.config, "--file", path)
    assert result.exit_code == 0
    assert "1 missed call," in result.stdout
    assert result.stderr.splitlines() == [
        f"{path}: line 2: not JSON",
        f"{path}: line 3: `time` is not between the years 2000 and 2100",
        f"{path}: 2 records could not be read",
    ]
    found = as_json("backtest", "-c", empty.config, "--file", path)
    assert found["rejects"]["count"] == 2


def test_calls_that_the_configuration_does_not_read_are_named(empty: Scene, given: Path) -> None:
    result = notifier("backtest", "-c", empty.config, "--file", given)
    assert result.stderr == "main/out_answered: 1 call left out, since the configuration does not read that\n"
    found = as_json("backtest", "-c", empty.config, "--file", given)
    assert found["calls_not_read"] == {"main/out_answered": 1}


def test_where_nobody_can_count_as_reached_that_is_said(empty: Scene) -> None:
    path = empty.config.with_name("calls.json")
    path.write_text(json.dumps([a_record("a", 0)]))
    result = notifier("backtest", "-c", followed(empty), "--file", path)
    assert result.stderr == "there is no answered call among these, so nobody counts as reached\n"


@pytest.mark.parametrize(
    ("content", "why"),
    [
        ("", "calls.json is empty"),
        ("\n \n", "calls.json is empty"),
        ("<html>", "calls.json: not JSON; neither the whole nor its lines are records of calls"),
        ("[" * 100_000, "calls.json: nested too deep"),
        ('"text"', "holds no call that can be read; the file: not an object"),
        ("[{}]", "holds no call that can be read; record 1: `time` is missing"),
    ],
    ids=["empty", "blank", "html", "deep", "text", "empty record"],
)
def test_a_file_without_calls_is_a_failure(empty: Scene, content: str, why: str) -> None:
    path = empty.config.with_name("calls.json")
    path.write_text(content)
    result = notifier("backtest", "-c", empty.config, "--file", path)
    assert (result.exit_code, result.stdout) == (1, "")
    assert why in result.stderr


def test_a_list_of_no_calls_is_no_failure(empty: Scene) -> None:
    path = empty.config.with_name("calls.json")
    path.write_text('{"cdr": [], "count": 0}')
    result = notifier("backtest", "-c", empty.config, "--file", path)
    assert (result.exit_code, result.stderr.splitlines()[0]) == (0, f"{path}: it holds no calls")
    found = as_json("backtest", "-c", empty.config, "--file", path)
    span = [datetime.fromisoformat(found[key]) for key in ("since", "until")]
    assert span[1] - span[0] == timedelta(days=7)
    assert abs(SystemClock().now() / 1000 - span[1].timestamp()) < 60


def test_calls_of_nobody_are_pointed_out(empty: Scene) -> None:
    path = empty.config.with_name("calls.json")
    calls = [
        a_record("a", 0),
        a_record("b", 1, **{"from": "209"}),
        a_record("c", 2, agent="Asha", **{"from": ""}),
    ]
    path.write_text(json.dumps(calls))
    result = notifier("backtest", "-c", empty.config, "--file", path)
    assert result.exit_code == 0
    assert result.stderr == (
        f"{path}: 2 missed calls without an agent, so no extension or team counts them: write it as `agent`"
        " or `from`, with the app id, like 209_1111113\n"
    )


def test_the_example_in_the_documents_is_read_whole(empty: Scene) -> None:
    text = (Path(__file__).parents[2] / "docs/operations.md").read_text()
    path = empty.config.with_name("calls.json")
    path.write_text(text.partition("```json\n")[2].partition("```")[0])
    result = notifier("backtest", "-c", followed(empty), "--file", path)
    assert (result.exit_code, result.stderr) == (0, "")
    assert "1 missed call, 2 answered calls" in result.stdout


def test_a_huge_file_is_refused(empty: Scene) -> None:
    path = empty.config.with_name("calls.json")
    with path.open("wb") as file:
        file.truncate(64 * 1024 * 1024 + 1)
    result = notifier("backtest", "-c", empty.config, "--file", path)
    assert result.exit_code == 1
    assert "is larger than 64 MB; give the calls in several files" in result.stderr


@pytest.mark.parametrize(
    ("arguments", "why"),
    [
        (("--file", "/dev/null", "--store", "a.db"), "name a file of calls or a store: one of the two"),
        (("--since", "yesterday"), "not a time; write 7d,"),
        (("--until", "25:00"), "not a time"),
        (("--since", "2026-09-22", "--until", "2026-09-21"), "it is later than the end"),
        (("--delay", "soon"), "not a duration"),
        (("--rule", "none"), "no such rule; there are: not-reached, too-many"),
        (("--limit", "-1"), "'--limit'"),
    ],
    ids=["both", "since", "until", "order", "delay", "rule", "limit"],
)
def test_wrong_usage(empty: Scene, arguments: tuple[str, ...], why: str) -> None:
    result = notifier("backtest", "-c", empty.config, *arguments)
    assert (result.exit_code, result.stdout) == (2, "")
    assert why in complaint(result)


def test_a_configuration_that_is_refused_is_wrong_usage(empty: Scene) -> None:
    empty.config.write_text(empty.config.read_text().replace('"per": "customer"', '"per": "nobody"'))
    result = notifier("backtest", "-c", empty.config)
    assert (result.exit_code, result.stdout) == (2, "")
    assert "rules.0.per: it must be one of" in result.stderr


def test_no_secret_is_resolved(empty: Scene) -> None:
    text = empty.config.read_text()
    assert "${SLACK_BOT_TOKEN}" in text
    empty.config.write_text(text.replace("${SLACK_BOT_TOKEN}", "${file:/nowhere/token}"))
    assert notifier("backtest", "-c", empty.config).exit_code == 0


NO_NETWORK = """
import sys

def watch(event, arguments):
    if event.startswith("socket."):
        raise SystemExit(f"{event}: the network was used")

sys.addaudithook(watch)
from notifier.cli import main
main(sys.argv[1:])
"""


def test_no_socket_is_opened(full: Scene, given: Path) -> None:
    for calls in ((), ("--file", str(given))):
        command = [sys.executable, "-c", NO_NETWORK, "backtest", "-c", str(full.config), *calls]
        ran = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)
        assert "the network was used" not in ran.stderr
        assert (ran.returncode, ran.stdout.count("By target:")) == (0, 1)


async def test_what_is_shown_is_harmless_and_targets_are_named_as_elsewhere(a_world: MakeWorld) -> None:
    rule = {**NOT_REACHED, "notify": ["agent", "leads"], "match": {}}
    world = a_world(rule, TOO_MANY, **SECTIONS)
    config = configured(world)
    path = config.with_name("calls.json")
    path.write_text(json.dumps([a_record("a", 0, name="\x1b[31mred"), a_record("\x1b[31m", 1, to="12\x1b")]))
    result = notifier("backtest", "-c", config, "--file", path)
    text = result.output
    assert result.exit_code == 0
    assert "\x1b" not in text
    assert "leads lead@example.com" in text
    assert "U209" not in text


def test_calls_come_from_standard_input_too(empty: Scene) -> None:
    command = [sys.executable, "-m", "notifier", "backtest", "-c", str(empty.config), "--file", "-"]
    data = json.dumps([a_record("a", 0)])
    ran = subprocess.run(command, input=data, capture_output=True, text=True, check=False, timeout=60)
    assert (ran.returncode, ran.stderr) == (0, "")
    assert "1 missed call," in ran.stdout


@pytest.mark.parametrize(
    ("file", "why"),
    [("/nowhere/a.json", "No such file or directory"), ("/proc/self/mem", "Input/output error")],
    ids=["none", "broken"],
)
def test_a_file_that_can_not_be_read_is_a_failure(empty: Scene, file: str, why: str) -> None:
    result = notifier("backtest", "-c", empty.config, "--file", file)
    assert (result.exit_code, result.stdout) == (1, "")
    assert result.stderr == f"notifier: {file} can't be read: {why}\n"


def test_every_notification_says_why(empty: Scene) -> None:
    calls = [missed(n * MINUTE) for n in range(5)]
    rules = (
        {
            "per": "customer",
            "notify": ["room", "leads"],
            "escalate": [{"after": "30m", "notify": "agent"}],
            "repeat_every": "2h",
            "repeat_limit": 1,
        },
        {
            "per": "extension",
            "count": 3,
            "within": "30m",
            "levels": [{"count": 5, "severity": "critical"}],
            "calendar": "office",
            "outside": "send",
        },
        {"match": {"extension": "305"}, "notify": "agent"},
        {"match": {"extension": "306"}, "calendar": "office"},
        {"match": {"extension": "307"}},
    )
    config = replay_config(*rules, calendars=OFFICE)
    more = [missed(HOUR, extension="305"), missed(0, extension="306"), missed(1, extension="306")]
    burst = [missed(3 * HOUR, extension="307", customer=f"+9198000000{n:02}") for n in range(11)]
    results = replayed(config, *calls, *more, *burst)
    assert {why(config, results, one) for one in results.fates} >= {
        "not reached",
        "calls joined, 7 in all",
        "step 1 of escalate: not reached for 30 min",
        "reminder 1: still not reached",
        "3 calls within 30 min",
        "level 1 (critical): 5 calls within 30 min",
        "not reached; as ops: no address: agent; nobody can be told",
        "not reached; held since 21 Sep 19:43 IST (+05:30); in a summary of what was held",
        "not reached; in a summary, since many were due",
    }


def test_a_level_names_what_counted_and_what_joined_in_all() -> None:
    rule = {"per": "extension", "count": 3, "within": "30m", "levels": [{"count": 5}]}
    config = replay_config(rule)
    minutes = (0, 1, 2, 31, 56, 57, 58, 59)
    results = replayed(config, *(missed(n * MINUTE) for n in minutes))
    assert [why(config, results, one) for one in results.fates] == [
        "3 calls within 30 min",
        "level 1 (info): 5 calls within 30 min, 8 in all",
    ]
