"""What is allowed and yet probably not meant."""

from pathlib import Path

from notifier.config import warnings
from notifier.config.places import KeyPath
from tests.support.clock import START
from tests.support.config_files import config_text, load_text

EMAIL = {"email": "{host: h, sender: a@example.com}", "slack": "{bot_token: xoxb-t}"}
RECEIVERS = """{agent: {slack: {to: agent}}, mail: {email: {to: agent}},
  both: {email: {to: [agent, l@example.com]}}, room: {slack: {to: "#sales"}}}"""
AGENTS_ONLY = (
    "rule x: only agents are told, so where an extension has no agent or address,"
    " nobody hears of its calls; add `fallback:`"
)
ONE_WAY = (
    "ops.notify: the only way to ops is one that calls take, too, so when it fails nobody is told;"
    " name a receiver of another kind as well, or set `heartbeat_url`"
)
OPS = "{notify: [room, both]}"
NO_OPS = "ops.notify: nobody is named, so only the log says what could not be delivered; name a receiver"


def advice(tmp_path: Path, rule: str, **sections: str) -> list[str]:
    text = config_text(receivers=RECEIVERS, rules=f"[{{name: x, {rule}}}]", **(EMAIL | sections))
    found = warnings(load_text(tmp_path, text), START)
    return [one.text for one in found if "nothing is sent there" not in one.text]  # each needs few of them


def test_a_configuration_that_reaches_somebody_gets_no_advice(tmp_path: Path) -> None:
    assert advice(tmp_path, "notify: agent", ops=OPS) == []


def test_ops_that_hear_of_a_failure_only_through_what_fails_are_advised_to_have_another_way(
    tmp_path: Path,
) -> None:
    assert advice(tmp_path, "notify: agent", ops="{notify: room}") == [ONE_WAY]
    assert advice(tmp_path, "notify: mail", ops="{notify: room}") == []
    url = "https://heartbeat.example.com/x"
    assert advice(tmp_path, "notify: agent", ops=f"{{notify: room, heartbeat_url: '{url}'}}") == []


def test_ops_that_are_only_the_agent_of_a_call_are_named(tmp_path: Path) -> None:
    (said,) = advice(tmp_path, "notify: room", ops="{notify: mail}")
    assert said.startswith("ops.notify: mail comes to the agent of a call only, so it can't be told of")
    assert said.endswith("name a receiver with an address of its own")


def test_a_configuration_without_ops_is_advised_to_name_somebody(tmp_path: Path) -> None:
    assert advice(tmp_path, "notify: room") == [NO_OPS]
    assert advice(tmp_path, "notify: both") == [NO_OPS]


def test_a_rule_that_goes_on_although_nobody_knows_who_was_reached_is_named(tmp_path: Path) -> None:
    escalates = "notify: room, escalate: [{after: 1h, notify: room}]"
    reminds = "notify: room, repeat_every: 4h"
    for rule in (escalates, reminds):
        (said,) = advice(tmp_path, rule, ops=OPS)
        assert said.startswith("rule x: whom somebody has reached is not known, so it escalates and reminds")
        telecmi = "{accounts: [{name: main, region: india, app_id: 1, secret: s}], follow_up: true}"
        assert advice(tmp_path, rule, ops=OPS, telecmi=telecmi) == []


def going_on(tmp_path: Path, rule: str, **sections: str) -> dict[KeyPath, str]:
    """What is said of steps and reminders, by where it is."""
    telecmi = "{accounts: [{name: main, region: india, app_id: 1, secret: s}], follow_up: true}"
    rules = f"[{{name: x, notify: room, {rule}}}]"
    text = config_text(receivers=RECEIVERS, rules=rules, telecmi=telecmi, ops=OPS, **(EMAIL | sections))
    found = warnings(load_text(tmp_path, text), START)
    return {one.about: one.text for one in found if one.about[0] == "rules"}


def test_what_comes_only_after_an_alert_that_counts_is_quiet_is_named(tmp_path: Path) -> None:
    quiet = "rule x: without further calls its alerts end as quiet after 30m, so a"
    steps = "escalate: [{after: 29m, notify: room}, {after: 30m, notify: room}, {after: 1h, notify: room}]"
    assert going_on(tmp_path, f"per: team, count: 3, within: 30m, {steps}, repeat_every: 2h") == {
        ("rules", 0, "escalate", 1, "after"): (
            f"{quiet} step after 30m may never come; escalate sooner, or make `within` longer"
        ),
        ("rules", 0, "escalate", 2, "after"): (
            f"{quiet} step after 1h may never come; escalate sooner, or make `within` longer"
        ),
        ("rules", 0, "repeat_every"): (
            f"{quiet} reminder after 2h may never come; remind sooner, or make `within` longer"
        ),
    }
    assert going_on(tmp_path, "per: team, count: 3, within: 31m, repeat_every: 30m") == {}
    assert going_on(tmp_path, "escalate: [{after: 30m, notify: room}], repeat_every: 2h") == {}


def test_reminders_for_which_a_calendar_is_open_too_short_are_named_and_steps_come(tmp_path: Path) -> None:
    calendars = "{o: {hours: 09:00-10:00}}"
    steps = "calendar: o, escalate: [{after: 20h, notify: room}]"
    said = going_on(tmp_path, f"{steps}, repeat_every: 5h", calendars=calendars)
    assert said == {
        ("rules", 0, "repeat_every"): (
            "rule x: 5h of its calendar's open hours take longer than `expire_after`, 1d, so a reminder may"
            " never come; remind sooner, or make `expire_after` longer"
        )
    }
    assert going_on(tmp_path, "calendar: o, repeat_every: 3h", calendars=calendars) == {}


def test_a_rule_that_may_reach_nobody_is_named(tmp_path: Path) -> None:
    assert advice(tmp_path, "notify: agent") == [NO_OPS, AGENTS_ONLY]
    assert advice(tmp_path, "notify: [agent, mail]") == [NO_OPS, AGENTS_ONLY]
    assert advice(tmp_path, "notify: [agent, room]") == [NO_OPS]
    assert advice(tmp_path, "notify: agent, fallback: room") == [NO_OPS]


def test_an_agent_without_an_address_is_named(tmp_path: Path) -> None:
    agents = "{209: {slack: U012}, 210: {email: a@example.com}, main/211: {name: Ravi}}"
    assert advice(tmp_path, "notify: room", ops=OPS, agents=agents) == [
        "agents.main/211: no address, so a rule's fallback is told instead; add `slack:` or `email:`"
    ]


def test_digests_that_can_not_know_who_was_reached_are_named(tmp_path: Path) -> None:
    digests = '[{name: evening, at: "18:30", notify: room}]'
    (said,) = advice(tmp_path, "notify: room", ops=OPS, digests=digests)
    assert said.startswith("digests: who was reached afterwards is not known")
    follows = "{follow_up: true, accounts: [{name: main, region: india, app_id: 1, secret: s3cret}]}"
    assert advice(tmp_path, "notify: room", ops=OPS, digests=digests, telecmi=follows) == []


def test_a_phone_that_its_country_gives_to_nobody_is_named(tmp_path: Path) -> None:
    agents = "{209: {slack: U012, phone: '+919812345678'}, 210: {slack: U012, phone: '+910000000000'}}"
    (said,) = advice(tmp_path, "notify: room", ops=OPS, agents=agents)
    assert said.startswith("agents.210.phone: as far as is known its country gives out no such numbers, so")
    assert "0000" not in said


def away_with_all(key: str, day: str) -> str:
    return (
        f"agents.{key}.away: on {day} all deputies are away, too, so a rule's fallback is told then;"
        " name another deputy, or nobody"
    )


def test_a_day_on_which_an_agent_and_all_deputies_are_away_is_named(tmp_path: Path) -> None:
    agents = """{209: {slack: U1A, deputy: 210, away: [2027-01-05..2027-01-09, 2026-12-01..2026-12-10]},
      210: {slack: U1A, deputy: 211, away: [2026-12-05..2027-01-20]},
      211: {slack: U1A, away: [2026-12-11..2026-12-20, 2027-01-07]}}"""
    assert advice(tmp_path, "notify: room", ops=OPS, agents=agents) == [
        away_with_all("209", "2027-01-07"),
        away_with_all("210", "2026-12-11"),
    ]


def circle(key: str, way: str) -> str:
    return (
        f"agents.{key}.deputy: a circle of deputies, {way}: where none of them can be told, it ends at a"
        " rule's fallback, or ops; name somebody outside of it as well, if that is not meant"
    )


def test_a_circle_of_deputies_is_named_once_and_where_it_ends(tmp_path: Path) -> None:
    agents = """{208: {slack: U1A, deputy: 209}, 209: {slack: U1A, deputy: 210},
      210: {slack: U1A, deputy: 211}, 211: {slack: U1A, deputy: 209},
      212: {slack: U1A, deputy: main/213}, main/213: {slack: U1A, deputy: 212},
      214: {slack: U1A, deputy: 215}, 215: {slack: U1A}}"""
    assert advice(tmp_path, "notify: room", ops=OPS, agents=agents) == [
        circle("209", "209 → 210 → 211 → 209"),
        circle("212", "212 → main/213 → 212"),
    ]


def test_each_advice_says_what_it_is_about(tmp_path: Path) -> None:
    rules = """[{name: x, notify: agent, match: {not: {attempts: ">=2"}}, repeat_every: 1h},
      {name: y, notify: agent, match: {attempts: ">=3"}, escalate: [{after: 1h, notify: agent}]}]"""
    text = config_text(
        receivers=RECEIVERS, rules=rules, digests='[{name: e, at: "18:30", notify: room}]',
        agents="{209: {}, 210: {slack: U1A, deputy: 211}, 211: {slack: U1A, deputy: 210}}", **EMAIL,
    )  # fmt: skip
    assert [one.about for one in warnings(load_text(tmp_path, text), START)] == [
        ("ops", "notify"),
        ("rules", 0, "notify"),
        ("rules", 1, "notify"),
        ("rules", 0, "repeat_every"),
        ("rules", 0, "match", "not", "attempts"),
        ("rules", 1, "escalate"),
        ("rules", 1, "match", "attempts"),
        ("digests",),
        ("agents", "209"),
        ("agents", "210", "deputy"),
        ("receivers", "mail"),
        ("receivers", "both"),
    ]


def test_a_rule_that_asks_for_attempts_although_nobody_knows_who_was_reached_is_named(tmp_path: Path) -> None:
    (said,) = advice(tmp_path, 'notify: room, match: {attempts: ">=3"}', ops=OPS)
    assert said == (
        "rule x: whom somebody has reached is not known, so `attempts` counts all missed calls that are"
        " stored, also those before the customer was reached; add `follow_up: true` under `telecmi:`"
    )


def test_who_has_somebody_to_stand_in_each_day_needs_no_advice(tmp_path: Path) -> None:
    agents = """{209: {slack: U1A, deputy: 210, away: 2026-12-01..2026-12-10},
      210: {slack: U1A, away: [2026-12-11, 2026-11-30]}, 211: {slack: U1A, away: 2026-12-01}}"""
    assert advice(tmp_path, "notify: room", ops=OPS, agents=agents) == []


def test_deputies_are_looked_for_in_each_account(tmp_path: Path) -> None:
    telecmi = """{accounts: [{name: main, region: india, app_id: 1, secret: s},
      {name: dubai, region: global, app_id: 1, secret: s}]}"""
    agents = """{209: {slack: U1A, deputy: 210, away: 2026-12-01..2026-12-10}, 210: {slack: U1A},
      dubai/210: {slack: U1A, away: 2026-12-03}}"""
    assert advice(tmp_path, "notify: room", ops=OPS, agents=agents, telecmi=telecmi) == [
        away_with_all("209", "2026-12-03")
    ]


def test_an_overlap_too_short_for_late_calls_is_named(tmp_path: Path) -> None:
    telecmi = "{poll: {overlap: 14m}, accounts: [{name: main, region: india, app_id: 1, secret: s}]}"
    assert advice(tmp_path, "notify: room", ops=OPS, telecmi=telecmi) == [
        "telecmi.poll.overlap: TeleCMI reports calls minutes late; below 15m some may never be seen"
    ]


def polled(start: str) -> str:
    account = "{name: main, region: india, app_id: 1, secret: s}"
    return f"{{poll: {{start_from: '{start}'}}, accounts: [{account}]}}"


def test_a_start_that_is_still_to_come_is_named(tmp_path: Path) -> None:
    """START is 2026-09-21T14:13:20Z."""
    (said,) = advice(tmp_path, "notify: room", ops=OPS, telecmi=polled("2026-09-21T19:43:21+05:30"))
    assert said == (
        "telecmi.poll.start_from: it lies in the future: until then nothing is told of an account that is"
        " new here; write now, or an instant that has been"
    )
    for start in ("2026-09-21T19:43:20+05:30", "now", "2d"):
        assert advice(tmp_path, "notify: room", ops=OPS, telecmi=polled(start)) == []
