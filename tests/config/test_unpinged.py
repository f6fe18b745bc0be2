"""Mentions that would ping nobody are pointed out."""

from pathlib import Path

import pytest

from notifier.config import warnings
from tests.support.clock import START
from tests.support.config_files import config_text, load_text

AGENTS = "{'209': {slack: asha@example.com}, '210': {slack: U210}, main/305: {slack: m@example.com}}"
HOOK = "webhook_url: 'https://h.example.com/x'"


def said(tmp_path: Path, slack: str) -> list[str]:
    text = config_text(
        slack="{bot_token: xoxb-t}", agents=AGENTS, receivers=f"{{room: {{slack: {{{slack}}}}}}}"
    )
    found = warnings(load_text(tmp_path, text), START)
    return [one.text for one in found if one.about[:1] == ("receivers",)]


@pytest.mark.parametrize("to", ["agent", "U012AB", "D012AB", "lead@example.com"])
def test_in_a_direct_message_only_its_reader_can_be_pinged(tmp_path: Path, to: str) -> None:
    (one,) = said(tmp_path, f"to: {to}, mention: {{critical: here, warning: S012AB, info: agent}}")
    assert (
        one == "receivers.room.slack.mention: in a direct message S012AB and here pings nobody; take it out"
    )
    assert said(tmp_path, f"to: {to}, mention: agent") == []
    assert said(tmp_path, f"to: {to}") == []


def test_an_incoming_webhook_does_not_ping_whom_only_an_address_names(tmp_path: Path) -> None:
    (one,) = said(tmp_path, f"{HOOK}, mention: {{critical: agent, info: here}}")
    assert one == (
        "receivers.room.slack.mention: an incoming webhook can't look up addresses, so it names agents 209,"
        " main/305 and pings them not; write their member ids (U…) into `agents:`, or let the bot post, with"
        " `to:`"
    )


@pytest.mark.parametrize("slack", [HOOK, f"{HOOK}, mention: here", "to: '#a', mention: here", "to: '#Us'"])
def test_what_pings_whom_it_is_to_is_fine(tmp_path: Path, slack: str) -> None:
    assert said(tmp_path, slack) == []


RULES = """[{name: a, notify: room}, {name: b, notify: other, escalate: [{after: 1h, notify: room}]},
  {name: c, notify: other, per: team, count: 2, within: 1h, severity: warning,
    levels: [{count: 3, severity: critical}, {count: 4, notify: room}]}]"""


def left_out(tmp_path: Path, mention: str, to: str = "'#a'") -> list[str]:
    receivers = f"{{room: {{slack: {{to: {to}, mention: {mention}}}}}, other: {{slack: {{{HOOK}}}}}}}"
    text = config_text(slack="{bot_token: xoxb-t}", receivers=receivers, rules=RULES)
    found = warnings(load_text(tmp_path, text), START)
    return [one.text for one in found if one.about == ("receivers", "room", "slack", "mention")]


def test_severities_that_come_there_and_that_are_not_named_are_pointed_out(tmp_path: Path) -> None:
    info = (
        "receivers.room.slack.mention: rule a (and 1 more) is info, and info is not named here, so its"
        ' messages ping nobody; add "info: agent" ("info: none" if that is meant)'
    )
    critical = (
        "receivers.room.slack.mention: a level of rule c is critical, and critical is not named here, so its"
        ' messages ping nobody; add "critical: agent" ("critical: none" if that is meant)'
    )
    assert left_out(tmp_path, "{critical: here}") == [info]
    assert left_out(tmp_path, "{warning: here}") == [info, critical]
    for fine in ("{info: none, critical: here}", "none", "agent"):
        assert left_out(tmp_path, fine) == []
    assert left_out(tmp_path, "{critical: agent}", to="U012AB") == []


def test_a_receiver_that_nothing_names_is_pointed_out(tmp_path: Path) -> None:
    names = ("plain", "fallback", "level", "step", "digest", "ops", "idle")
    receivers = ", ".join(f"{name}: {{slack: {{{HOOK}}}}}" for name in names)
    rules = """[{name: a, notify: plain, fallback: fallback, per: team, count: 2, within: 1h,
      levels: [{count: 3, notify: level}], escalate: [{after: 1m, notify: step}]}]"""
    digests = "[{name: e, at: '18:30', notify: digest}]"
    text = config_text(receivers=f"{{{receivers}}}", rules=rules, digests=digests, ops="{notify: ops}")
    found = warnings(load_text(tmp_path, text), START)
    (one,) = (one for one in found if one.about[0] == "receivers")
    assert one.text == (
        "receivers.idle: nothing is sent there: no rule or digest names it, and ops do not; name it in a"
        ' rule\'s "notify:", or take it out'
    )


def test_many_agents_are_counted(tmp_path: Path) -> None:
    agents = ", ".join(f"'{at}': {{slack: a{at}@example.com}}" for at in range(200, 208))
    text = config_text(agents=f"{{{agents}}}", receivers=f"{{room: {{slack: {{{HOOK}, mention: agent}}}}}}")
    found = [one.text for one in warnings(load_text(tmp_path, text), START)]
    assert any("agents 200, 201, 202, 203, 204 and 3 more and pings them not" in one for one in found)
