"""What breaks in Slack is said to ops once, in words that they can act on; the alert is told elsewhere."""

from collections.abc import AsyncIterator, Awaitable, Callable

import pytest

from tests.support.slack import FakeSlack
from tests.support.slack_office import SlackOffice
from tests.support.worlds import MakeWorld

Open = Callable[[str], Awaitable[SlackOffice]]

SCOPE = "add it to the app (OAuth & Permissions → Bot Token Scopes), and install the app again"


@pytest.fixture
async def office(a_world: MakeWorld) -> AsyncIterator[Open]:
    slack = FakeSlack()
    slack.add_channel("sales", "C1")
    slack.add_user("U209", "asha@example.com")
    slack.add_user("U210", "ravi@example.com")
    await slack.start()
    opened: list[SlackOffice] = []

    async def make(notify: str) -> SlackOffice:
        opened.append(SlackOffice(slack, a_world, notify))
        await opened[-1].open()
        return opened[-1]

    yield make
    for one in opened:
        await one.close()
    await slack.stop()


async def test_an_archived_channel(office: Open) -> None:
    at = await office("sales")
    at.slack.workspace.rooms["C1"].archived = True
    await at.miss(1)
    await at.miss(2)
    await at.pass_time(10)
    assert at.backup == ["Customer 1", "Customer 2"]
    assert at.told_ops() == [
        (
            "#sales (sales) can't be reached: #sales is archived: unarchive it in Slack, or set"
            " receivers.sales.slack.to to another channel (chat.postMessage: is_archived)"
        )
    ]
    at.slack.workspace.rooms["C1"].archived = False
    await at.miss(3)
    await at.pass_time(10)
    assert len(at.posted) == 1
    assert at.told_ops()[1:] == ["#sales (sales) can be reached again"]


async def test_a_channel_that_the_bot_is_not_in(office: Open) -> None:
    at = await office("sales")
    at.slack.workspace.rooms["C1"].member = False
    await at.miss(1)
    await at.miss(2)
    assert at.backup == ["Customer 1", "Customer 2"]
    assert at.told_ops() == [
        (
            "#sales (sales) can't be reached: the bot is not in #sales: invite it there (/invite), or add the"
            " scope chat:write.public to the Slack app (chat.postMessage: not_in_channel)"
        )
    ]
    at.slack.workspace.rooms["C1"].member = True
    await at.miss(3)
    await at.pass_time(10)
    assert at.told_ops()[1:] == ["#sales (sales) can be reached again"]


async def test_a_channel_that_was_renamed(office: Open) -> None:
    at = await office("sales")
    at.slack.workspace.rooms["C1"].name = "revenue"
    await at.miss(1)
    await at.miss(2)
    assert at.backup == ["Customer 1", "Customer 2"]
    (said,) = at.told_ops()
    assert said.startswith("#sales (sales) can't be reached: Slack does not know #sales: it was deleted or")
    assert "correct receivers.sales.slack.to; an id (C…) stays the same when a channel is renamed" in said


async def test_somebody_whose_address_changed(office: Open) -> None:
    at = await office("agent")
    at.slack.workspace.users["U209"] = "asha.rao@example.com"
    await at.miss(1)
    await at.miss(2)
    await at.miss(3, "210")
    await at.pass_time(10)
    assert at.backup == ["Customer 1", "Customer 2"]
    assert at.told_ops() == [
        (
            "agent main/209 (agent) can't be reached: nobody in Slack has the address of Asha (209) (any"
            " more): correct agents.209.slack, or write the member id (U…), which stays the same when an"
            " address changes"
        )
    ]
    assert [one.channel for one in at.slack.posted] == ["DU210"]
    at.slack.workspace.users["U209"] = "asha@example.com"
    await at.miss(4)
    await at.pass_time(10)
    assert at.told_ops()[1:] == ["agent main/209 (agent) can be reached again"]


@pytest.mark.parametrize(
    ("scope", "title", "method", "needed"),
    [
        ("im:write", "Slack (direct messages) refuses our credentials", "conversations.open", "im:write"),
        (
            "users:read.email",
            "Slack (people by their address) refuses our credentials",
            "users.lookupByEmail",
            "users:read.email",
        ),
    ],
)
async def test_a_scope_that_all_agents_need_is_said_once_and_not_for_each_of_them(
    office: Open, scope: str, title: str, method: str, needed: str
) -> None:
    at = await office("agent")
    at.slack.workspace.scopes.remove(scope)
    await at.miss(1)
    await at.miss(2, "210")
    await at.miss(3)
    await at.pass_time(10)
    assert at.backup == ["Customer 1", "Customer 2", "Customer 3"]
    assert at.told_ops() == [
        (
            f"{title}: the Slack app lacks the scope {needed}: {SCOPE} ({method}: missing_scope). Until then"
            " others are told instead"
        )
    ]
    at.slack.workspace.scopes.add(scope)
    await at.miss(4, "210")
    await at.pass_time(10)
    assert at.told_ops()[1:] == [title.replace("refuses our credentials", "accepts our credentials again")]


async def test_a_scope_that_everything_needs(office: Open) -> None:
    at = await office("sales")
    at.slack.workspace.scopes.remove("chat:write")
    await at.miss(1)
    await at.miss(2)
    assert at.backup == []
    await at.pass_time(12)
    assert sorted(at.backup) == ["Customer 1", "Customer 2"]
    assert at.told_ops() == [
        (
            f"Slack refuses our credentials: the Slack app lacks the scope chat:write: {SCOPE}"
            " (chat.postMessage: missing_scope)"
        )
    ]
    at.slack.workspace.scopes.add("chat:write")
    await at.pass_time(6)
    await at.miss(3)
    await at.pass_time(10)
    assert len(at.posted) == 1
    assert at.told_ops()[1:] == ["Slack accepts our credentials again"]


async def test_a_token_that_was_revoked(office: Open) -> None:
    at = await office("sales")
    at.slack.fail_next("chat.postMessage", "token_revoked", times=99)
    await at.miss(1)
    await at.pass_time(4)
    assert at.backup == [], "some faults pass"
    await at.pass_time(3)
    assert at.backup == ["Customer 1"]
    await at.miss(2)
    await at.pass_time(1)
    assert at.backup == ["Customer 1", "Customer 2"], "what comes later is not kept waiting"
    (said,) = at.told_ops()
    assert said.startswith(
        "Slack refuses our credentials: the bot's token was revoked, or the app was removed from the"
        " workspace: install the app again (OAuth & Permissions), and put the Bot User OAuth Token (xoxb-…)"
    )
    assert said.endswith("(chat.postMessage: token_revoked)")
    at.slack.mend()
    await at.pass_time(6)
    await at.miss(3)
    await at.pass_time(10)
    assert at.backup == ["Customer 1", "Customer 2"]
    assert len(at.posted) == 1
    assert at.told_ops()[1:] == ["Slack accepts our credentials again"]


async def test_a_message_that_was_deleted(office: Open) -> None:
    at = await office("sales")
    for number in (1, 2):
        await at.miss(number)
        at.slack.workspace.delete("C1", at.slack.posted[-1].ts)
        await at.pass_time(1)
        await at.miss(number)
        assert "2 missed calls" in at.posted[-1] or "Attempt 2" in at.posted[-1], "told anew"
    await at.pass_time(10)
    assert at.told_ops() == [
        (
            "A message can't be changed: #sales (sales): a message to #sales was deleted: what becomes of its"
            " alert is told there in a new one. Ask whoever reads there to let messages stand, and to answer"
            " them by a button or `notifier resolve` (chat.update: message_not_found)"
        )
    ]
    await at.miss(2)
    await at.pass_time(10)
    assert at.told_ops()[1:] == [], "some are deleted and others are not: that is not said each time"
    await at.pass_time(60)
    await at.miss(2)
    await at.pass_time(10)
    assert at.told_ops()[1:] == ["Messages can be changed again: #sales (sales)"]
    assert at.backup == []
