"""Are those in Slack whom `actions.allowed` names?"""

from collections.abc import Awaitable, Iterator

from notifier.channels.slack import SdkApi
from notifier.channels.slack.groups import Groups
from notifier.channels.slack.scopes import GROUPS_ALLOWED, NAMES, PRESSED_BY, Feature
from notifier.cli.live.attempt import Tried, attempt
from notifier.cli.live.people import MOST_PEOPLE, by_address, by_id, side_by_side
from notifier.clock import SystemClock
from notifier.config import Config
from notifier.config.forms import is_address, is_slack_group
from notifier.config.schema import AGENTS, ANYONE
from notifier.errors import TargetBroken

WHAT = "Slack actions.allowed"


async def try_allowed(api: SdkApi, config: Config, granted: frozenset[str] | None) -> list[Tried]:
    """Look them up, where there are buttons and that is allowed: what it lacks is said with the scopes.

    Args:
        api: with the bot's token.
        config: names them.
        granted: scopes; None where Slack did not say.
    """
    if config.slack is None or config.slack.app_token is None:
        return []
    named = [one for one in dict.fromkeys(config.actions.allowed) if one not in {ANYONE, AGENTS}]
    may = [one for one in named if granted is None or granted.issuperset(_feature(one).scopes)]
    if not may:
        return []
    groups, asked = Groups(api, SystemClock()), may[:MOST_PEOPLE]
    people = {f"{WHAT} {one}": _person(api, one) for one in asked if not is_slack_group(one)}
    tried = await side_by_side(people)
    # One after another: the first look-up lists them all.
    tried += [await attempt(f"{WHAT} {one}", _group(groups, one)) for one in filter(is_slack_group, asked)]
    bad = [one for one in tried if not one.is_good]
    return bad or [Tried(WHAT, is_good=True, says=", ".join(_found(len(tried), len(named) - len(tried))))]


def _feature(one: str) -> Feature:
    """What looks this one up."""
    if is_slack_group(one):
        return GROUPS_ALLOWED
    return PRESSED_BY if is_address(one) else NAMES


def _person(api: SdkApi, one: str) -> Awaitable[str]:
    return by_address(api, one) if is_address(one) else by_id(api, one)


async def _group(groups: Groups, group: str) -> str:
    if not await groups.has(group):
        raise TargetBroken("Slack has no user group with this id; correct it, or enable the group again")
    return "found"


def _found(found: int, rest: int) -> Iterator[str]:
    yield f"{found} found"
    if rest:
        yield f"{rest} not looked up"
