"""What a rule keeps apart: one alert is active per rule and key."""

from collections.abc import Callable

from notifier.model import Call
from notifier.rules.match import TeamOf


def key_of(per: tuple[str, ...], team_of: TeamOf) -> Callable[[Call], str]:
    """Build the function that tells the key of a call.

    Args:
        per: the rule's dimensions. An extension belongs to its account; customers span accounts.
        team_of: tells the team of a call's agent.
    """
    parts: dict[str, Callable[[Call], str]] = {
        "call": lambda call: f"call={call.account}/{call.endpoint}/{call.id}",
        "customer": lambda call: "customer=" + call.customer,
        "extension": lambda call: f"extension={call.account}/{call.extension}",
        "team": lambda call: "team=" + team_of(call),
        "account": lambda call: "account=" + call.account,
    }
    if len(per) == 1:
        return parts[per[0]]
    chosen = tuple(parts[dimension] for dimension in per)
    return lambda call: "&".join(part(call).replace("%", "%25").replace("&", "%26") for part in chosen)
