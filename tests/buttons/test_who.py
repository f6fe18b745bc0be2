"""Who may press, and what they are called: known by their id, or by what their own workspace says of them."""

from collections.abc import AsyncIterator
from typing import Any

import pytest

from notifier.buttons.press import Press, press_of
from notifier.buttons.visitors import FAILED_FOR, FOUND_FOR, GROUP_FOUND_FOR, MOST, Visitors
from notifier.buttons.who import SOMEBODY, Leave, Presser, Who
from notifier.channels.slack import SdkApi
from notifier.config import Agent
from notifier.config.values import Secret
from notifier.host.troubles import Troubles
from tests.support.clock import FakeClock
from tests.support.socket_mode import SocketSlack

AGENTS = {
    "209": Agent(name="Asha", slack="U209"),
    "other/210": Agent(name="Ravi", slack="Ravi@example.com"),
    "211": Agent(name="Meera"),
}


@pytest.fixture
async def slack() -> AsyncIterator[SocketSlack]:
    slack = SocketSlack()
    slack.add_person("U209", "Asha in Slack", "asha@example.com")
    slack.add_person("U210", "Ravi in Slack", "ravi@EXAMPLE.com")
    slack.add_person("U300", "Somebody Else", "else@example.com")
    slack.groups["S1"] = ["U300"]
    await slack.start()
    yield slack
    await slack.stop()


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture
async def visitors(slack: SocketSlack, clock: FakeClock) -> AsyncIterator[Visitors]:
    api = SdkApi(Secret(slack.token), slack.api_url)
    yield Visitors(api, clock, Troubles(clock))
    await api.aclose()


def pressed_by(user: str, team: str = "T1") -> Press:
    payload = SocketSlack().payload(user, {"action_id": "notifier.ack", "value": "x"})
    press = press_of({**payload, "user": {"id": user, "team_id": team}})
    assert press is not None
    return press


def who(visitors: Visitors, *allowed: str, **over: Any) -> Who:
    values: dict[str, Any] = {"agents": AGENTS, "accounts": ["main", "other"], **over}
    return Who(visitors, allowed or ("anyone",), **values)


@pytest.mark.parametrize(
    ("allowed", "may"),
    [
        (("anyone",), {"U209", "U210", "U300", "U404"}),
        (("agents",), {"U209", "U210"}),
        (("U300",), {"U300"}),
        (("else@EXAMPLE.com",), {"U300"}),
        (("S1",), {"U300"}),
        (("agents", "S1"), {"U209", "U210", "U300"}),
        (("U404",), {"U404"}),
    ],
    ids=lambda value: " ".join(sorted(value)) if isinstance(value, tuple) else "",
)
async def test_whoever_is_named_may(visitors: Visitors, allowed: tuple[str, ...], may: set[str]) -> None:
    everybody = ("U209", "U210", "U300", "U404")
    found = {one: await who(visitors, *allowed).may(pressed_by(one)) for one in everybody}
    assert {one for one, leave in found.items() if leave is Leave.YES} == may
    assert found["U300"] is not Leave.UNKNOWN


async def test_who_can_be_told_by_their_id_is_not_looked_up(slack: SocketSlack, visitors: Visitors) -> None:
    assert await who(visitors).may(pressed_by("U209")) is Leave.YES
    assert await who(visitors, "U300").may(pressed_by("U300")) is Leave.YES
    assert await who(visitors).presser(pressed_by("U209")) == Presser(agent="main/209")
    assert slack.calls == []


async def test_anyone_is_anyone_of_the_bots_workspace(visitors: Visitors) -> None:
    assert await who(visitors).may(pressed_by("U300", "T2")) is Leave.NO
    assert await who(visitors).may(pressed_by("U300", "")) is Leave.NO


async def test_of_another_workspace_is_known_who_is_named_by_id_only(visitors: Visitors) -> None:
    assert await who(visitors, "U300").may(pressed_by("U300", "T2")) is Leave.YES
    assert await who(visitors).may(pressed_by("U209", "T2")) is Leave.YES
    assert await who(visitors, "else@example.com").may(pressed_by("U300", "T2")) is Leave.NO
    assert await who(visitors, "agents").may(pressed_by("U210", "T2")) is Leave.NO
    # Their address is what their own workspace says it is.
    assert await who(visitors).presser(pressed_by("U210", "T2")) == Presser(name="Ravi in Slack")


async def test_a_sister_workspace_is_ours(slack: SocketSlack, visitors: Visitors) -> None:
    slack.team["enterprise_id"] = "E1"
    slack.profiles["U300"]["enterprise"] = "E1"
    assert await who(visitors).may(pressed_by("U300", "T2")) is Leave.YES
    assert await who(visitors).may(pressed_by("U210", "T2")) is Leave.NO
    assert await who(visitors).may(pressed_by("U404", "T2")) is Leave.UNKNOWN


async def test_an_agent_is_known_by_the_address_that_they_have_in_slack(visitors: Visitors) -> None:
    assert await who(visitors).presser(pressed_by("U210")) == Presser(agent="other/210")


async def test_an_agent_is_at_an_account_where_nobody_else_has_that_extension(visitors: Visitors) -> None:
    agents = {"main/209": Agent(slack="U1"), "209": Agent(slack="U209")}
    at = who(visitors, agents=agents)
    assert await at.presser(pressed_by("U209")) == Presser(agent="other/209")
    nowhere = who(visitors, agents=agents, accounts=["main"])
    assert await nowhere.presser(pressed_by("U209")) == Presser(name="Asha in Slack")


async def test_others_have_their_name_in_slack(visitors: Visitors) -> None:
    assert await who(visitors).presser(pressed_by("U300")) == Presser(name="Somebody Else")
    assert await who(visitors).presser(pressed_by("U404")) == Presser(name=SOMEBODY)


async def test_a_person_without_a_name_has_their_handle(slack: SocketSlack, visitors: Visitors) -> None:
    slack.add_person("U301", "\u200b")
    assert await who(visitors).presser(pressed_by("U301")) == Presser(name="handle")


@pytest.mark.parametrize(
    ("allowed", "method"),
    [
        ("anyone", "auth.test"),
        ("agents", "users.info"),
        ("a@example.com", "users.info"),
        ("S1", "usergroups.users.list"),
    ],
)
async def test_where_slack_does_not_say_who_somebody_is_nothing_is_known(
    slack: SocketSlack, visitors: Visitors, allowed: str, method: str
) -> None:
    slack.fail_next(method, 503)
    assert await who(visitors, allowed).may(pressed_by("U300")) is Leave.UNKNOWN


async def test_what_was_looked_up_is_remembered_for_a_while(
    slack: SocketSlack, visitors: Visitors, clock: FakeClock
) -> None:
    for _ in range(3):
        await visitors.profile("U300")
        await visitors.members("S1")
        await visitors.workspace()
    assert len(slack.calls) == 3
    clock.advance(round(GROUP_FOUND_FOR * 1000))
    await visitors.members("S1")
    await visitors.profile("U300")
    assert len(slack.calls) == 4
    slack.add_person("U300", "Renamed")
    clock.advance(round(FOUND_FOR * 1000))
    found = await visitors.profile("U300")
    assert found is not None
    assert found.name == "Renamed"


async def test_what_could_not_be_looked_up_is_tried_again_soon(
    slack: SocketSlack, visitors: Visitors, clock: FakeClock
) -> None:
    slack.fail_next("users.info", 503)
    assert await visitors.profile("U300") is None
    assert await visitors.profile("U300") is None
    assert len(slack.calls) == 1
    clock.advance(round(FAILED_FOR * 1000))
    assert await visitors.profile("U300") is not None


@pytest.mark.parametrize("answer", [{}, {"user": 7}, {"user": {}}, {"user": {"profile": 7}}, {"users": 7}])
async def test_an_answer_that_says_nothing_is_none(clock: FakeClock, answer: dict[str, object]) -> None:
    visitors = Visitors(Saying(answer), clock, Troubles(clock))
    assert await visitors.profile("U1") is None
    assert await visitors.members("S1") is None
    assert await visitors.workspace() is None


async def test_parts_of_an_answer_may_be_anything(clock: FakeClock) -> None:
    odd: dict[str, object] = {"display_name": 7, "real_name": None, "email": []}
    found = await Visitors(
        Saying({"user": {"profile": odd, "enterprise_user": 7}}), clock, Troubles(clock)
    ).profile("U1")
    assert found is not None
    assert (found.name, found.mail, found.enterprise) == ("", "", "")
    assert await Visitors(Saying({"users": [7, "U1"]}), clock, Troubles(clock)).members("S1") == frozenset(
        {"", "U1"}
    )


async def test_no_more_than_so_many_are_remembered(clock: FakeClock) -> None:
    api = Saying({"team_id": "T1", "user": {"profile": {}}})
    visitors = Visitors(api, clock, Troubles(clock))
    await visitors.workspace()
    for number in range(MOST):
        await visitors.profile(f"U{number}")
    await visitors.profile("U1")
    assert api.asked == MOST + 1
    await visitors.workspace()
    assert api.asked == MOST + 2


class Saying:
    """Slack's API, which always says the same."""

    def __init__(self, answer: dict[str, object]) -> None:
        self.answer = answer
        self.asked = 0

    async def call(self, method: str, payload: object) -> dict[str, object]:
        self.asked += 1
        return self.answer

    async def aclose(self) -> None: ...
