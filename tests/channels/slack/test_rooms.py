"""From a channel's name to its id."""

import pytest

from notifier.channels.slack.api import SdkApi
from notifier.channels.slack.rooms import PAGES, PER_PAGE, Rooms
from notifier.errors import CredentialsBroken
from tests.support.slack import FakeSlack
from tests.support.slack_scripted import Scripted


async def test_a_channel_is_found_by_its_name_once(slack: FakeSlack, api: SdkApi) -> None:
    rooms = Rooms(api)
    assert [await rooms.find("#leads") for _ in range(3)] == ["C2"] * 3
    assert await rooms.find("#sales-missed") == "C1"
    assert len(slack.called("conversations.list")) == 1


async def test_a_private_channel_with_the_bot_in_it_is_found(slack: FakeSlack, api: SdkApi) -> None:
    slack.add_channel("secret", "G1", private=True)
    slack.add_channel("hidden", "G2", private=True, member=False)
    assert await Rooms(api).find("#secret") == "G1"
    assert await Rooms(api).find("#hidden") is None


async def test_a_channel_on_a_later_page_is_found(slack: FakeSlack, api: SdkApi) -> None:
    for i in range(PER_PAGE * 2):
        slack.add_channel(f"room-{i}", f"C9{i}")
    assert await Rooms(api).find(f"#room-{PER_PAGE * 2 - 1}") == f"C9{PER_PAGE * 2 - 1}"
    assert len(slack.called("conversations.list")) == 3


async def test_the_search_ends_where_the_channel_is(slack: FakeSlack, api: SdkApi) -> None:
    for i in range(PER_PAGE * 2):
        slack.add_channel(f"room-{i}", f"C9{i}")
    assert await Rooms(api).find("#leads") == "C2"
    assert len(slack.called("conversations.list")) == 1


async def test_a_name_that_nobody_has_is_asked_for_again_next_time(slack: FakeSlack, api: SdkApi) -> None:
    rooms = Rooms(api)
    assert await rooms.find("#new") is None
    slack.add_channel("new", "C77")
    assert await rooms.find("#new") == "C77"


async def test_what_slack_named_at_a_post_is_remembered(slack: FakeSlack, api: SdkApi) -> None:
    rooms = Rooms(api)
    rooms.learn("#new", "C78")
    assert await rooms.find("#NEW") == "C78"
    assert slack.calls == []


async def test_without_the_scope_it_says_so(slack: FakeSlack, api: SdkApi) -> None:
    slack.workspace.scopes -= {"groups:read"}
    with pytest.raises(CredentialsBroken, match="lacks the scope groups:read"):
        await Rooms(api).find("#leads")


@pytest.mark.parametrize("channels", [None, "x", [1, None, {"name": 7, "id": "C1"}, {"id": "C2"}]])
async def test_a_list_that_makes_no_sense_and_never_ends_is_left(channels: object) -> None:
    api = Scripted({"channels": channels, "response_metadata": {"next_cursor": "again"}})
    assert await Rooms(api).find("#leads") is None
    assert len(api.calls) == PAGES
