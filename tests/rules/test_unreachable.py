"""Who of those who call can't be told of it."""

from typing import Any

import pytest

from notifier.config import Agent, Receiver
from notifier.rules.unreachable import Unreachable, unreachable
from tests.support.rulebook import a_rule

AGENTS = {
    "209": Agent(name="Asha", team="sales", slack="U209", email="asha@example.com"),
    "210": Agent(name="Ravi", team="sales", email="ravi@example.com"),
    "main/305": Agent(name="Meera", team="support"),
}
RECEIVERS = {
    name: Receiver.model_validate(kind)
    for name, kind in {
        "agent": {"slack": {"to": "agent"}},
        "agent-mail": {"email": {"to": ["agent", "lead@example.com"]}},
        "room": {"slack": {"to": "#room"}},
        "hook": {"slack": {"webhook_url": "https://h.example.com/x"}},
    }.items()
}


def found(agent: str, *rules: dict[str, Any]) -> Unreachable | None:
    written = [a_rule(**{"name": f"r{number}", **rule}) for number, rule in enumerate(rules)]
    return unreachable(agent, written, RECEIVERS, AGENTS)


@pytest.mark.parametrize("told", ["agent", ["agent-mail"], ["agent", "room"]])
def test_an_agent_with_the_address_that_is_needed_is_reached(told: object) -> None:
    assert found("main/209", {"notify": told}) is None


def test_an_agent_without_it_is_not_and_it_says_what_is_lacking_for_which_rules() -> None:
    rules = ({"notify": "agent"}, {"notify": "agent-mail"}, {"notify": ["room", "agent"]})
    assert found("main/210", *rules) == Unreachable("main/210", True, ("slack",), ("r0", "r2"))
    assert found("main/305", *rules) == Unreachable("main/305", True, ("slack", "email"), ("r0", "r1", "r2"))


def test_one_of_two_ways_is_enough() -> None:
    assert found("main/210", {"notify": ["agent", "agent-mail"]}) is None
    both = found("main/305", {"notify": ["agent", "agent-mail"]})
    assert both == Unreachable("main/305", True, ("slack", "email"), ("r0",))


def test_an_extension_that_nobody_is_named_for_is_not_reached() -> None:
    assert found("main/400", {"notify": "agent"}) == Unreachable("main/400", False, ("slack",), ("r0",))
    assert found("other/305", {"notify": "agent"}) == Unreachable("other/305", False, ("slack",), ("r0",))


@pytest.mark.parametrize(
    "later",
    [{"levels": [{"count": 2, "notify": "agent"}]}, {"escalate": [{"after": "1h", "notify": "agent"}]}],
)
def test_who_is_told_later_only_counts_too(later: dict[str, Any]) -> None:
    assert found("main/400", {**later, "notify": "room"}) is not None


@pytest.mark.parametrize("told", ["room", "hook", ["room", "hook"]])
def test_where_no_agent_is_to_be_told_none_is_missing(told: object) -> None:
    for agent in ("main/209", "main/305", "main/400"):
        assert found(agent, {"notify": told}) is None


def test_a_rule_of_a_team_is_never_about_whom_nobody_named() -> None:
    """That is what ops need to hear: nobody is told of these calls at all."""
    about = {"match": {"team": "sales"}, "notify": "room"}
    assert found("main/400", about) == Unreachable("main/400", False, (), ("r0",))
    assert found("main/305", about) is None


@pytest.mark.parametrize(
    ("match", "agent", "is_found"),
    [
        ({"team": "sales"}, "main/210", True),
        ({"team": "sales"}, "main/305", False),
        ({"team": "sales"}, "main/400", True),
        ({"extension": "300-310"}, "main/305", True),
        ({"extension": "300-310"}, "main/210", False),
        ({"extension": "300-310"}, "main/400", False),
        ({"account": "other"}, "main/400", False),
        ({"account": "other"}, "other/400", True),
        ({"not": {"extension": "400"}}, "main/400", False),
        ({"not": {"extension": "400"}}, "main/401", True),
        ({"not": {"extension": "400", "customer": "+91"}}, "main/400", True),
        ({"not": {"team": "support"}}, "main/305", False),
        ({"not": {"team": "support"}}, "main/210", True),
        ({"not": {"team": "support"}}, "main/400", True),
        ({"customer": "+9198", "name": "Suresh"}, "main/400", True),
    ],
)
def test_only_rules_that_may_be_about_the_extension_count(
    match: dict[str, Any], agent: str, is_found: object
) -> None:
    assert (found(agent, {"match": match, "notify": "agent"}) is not None) is is_found
