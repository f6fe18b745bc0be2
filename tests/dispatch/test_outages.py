"""Targets and services that fail: held, said once, and cleared by what works."""

import asyncio
from typing import Any

from structlog.testing import capture_logs

from notifier.errors import CredentialsBroken, DeliveryTransient, TargetBroken
from notifier.host.troubles import Trouble
from notifier.model import NoticeKind
from notifier.store import by_hand, outbox_views
from tests.support.world import HOUR, MINUTE, World
from tests.support.worlds import MakeWorld

EVERY = {"name": "every", "notify": "room"}
RECEIVERS = {"other": {"slack": {"to": "#other"}}, "third": {"slack": {"to": "#third"}}}
ALL = {"name": "every", "notify": ["room", "other", "third"]}
ROOM = (NoticeKind.TARGET_BROKEN, "room:#room")
SLACK = (NoticeKind.CREDENTIALS_BROKEN, "slack")
DEAD = (NoticeKind.DEAD_LETTERS, "outbox")


async def with_a_call(a_world: MakeWorld, rule: dict[str, Any] = EVERY, **sections: Any) -> World:
    world = a_world(rule, **sections)
    await world.watch()
    world.call("Suresh")
    await world.poll()
    return world


async def sharing(a_world: MakeWorld, calls: int = 1) -> World:
    """Three rooms that are told with the same credentials."""
    world = a_world(ALL, receivers=RECEIVERS)
    for channel in world.channels.values():
        channel.service = "slack"
    await world.watch()
    for n in range(calls):
        world.call(str(n))
    await world.poll()
    return world


def all_say(world: World, error: Exception | None) -> None:
    for channel in world.channels.values():
        channel.always = error


def raised(world: World) -> list[tuple[NoticeKind, str]]:
    return [(one.kind, one.subject) for one in world.health.troubles.active()]


def said(logs: list[Any], event: str) -> list[str]:
    return [f"{one['kind']} {one['subject']}" for one in logs if one["event"] == event]


def tries(world: World) -> int:
    return sum(channel.tries for channel in world.channels.values())


async def test_a_broken_target_is_in_trouble_at_once_and_cleared_by_the_next_message(
    a_world: MakeWorld,
) -> None:
    world = await with_a_call(a_world, receivers=RECEIVERS, ops={"notify": "other"})
    world.room.always = TargetBroken("is_archived")
    with capture_logs() as logs:
        await world.send()
        for name in ("Amit", "Rahul"):
            world.call(name)
            await world.round()
        assert raised(world) == [ROOM]
        assert world.health.troubles.active()[0].reason == "is_archived"
        world.room.always = None
        world.call("Anita")
        await world.round()
    assert raised(world) == []
    assert world.told("other") == ["Suresh", "Amit", "Rahul"]
    assert said(logs, "in trouble") == ["target_broken room:#room"]
    assert said(logs, "works again") == ["target_broken room:#room"]


async def test_a_target_that_fails_for_five_minutes_and_often_is_in_trouble(a_world: MakeWorld) -> None:
    world = await with_a_call(a_world)
    began = world.clock.now()
    world.room.always = DeliveryTransient("no answer")
    await world.send_until(began + 5 * MINUTE - 1)
    assert world.room.tries > 5
    assert raised(world) == []
    await world.send_until(began + 10 * MINUTE)
    assert raised(world) == [ROOM]
    world.room.always = None
    await world.send_until(began + HOUR)
    assert raised(world) == []


async def test_a_few_failures_are_no_trouble_however_long_they_take(a_world: MakeWorld) -> None:
    world = await with_a_call(a_world, delivery={"retry": {"first": "5m", "max": "5m"}})
    began = world.clock.now()
    world.room.always = DeliveryTransient("no answer")
    await world.send_until(began + 15 * MINUTE)
    assert world.room.tries == 4
    assert raised(world) == []
    await world.send_until(began + 20 * MINUTE)
    assert raised(world) == [ROOM]


async def test_an_outage_is_one_warning_and_not_one_for_each_notification(a_world: MakeWorld) -> None:
    world = await with_a_call(a_world)
    for n in range(8):
        world.call(str(n))
    await world.poll()
    world.room.always = DeliveryTransient("no answer")
    with capture_logs() as logs:
        await world.send_until(world.clock.now() + HOUR)
    loud = [one["event"] for one in logs if one["log_level"] in {"warning", "error"}]
    assert loud == ["a target can't be told for now", "in trouble"]
    world.room.always = None
    await world.send_until(world.clock.now() + HOUR)
    world.room.sends.append(DeliveryTransient("no answer"))
    world.call("again")
    with capture_logs() as logs:
        await world.round()
    assert "a target can't be told for now" in [one["event"] for one in logs]


async def test_broken_credentials_hold_all_that_share_them_and_let_one_message_try(
    a_world: MakeWorld,
) -> None:
    world = await sharing(a_world)
    all_say(world, CredentialsBroken("token_revoked"))
    with capture_logs() as logs:
        due = await world.send()
        assert due is not None
        first = tries(world)  # those that were under way when it became known
        world.call("more")
        await world.round()
        assert tries(world) == first
        for _ in range(3):
            world.clock.ms = max(world.clock.now(), due or 0)
            before = tries(world)
            due = await world.send()
            assert tries(world) == before + 1
        assert raised(world) == [SLACK]
        all_say(world, None)
        await world.send_until(world.clock.now() + HOUR)
    assert all(sorted(world.told(name)) == ["0", "more"] for name in world.channels)
    assert raised(world) == []
    assert said(logs, "in trouble") == ["credentials_broken slack"]
    assert said(logs, "works again") == ["credentials_broken slack"]


async def test_while_one_message_tries_the_others_wait_for_what_becomes_of_it(a_world: MakeWorld) -> None:
    world = await sharing(a_world)
    all_say(world, CredentialsBroken("token_revoked"))
    due = await world.send()
    world.clock.ms = max(world.clock.now(), due or 0) + MINUTE * 10
    all_say(world, None)
    gate = asyncio.Event()
    for channel in world.channels.values():
        channel.gate = gate
    before = tries(world)
    await world.dispatch.step()
    while tries(world) == before:
        await world.clock.sleep(0)
    for _ in range(5):
        await world.dispatch.step()
        await world.clock.sleep(0)
    assert tries(world) == before + 1
    gate.set()
    await world.send()
    assert all(world.told(name) == ["0"] for name in world.channels)


async def test_credentials_that_suffice_for_others_hold_only_the_target_that_needs_more(
    a_world: MakeWorld,
) -> None:
    world = await sharing(a_world)
    world.room.always = CredentialsBroken("missing_scope")
    with capture_logs() as logs:
        await world.send_until(world.clock.now() + HOUR)
        for n in range(1, 6):
            world.call(str(n))
            await world.round()
            assert world.told("other")[-1] == world.told("third")[-1] == str(n)
            world.clock.advance(7 * MINUTE)
    assert raised(world) == [ROOM]
    assert said(logs, "in trouble")[-1] == "target_broken room:#room"
    assert len(said(logs, "in trouble")) <= 2
    world.room.always = None
    await world.send_until(world.clock.now() + HOUR)
    assert raised(world) == []
    assert sum(len(one.names) for one in world.sent if one.receiver == "room") == 6


async def test_other_services_do_not_wait(a_world: MakeWorld) -> None:
    world = await sharing(a_world)
    world.channels["third"].service = "email"
    for name in ("room", "other"):
        world.channels[name].always = CredentialsBroken("token_revoked")
    await world.send()
    assert world.told("third") == ["0"]
    assert raised(world) == [SLACK]


async def test_a_message_that_is_void_says_nothing_of_its_target(a_world: MakeWorld) -> None:
    world = await with_a_call(a_world)
    world.health.troubles.raise_(*ROOM, "is_archived")
    await world.restart(dry_run=True)
    world.health.troubles.raise_(*ROOM, "is_archived")
    await world.send()
    assert world.fates() == [("room", "dry_run")]
    assert raised(world) == [ROOM]


async def test_edits_that_fail_are_said_once_and_trouble_nobody(a_world: MakeWorld) -> None:
    customers = {"name": "customers", "per": "customer", "notify": "room", "expire_after": "3d"}
    world = await with_a_call(a_world, customers)
    await world.send()
    world.room.never_edits = DeliveryTransient("down")
    world.call("again")
    await world.poll()
    with capture_logs() as logs:
        await world.send_until(world.clock.now() + HOUR)
    loud = [one["event"] for one in logs if one["log_level"] in {"warning", "error"}]
    assert loud == ["messages can't be edited for now"]
    assert raised(world) == []


async def test_credentials_that_edit_no_more_are_in_trouble_and_work_again_with_an_edit(
    a_world: MakeWorld,
) -> None:
    customers = {"name": "customers", "per": "customer", "notify": "room", "expire_after": "3d"}
    world = await with_a_call(a_world, customers)
    await world.send()
    world.room.service = "slack"
    world.room.edits.append(CredentialsBroken("token_revoked"))
    world.call("again")
    await world.poll()
    await world.send_until(world.clock.now() + MINUTE)
    assert raised(world) == [SLACK]
    await world.send_until(world.clock.now() + HOUR)
    assert raised(world) == []
    assert world.edited() == [("Suresh", "again")]


async def test_where_only_editing_is_refused_new_messages_go_on(a_world: MakeWorld) -> None:
    customers = {"name": "customers", "per": "customer", "notify": "room", "expire_after": "3d"}
    world = await with_a_call(a_world, customers)
    await world.send()
    world.room.never_edits = CredentialsBroken("missing_scope")
    world.call("again")
    await world.poll()
    await world.send_until(world.clock.now() + MINUTE)
    for n in range(5):
        world.call(f"new {n}", to=f"91981230000{n}")
        await world.poll()
        await world.send_until(world.clock.now() + 10 * MINUTE)
    assert world.told() == ["Suresh", *(f"new {n}" for n in range(5))]
    assert NoticeKind.TARGET_BROKEN not in {kind for kind, _ in raised(world)}


async def test_dead_letters_are_in_trouble_with_what_to_type_until_there_are_none(a_world: MakeWorld) -> None:
    world = await with_a_call(a_world)
    world.room.always = TargetBroken("is_archived")
    await world.send()
    assert DEAD in raised(world)
    (trouble,) = [one for one in world.health.troubles.active() if one.kind is NoticeKind.DEAD_LETTERS]
    assert trouble.reason.startswith("a notification was given up")
    for command in ("notifier outbox --state dead", "notifier outbox retry --all", "drop --all"):
        assert command in trouble.reason
    await world.dispatch.step()
    world.health.troubles.clear(*DEAD)
    world.call("Amit")
    await world.round()
    (trouble,) = [one for one in world.health.troubles.active() if one.kind is NoticeKind.DEAD_LETTERS]
    assert trouble.reason.startswith("2 notifications were given up")
    await world.restart(rules=[{"name": "another", "notify": "room"}])
    await world.database.write(lambda connection: connection.exec_driver_sql("DELETE FROM outbox"))
    await world.dispatch.step()
    assert DEAD not in raised(world)


async def test_what_the_configuration_names_no_more_is_in_no_trouble(a_world: MakeWorld) -> None:
    world = await with_a_call(a_world)
    await world.send()
    gone = [(NoticeKind.TARGET_BROKEN, "gone:#gone"), (NoticeKind.CREDENTIALS_BROKEN, "email")]
    stay = [ROOM, (NoticeKind.CREDENTIALS_BROKEN, world.room.service), (NoticeKind.DISK, "store")]
    world.health.troubles.adopt(Trouble(kind, subject, "broken", 0) for kind, subject in gone + stay)
    await world.dispatch.step()
    assert set(raised(world)) == set(stay)


async def test_a_receiver_that_is_gone_is_in_no_trouble(a_world: MakeWorld) -> None:
    world = await with_a_call(a_world, receivers=RECEIVERS)
    await world.restart(
        rules=[{"name": "every", "notify": "other", "fallback": "other"}],
        receivers={"other": {"slack": {"to": "#other"}}},
    )
    await world.send()
    assert world.told("other") == ["Suresh"]
    assert raised(world) == []


async def test_readiness_names_whom_the_oldest_one_waits_for_and_why(a_world: MakeWorld) -> None:
    world = await with_a_call(a_world)
    world.room.always = DeliveryTransient("no answer")
    world.call("Amit")
    await world.poll()
    await world.send_until(world.clock.now() + 20 * MINUTE)
    (problem,) = [one for one in world.health.ready().problems if one.startswith("outbox")]
    assert "room:#room" in problem
    assert "no answer" in problem
    # Known to the store, so after a restart, too, and for what was never tried itself.
    await world.restart()
    await world.dispatch._report(world.clock.now())
    (problem,) = [one for one in world.health.ready().problems if one.startswith("outbox")]
    assert "room:#room" in problem
    assert "no answer" in problem
    assert list(world.database.look(outbox_views.troubles).values()) == ["no answer"]


async def test_who_waits_for_credentials_is_told_so_though_never_tried(a_world: MakeWorld) -> None:
    world = await sharing(a_world)
    for channel in world.channels.values():
        channel.name_lane = lambda _: "one for all"  # so that only one of them tries
    all_say(world, CredentialsBroken("token_revoked"))
    await world.send()
    assert tries(world) == 1
    for target in world.directory.targets(world.channels, "main/209", world.clock.now()):
        assert world.dispatch.outages.reason(target) == "token_revoked"


async def test_a_target_that_needs_more_than_the_credentials_allow_does_not_silence_those_that_come_later(
    a_world: MakeWorld,
) -> None:
    person = {"name": "person", "match": {"extension": "209"}, "notify": "a-person"}
    room = {"name": "room", "match": {"extension": "305"}, "notify": "room"}
    world = a_world(person, room, receivers={"a-person": {"slack": {"to": "U1"}}})
    for channel in world.channels.values():
        channel.service = "slack"
    await world.watch()
    world.channels["a-person"].always = CredentialsBroken("missing_scope")
    world.call("for the person", extension="209")
    await world.round()
    assert raised(world) == [SLACK]
    world.clock.advance(MINUTE)
    world.call("for the room", extension="305")
    await world.poll()
    began = world.clock.now()
    await world.send_until(began + HOUR)
    assert world.told("room") == ["for the room"]
    assert world.sent[0].at - began <= 11 * MINUTE, "the second trial is the room's"
    assert raised(world) == [(NoticeKind.TARGET_BROKEN, "a-person:U1")]


async def test_credentials_that_nobody_waits_for_do_not_hinder_readiness_but_stay_in_trouble(
    a_world: MakeWorld,
) -> None:
    world = await with_a_call(a_world, delivery={"give_up_after": "1h"})
    world.room.service = "slack"
    world.room.always = CredentialsBroken("token_revoked")
    await world.send()
    await world.dispatch.step()
    assert "credentials broken" in str(world.health.ready())
    assert not world.health.ready().ok
    await world.send_until(world.clock.now() + 2 * HOUR)
    await world.poll()
    await world.dispatch.step()
    assert not world.health.ready().ok, "somebody still has to hear of it"
    dead = [row.id for row in world.outbox()]
    await world.database.write(lambda connection: by_hand.drop(connection, dead, world.clock.now()))
    await world.dispatch.step()
    ready = world.health.ready()
    assert ready.ok, ready
    assert [one.kind for one in ready.minor] == [NoticeKind.CREDENTIALS_BROKEN]
