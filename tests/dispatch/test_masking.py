"""Whose receiver shall see no full phone number is told without, in whatever message."""

from notifier.actions import Actions
from notifier.dispatch.present import Present
from notifier.model import Message, Notification, Summary, Target
from notifier.rules.act import Action, Order
from tests.support.world import MINUTE, World
from tests.support.worlds import MakeWorld

RULE = {"name": "customers", "per": "customer", "notify": ["room", "partners", "hook"]}
HOOK = {"url": "https://h.example.com", "secret": "0123456789abcdef"}
RECEIVERS = {
    "partners": {"slack": {"to": "#partners"}, "mask_numbers": True},
    "hook": {"webhook": HOOK, "mask_numbers": True},
}


def watched(world: World) -> dict[str, list[Message]]:
    """What is sent through each receiver."""
    found: dict[str, list[Message]] = {name: [] for name in world.channels}
    for name, channel in world.channels.items():
        channel.on_send = found[name].append
    return found


def masks(message: Message) -> set[bool]:
    match message:
        case Notification():
            return {message.mask_numbers}
        case Summary():
            return {one.mask_numbers for one in message.notifications}
        case _:
            raise AssertionError(message)


async def test_each_receiver_is_told_as_it_says(a_world: MakeWorld) -> None:
    world = a_world(RULE, receivers=RECEIVERS)
    await world.watch()
    found = watched(world)
    world.call("Suresh")
    await world.round()
    said = {name: [masks(one) for one in messages] for name, messages in found.items()}
    assert said == {"room": [{False}], "partners": [{True}], "hook": [{True}]}


async def test_a_summary_masks_each_of_its_alerts(a_world: MakeWorld) -> None:
    world = a_world(RULE, receivers=RECEIVERS, delivery={"burst": 2})
    await world.watch()
    found = watched(world)
    for number in range(4):
        world.call(str(number), to=f"91980000000{number}")
    await world.round()
    assert {name: [masks(one) for one in messages] for name, messages in found.items()} == {
        "room": [{False}],
        "partners": [{True}],
        "hook": [{True}],
    }
    assert all(isinstance(one, Summary) for messages in found.values() for one in messages)


async def test_an_edit_masks_as_the_message_did_and_a_reload_may_change_it(a_world: MakeWorld) -> None:
    world = a_world(RULE, receivers=RECEIVERS)
    await world.watch()
    world.call("Suresh")
    await world.round()
    alert = world.alerts()[0]

    def edited(receiver: str) -> bool:
        config = world.config
        present = Present(world.clock, config.agents, config.timezone, "IN", world.tell.directory.masked)
        target = Target(receiver, f"#{receiver}")
        made = world.database.look(lambda connection: present.of_alert(connection, alert.id, target))
        assert made is not None
        return made.mask_numbers

    assert (edited("room"), edited("partners")) == (False, True)
    await world.restart(receivers={**RECEIVERS, "room": {"slack": {"to": "#room"}, "mask_numbers": True}})
    assert edited("room")
    world.clock.advance(MINUTE)
    found = watched(world)
    world.call("Anil", to="919800000007")
    await world.round()
    assert [masks(one) for one in found["room"]] == [{True}]


async def test_what_is_said_in_the_thread_is_masked_likewise(a_world: MakeWorld) -> None:
    world = a_world(RULE, receivers=RECEIVERS)
    for channel in world.channels.values():
        channel.has_threads = True
    await world.watch()
    world.call("Suresh")
    await world.round()
    world.clock.advance(MINUTE)
    actions = Actions(world.database, ["customers"], world.config.receivers)
    await actions.carry_out(1, Order(Action.ACKNOWLEDGE, "Asha", ""), world.clock.now())
    await world.send_until(world.clock.now() + MINUTE)
    said = {
        name: [one.history.mask_numbers for one in world.channels[name].said] for name in ("room", "partners")
    }
    assert said == {"room": [False], "partners": [True]}
