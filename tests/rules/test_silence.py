"""Which silence mutes which alert, by examples and against a brute force."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from notifier.config import Agent
from notifier.model import Alert, Silence
from notifier.rules.silence import is_about, silenced
from tests.support.clock import START
from tests.support.sample import a_silence, an_alert

AGENTS = {
    "209": Agent(team="sales"),
    "210": Agent(team="support"),
    "other/209": Agent(team="support"),
}
SURESH = "+919812345678"


def about(alert: Alert, **criteria: str) -> bool:
    return is_about(a_silence(**criteria), alert, AGENTS)


def test_a_silence_of_everything_mutes_every_alert() -> None:
    assert about(an_alert())
    assert about(an_alert(per=("team", "account"), agent="/"))


@pytest.mark.parametrize(
    ("criteria", "expected"),
    [
        ({"rule": "not-reached"}, True),
        ({"rule": "other"}, False),
        ({"extension": "209"}, True),
        ({"extension": "209", "account": "main"}, True),
        ({"extension": "209", "account": "other"}, False),
        ({"extension": "210"}, False),
        ({"team": "sales"}, True),
        ({"team": "support"}, False),
        ({"account": "main"}, True),
        ({"account": "other"}, False),
        ({"customer": SURESH}, True),
        ({"customer": "+919812345679"}, False),
        ({"rule": "not-reached", "team": "sales", "customer": SURESH}, True),
        ({"rule": "not-reached", "team": "support", "customer": SURESH}, False),
    ],
)
def test_all_that_it_names_must_hold(criteria: dict[str, str], *, expected: bool) -> None:
    assert about(an_alert(customer=SURESH), **criteria) is expected


@pytest.mark.parametrize(
    ("per", "extension", "team", "account"),
    [
        (("call",), True, True, True),
        (("customer",), True, True, True),
        (("extension",), True, True, True),
        (("team",), False, True, False),
        (("account",), False, False, True),
        (("team", "account"), False, True, True),
        (("account", "extension"), True, True, True),
    ],
)
def test_one_agent_is_muted_and_not_those_whose_calls_count_with_theirs(
    per: tuple[str, ...], *, extension: bool, team: bool, account: bool
) -> None:
    alert = an_alert(per=per)
    assert about(alert, extension="209") is extension
    assert about(alert, team="sales") is team
    assert about(alert, account="main") is account


def test_an_agent_s_entry_for_the_account_tells_the_team() -> None:
    assert about(an_alert(agent="other/209"), team="support")
    assert not about(an_alert(agent="main/999"), team="support")


def test_an_alert_about_several_customers_is_not_one_s() -> None:
    assert not about(an_alert(per=("extension",), customer=""), customer=SURESH)


@pytest.mark.parametrize(
    ("now", "expected"),
    [(START - 1, False), (START, True), (START + 59_999, True), (START + 60_000, False)],
)
def test_it_mutes_from_its_start_until_just_before_its_end(now: int, *, expected: bool) -> None:
    assert (silenced(an_alert(), [a_silence()], AGENTS, now) is not None) is expected


def test_what_a_person_ended_mutes_no_more_even_where_the_clock_is_set_back() -> None:
    ended = a_silence(ended_at=START + 30_000, ended_by="Asha")
    assert silenced(an_alert(), [ended], AGENTS, START + 10_000) is None
    assert silenced(an_alert(), [a_silence(ends_at=None, ended_at=START)], AGENTS, START) is None


def test_of_several_the_one_that_ends_last_is_named() -> None:
    shorter, longer = a_silence(), a_silence(id=2, ends_at=START + 90_000)
    endless, later = a_silence(id=3, ends_at=None), a_silence(id=4, starts_at=START + 1, ends_at=None)
    assert silenced(an_alert(), [shorter, longer], AGENTS, START) == longer
    assert silenced(an_alert(), [endless, longer, later], AGENTS, START) == endless
    assert silenced(an_alert(), [longer, a_silence(id=9, ends_at=START + 90_000)], AGENTS, START) == longer


NAMES = st.sampled_from(["a", "b"])
RARELY = st.none() | st.none() | NAMES
SILENCES = st.builds(
    a_silence,
    id=st.integers(1, 5),
    rule=RARELY,
    account=RARELY,
    extension=st.none() | st.sampled_from(["1", "2"]),
    team=RARELY,
    customer=RARELY,
    starts_at=st.integers(0, 4),
    ends_at=st.none() | st.integers(0, 8),
    ended_at=st.none() | st.none() | st.integers(0, 8),
)
DIMENSIONS = ("call", "customer", "extension", "team", "account")
ALERTS = st.builds(
    an_alert,
    rule=NAMES,
    agent=st.sampled_from(["a/1", "a/2", "b/1", "b/2"]),
    per=st.lists(st.sampled_from(DIMENSIONS), min_size=1, max_size=3, unique=True).map(tuple),
    customer=st.sampled_from(["", "a", "b"]),
)
TEAMS = {"1": Agent(team="a"), "b/1": Agent(team="b"), "2": Agent()}


def mutes(one: Silence, alert: Alert, now: int) -> bool:
    """The same once more, at length: what of the alert is certain for all its calls."""
    account, extension = alert.agent.split("/")
    team = {"a/1": "a", "b/1": "b"}.get(alert.agent, "")
    known: dict[str, set[str]] = {"rule": {alert.rule}, "customer": {alert.customer}}
    for dimension in alert.per:
        if dimension in {"call", "customer", "extension"}:
            known |= {"account": {account}, "extension": {extension}, "team": {team}}
        elif dimension == "team":
            known["team"] = {team}
        else:
            known["account"] = {account}
    for name in ("rule", "account", "extension", "team", "customer"):
        wanted = getattr(one, name)
        if wanted is not None and wanted not in known.get(name, set()):
            return False
    instants = range(one.starts_at, 20 if one.ends_at is None else one.ends_at)
    return one.ended_at is None and now in instants


@settings(deadline=None, max_examples=300)
@given(ALERTS, st.lists(SILENCES, max_size=4), st.integers(0, 9))
def test_the_silence_that_is_found_is_the_brute_force_s(
    alert: Alert, several: list[Silence], now: int
) -> None:
    muting = [one for one in several if mutes(one, alert, now)]
    found = silenced(alert, several, TEAMS, now)
    assert (found is None) == (not muting)
    if found is not None:
        assert found in muting
        ends = [20 if one.ends_at is None else one.ends_at for one in muting]
        assert (20 if found.ends_at is None else found.ends_at) == max(ends)
