"""`notifier digest`: shown without a secret and without a trace, or sent to everybody it is for."""

import asyncio
import json
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from typer.testing import Result

from notifier.clock import SystemClock
from tests.support.commands import as_json, complaint, configured, notifier, shown
from tests.support.slack import TOKEN, FakeSlack
from tests.support.store import rows_in
from tests.support.world import HOUR, World
from tests.support.worlds import MakeWorld

DIGESTS: list[dict[str, Any]] = [
    {"name": "evening", "at": "00:00", "team": "sales", "notify": ["sales-room"]},
    {
        "name": "week",
        "at": "00:00",
        "days": "mon",
        "timezone": "Asia/Dubai",
        "notify": ["sales-room", "hall"],
    },
]


@pytest.fixture
async def slack() -> AsyncIterator[FakeSlack]:
    slack = FakeSlack()
    slack.add_channel("sales", "C1")
    slack.add_channel("hall", "C2")
    await slack.start()
    yield slack
    await slack.stop()


@pytest.fixture
async def world(a_world: MakeWorld) -> World:
    """A customer was missed an hour ago, by the clock of this machine."""
    world = a_world(
        digests=DIGESTS,
        timezone="Asia/Kolkata",
        agents={"209": {"name": "Asha", "team": "sales"}},
        receivers={"sales-room": {"slack": {"to": "#sales"}}, "hall": {"slack": {"to": "#hall"}}},
    )
    world.clock.ms = SystemClock().now() - HOUR
    await world.watch()
    world.call("<!channel> \x1b[31mSuresh", to="919812345678")
    await world.poll()
    return world


@pytest.fixture
def config(world: World, slack: FakeSlack) -> Path:
    return configured(world, slack={"bot_token": "${SLACK_BOT_TOKEN}", "base_url": slack.api_url})


async def run(*arguments: object) -> Result:
    environ = {"SLACK_BOT_TOKEN": TOKEN, "TELECMI_SECRET": "x"}
    return await asyncio.to_thread(notifier, "digest", *arguments, env=environ)


def traces(world: World) -> list[int]:
    return [
        world.database.look(lambda connection, name=name: rows_in(connection, name))  # type: ignore[misc] # mypy can't infer it
        for name in ("digests", "digest_plans", "outbox")
    ]


def test_a_dry_run_shows_it_without_secrets_and_leaves_no_trace(
    world: World, config: Path, slack: FakeSlack
) -> None:
    before = traces(world)
    lines = shown("digest", "week", "--dry-run", "-c", config)
    assert lines[0] == "week: 1 customer missed"
    assert "1 customer missed, in 1 call." in lines
    (line,) = [line for line in lines if "098123 45678" in line]
    assert line.startswith("- <!channel> [31mSuresh, 098123 45678 · by Asha · ")
    assert traces(world) == before
    assert slack.posted == []


def test_it_is_about_its_team_and_covers_the_time_since_it_was_due_last(world: World, config: Path) -> None:
    found = as_json("digest", "evening", "--dry-run", "-c", config)
    digest = found["digest"]
    assert (digest["teams"], found["messages"]) == (["sales"], [])
    since, until = (datetime.fromisoformat(digest[key]) for key in ("since", "until"))
    assert (until - since).total_seconds() <= 24 * 3600
    assert since.strftime("%H:%M:%S") == "18:30:00"  # midnight in India
    assert abs(until.timestamp() * 1000 - SystemClock().now()) < HOUR


def test_at_another_time_it_is_as_it_was_then(world: World, config: Path) -> None:
    at = datetime.fromtimestamp((world.clock.now() - HOUR) / 1000, UTC).isoformat()
    digest = as_json("digest", "week", "--dry-run", "--at", at, "-c", config)["digest"]
    assert (digest["calls"], digest["until"][:19]) == (0, at[:19])
    assert digest["time_zone"] == "Asia/Dubai"
    lines = shown("digest", "week", "--dry-run", "--at", at, "-c", config)
    assert lines[0] == "week: nobody was missed"


async def test_it_is_sent_to_everybody_whom_it_is_for(world: World, config: Path, slack: FakeSlack) -> None:
    before = traces(world)
    result = await run("week", "-c", config)
    assert (result.exit_code, result.stderr) == (0, "")
    assert result.stdout == "sales-room #sales: sent\nhall #hall: sent\n"
    assert [message.channel for message in slack.posted] == ["C1", "C2"]
    assert all(message.text.startswith("week: 1 customer missed") for message in slack.posted)
    assert "<!channel>" not in json.dumps([message.blocks for message in slack.posted])
    assert traces(world) == before


async def test_one_that_can_not_be_sent_costs_the_others_nothing(config: Path, slack: FakeSlack) -> None:
    slack.fail_next("chat.postMessage", "channel_not_found")
    result = await run("week", "--json", "-c", config)
    assert (result.exit_code, result.stderr) == (1, "")
    first, second = json.loads(result.stdout)["messages"]
    assert (first["to"], first["sent"], second["sent"]) == ("sales-room #sales", False, True)
    assert first["reason"].startswith("Slack does not know #sales: it was deleted or renamed")
    assert "correct receivers.sales-room.slack.to" in first["reason"]


async def test_a_configuration_that_sends_nothing_sends_nothing(world: World, slack: FakeSlack) -> None:
    config = configured(
        world, dry_run=True, slack={"bot_token": "${SLACK_BOT_TOKEN}", "base_url": slack.api_url}
    )
    result = await run("week", "-c", config)
    assert result.exit_code == 0
    assert result.stdout.startswith("week: 1 customer missed")
    assert result.stderr == "notifier: nothing was sent: the configuration says dry_run: true\n"
    assert slack.posted == []


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("evning",), "the configuration has no such digest; did you mean `evening`?"),
        (("xyz",), "there is evening, week"),
        (("week", "--at", "tomorrow"), "not a time"),
        (("week", "--at", "2999-01-01T00:00:00+05:30"), "it lies ahead"),
        (("week", "--at", "1960-01-01T00:00:00+05:30"), "nothing is known of that time"),
    ],
    ids=["mistyped", "unknown", "no time", "ahead", "long ago"],
)
def test_what_can_not_be_meant_is_wrong_usage(config: Path, arguments: tuple[str, ...], said: str) -> None:
    result = notifier("digest", *arguments, "--dry-run", "-c", config)
    assert (result.exit_code, result.stdout) == (2, "")
    assert said in complaint(result)


async def test_a_receiver_that_shall_see_no_whole_number_gets_none(world: World, slack: FakeSlack) -> None:
    hall = {"slack": {"to": "#hall"}, "mask_numbers": True}
    world.sections["receivers"] = {**world.sections["receivers"], "hall": hall}
    config = configured(world, slack={"bot_token": "${SLACK_BOT_TOKEN}", "base_url": slack.api_url})
    assert (await run("week", "-c", config)).exit_code == 0
    room, masked = (json.dumps(message.blocks) + message.text for message in slack.posted)
    assert "45678" in room
    assert "45678" not in masked.replace(" ", "")
    assert "5678" in masked


def test_without_digests_it_says_where_they_go(a_world: MakeWorld) -> None:
    result = notifier("digest", "evening", "--dry-run", "-c", configured(a_world()))
    assert result.exit_code == 2
    assert "add it under `digests:`" in complaint(result)


def test_without_a_store_it_makes_none(world: World, config: Path, tmp_path: Path) -> None:
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    (elsewhere / "config.yaml").write_text(config.read_text())
    result = notifier("digest", "week", "--dry-run", "-c", elsewhere / "config.yaml")
    assert (result.exit_code, result.stdout) == (1, "")
    assert "there is no store at" in result.stderr
    assert list(elsewhere.iterdir()) == [elsewhere / "config.yaml"]


def test_a_shell_is_told_the_names(config: Path) -> None:
    import typer

    from notifier.cli.digest import digest, names

    app = typer.Typer()
    app.command()(digest)
    context = typer.Context(typer.main.get_command(app))
    context.params = {"config": config}
    assert names(context, "w") == ["week"]
    context.params = {"config": config.with_name("none.yaml")}
    assert names(context, "") == []
