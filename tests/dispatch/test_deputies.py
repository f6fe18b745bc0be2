"""Who is told in place of an agent who is away, or who is not in Slack any more."""

from collections.abc import Collection
from typing import Any

from notifier import model
from notifier.channels.render import text
from notifier.channels.slack.api import SdkApi
from notifier.channels.slack.bot import SlackBot
from notifier.channels.slack.people import People
from notifier.channels.slack.rooms import Rooms
from notifier.config.values import Secret
from notifier.errors import TargetBroken
from notifier.model import Notification
from tests.support.channel import ScriptedChannel
from tests.support.clock import START
from tests.support.slack import TOKEN, FakeSlack
from tests.support.world import HOUR, MINUTE, World
from tests.support.worlds import MakeWorld

RULE = {"name": "every", "per": "customer", "notify": "agent", "fallback": "room"}
RECEIVERS = {"agent": {"slack": {"to": "agent"}}, "ops": {"slack": {"to": "#ops"}}}
TODAY, TOMORROW = "2026-09-21", "2026-09-22"  # at START it is 19:43 in India
TO_MIDNIGHT = 4 * HOUR + 16 * MINUTE + 40_000  # ms from START, in India


async def office(a_world: MakeWorld, rule: dict[str, Any] = RULE, **agents: dict[str, Any]) -> World:
    """Agents by "_209", each with the Slack id U209; the world is watched from a minute ago."""
    world = a_world(
        rule,
        receivers=RECEIVERS,
        ops={"notify": "ops"},
        timezone="Asia/Kolkata",
        agents={
            key[1:]: {"name": f"Agent {key[1:]}", "slack": f"U{key[1:]}", **agents[key]} for key in agents
        },
    )
    await world.watch()
    return world


def ways(world: World) -> list[tuple[str, str, str, str]]:
    return [(str(row.target), row.via, row.state.value, row.reason) for row in world.outbox()]


def addresses(world: World) -> list[str]:
    return [one.address for one in world.sent if not one.edits]


class Workspace(ScriptedChannel):
    """Slack, where some people were deactivated."""

    gone: Collection[str] = ()
    tried: list[str]

    async def send(
        self, address: str, message: model.Message, *, plain: bool = False, reply_to: str = ""
    ) -> str:
        self.tried.append(address)
        if address in self.gone:
            raise TargetBroken("chat.postMessage: user_disabled", person_is_gone=True)
        return await super().send(address, message, plain=plain, reply_to=reply_to)


def without(world: World, *people: str) -> Workspace:
    """These people are in Slack no more."""
    slack = Workspace("agent", world.clock, world.sent)
    slack.gone, slack.tried = people, []
    world.channels["agent"] = slack
    return slack


async def test_the_deputy_of_an_agent_who_is_away_is_told_and_reads_for_whom(a_world: MakeWorld) -> None:
    world = await office(a_world, _209={"away": TODAY, "deputy": "210"}, _210={})
    read: list[model.Message] = []
    world.channels["agent"].on_send = read.append
    world.call("Suresh")
    await world.round()
    assert addresses(world) == ["U210"]
    assert ways(world) == [("agent:agent main/210", "deputy", "sent", "Agent 209 is away through Mon 21 Sep")]
    (message,) = read
    assert isinstance(message, Notification)
    assert message.stands_in_for == "main/209"
    assert "You stand in for Agent 209" in text(message)


async def test_an_agent_who_is_there_reads_nothing_of_deputies(a_world: MakeWorld) -> None:
    world = await office(a_world, _209={"deputy": "210"}, _210={})
    read: list[model.Message] = []
    world.channels["agent"].on_send = read.append
    world.call("Suresh")
    await world.round()
    (message,) = read
    assert isinstance(message, Notification)
    assert message.stands_in_for == ""
    assert "stand in" not in text(message)


async def test_a_chain_of_deputies_is_gone_along(a_world: MakeWorld) -> None:
    world = await office(
        a_world,
        _209={"away": TODAY, "deputy": "210"},
        _210={"away": "2026-09-01..2026-09-30", "deputy": "211"},
        _211={"slack": "", "deputy": "212"},
        _212={},
    )
    world.call("Suresh")
    await world.round()
    reason = (
        "Agent 209 is away through Mon 21 Sep, their deputy Agent 210 too,"
        " whose deputy Agent 211 has no address"
    )
    assert ways(world) == [("agent:agent main/212", "deputy", "sent", reason)]


async def test_a_circle_in_which_nobody_is_there_ends_at_the_fallback(a_world: MakeWorld) -> None:
    world = await office(
        a_world, _209={"away": TODAY, "deputy": "210"}, _210={"away": TODAY, "deputy": "209"}
    )
    world.call("Suresh")
    await world.round()
    reason = "Agent 209 is away through Mon 21 Sep, their deputy Agent 210 too"
    assert ways(world) == [("room:#room", "fallback", "sent", reason)]


async def test_the_absence_begins_and_ends_at_midnight_in_the_zone(a_world: MakeWorld) -> None:
    world = await office(a_world, _209={"away": TOMORROW, "deputy": "210"}, _210={})
    midnight, day = START + TO_MIDNIGHT, 24 * HOUR
    instants = (midnight - MINUTE, midnight, midnight + day - MINUTE, midnight + day)
    for number, instant in enumerate(instants):
        world.clock.ms = instant
        world.call(str(number), to=f"91981234567{number}")
        await world.round()
    assert addresses(world) == ["U209", "U210", "U210", "U209"]


async def test_who_became_away_before_it_was_sent_is_replaced_then(a_world: MakeWorld) -> None:
    world = await office(a_world, _209={"away": TOMORROW, "deputy": "210"}, _210={})
    world.call("Suresh")
    await world.poll()
    assert [row.via for row in world.outbox()] == ["rule"]
    world.clock.advance(TO_MIDNIGHT)
    await world.send()
    reason = "Agent 209 is away through Tue 22 Sep"
    assert ways(world) == [
        ("agent:agent main/209", "rule", "redirected", reason),
        ("agent:agent main/210", "deputy", "sent", reason),
    ]


async def test_who_became_away_with_all_deputies_before_it_was_sent_is_replaced_by_the_fallback(
    a_world: MakeWorld,
) -> None:
    world = await office(
        a_world, _209={"away": TOMORROW, "deputy": "210"}, _210={"away": TOMORROW, "deputy": "209"}
    )
    world.call("Suresh")
    await world.poll()
    world.clock.advance(TO_MIDNIGHT)
    await world.send()
    assert [(target, via, state) for target, via, state, _ in ways(world)] == [
        ("agent:agent main/209", "rule", "redirected"),
        ("room:#room", "fallback", "sent"),
    ]
    assert world.outbox()[-1].reason == "Agent 209 is away through Tue 22 Sep, their deputy Agent 210 too"


async def test_many_messages_go_to_the_deputy_in_a_summary(a_world: MakeWorld) -> None:
    world = await office(a_world, _209={"away": TOMORROW, "deputy": "210"}, _210={})
    for number in range(12):
        world.call(str(number), to=f"9198123456{number:02}")
    await world.poll()
    world.clock.advance(TO_MIDNIGHT)
    await world.send()
    assert set(addresses(world)) == {"U210"}
    assert len(addresses(world)) == 12
    assert len({one.batch for one in world.sent}) == 1


async def test_what_an_agent_was_told_before_is_still_kept_up_to_date(a_world: MakeWorld) -> None:
    world = await office(a_world, {**RULE, "wait": 0}, _209={"away": TOMORROW, "deputy": "210"}, _210={})
    world.call("once")
    await world.round()
    world.clock.advance(TO_MIDNIGHT)
    world.call("twice")
    await world.round()
    assert [(one.address, one.names, one.edits) for one in world.sent] == [
        ("U209", ("once",), False),
        ("U209", ("once", "twice"), True),
    ]


async def test_somebody_who_is_not_in_slack_any_more_counts_as_away(a_world: MakeWorld) -> None:
    world = await office(a_world, _209={"deputy": "210"}, _210={})
    slack = without(world, "U209")
    world.call("Suresh")
    await world.round()
    reason = "chat.postMessage: user_disabled"
    assert ways(world) == [
        ("agent:agent main/209", "rule", "redirected", reason),
        ("agent:agent main/210", "deputy", "sent", reason),
    ]
    assert slack.tried == ["U209", "U210"]
    assert [trouble.subject for trouble in world.health.troubles.active()] == ["agent:agent main/209"]


async def test_deputies_who_are_gone_or_away_are_passed_over_until_the_fallback(a_world: MakeWorld) -> None:
    world = await office(
        a_world,
        _209={"deputy": "210"},
        _210={"deputy": "211"},
        _211={"away": TODAY, "deputy": "212"},
        _212={"deputy": "209"},
    )
    slack = without(world, "U209", "U210", "U212")
    world.call("Suresh")
    await world.round()
    assert [(target, via, state) for target, via, state, _ in ways(world)] == [
        ("agent:agent main/209", "rule", "redirected"),
        ("agent:agent main/210", "deputy", "redirected"),
        ("agent:agent main/212", "deputy", "redirected"),
        ("room:#room", "fallback", "sent"),
    ]
    passed = "chat.postMessage: user_disabled, their deputy Agent 211 is away through Mon 21 Sep"
    assert [row.reason for row in world.outbox()][2] == "chat.postMessage: user_disabled"
    assert passed in [row.reason for row in world.outbox()]
    assert slack.tried == ["U209", "U210", "U212"]


async def test_where_everybody_is_gone_ops_are_told_and_nobody_is_tried_twice(a_world: MakeWorld) -> None:
    rule = {"name": "every", "notify": "agent", "fallback": "agent"}
    world = await office(a_world, rule, _209={"deputy": "210"}, _210={"deputy": "209"})
    slack = without(world, "U209", "U210")
    world.call("Suresh")
    await world.round()
    assert slack.tried == ["U209", "U210"]
    assert [one.receiver for one in world.sent] == ["ops"]


async def test_an_agent_whose_address_fails_otherwise_is_not_away(a_world: MakeWorld) -> None:
    world = await office(a_world, _209={"deputy": "210"}, _210={})
    world.channels["agent"].sends.append(TargetBroken("chat.postMessage: messages_tab_disabled"))
    world.call("Suresh")
    await world.round()
    assert [(target, via) for target, via, _, _ in ways(world)] == [
        ("agent:agent main/209", "rule"),
        ("room:#room", "fallback"),
    ]


async def test_a_person_whom_a_rule_names_and_who_is_gone_has_no_deputy(a_world: MakeWorld) -> None:
    world = await office(
        a_world, {**RULE, "notify": "ops", "fallback": "room"}, _209={"deputy": "210"}, _210={}
    )
    world.channels["ops"].sends.append(TargetBroken("chat.postMessage: user_disabled", person_is_gone=True))
    world.call("Suresh")
    await world.round()
    assert [target for target, *_ in ways(world)] == ["ops:#ops", "room:#room"]


async def test_slack_says_itself_who_is_gone(a_world: MakeWorld) -> None:
    slack = FakeSlack()
    slack.add_user("U210", "agent210@example.com")
    await slack.start()
    world = await office(
        a_world, _209={"slack": "agent209@example.com", "deputy": "210"}, _210={"deputy": "209"}
    )
    slack.workspace.now = world.clock.now
    api = SdkApi(Secret(TOKEN), slack.api_url)
    bot = SlackBot(api, People(api, world.clock), Rooms(api))
    world.real_channels = {"agent": bot, "room": world.room, "ops": world.channels["ops"]}
    await world.restart()
    world.call("Suresh")
    await world.round()
    await bot.aclose()
    await slack.stop()
    (posted,) = slack.posted
    assert posted.channel == "DU210"
    assert "You stand in for Agent 209" in posted.text
