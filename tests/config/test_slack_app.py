"""What of the Slack app is allowed and yet probably not meant."""

from pathlib import Path

import pytest

from notifier.config import warnings
from tests.support.clock import START
from tests.support.config_files import config_text, load_text, problems_in


def advice(tmp_path: Path, **sections: str) -> list[str]:
    found = warnings(load_text(tmp_path, config_text(ops="{notify: room}", **sections)), START)
    return [one.text for one in found if one.about[0] in {"slack", "actions"}]


@pytest.mark.parametrize("token", ["xoxe-1", "t", "XOXB-1"])
def test_a_slack_token_that_is_none_of_a_bot_is_named_and_not_shown(token: str, tmp_path: Path) -> None:
    (said,) = advice(tmp_path, slack=f"{{bot_token: {token}}}")
    assert said == (
        "slack.bot_token: looks like no bot token, which begins with xoxb-; copy the Bot User OAuth Token"
        " from the app's page OAuth & Permissions"
    )


@pytest.mark.parametrize("slack", ["bot_token: xoxe.xoxb-1", "bot_token: t, base_url: 'https://a.test/api/'"])
def test_a_token_that_rotates_or_is_not_for_slack_itself_is_fine(slack: str, tmp_path: Path) -> None:
    assert advice(tmp_path, slack=f"{{{slack}}}") == []


def test_a_token_that_was_not_read_is_not_judged(tmp_path: Path) -> None:
    text = config_text(slack="{bot_token: '${credential:bot}'}", ops="{notify: room}")
    loaded = load_text(tmp_path, text, resolve=False)
    assert not any("bot_token" in said.text for said in warnings(loaded, START))


def test_an_app_token_that_is_none_is_named_and_not_shown(tmp_path: Path) -> None:
    slack = "{bot_token: xoxb-1, app_token: seCret}"
    (said,) = advice(tmp_path, slack=slack)
    assert said.startswith("slack.app_token: looks like no app-level token, which begins with xapp-; make")
    assert "seCret" not in said


def test_who_may_press_says_nothing_where_there_are_no_buttons(tmp_path: Path) -> None:
    (said,) = advice(tmp_path, actions="{allowed: agents}")
    assert said.startswith("actions.allowed: messages have no buttons without slack.app_token")
    with_buttons = {"slack": "{bot_token: xoxb-1, app_token: xapp-1}", "actions": "{allowed: [agents, U012]}"}
    assert advice(tmp_path, **with_buttons) == []


@pytest.mark.parametrize(
    ("agents", "said"), [("{}", 1), ("{209: {email: a@b.test}}", 1), ("{209: {slack: U1A}}", 0)]
)
@pytest.mark.parametrize("allowed", ["agents", "[agents]"])
def test_agents_who_alone_may_press_and_are_not_in_slack_are_named(
    agents: str, said: int, allowed: str, tmp_path: Path
) -> None:
    sections = {"actions": f"{{allowed: {allowed}}}", "agents": agents}
    text = (
        "actions.allowed: only agents may press buttons, and no agent has an address in Slack, so nobody may;"
        " add `slack:` to those under `agents:`, or write anyone"
    )
    assert advice(tmp_path, slack="{bot_token: xoxb-1, app_token: xapp-1}", **sections) == said * [text]


def test_a_token_that_came_from_elsewhere_is_an_error_only_where_it_is_read(tmp_path: Path) -> None:
    text = config_text(slack="{bot_token: '${BOT}'}")
    (said,) = problems_in(tmp_path, text, {"BOT": "xapp-1-A0SECRET"})
    assert said.startswith("config.yaml:4:20: slack.bot_token: an app-level token (xapp-…) stands here; it")
    assert "SECRET" not in said
    assert problems_in(tmp_path, text, {}, resolve=False) == []
