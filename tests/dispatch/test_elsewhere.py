"""Credentials that fail for a while: what they keep back is told by others that work."""

from typing import Any

import pytest

from notifier.actions import Actions
from notifier.dispatch.elsewhere import PATIENCE
from notifier.errors import CredentialsBroken
from notifier.model import NoticeKind
from notifier.rules.act import Action, Order
from tests.support.world import HOUR, MINUTE, World
from tests.support.worlds import MakeWorld

RECEIVERS: dict[str, Any] = {
    "other": {"slack": {"to": "#other"}},
    "backup": {"slack": {"to": "#backup"}},
    "leads": {"email": {"to": "leads@example.com"}},
    "ops": {"email": {"to": "ops@example.com"}},
}
BY_MAIL = ("leads", "ops")
REVOKED = CredentialsBroken("token_revoked")


def an_office(a_world: MakeWorld, *, ops: str = "ops", **more: Any) -> World:
    """The rooms are told with the same credentials, mail with others."""
    rule = {"name": "every", "per": "customer", "notify": "room", "fallback": "leads", **more}
    return a_world(rule, receivers=RECEIVERS, ops={"notify": ops} if ops else {})


def share(world: World) -> None:
    for name, channel in world.channels.items():
        channel.service = "email" if name in BY_MAIL else "slack"


def refuse(world: World, error: Exception | None = REVOKED) -> None:
    for name, channel in world.channels.items():
        channel.always = None if name in BY_MAIL else error


async def missed(world: World, name: str = "Suresh") -> int:
    """A call that is due, and can't be told."""
    share(world)
    await world.watch()
    refuse(world)
    world.call(name)
    await world.round()
    return world.clock.now()


async def test_what_is_kept_back_is_told_by_others_after_a_while(a_world: MakeWorld) -> None:
    world = an_office(a_world)
    began = await missed(world)
    await world.send_until(began + PATIENCE - 1)
    assert world.fates() == [("room", "waiting")]
    await world.send_until(began + PATIENCE)
    assert world.fates() == [("room", "redirected"), ("leads", "sent")]
    assert world.outbox()[0].reason == "token_revoked"
    assert [row.via for row in world.outbox()] == ["rule", "fallback"]


async def test_what_comes_later_is_told_by_others_at_once_and_tries_whenever_that_may_be(
    a_world: MakeWorld,
) -> None:
    world = an_office(a_world)
    began = await missed(world)
    await world.send_until(began + PATIENCE + MINUTE)
    tries = world.room.tries
    world.call("Meera", to="919812345601")
    await world.round()
    assert world.told("leads") == ["Suresh", "Meera"]
    assert world.room.tries == tries
    world.clock.advance(10 * MINUTE)
    refuse(world, None)
    world.call("Ravi", to="919812345602")
    await world.round()
    assert world.told("room") == ["Ravi"]
    assert not world.health.troubles.is_in(NoticeKind.CREDENTIALS_BROKEN, "slack")


async def test_a_fallback_that_shares_the_credentials_is_passed_over(a_world: MakeWorld) -> None:
    world = an_office(a_world, fallback="backup")
    began = await missed(world)
    await world.send_until(began + PATIENCE)
    assert world.fates() == [("room", "redirected"), ("ops", "sent")]
    assert world.channels["backup"].tries == 0


async def test_where_nobody_else_can_be_told_it_waits_and_is_asked_now_and_then(a_world: MakeWorld) -> None:
    world = an_office(a_world, fallback="backup", ops="other")
    began = await missed(world)
    await world.send_until(began + 2 * HOUR)
    assert world.fates() == [("room", "waiting")]
    assert world.room.tries < 30
    refuse(world, None)
    await world.send_until(world.clock.now() + 6 * MINUTE)
    assert world.fates() == [("room", "sent")]


async def test_it_is_told_by_others_once_they_can_be(a_world: MakeWorld) -> None:
    world = an_office(a_world, fallback="backup", ops="other")
    began = await missed(world)
    await world.send_until(began + PATIENCE + MINUTE)
    assert world.fates() == [("room", "waiting")]
    world.sections["ops"] = {"notify": "ops"}
    await world.reload()
    share(world)
    await world.send_until(world.clock.now() + 2 * PATIENCE + MINUTE)
    assert world.fates() == [("room", "redirected"), ("ops", "sent")]


async def test_what_is_over_meanwhile_is_told_to_nobody(a_world: MakeWorld) -> None:
    world = an_office(a_world)
    began = await missed(world)
    rules = {rule.name: rule for rule in world.config.rules}
    actions = Actions(world.database, rules, world.config.receivers)
    acted = await actions.carry_out(1, Order(Action.RESOLVE, "Asha"), world.clock.now())
    assert acted is not None
    assert acted.is_done
    await world.send_until(began + HOUR)
    assert world.sent == []
    assert world.fates() == [("room", "dropped")]


async def test_news_waits_for_whom_it_is_for(a_world: MakeWorld) -> None:
    world = an_office(a_world)
    share(world)
    await world.watch()
    world.call("Suresh")
    await world.round()
    world.room.can_edit = False
    world.clock.advance(6 * MINUTE)
    world.call("Suresh")
    refuse(world)
    await world.round()
    began = world.clock.now()
    await world.send_until(began + HOUR)
    assert world.fates() == [("room", "sent"), ("room", "waiting")]
    assert world.told("leads") == []


@pytest.mark.parametrize("fails", ["room", "other"])
async def test_where_credentials_fail_for_one_room_only_that_is_told_elsewhere_too(
    a_world: MakeWorld, fails: str
) -> None:
    world = an_office(a_world, notify=["room", "other"])
    share(world)
    await world.watch()
    world.channels[fails].always = REVOKED
    for number in range(5):
        world.call(f"{number}", to=f"91981234560{number}")
        await world.round()
        await world.send_until(world.clock.now() + 6 * MINUTE)
    works = "other" if fails == "room" else "room"
    await world.send_until(world.clock.now() + 6 * MINUTE)
    assert sorted(set(world.told("leads"))) == ["0", "1", "2", "3", "4"]
    # Until it is known whom they fail for, what is for the other room may be told elsewhere, too.
    assert {*world.told(works), *world.told("leads")} == {"0", "1", "2", "3", "4"}
    assert world.told(works)[-3:] == ["2", "3", "4"]
    assert world.told(fails) == []


async def test_after_a_start_it_is_tried_for_as_long_again(a_world: MakeWorld) -> None:
    world = an_office(a_world)
    began = await missed(world)
    world.clock.advance(PATIENCE - 1)
    await world.restart()
    share(world)
    await world.send_until(began + PATIENCE + MINUTE)
    assert world.fates() == [("room", "waiting")]
    refuse(world, None)
    await world.send_until(world.clock.now() + 10 * MINUTE)
    assert world.fates() == [("room", "sent")]
