"""Who is told of an alert: never nobody, as long as anybody is named."""

from typing import Any
from zoneinfo import ZoneInfo

import pytest

from notifier.config import Agent, Receiver
from notifier.model import Target
from notifier.rules import Audience, Directory, Via, audience, instead
from tests.support.clock import START
from tests.support.rulebook import a_rule

INDIA = ZoneInfo("Asia/Kolkata")  # where it is 2026-09-21 at START

RECEIVERS = {
    "agent": Receiver.model_validate({"slack": {"to": "agent"}}),
    "agent-mail": Receiver.model_validate({"email": {"to": "agent"}}),
    "room": Receiver.model_validate({"slack": {"to": "#sales"}}),
    "floor": Receiver.model_validate({"slack": {"to": "#floor"}}),
    "leads": Receiver.model_validate({"slack": {"to": "C0LEADS"}}),
    "ops": Receiver.model_validate({"slack": {"to": "#ops"}}),
}
AGENTS = {
    "209": Agent(name="Agent 209", slack="U209", email="agent209@example.com"),
    "other/209": Agent(slack="UOTHER"),
    "210": Agent(name="without an address"),
}
DIRECTORY = Directory(RECEIVERS, AGENTS, ("ops",), INDIA)
NO_OPS = Directory(RECEIVERS, AGENTS, (), INDIA)

ROOM, FLOOR, LEADS, OPS = (
    Target("room", "#sales"),
    Target("floor", "#floor"),
    Target("leads", "C0LEADS"),
    Target("ops", "#ops"),
)


def _told(agent: str = "main/209", level: int = 0, directory: Directory = DIRECTORY, **over: Any) -> Any:
    return audience(a_rule(**over), level, agent, directory, START)


def test_a_receiver_comes_to_the_agent_of_the_alert() -> None:
    (group,) = _told(notify=["agent", "agent-mail"])
    assert group == Audience(
        (Target("agent", "agent main/209"), Target("agent-mail", "agent main/209")), Via.RULE
    )
    assert [DIRECTORY.address(target) for target in group.targets] == ["U209", "agent209@example.com"]
    (group,) = _told("other/209", notify="agent")
    assert [DIRECTORY.address(target) for target in group.targets] == ["UOTHER"]


@pytest.mark.parametrize("agent", ["main/210", "main/999", "main/", "/", ""])
def test_without_an_address_for_the_agent_the_fallback_is_told(agent: str) -> None:
    assert _told(agent, notify="agent", fallback=["room", "leads"]) == [
        Audience((ROOM, LEADS), Via.FALLBACK, "no address: agent")
    ]


def test_without_a_fallback_ops_are_told() -> None:
    assert _told("main/210", notify="agent") == [Audience((OPS,), Via.OPS, "no address: agent")]


def test_a_fallback_that_comes_to_nobody_is_replaced_by_ops() -> None:
    told = _told("main/210", notify="agent", fallback="agent-mail")
    assert told == [Audience((OPS,), Via.OPS, "no address: agent")]


def test_where_nobody_is_left_the_reason_is() -> None:
    told = _told("main/210", directory=NO_OPS, notify=["agent", "agent-mail"])
    assert told == [Audience((), Via.OPS, "no address: agent, agent-mail")]


def test_those_who_can_be_reached_are_told_beside_the_fallback_of_those_who_can_not() -> None:
    assert _told("other/209", notify=["agent", "agent-mail"], fallback="leads") == [
        Audience((Target("agent", "agent other/209"),), Via.RULE),
        Audience((LEADS,), Via.FALLBACK, "no address: agent-mail"),
    ]


def test_each_target_is_told_once() -> None:
    levels = [{"count": 2, "notify": ["room", "leads"]}]
    assert _told(level=1, notify=["room", "floor", "room"], levels=levels) == [
        Audience((ROOM, FLOOR, LEADS), Via.RULE)
    ]
    assert DIRECTORY.targets(["room", "room"], "main/209", START) == (ROOM,)


def test_a_fallback_that_is_told_anyhow_is_not_told_again() -> None:
    assert _told("main/210", notify=["agent", "room"], fallback=["room", "leads"]) == [
        Audience((ROOM,), Via.RULE),
        Audience((LEADS,), Via.FALLBACK, "no address: agent"),
    ]
    assert _told("main/210", notify=["agent", "room"], fallback="room") == [Audience((ROOM,), Via.RULE)]


@pytest.mark.parametrize(
    ("level", "told"),
    [(0, (ROOM,)), (1, (ROOM, FLOOR)), (2, (ROOM, FLOOR, LEADS)), (3, (ROOM, FLOOR, LEADS))],
)
def test_the_receivers_of_every_level_reached_are_added_to_the_rules(
    level: int, told: tuple[Target, ...]
) -> None:
    levels = [{"count": 5, "notify": "floor"}, {"count": 9, "notify": "leads"}]
    assert _told(level=level, notify="room", levels=levels) == [Audience(told, Via.RULE)]


def test_a_receiver_that_is_gone_from_the_configuration_comes_to_nobody() -> None:
    assert _told(notify=["gone", "room"]) == [
        Audience((ROOM,), Via.RULE),
        Audience((OPS,), Via.OPS, "no address: gone"),
    ]
    assert DIRECTORY.address(Target("gone", "#sales")) is None
    assert DIRECTORY.address(Target("room", "#another")) is None


TODAY = "2026-09-21"


def _office(**agents: dict[str, Any]) -> Directory:
    """Agents by "_209": with both addresses, and away today, if not said otherwise."""
    usual = {"slack": "U1", "email": "a@example.com", "away": TODAY}
    found = {key[1:]: Agent.model_validate({**usual, **fields}) for key, fields in agents.items()}
    return Directory(RECEIVERS, found, ("ops",), INDIA)


def test_the_deputy_of_an_agent_who_is_away_is_told_and_why() -> None:
    office = _office(_209={"deputy": "210"}, _210={"away": []})
    deputy = Target("agent", "agent main/210")
    assert _told(notify=["agent", "room"], directory=office) == [
        Audience((deputy,), Via.DEPUTY, "209 is away through Mon 21 Sep"),
        Audience((ROOM,), Via.RULE),
    ]
    assert office.targets(["agent", "room"], "main/209", START) == (deputy, ROOM)


def test_each_kind_of_address_has_a_chain_of_its_own() -> None:
    office = _office(
        _209={"deputy": "210"}, _210={"away": [], "email": "", "deputy": "211"}, _211={"away": []}
    )
    assert _told(notify=["agent", "agent-mail"], directory=office) == [
        Audience((Target("agent", "agent main/210"),), Via.DEPUTY, "209 is away through Mon 21 Sep"),
        Audience(
            (Target("agent-mail", "agent main/211"),),
            Via.DEPUTY,
            "209 is away through Mon 21 Sep, their deputy 210 has no address",
        ),
    ]


def test_a_chain_that_ends_with_nobody_ends_at_the_fallback_and_then_with_ops() -> None:
    office = _office(_209={"away": "2026-09-20..2026-09-30", "deputy": "210"}, _210={"deputy": "209"})
    reason = "209 is away through Wed 30 Sep, their deputy 210 too"
    assert _told(notify="agent", fallback="room", directory=office) == [
        Audience((ROOM,), Via.FALLBACK, reason)
    ]
    assert _told(notify=["agent", "agent-mail"], directory=office) == [Audience((OPS,), Via.OPS, reason)]


def test_why_nobody_is_told_names_who_is_away_and_who_has_no_address() -> None:
    office = _office(_209={})
    assert _told(notify=["gone", "agent"], fallback="agent", directory=office) == [
        Audience((OPS,), Via.OPS, "no address: gone; 209 is away through Mon 21 Sep")
    ]


def test_a_fallback_comes_to_deputies_too() -> None:
    office = _office(_209={"slack": "", "deputy": "210"}, _210={"away": []})
    told = _told(notify="gone", fallback="agent-mail", directory=office)
    assert told == [Audience((Target("agent-mail", "agent main/210"),), Via.FALLBACK, "no address: gone")]


def test_who_is_there_or_has_no_address_has_no_deputy() -> None:
    office = _office(
        _209={"away": [], "deputy": "210"}, _210={}, _211={"away": [], "slack": "", "deputy": "210"}
    )
    assert _told(notify="agent", directory=office) == [
        Audience((Target("agent", "agent main/209"),), Via.RULE)
    ]
    assert _told("main/211", notify="agent", directory=office) == [
        Audience((OPS,), Via.OPS, "no address: agent")
    ]


def test_others_whom_a_receiver_names_are_told_though_the_agent_is_away() -> None:
    both = Receiver.model_validate({"email": {"to": ["agent", "lead@example.com"]}})
    agents = {"209": Agent.model_validate({"email": "a@example.com", "away": TODAY})}
    directory = Directory({**RECEIVERS, "both": both}, agents, ("ops",), INDIA)
    (group,) = _told(notify="both", directory=directory)
    assert [directory.address(target) for target in group.targets] == ["lead@example.com"]
    assert group.via is Via.RULE


def test_only_an_agent_is_away() -> None:
    office = _office(_209={"deputy": "210"}, _210={})
    assert office.absence(Target("agent", "agent main/209"), START) == "209 is away through Mon 21 Sep"
    assert office.absence(ROOM, START) == ""
    assert office.deputies(ROOM, START).there == ()


@pytest.mark.parametrize(
    ("tried", "fallback", "ops", "expected"),
    [
        (Via.RULE, ["room"], ("ops",), Audience((ROOM,), Via.FALLBACK, "why")),
        (Via.RULE, [], ("ops",), Audience((OPS,), Via.OPS, "why")),
        (Via.RULE, ["agent"], ("ops",), Audience((OPS,), Via.OPS, "why")),
        (Via.RULE, [], (), Audience((), Via.OPS, "why")),
        (Via.DEPUTY, ["room"], ("ops",), Audience((ROOM,), Via.FALLBACK, "why")),
        (Via.FALLBACK, ["room"], ("ops",), Audience((OPS,), Via.OPS, "why")),
        (Via.FALLBACK, ["room"], (), Audience((), Via.OPS, "why")),
        (Via.OPS, ["room"], ("ops",), Audience((), Via.OPS, "why")),
    ],
)
def test_in_place_of_a_target_that_fails_the_next_ground_is_tried(
    tried: Via, fallback: list[str], ops: tuple[str, ...], expected: Audience
) -> None:
    directory = Directory(RECEIVERS, AGENTS, ops, INDIA)
    assert instead(a_rule(fallback=fallback), tried, "main/210", directory, "why", START) == expected


def test_for_a_rule_that_is_gone_ops_are_told() -> None:
    told = instead(None, Via.RULE, "main/209", DIRECTORY, "why", START)
    assert told == Audience((OPS,), Via.OPS, "why")
