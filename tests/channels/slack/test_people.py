"""Look-ups of people: how long they are believed."""

from collections.abc import Mapping

import pytest

from notifier.channels.slack.api import SdkApi
from notifier.channels.slack.people import FOUND_FOR, MISSING_FOR, People
from notifier.errors import DeliveryTransient, TargetBroken
from tests.support.clock import FakeClock
from tests.support.slack import FakeSlack
from tests.support.slack_scripted import Scripted

MAIL = "agent209@example.com"


@pytest.fixture
def people(api: SdkApi, clock: FakeClock) -> People:
    return People(api, clock)


async def test_a_person_is_looked_up_and_opened_once(slack: FakeSlack, people: People) -> None:
    assert [await people.conversation(MAIL) for _ in range(3)] == ["DU209"] * 3
    assert await people.conversation("U209") == "DU209"
    assert [method for method, _ in slack.calls] == ["users.lookupByEmail", "conversations.open"]


async def test_a_look_up_grows_old(slack: FakeSlack, people: People, clock: FakeClock) -> None:
    await people.conversation(MAIL)
    clock.advance(round(FOUND_FOR * 1000) - 1)
    await people.conversation(MAIL)
    assert len(slack.called("users.lookupByEmail")) == 1
    del slack.workspace.users["U209"]
    slack.add_user("U999", MAIL)
    clock.advance(1)
    assert await people.conversation(MAIL) == "DU999"


async def test_somebody_who_was_missing_is_found_a_little_later(
    slack: FakeSlack, people: People, clock: FakeClock
) -> None:
    with pytest.raises(TargetBroken) as caught:
        await people.conversation("new@example.com")
    assert caught.value.person_is_gone
    slack.add_user("U300", "new@example.com")
    with pytest.raises(TargetBroken):
        await people.conversation("new@example.com")
    clock.advance(round(MISSING_FOR * 1000))
    assert await people.conversation("new@example.com") == "DU300"


async def test_forgetting_keeps_that_nobody_is_there(slack: FakeSlack, people: People) -> None:
    for _ in range(2):
        with pytest.raises(TargetBroken):
            await people.conversation("new@example.com")
        people.forget("new@example.com")
    assert len(slack.called("users.lookupByEmail")) == 1


async def test_an_outage_is_not_taken_for_a_missing_person(slack: FakeSlack, people: People) -> None:
    slack.fail_next("users.lookupByEmail", 503)
    with pytest.raises(DeliveryTransient):
        await people.conversation(MAIL)
    assert await people.conversation(MAIL) == "DU209"


@pytest.mark.parametrize("answer", [{}, {"channel": None}, {"channel": {"id": 7}}, {"channel": {"id": ""}}])
async def test_an_answer_that_names_nobody_is_tried_again_later(answer: Mapping[str, object]) -> None:
    with pytest.raises(DeliveryTransient, match="names no channel"):
        await People(Scripted(answer), FakeClock()).conversation("U209")


async def test_a_look_up_that_is_forbidden_breaks_only_those_who_need_one(
    slack: FakeSlack, people: People
) -> None:
    slack.workspace.scopes.discard("users:read.email")
    with pytest.raises(TargetBroken, match=r"users:read\.email") as caught:
        await people.conversation(MAIL)
    assert not caught.value.person_is_gone
    assert await people.conversation("U209") == "DU209"
