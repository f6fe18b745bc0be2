"""The README's way to a Slack app: the commands print what it shows, for the app of the manifest."""

import asyncio
import re
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from typer.testing import Result

from tests.support.commands import notifier
from tests.support.socket_mode import APP_TOKEN, TEAM, SocketSlack
from tests.support.stage import Stage, a_stage


@pytest.fixture
def section(docs: Path) -> str:
    text = (docs.parent / "README.md").read_text()
    return text.partition("### A Slack app in two minutes")[2].partition("\n## ")[0]


@pytest.fixture
def manifest(docs: Path) -> dict[str, Any]:
    found: dict[str, Any] = yaml.safe_load((docs / "slack-app.yaml").read_text())
    return found


@pytest.fixture
async def stage(tmp_path: Path, section: str, manifest: dict[str, Any]) -> AsyncIterator[Stage]:
    """A workspace as it is after the README's steps, and the configuration that it shows."""
    slack = SocketSlack()
    slack.team = {"team_id": TEAM, "team": "Example Ltd"}
    slack.workspace.scopes = set(manifest["oauth_config"]["scopes"]["bot"])
    slack.add_channel("sales-missed", "C0SALES")
    slack.add_user("U0ASHA", "asha@example.com")
    shown = yaml.safe_load(re.findall(r"```yaml\n(.*?)```", section, re.DOTALL)[0])
    async with a_stage(tmp_path, slack) as stage:
        stage.environ["SLACK_APP_TOKEN"] = APP_TOKEN
        base_url = {"base_url": slack.api_url}
        stage.configure(**{**shown, "slack": shown["slack"] | base_url}, ops={"notify": "sales-room"})
        yield stage


async def run(stage: Stage, *arguments: str) -> Result:
    return await asyncio.to_thread(notifier, *arguments, "-c", stage.path, env=stage.environ)


def consoles(section: str) -> list[list[str]]:
    """What each of its consoles shows of the check, a line for each thing; long ones go on below."""
    blocks = re.findall(r"```console\n(.*?)```", section, re.DOTALL)
    unfolded = [re.sub(r"\n {8,}(?=\()", " ", block) for block in blocks]
    return [
        [line.strip() for line in block.splitlines() if line.strip()[:6].strip() in {"ok", "FAILED", "-"}]
        for block in unfolded
    ]


async def test_the_check_says_what_the_readme_shows(stage: Stage, section: str) -> None:
    good, bad = consoles(section)
    result = await run(stage, "check", "--live")
    assert result.exit_code == 0
    printed = [line for line in result.stdout.splitlines() if line[8:].startswith("Slack")]
    assert printed == good
    stage.slack.workspace.scopes.remove("im:write")
    result = await run(stage, "check", "--live")
    assert result.exit_code == 1
    assert set(bad) <= set(result.stdout.splitlines())


async def test_each_test_message_that_it_names_is_sent(stage: Stage, section: str) -> None:
    named = re.findall(r"`send-test|--look (\w+)|`notifier send-test (\w+)`", section)
    looks = [look for look, _ in named if look]
    assert looks == ["count", "reached"]
    for extra in ([], *(["--look", look] for look in looks)):
        assert (await run(stage, "send-test", "agent", *extra)).exit_code == 0
    assert [one.channel for one in stage.slack.posted] == ["DU0ASHA"] * 3
    assert all("This is a test" in one.text for one in stage.slack.posted)


def test_it_counts_the_scopes_of_the_manifest(section: str, manifest: dict[str, Any]) -> None:
    assert len(manifest["oauth_config"]["scopes"]["bot"]) == 11
    assert "eleven scopes" in " ".join(section.split())
    assert f"/invite @{manifest['features']['bot_user']['display_name']}" in section
    assert f"its name, {manifest['display_information']['name']}," in section
