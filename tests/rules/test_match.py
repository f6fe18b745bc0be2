"""Which calls a rule is about."""

from typing import Any

import pytest

from notifier.config import Agent
from notifier.rules import agent_phones, mismatch
from notifier.rules.match import teams
from tests.support.rulebook import compiled, stored
from tests.support.sample import a_call

AGENTS = {
    "209": Agent(name="Agent 209", team="sales", phone="+919812300000"),
    "other/209": Agent(team="support"),
    "0201": Agent(team="front desk"),
    "300": Agent(name="without a team"),
}


@pytest.mark.parametrize(
    ("match", "call", "why_not"),
    [
        ({}, {}, None),
        ({}, {"extension": "", "customer": "", "name": ""}, None),
        # extensions
        ({"extension": "209"}, {}, None),
        ({"extension": ["305", "209"]}, {}, None),
        ({"extension": "209"}, {"account": "other"}, None),
        ({"extension": "main/209"}, {}, None),
        ({"extension": "main/209"}, {"account": "other"}, "extension: other/209"),
        ({"extension": "main/209"}, {"account": "main/2", "extension": "09"}, "extension: main/2/09"),
        ({"extension": "209"}, {"extension": "2090"}, "extension: main/2090"),
        ({"extension": "209"}, {"extension": "20"}, "extension: main/20"),
        ({"extension": "209"}, {"extension": ""}, "extension: main/"),
        ({"extension": "201"}, {"extension": "0201"}, "extension: main/0201"),
        ({"extension": "0201"}, {"extension": "201"}, "extension: main/201"),
        ({"extension": "0201"}, {"extension": "0201"}, None),
        # ranges of them
        ({"extension": "200-219"}, {"extension": "200"}, None),
        ({"extension": "200-219"}, {"extension": "219"}, None),
        ({"extension": "200-219"}, {"extension": "199"}, "extension: main/199"),
        ({"extension": "200-219"}, {"extension": "220"}, "extension: main/220"),
        ({"extension": "200-219"}, {"extension": "0210"}, "extension: main/0210"),
        ({"extension": "200-219"}, {"extension": "2100"}, "extension: main/2100"),
        ({"extension": "200-219"}, {"extension": "21"}, "extension: main/21"),
        ({"extension": "200-219"}, {"extension": ""}, "extension: main/"),
        ({"extension": ["300", "200-219"]}, {"extension": "210"}, None),
        ({"extension": "main/200-219"}, {}, None),
        ({"extension": "main/200-219"}, {"account": "other"}, "extension: other/209"),
        # teams
        ({"team": "sales"}, {}, None),
        ({"team": ["support", "sales"]}, {}, None),
        ({"team": "sales"}, {"account": "other"}, "team: support"),
        ({"team": "support"}, {"account": "other"}, None),
        ({"team": "sales"}, {"extension": "300"}, "team: none"),
        ({"team": "sales"}, {"extension": "999"}, "team: none"),
        ({"team": "front desk"}, {"extension": "201"}, "team: none"),
        # accounts
        ({"account": "main"}, {}, None),
        ({"account": ["other", "main"]}, {}, None),
        ({"account": "main"}, {"account": "mai"}, "account: mai"),
        # customers
        ({"customer": "+9198"}, {}, None),
        ({"customer": "+919812345678"}, {}, None),
        ({"customer": ["+1", "+91"]}, {}, None),
        ({"customer": "+9199"}, {}, "customer: another number"),
        ({"customer": "98"}, {}, "customer: another number"),
        ({"customer": "+9198"}, {"customer": "+91"}, "customer: another number"),
        ({"customer": "+9198"}, {"customer": ""}, "customer: another number"),
        # names
        ({"name": "Suresh"}, {}, None),
        ({"name": "sURESH"}, {}, None),
        ({"name": ["Straße", "Suresh"]}, {"name": "STRASSE"}, None),
        ({"name": "Sur"}, {}, "name: Suresh"),
        ({"name": "Suresh"}, {"name": "Suresh Kumar"}, "name: Suresh Kumar"),
        ({"name": "Suresh"}, {"name": ""}, "name: no name"),
        # legs
        ({"leg": "customer"}, {}, None),
        ({"leg": "agent"}, {}, "leg: the customer was dialled"),
        ({"leg": "agent"}, {"customer": "+919812300000"}, None),
        ({"leg": "agent"}, {"customer": "919812300000"}, None),
        ({"leg": "agent"}, {"customer": "+919812300000", "account": "other", "extension": "300"}, None),
        ({"leg": "customer"}, {"customer": "+919812300000"}, "leg: an agent's own phone rang"),
        ({"leg": "agent"}, {"customer": "210_1111113"}, None),
        ({"leg": "customer"}, {"customer": "210_1111113"}, "leg: an agent's own phone rang"),
        ({"leg": "agent"}, {"customer": "9812300000"}, "leg: the customer was dialled"),
        ({"leg": "agent"}, {"customer": ""}, "leg: the customer was dialled"),
        # not
        ({"not": {"leg": "agent"}}, {}, None),
        ({"not": {"leg": "agent"}}, {"customer": "+919812300000"}, "not: all that it names holds"),
        ({"not": {"extension": "209"}}, {}, "not: all that it names holds"),
        ({"not": {"extension": "209"}}, {"extension": "210"}, None),
        ({"not": {"extension": "209", "name": "Suresh"}}, {"name": "Asha"}, None),
        ({"not": {"extension": "209", "name": "Suresh"}}, {}, "not: all that it names holds"),
        ({"not": {"not": {"extension": "209"}}}, {}, None),
        ({"not": {"not": {"extension": "209"}}}, {"extension": "210"}, "not: all that it names holds"),
        # several: all must hold, and the first that does not is named
        ({"extension": "200-219", "team": "sales", "not": {"extension": "210"}}, {}, None),
        ({"account": "other", "customer": "+1"}, {}, "account: main"),
        ({"account": "main", "customer": "+1"}, {}, "customer: another number"),
        ({"team": "sales", "not": {"customer": "+9198"}}, {}, "not: all that it names holds"),
    ],
)
def test_a_rule_is_about_the_calls_for_which_all_its_conditions_hold(
    match: dict[str, Any], call: dict[str, Any], why_not: str | None
) -> None:
    rule = compiled(AGENTS, match=match)
    one = stored(1, **call)
    assert rule.about(one) is (why_not is None)
    assert mismatch(rule.conditions, one) == why_not


@pytest.mark.parametrize(
    ("match", "attempt", "why_not"),
    [
        ({"attempts": ">=3"}, 3, None),
        ({"attempts": ">=3"}, 4, None),
        ({"attempts": ">= 3"}, 2, "attempts: number 2, and 3 are asked for"),
        ({"attempts": ">=1"}, 1, None),
        ({"attempts": ">=2", "extension": "209"}, 2, None),
        ({"attempts": ">=2", "extension": "210"}, 2, "extension: main/209"),
        ({"not": {"attempts": ">=3"}}, 2, None),
        ({"not": {"attempts": ">=3"}}, 3, "not: all that it names holds"),
        ({"attempts": ">=2", "not": {"attempts": ">=4"}}, 3, None),
        ({"attempts": ">=2", "not": {"attempts": ">=4"}}, 4, "not: all that it names holds"),
    ],
)
def test_a_rule_may_be_about_customers_who_were_tried_in_vain_so_often(
    match: dict[str, Any], attempt: int, why_not: str | None
) -> None:
    rule = compiled(AGENTS, match=match)
    one = stored(1)._replace(attempt=attempt)
    assert rule.about(one) is (why_not is None)
    assert mismatch(rule.conditions, one) == why_not


def test_the_phones_of_agents_are_known_in_each_form_that_a_customer_may_have() -> None:
    assert agent_phones(AGENTS) == {"+919812300000", "919812300000"}
    assert agent_phones({"300": Agent()}) == frozenset()


def test_why_a_rule_is_not_about_a_call_never_tells_the_number() -> None:
    rule = compiled(match={"customer": "+1"})
    assert "98" not in str(mismatch(rule.conditions, stored(1)))


def test_the_team_of_an_extension_that_nobody_configured_is_never_another_ones() -> None:
    team_of = teams(AGENTS)
    seen = [
        team_of(a_call(account=account, extension=extension))
        for _ in range(2)
        for account in ("main", "other", "")
        for extension in ("209", "9999", "")
    ]
    assert seen == ["sales", "", "", "support", "", "", "sales", "", ""] * 2
