"""What of the Slack app is allowed, and yet probably not meant: its tokens, and who may press its buttons."""

from collections.abc import Iterator

from notifier.config.forms import slack_token_prefix
from notifier.config.places import KeyPath
from notifier.config.schema import AGENTS, ActionSettings, Config, SlackSettings

_SLACK = SlackSettings.model_fields["base_url"].default


def about_slack(config: Config) -> Iterator[tuple[KeyPath, str]]:
    """Where each of it stands, and what to look at."""
    yield from _about_buttons(config)
    if config.slack is not None and config.slack.base_url == _SLACK:
        yield from _about_tokens(config.slack)


def _about_buttons(config: Config) -> Iterator[tuple[KeyPath, str]]:
    here, allowed = ("actions", "allowed"), config.actions.allowed
    if config.slack is None or config.slack.app_token is None:
        if config.actions != ActionSettings():
            without = "messages have no buttons without slack.app_token; give one, or leave this out"
            yield here, f"actions.allowed: {without}"
    elif set(allowed) == {AGENTS} and not any(agent.slack for agent in config.agents.values()):
        text = (
            "actions.allowed: only agents may press buttons, and no agent has an address in Slack, so nobody"
            " may; add `slack:` to those under `agents:`, or write anyone"
        )
        yield here, text


def _about_tokens(slack: SlackSettings) -> Iterator[tuple[KeyPath, str]]:
    """Slack's own tokens have a form; what stands in for Slack, to try things, may have another."""
    if _is_none_of_slack(slack.bot_token.get()):
        text = (
            "slack.bot_token: looks like no bot token, which begins with xoxb-; copy the Bot User OAuth Token"
            " from the app's page OAuth & Permissions"
        )
        yield ("slack", "bot_token"), text
    if slack.app_token is not None and _is_none_of_slack(slack.app_token.get()):
        text = (
            "slack.app_token: looks like no app-level token, which begins with xapp-; make one with the scope"
            " connections:write on the app's page Basic Information"
        )
        yield ("slack", "app_token"), text


def _is_none_of_slack(token: str) -> bool:
    """One of another kind than belongs there is an error; without its secrets, the placeholder stands."""
    return not slack_token_prefix(token) and not token.startswith("${")
