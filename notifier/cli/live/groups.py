"""Are the user groups there that messages are to mention by their handles?"""

from notifier.channels.slack import SdkApi
from notifier.channels.slack.groups import Groups
from notifier.channels.slack.scopes import GROUPS_MENTIONED
from notifier.cli.live.attempt import Tried, attempt
from notifier.clock import SystemClock
from notifier.config import Config
from notifier.config.mention import is_handle
from notifier.errors import TargetBroken


async def try_groups(api: SdkApi, config: Config, granted: frozenset[str] | None) -> list[Tried]:
    """Look them up, where that is allowed: what it lacks is said with the scopes.

    Args:
        api: with the bot's token.
        config: names them.
        granted: scopes; None where Slack did not say.
    """
    if granted is not None and not granted.issuperset(GROUPS_MENTIONED.scopes):
        return []
    named: dict[str, list[str]] = {}
    for name, receiver in config.receivers.items():
        if receiver.slack is not None and receiver.slack.webhook_url is None:
            for handle in filter(is_handle, receiver.slack.mention.each):
                named.setdefault(handle, []).append(f"receivers.{name}.slack.mention")
    groups = Groups(api, SystemClock())
    # One after another: the first look-up lists them all.
    return [
        await attempt(f"Slack {', '.join(keys)} {handle}", _found(groups, handle))
        for handle, keys in named.items()
    ]


async def _found(groups: Groups, handle: str) -> str:
    if not await groups.find(handle):
        raise TargetBroken("Slack has no user group with this handle; correct it, or write its id (S…)")
    return "found"
