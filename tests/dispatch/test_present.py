"""What a message is made from beside its calls: how often a customer was tried, and whose phone rang."""

import pytest
from sqlalchemy import Connection

from notifier import model
from notifier.channels.render import text
from notifier.channels.render.plain import plain
from notifier.dispatch.present import Present
from notifier.model import Attempts, Endpoint, Kind, Notification, Summary, Target
from notifier.store import calls, sources
from tests.support.people import silence
from tests.support.sample import a_call
from tests.support.world import MINUTE, World
from tests.support.worlds import MakeWorld

CUSTOMER = "+919812345678"
RULE = {"name": "customers", "per": "customer", "notify": "room"}
AGENTS = {"209": {"name": "Asha", "phone": "+919812300000"}, "210": {"name": "Ravi"}}


async def read_by_room(world: World, tried: int = 1, to: str = "919812345678") -> list[model.Message]:
    """What the room reads once a customer was missed so many times, a minute apart."""
    read: list[model.Message] = []
    world.room.on_send = read.append
    for _ in range(tried):
        world.call("Suresh", to=to)
        world.clock.advance(MINUTE)
    await world.round()
    return read


async def answered(world: World, ago: int) -> None:
    """Agent 210 has spoken with the customer so many ms ago."""
    placed_at = world.clock.now() - ago
    call = a_call(endpoint=Endpoint.IN_ANSWERED, extension="210", customer=CUSTOMER, placed_at=placed_at)

    def store(connection: Connection) -> None:
        source = sources.source(connection, "main", Endpoint.IN_ANSWERED)
        calls.insert_calls(connection, source, [call], 0, placed_at)

    await world.database.write(store)


async def test_a_message_about_a_customer_knows_how_often_they_were_tried(a_world: MakeWorld) -> None:
    world = a_world(RULE, agents=AGENTS)
    await world.watch()
    began = world.clock.now()
    await answered(world, 10 * MINUTE)
    (message,) = await read_by_room(world, tried=3)
    assert isinstance(message, Notification)
    assert message.attempts == Attempts(
        count=3,
        first_at=began,
        last_at=began + 2 * MINUTE,
        agents=("main/209",),
        reached_at=began - 10 * MINUTE,
        reached_by="main/210",
    )
    assert message.agent_names == {"main/209": "Asha", "main/210": "Ravi"}
    assert not message.is_agent_leg


async def test_a_message_about_whoever_was_reached_meanwhile_names_who_did_it(a_world: MakeWorld) -> None:
    world = a_world({**RULE, "wait": "10m"}, agents=AGENTS, follow_up=True)
    await world.watch()
    await read_by_room(world)
    world.clock.advance(11 * MINUTE)
    await world.round()
    world.answer(to="919812345678", extension="210")
    await world.round()
    present = Present(world.clock, world.config.agents, world.config.timezone, "IN")
    room = Target("room", "#room")
    edited = world.database.look(lambda connection: present.of_alert(connection, 1, room))
    assert edited is not None
    assert edited.alert.handled_by == "agent main/210"
    assert text(edited).startswith("Reached by Ravi, 14:2")


async def test_each_alert_of_a_summary_knows_it_too(a_world: MakeWorld) -> None:
    world = a_world(RULE, agents=AGENTS, delivery={"burst": 1})
    await world.watch()
    world.call("Amit", to="919812345679")
    (message,) = await read_by_room(world, tried=2)
    assert isinstance(message, Summary)
    assert sorted(one.attempts.count for one in message.notifications if one.attempts) == [1, 2]


@pytest.mark.parametrize("own", ["9812300000", "210_1111113"])
async def test_a_call_to_an_agents_own_phone_is_told_as_such_and_is_no_attempt(
    a_world: MakeWorld, own: str
) -> None:
    world = a_world(RULE, agents=AGENTS)
    await world.watch()
    (message,) = await read_by_room(world, to=own)
    assert isinstance(message, Notification)
    assert message.is_agent_leg
    assert message.attempts is None


async def test_an_alert_about_several_customers_knows_of_no_attempts(a_world: MakeWorld) -> None:
    world = a_world({**RULE, "per": "extension"}, agents=AGENTS)
    await world.watch()
    (message,) = await read_by_room(world)
    assert isinstance(message, Notification)
    assert message.attempts is None
    assert not message.is_agent_leg


async def test_rules_tell_calls_to_an_agents_own_phone_from_those_to_customers(a_world: MakeWorld) -> None:
    world = a_world(
        {"name": "customers", "match": {"leg": "customer"}, "notify": "room"},
        {"name": "agents", "match": {"leg": "agent"}, "notify": "other"},
        receivers={"other": {"slack": {"to": "#other"}}},
        agents=AGENTS,
    )
    await world.watch()
    world.call("customer", to="919812345678")
    world.call("own phone", to="919812300000")
    world.call("extension", to="209_1111113")
    await world.round()
    assert (world.told("room"), world.told("other")) == (["customer"], ["own phone", "extension"])


async def test_a_rule_may_wait_for_the_third_attempt(a_world: MakeWorld) -> None:
    world = a_world({"name": "third", "match": {"attempts": ">=3"}, "notify": "room"}, agents=AGENTS)
    await world.watch()
    for name in ("first", "second", "third", "fourth"):
        world.call(name)
        world.call(f"somebody else, {name}", to=f"91981111111{len(name)}")
        await world.round()
        world.clock.advance(MINUTE)
    assert world.told() == ["third", "fourth"]


async def test_an_escalation_knows_whether_its_target_was_told_before(a_world: MakeWorld) -> None:
    steps = [{"after": "30m", "notify": ["room", "leads"]}, {"after": "60m", "notify": ["leads"]}]
    world = a_world({**RULE, "escalate": steps}, receivers={"leads": {"slack": {"to": "#leads"}}})
    await world.watch()
    read = await read_by_room(world)
    world.channels["leads"].on_send = read.append
    for _ in range(61):
        world.clock.advance(MINUTE)
        await world.tick()
        await world.send()
    told = [message for message in read if isinstance(message, Notification) and message.delivery_id]
    said = [(message.kind, message.told_before) for message in told]
    assert (said[0], sorted(said[1:3]), said[3:]) == (
        (Kind.OPEN, False),
        [(Kind.ESCALATION, False), (Kind.ESCALATION, True)],
        [(Kind.ESCALATION, True)],
    )


async def test_a_summary_of_what_was_silenced_says_who_wanted_that(a_world: MakeWorld) -> None:
    world = a_world(RULE, agents=AGENTS)
    await world.watch()
    read: list[model.Message] = []
    world.room.on_send = read.append
    await silence(world, 10 * MINUTE)
    for n in range(2):
        world.call(str(n), to=f"91981230000{n}")
    await world.round()
    assert read == []
    world.clock.advance(11 * MINUTE)
    await world.round()
    (message,) = read
    assert "They were silenced by Asha, and kept until now." in text(message)


async def test_agents_who_were_told_are_named_to_the_others(a_world: MakeWorld) -> None:
    receivers = {"agent": {"slack": {"to": "agent"}}}
    agents = {"209": {"name": "Asha", "slack": "U209"}}
    world = a_world({**RULE, "notify": ["agent", "room"]}, agents=agents, receivers=receivers)
    await world.watch()
    await read_by_room(world)
    present = Present(world.clock, world.config.agents, world.config.timezone, "IN")
    shown = world.database.look(lambda c: present.of_alert(c, 1, Target("room", "#room")))
    assert shown is not None
    assert "Also told: Asha 14:1" in plain(shown)
