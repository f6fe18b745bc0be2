"""Which extensions called lately, and have no agent who can be told of it."""

from collections.abc import Iterator

from notifier.cli.common import look
from notifier.cli.show import counted
from notifier.config import Advice, Config
from notifier.config.deputies import called
from notifier.config.values import DAY, duration_text
from notifier.errors import StoreError
from notifier.rules.unreachable import Unreachable, unreachable
from notifier.store.views import callers

LATELY = 7 * DAY
"""ms before now in which calls count."""

MOST = 10
"""Extensions that are named together."""


def about_callers(config: Config, now: int) -> Iterator[Advice]:
    """One sentence for all extensions that nobody is named for, and one for each agent without an address.

    What can't be looked up is no fault: a store that is not there yet, or is somebody else's.

    Args:
        config: as it was loaded.
        now: UTC ms.
    """
    try:
        calls = look(config, lambda connection: callers(connection, now - LATELY))
    except StoreError:
        return
    accounts = {account.name for account in config.telecmi.accounts}
    found = [
        (one, calls[agent])
        for agent in sorted(calls, key=lambda agent: (-calls[agent], agent))
        if agent.partition("/")[0] in accounts
        and (one := unreachable(agent, config.rules, config.receivers, config.agents)) is not None
    ]
    yield from _nobody([(one, count) for one, count in found if not one.is_known])
    yield from (_no_address(one, count, config) for one, count in found if one.is_known)


def _nobody(found: list[tuple[Unreachable, int]]) -> Iterator[Advice]:
    if not found:
        return
    named = ", ".join(f"{one.agent} ({counted(count, 'call')})" for one, count in found[:MOST])
    more = f" and {len(found) - MOST} more" if len(found) > MOST else ""
    rules = tuple(dict.fromkeys(rule for one, _ in found for rule in one.rules))
    yield Advice(
        ("agents",),
        f"agents: {named}{more} called in the last {duration_text(LATELY)}, and nobody is named there, so"
        f" {_rules(rules)} can tell no agent of their calls; add each with `slack:` or `email:`",
    )


def _no_address(one: Unreachable, count: int, config: Config) -> Advice:
    key = called(one.agent, config.agents)
    lacks = " or ".join(f"`{kind}:`" for kind in one.lacks)
    return Advice(
        ("agents", key),
        f"agents.{key}: {one.agent} ({counted(count, 'call')}) called in the last {duration_text(LATELY)} and"
        f" has no {lacks}, by which {_rules(one.rules)} would tell its agent; add it",
    )


def _rules(names: tuple[str, ...]) -> str:
    more = f" and {len(names) - 3} more" if len(names) > 3 else ""
    return f"{'rule' if len(names) == 1 else 'rules'} {', '.join(names[:3])}{more}"
