"""What Slack says of the app-level token, without which no button can be heard.

https://docs.slack.dev/reference/methods/apps.connections.open
"""

from collections.abc import Mapping
from typing import Final

METHOD: Final = "apps.connections.open"

_MAKE: Final = (
    "make one with the scope connections:write on the app's page Basic Information (App-Level Tokens), and"
    " put it into slack.app_token"
)
_TURN_ON: Final = "turn it on on the app's page Socket Mode"

WORDS: Final[Mapping[str, str]] = {
    **dict.fromkeys(
        ("invalid_auth", "not_authed", "missing_args", "token_revoked", "token_expired", "account_inactive"),
        f"Slack does not take the app-level token: it is wrong, or was revoked; {_MAKE}",
    ),
    **dict.fromkeys(
        ("not_allowed_token_type", "forbidden_team"),
        f"that is no app-level token, which begins with xapp-; {_MAKE}",
    ),
    **dict.fromkeys(
        ("missing_scope", "no_permission"),
        "the app-level token lacks the scope connections:write, and none can be added to it: make another one"
        " with it on the app's page Basic Information (App-Level Tokens), and put it into slack.app_token",
    ),
    **dict.fromkeys(
        ("socket_mode_not_enabled", "socket_mode_disabled"), f"the app's Socket Mode is off; {_TURN_ON}"
    ),
    **dict.fromkeys(
        ("access_denied", "app_access_restricted"),
        "an administrator of the workspace keeps the app from it; ask them to approve the app",
    ),
}
"""Why buttons can't be heard, and how to mend that, by Slack's error code."""


def warned_of(answer: Mapping[str, object]) -> str:
    """What an answer that is a success says against it all the same; "" where it says nothing.

    Slack opens connections for an app whose Socket Mode is off, too; nothing is ever heard over them.

    Args:
        answer: of ``METHOD``.
    """
    match answer.get("response_metadata"):
        case {"messages": list(messages)} if any(
            "socket mode is not turned on" in _text(m) for m in messages
        ):
            return f"works, but Slack says that Socket Mode is off: if no button does anything, {_TURN_ON}"
        case _:
            return ""


def _text(message: object) -> str:
    return message.lower() if isinstance(message, str) else ""
