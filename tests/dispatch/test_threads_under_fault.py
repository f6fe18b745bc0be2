"""What is said in threads, and what is told elsewhere, while something fails: nothing else is harmed."""

from pathlib import Path
from typing import Any

import pytest

from notifier.actions import Actions
from notifier.dispatch import elsewhere
from notifier.errors import CredentialsBroken, DeliveryTransient, EditRefused, RateLimited
from notifier.model import Event, EventKind, NoticeKind
from notifier.rules.act import Action, Order
from notifier.store import events, purge
from notifier.store.backup import copy_store
from notifier.store.schema import silences, threads
from tests.support.world import HOUR, MINUTE, World
from tests.support.worlds import MakeWorld

SECOND = 1_000
CUSTOMERS: dict[str, Any] = {
    "name": "customers",
    "per": "customer",
    "notify": "room",
    "expire_after": "3d",
}
REVOKED = CredentialsBroken("token_revoked")


async def told_of(world: World, customers: int, receiver: str = "room") -> None:
    await world.watch()
    for n in range(customers):
        world.call(str(n), to=f"9198123456{n:02}")
    await world.round()
    assert len(world.told(receiver)) == customers
    world.clock.advance(MINUTE)


async def act(world: World, alert: int, action: Action = Action.ACKNOWLEDGE) -> None:
    rules = [rule.name for rule in world.config.rules]
    actions = Actions(world.database, rules, world.config.receivers)
    acted = await actions.carry_out(alert, Order(action, "Asha"), world.clock.now())
    assert acted is not None
    assert acted.is_done


async def test_what_is_to_be_said_in_threads_keeps_no_message_of_the_same_channel_waiting(
    a_world: MakeWorld,
) -> None:
    """Two receivers lead to one channel: of the first, much is to be said; the other's alert is new."""
    urgent = {"name": "urgent", "per": "customer", "notify": "desk", "match": {"extension": ["210"]}}
    world = a_world(
        CUSTOMERS,
        urgent,
        threads=True,
        receivers={"desk": {"slack": {"to": "#room"}}},
        delivery={"burst": 500},
    )
    await told_of(world, 60)
    for n in range(60):
        await act(world, n + 1)
    world.clock.advance(MINUTE)
    for channel in world.channels.values():
        channel.pace = 1.0
    began = world.clock.now()
    said_first: list[int] = []
    world.channels["desk"].on_send = lambda _: said_first.append(world.clock.now() - began)

    real = world.room.edit

    async def edit(*args: Any, **more: Any) -> None:
        if len(world.edited()) == 2 and not world.told("desk"):
            world.call("urgent", to="919812399999", extension="210")
            await world.poll()
            await world.tick()
        await real(*args, **more)

    world.room.edit = edit  # type: ignore[method-assign]
    await world.send_until(began + 10 * MINUTE)
    assert said_first
    assert said_first[0] <= 25 * SECOND, said_first


async def test_a_limit_that_a_reply_meets_holds_for_all_replies_to_that_target(a_world: MakeWorld) -> None:
    world = a_world(CUSTOMERS, threads=True, delivery={"burst": 500})
    await told_of(world, 10)
    for n in range(10):
        await act(world, n + 1)
    world.room.replies.extend(RateLimited("slowly", 90) for _ in range(100))
    await world.send_until(world.clock.now() + MINUTE)
    assert 100 - len(world.room.replies) <= 2
    world.room.replies.clear()
    await world.send_until(world.clock.now() + 10 * MINUTE)
    assert len(world.room.said) == 10


async def test_what_an_earlier_store_said_below_a_message_is_not_said_again(
    a_world: MakeWorld, tmp_path: Path
) -> None:
    world = a_world(CUSTOMERS, threads=True, follow_up=True)
    await told_of(world, 1)
    copy_store(world.path, tmp_path / "copy.db")
    world.answer(to="919812345600")
    world.clock.advance(MINUTE)
    await world.round()
    await world.send_until(world.clock.now() + MINUTE)
    assert [one.said for one in world.room.said] == [[EventKind.REACHED]]
    world.clock.advance(MINUTE)
    await world.put_back(tmp_path / "copy.db")
    await world.round()
    await world.send_until(world.clock.now() + HOUR)
    assert [one.said for one in world.room.said] == [[EventKind.REACHED]]


async def test_what_is_other_than_an_earlier_store_said_is_said(a_world: MakeWorld, tmp_path: Path) -> None:
    world = a_world(CUSTOMERS, threads=True)
    await told_of(world, 1)
    copy_store(world.path, tmp_path / "copy.db")
    await act(world, 1)
    await world.send_until(world.clock.now() + MINUTE)
    await world.put_back(tmp_path / "copy.db")
    await act(world, 1, Action.RESOLVE)
    await world.send_until(world.clock.now() + HOUR)
    assert [one.said for one in world.room.said] == [[EventKind.ACKNOWLEDGED], [EventKind.RESOLVED]]


async def test_what_cannot_be_looked_for_now_after_a_start_is_said_later(a_world: MakeWorld) -> None:
    world = a_world(CUSTOMERS, threads=True)
    await told_of(world, 1)
    world.clock.advance(30 * HOUR)
    await world.restart()
    world.room.looks.append(DeliveryTransient("down"))
    await act(world, 1)
    await world.send_until(world.clock.now() + HOUR)
    assert [one.said for one in world.room.said] == [[EventKind.ACKNOWLEDGED]]
    await act(world, 1, Action.RESOLVE)
    await world.send_until(world.clock.now() + HOUR)
    assert [one.said for one in world.room.said] == [[EventKind.ACKNOWLEDGED], [EventKind.RESOLVED]]
    assert len(world.room.looked_below) == 2


async def test_what_nobody_else_can_be_told_of_does_not_keep_back_what_others_can(
    a_world: MakeWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(elsewhere, "ROWS", 2)
    alone = {**CUSTOMERS, "name": "alone", "fallback": "room", "match": {"extension": ["209"]}}
    other = {**CUSTOMERS, "name": "other", "fallback": "leads", "match": {"extension": ["210"]}}
    world = a_world(alone, other, receivers={"leads": {"email": {"to": "leads@example.com"}}})
    await world.watch()
    world.room.always = REVOKED
    for n in range(3):
        world.call(str(n), to=f"9198123456{n:02}")
    await world.round()
    world.call("late", to="919812345699", extension="210")
    await world.round()
    await world.send_until(world.clock.now() + HOUR)
    assert world.told("leads") == ["late"]


async def test_all_that_waits_is_told_elsewhere_soon(
    a_world: MakeWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(elsewhere, "ROWS", 5)
    rule = {**CUSTOMERS, "fallback": "leads"}
    world = a_world(rule, receivers={"leads": {"email": {"to": "leads@example.com"}}})
    await world.watch()
    world.room.always = REVOKED
    for n in range(50):
        world.call(str(n), to=f"9198123456{n:02}")
    await world.round()
    world.channels["leads"].always = DeliveryTransient("down")
    await world.send_until(world.clock.now() + elsewhere.PATIENCE + MINUTE)
    assert {fate for receiver, fate in world.fates() if receiver == "room"} == {"redirected"}


async def test_an_alert_that_is_forgotten_while_its_message_is_edited_harms_nothing(
    a_world: MakeWorld,
) -> None:
    world = a_world(CUSTOMERS, threads=True)
    await told_of(world, 2)
    await act(world, 1, Action.RESOLVE)
    await act(world, 2, Action.RESOLVE)
    real, later = world.room.edit, world.clock.now() + HOUR

    async def edit(*args: Any, **more: Any) -> None:
        await world.database.write(lambda connection: purge.purge(connection, later, later, 1))
        await real(*args, **more)

    world.room.edit = edit  # type: ignore[method-assign]
    await world.send_until(world.clock.now() + HOUR)


async def test_credentials_that_fail_after_another_trouble_are_given_their_time(a_world: MakeWorld) -> None:
    rule = {**CUSTOMERS, "fallback": "leads"}
    world = a_world(rule, receivers={"leads": {"email": {"to": "leads@example.com"}}})
    await world.watch()
    world.room.always = DeliveryTransient("down")
    world.call("1")
    await world.round()
    await world.send_until(world.clock.now() + HOUR)
    world.room.always = REVOKED
    await world.send_until(world.clock.now() + 4 * MINUTE)
    assert world.told("leads") == []


async def test_old_calls_are_not_listed_below_a_message_of_an_older_version(a_world: MakeWorld) -> None:
    world = a_world({**CUSTOMERS, "per": "account"}, threads=True)
    await told_of(world, 1)
    for n in range(30):
        world.call(f"old {n}", to=f"9198123457{n:02}")
    await world.poll()
    world.room.can_edit = False  # as if nothing was brought up to date yet
    world.room.can_edit = True
    await world.database.write(lambda connection: connection.execute(threads.delete()))
    await world.send_until(world.clock.now() + MINUTE)
    assert world.room.said == []
    world.call("new", to="919812345899")
    await world.poll()
    await world.send_until(world.clock.now() + MINUTE)
    assert [one.said for one in world.room.said] == [["new"]]


async def test_what_is_done_while_a_message_is_edited_is_shown_at_once(a_world: MakeWorld) -> None:
    world = a_world(CUSTOMERS, threads=True, delivery={"update_every": "5m"})
    await told_of(world, 1)
    world.clock.advance(10 * MINUTE)
    real = world.room.edit

    async def edit(*args: Any, **more: Any) -> None:
        world.room.edit = real  # type: ignore[method-assign]
        await real(*args, **more)
        await act(world, 1)

    world.room.edit = edit  # type: ignore[method-assign]
    world.call("joined", to="919812345600")
    await world.poll()
    await world.send_until(world.clock.now() + MINUTE)
    assert world.sent[-1].alert.handled_by == "Asha"


@pytest.mark.parametrize("action", ["snooze", "silence"])
async def test_what_is_not_to_be_told_now_is_not_told_elsewhere_either(
    a_world: MakeWorld, action: str
) -> None:
    rule = {**CUSTOMERS, "fallback": "leads"}
    world = a_world(rule, receivers={"leads": {"email": {"to": "leads@example.com"}}})
    await world.watch()
    world.room.always = REVOKED
    world.call("1")
    await world.round()
    rules = [rule.name for rule in world.config.rules]
    actions = Actions(world.database, rules, world.config.receivers)
    until = world.clock.now() + HOUR
    if action == "snooze":
        order = Order(Action.SNOOZE, "Asha", until=until)
        acted = await actions.carry_out(1, order, world.clock.now())
        assert acted is not None
        assert acted.is_done
    else:
        now = world.clock.now()
        silence = {"starts_at": now, "ends_at": until, "reason": "", "author": "", "created_at": now}
        await world.database.write(lambda c: c.execute(silences.insert().values(**silence)))
    await world.send_until(until - MINUTE)
    assert world.told("leads") == []
    world.clock.ms = until + MINUTE
    await world.tick()
    await world.send_until(until + HOUR)
    assert world.told("leads") == ["1"]


async def test_two_services_that_fail_in_turn_hand_nothing_to_and_fro(a_world: MakeWorld) -> None:
    rule = {**CUSTOMERS, "fallback": "leads"}
    world = a_world(
        rule,
        receivers={"leads": {"email": {"to": "leads@example.com"}}, "ops": {"slack": {"to": "#ops"}}},
        ops={"notify": "ops"},
    )
    await world.watch()
    for name, channel in world.channels.items():
        channel.service = "email" if name == "leads" else "slack"
    for n in range(3):
        world.call(str(n), to=f"9198123456{n:02}")
        for _ in range(4):
            broken = "slack" if (n + _) % 2 else "email"
            for channel in world.channels.values():
                channel.always = REVOKED if channel.service == broken else None
            await world.round()
            await world.send_until(world.clock.now() + 11 * MINUTE)
    await world.send_until(world.clock.now() + HOUR)
    told = sorted((one.names[0], one.receiver) for one in world.sent)
    assert len(told) == len(set(told))
    assert {name for name, _ in told} == {"0", "1", "2"}
    assert len(world.outbox()) <= 9


async def test_of_messages_that_were_deleted_ops_hear_once_in_a_while(a_world: MakeWorld) -> None:
    world = a_world(CUSTOMERS, threads=True, delivery={"burst": 500})
    await told_of(world, 10)
    raised = 0
    real = world.health.troubles.raise_

    def raise_(kind: NoticeKind, subject: str, reason: str) -> bool:
        nonlocal raised
        is_news = real(kind, subject, reason)
        raised += is_news
        return is_news

    world.health.troubles.raise_ = raise_  # type: ignore[method-assign]
    for n in range(10):
        if n % 2:
            world.room.edits.append(EditRefused("message_not_found", for_ops="a message was deleted"))
        await act(world, n + 1)
        await world.send_until(world.clock.now() + MINUTE)
    assert raised <= 1


async def test_what_is_done_just_before_and_written_down_after_a_message_was_made_is_said(
    a_world: MakeWorld,
) -> None:
    world = a_world(CUSTOMERS, threads=True)
    await world.watch()
    world.call("1")
    await world.poll()
    await world.tick()
    event = Event(world.clock.now(), EventKind.ACKNOWLEDGED, "Asha")
    real = world.room.send

    async def send(*args: Any, **more: Any) -> str:
        await world.database.write(lambda connection: events.record(connection, 1, event))
        return await real(*args, **more)

    world.room.send = send  # type: ignore[method-assign]
    await world.send()
    world.clock.advance(MINUTE)
    await act(world, 1, Action.RESOLVE)
    await world.send_until(world.clock.now() + MINUTE)
    assert [one.said for one in world.room.said] == [[EventKind.ACKNOWLEDGED, EventKind.RESOLVED]]


async def test_two_receivers_of_one_channel_take_turns(a_world: MakeWorld) -> None:
    urgent = {"name": "urgent", "per": "customer", "notify": "desk", "match": {"extension": ["210"]}}
    world = a_world(
        {**CUSTOMERS, "match": {"extension": ["209"]}},
        urgent,
        receivers={"desk": {"slack": {"to": "#room"}}},
        delivery={"burst": 500},
    )
    await world.watch()
    for channel in world.channels.values():
        channel.pace = 1.0
    for n in range(99):
        world.call(str(n), to=f"9198123456{n:02}")
    await world.poll()
    await world.tick()
    began = world.clock.now()
    real = world.room.send

    async def send(*args: Any, **more: Any) -> str:
        if len(world.sent) == 2:
            world.call("urgent", to="919812399999", extension="210")
            await world.poll()
            await world.tick()
        return await real(*args, **more)

    world.room.send = send  # type: ignore[method-assign]
    await world.send_until(began + 5 * MINUTE)
    (at,) = (one.at for one in world.sent if one.receiver == "desk")
    assert at - began <= 25 * SECOND
