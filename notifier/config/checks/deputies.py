"""Deputies: each somebody else who is known, and can be told."""

from collections.abc import Iterator

from notifier.config.deputies import called, chain, deputy_of, places
from notifier.config.meant import meant
from notifier.config.places import Finding
from notifier.config.receivers import Agent
from notifier.config.view import View


def known(view: View) -> Iterator[Finding]:
    """A deputy is another agent, in every account that the agent is of."""
    for key, agent in view.agents.items():
        here = ("agents", key, "deputy")
        deputies = {
            called(deputy, view.agent_names)
            for at in _places(view, key)
            if (deputy := deputy_of(at, view.agents))
        }
        if not deputies <= view.agent_names:
            yield Finding(here, "no such agent", _meant(view, key, agent))
        elif key in deputies:
            yield Finding(here, "nobody can be their own deputy", "name another agent, or remove it")


def reachable(view: View) -> Iterator[Finding]:
    """A deputy who has no address is passed over for theirs: somebody must have one."""
    for key in view.agents:
        chains = [list(chain(at, view.agents)) for at in _places(view, key)]
        if any(each and all(_has_no_address(view, at) for at in each) for each in chains):
            what = "neither this deputy nor a deputy of theirs has an address"
            hint = "give one of them `slack:` or `email:`"
            people = {called(at, view.agent_names) for each in chains for at in each}
            ways = ("slack", "email", "deputy")
            also = tuple(("agents", person, way) for person in sorted(people) for way in ways)
            yield Finding(("agents", key, "deputy"), what, hint, also=also)


def _places(view: View, key: str) -> list[str]:
    return places(key, view.agent_names, view.account_names)


def _meant(view: View, key: str, agent: Agent) -> str:
    of_account = sorted(name for name in view.agent_names if name.endswith(f"/{agent.deputy}"))
    if of_account:
        return f"write it with its account, like `{of_account[0]}`"
    return meant(agent.deputy, view.agent_names - {key}) or "name another key of `agents`"


def _has_no_address(view: View, at: str) -> bool:
    agent = view.agents.get(called(at, view.agent_names))  # None where it is broken, or not there
    return agent is not None and not agent.slack and not agent.email
