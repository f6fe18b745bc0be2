"""Slack's tokens: each where it is of use. They are told by how they begin, and never shown."""

from collections.abc import Iterator

from notifier.config.forms import slack_token_prefix
from notifier.config.places import Finding
from notifier.config.view import View

_KINDS = {
    "xoxb-": ("a bot's token", "bot_token"),
    "xapp-": ("an app-level token", "app_token"),
    "xoxp-": ("a user's token", ""),
}
"""What begins so, and the key where it belongs."""

_WANTED = {
    "bot_token": "the Bot User OAuth Token (xoxb-…), which the app's page OAuth & Permissions shows",
    "app_token": (
        "an app-level token (xapp-…) with the scope connections:write, which the app's page Basic"
        " Information makes"
    ),
}


def slack_tokens(view: View) -> Iterator[Finding]:
    """One that stands where another belongs is refused by Slack."""
    if view.slack is None:
        return
    for key, secret in (("bot_token", view.slack.bot_token), ("app_token", view.slack.app_token)):
        prefix = "" if secret is None else slack_token_prefix(secret.get())
        what, belongs = _KINDS.get(prefix, ("", key))
        if belongs != key:
            there = f"it belongs to `{belongs}:`" if belongs else "it belongs nowhere in this file"
            yield Finding(("slack", key), f"{what} ({prefix}…) stands here", f"{there}; write {_WANTED[key]}")
