"""Why a notification waits, as `outbox` and `explain` say it."""

from typing import Any

from sqlalchemy import update

from notifier.cli.waits import waits
from notifier.errors import DeliveryTransient
from notifier.rules.act import Action
from notifier.store import silences
from notifier.store.database import Connection
from notifier.store.outbox import RowState
from notifier.store.outbox_views import listing
from notifier.store.schema import outbox
from tests.support.people import OFFICE, act, end_silence, instant, silence
from tests.support.world import HOUR, World
from tests.support.worlds import MakeWorld

RULE: dict[str, Any] = {"name": "customers", "per": "customer", "notify": "room"}


def why(world: World) -> list[str]:
    """Of all notifications that wait, the oldest first."""
    now = world.clock.now()

    def view(connection: Connection) -> list[str]:
        rows = listing(connection, [RowState.WAITING], 20)[::-1]
        looked = waits(connection, world.config, rows, now)
        return [looked.why(row).replace(" UTC (+00:00)", "") for row in rows]

    return world.database.look(view)


def cause(world: World) -> str:
    """What holds the only one."""
    (one,) = why(world)
    assert one.startswith("held until ")
    return one.partition(": ")[2]


async def one_call(a_world: MakeWorld, rule: dict[str, Any], **sections: Any) -> World:
    world = a_world(rule, calendars=OFFICE, **sections)
    await world.watch()
    world.call("Suresh")
    return world


async def test_a_closed_calendar_is_named(a_world: MakeWorld) -> None:
    world = await one_call(a_world, {**RULE, "calendar": "office"})
    world.clock.ms = instant(21, 20)
    await world.round()
    assert cause(world) == "calendar office is closed"
    world.clock.ms = instant(22, 9)
    assert why(world) == ["due, as soon as the pace of where it goes allows"]


async def test_a_silence_is_named_with_who_wants_it(a_world: MakeWorld) -> None:
    world = await one_call(a_world, RULE)
    one = await silence(world, None)
    await world.round()
    assert cause(world) == "silence S1 by Asha, until somebody ends it"
    await silence(world, HOUR)
    assert why(world) == ["due, as soon as the pace of where it goes allows"]
    await world.send()
    assert cause(world) == "silence S1 by Asha, until somebody ends it"
    await end_silence(world, one)
    await world.send()
    assert cause(world) == "silence S2 by Asha"


async def test_a_snooze_is_named_with_who_wants_it(a_world: MakeWorld) -> None:
    world = await one_call(a_world, RULE)
    await silence(world, HOUR)
    await world.round()
    await act(world, Action.SNOOZE, until=world.clock.now() + 2 * HOUR)
    await world.send()
    assert cause(world) == "snoozed by Asha"


async def test_what_is_over_before_it_is_looked_at_again_says_so(a_world: MakeWorld) -> None:
    world = await one_call(a_world, RULE)
    one = await silence(world, HOUR)
    await world.round()

    await world.database.write(lambda c: silences.end(c, one.id, "Asha", world.clock.now()))
    assert cause(world) == "what held it is over, or looked at again then"


async def test_what_could_not_be_sent_and_what_stands_behind_it_say_the_error(a_world: MakeWorld) -> None:
    world = await one_call(a_world, RULE)
    world.room.always = DeliveryTransient("Slack does not answer")
    await world.round()
    world.call("Priya", to="919812345679")
    await world.poll()
    assert why(world) == [
        "to be tried again: Slack does not answer",
        "due, behind what could not be sent there: Slack does not answer",
    ]


async def test_what_does_not_wait_has_no_reason_to(a_world: MakeWorld) -> None:
    world = await one_call(a_world, RULE)
    await world.round()
    (row,) = world.outbox()
    assert world.database.look(lambda c: waits(c, world.config, [row], world.clock.now()).why(row)) == ""


async def test_what_waits_for_calls_that_are_still_being_read_says_so(a_world: MakeWorld) -> None:
    world = await one_call(a_world, RULE)
    await world.poll()
    (row,) = world.outbox()
    await world.database.write(
        lambda c: c.execute(update(outbox).where(outbox.c.id == row.id).values(waits_for=1))
    )
    assert why(world) == ["due once the calls that TeleCMI still owes are read"]
