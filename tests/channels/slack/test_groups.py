"""Look-ups of user groups: how long they are believed."""

from collections.abc import Mapping

import pytest

from notifier.channels.slack.api import SdkApi
from notifier.channels.slack.groups import FOUND_FOR, MISSING_FOR, Groups
from notifier.errors import DeliveryError
from tests.support.clock import FakeClock
from tests.support.slack import FakeSlack
from tests.support.slack_scripted import Scripted


@pytest.fixture
def groups(slack: FakeSlack, api: SdkApi, clock: FakeClock) -> Groups:
    slack.workspace.scopes.add("usergroups:read")
    slack.add_group("S1", "sales-leads")
    return Groups(api, clock)


async def test_all_handles_are_listed_once_whatever_their_case(slack: FakeSlack, groups: Groups) -> None:
    slack.add_group("S2", "support")
    assert groups.known("@support") is None
    found = [await groups.find(handle) for handle in ("@sales-leads", "@Sales-Leads", "@support")]
    assert found == ["S1", "S1", "S2"]
    assert groups.known("@support") == "S2"
    assert len(slack.called("usergroups.list")) == 1


async def test_a_handle_that_was_given_to_another_group_is_followed(
    slack: FakeSlack, groups: Groups, clock: FakeClock
) -> None:
    await groups.find("@sales-leads")
    slack.workspace.groups = {"S9": "sales-leads"}
    clock.advance(round(FOUND_FOR * 1000) - 1)
    assert await groups.find("@sales-leads") == "S1"
    clock.advance(1)
    assert await groups.find("@sales-leads") == "S9"


async def test_a_group_that_was_missing_is_found_a_little_later(
    slack: FakeSlack, groups: Groups, clock: FakeClock
) -> None:
    assert [await groups.find("@new") for _ in range(3)] == [""] * 3
    assert len(slack.called("usergroups.list")) == 1
    slack.add_group("S3", "new")
    clock.advance(round(MISSING_FOR * 1000))
    assert await groups.find("@new") == "S3"


async def test_without_the_scope_it_says_so(slack: FakeSlack, groups: Groups) -> None:
    slack.workspace.scopes.discard("usergroups:read")
    with pytest.raises(DeliveryError, match="usergroups:read"):
        await groups.find("@sales-leads")


@pytest.mark.parametrize(
    "answer", [{}, {"usergroups": None}, {"usergroups": ["x", {"id": 7, "handle": "sales"}, {"id": "S1"}]}]
)
async def test_an_answer_that_makes_no_sense_names_nobody(answer: Mapping[str, object]) -> None:
    assert await Groups(Scripted(answer), FakeClock()).find("@sales") == ""
