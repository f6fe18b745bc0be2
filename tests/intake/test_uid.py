"""What an alert is known by: the same wherever it is made of the same, and no other's."""

from dataclasses import replace

from notifier.intake.take import alert_uid
from tests.support.sample import a_call, an_alert
from tests.support.world import HOUR
from tests.support.worlds import MakeWorld

BOTH = (
    {"name": "every", "notify": "room"},
    {"name": "per-customer", "per": "customer", "notify": "room"},
    {"name": "many", "per": "extension", "count": 3, "within": "1h", "notify": "room"},
)


async def test_a_store_that_forgot_makes_the_same_alerts_known_by_the_same(a_world: MakeWorld) -> None:
    uids = []
    for _ in range(2):
        world = a_world(*BOTH)
        await world.watch()
        for n in range(4):
            world.call(str(n), to=f"91981234567{n % 2}")
        await world.poll()
        uids.append([alert.uid for alert in world.alerts()])
        assert len(set(uids[-1])) == len(uids[-1]) == 4 + 2 + 1
        assert all(len(uid) == 32 and int(uid, 16) >= 0 for uid in uids[-1])
    assert uids[0] == uids[1]


async def test_it_does_not_depend_on_what_came_with_it(a_world: MakeWorld) -> None:
    one, other = a_world(BOTH[0]), a_world(BOTH[0])
    for world in (one, other):
        await world.watch()
        world.call("a")
        if world is one:
            await world.poll()
        world.call("b")
        await world.poll()
    assert [alert.uid for alert in one.alerts()] == [alert.uid for alert in other.alerts()]


async def test_the_next_alert_of_a_key_is_known_by_another(a_world: MakeWorld) -> None:
    world = a_world({"name": "c", "per": "customer", "expire_after": "1h", "notify": "room"})
    await world.watch()
    for n in range(3):
        world.call(str(n))
        await world.round()
        world.clock.advance(2 * HOUR)
        await world.round()
    assert len({alert.uid for alert in world.alerts()}) == 3


def test_everything_that_tells_alerts_apart_tells_their_uids_apart() -> None:
    alert, call = an_alert(), a_call()
    uids = {
        alert_uid(*each)
        for each in (
            (alert, call),
            (replace(alert, rule="other"), call),
            (replace(alert, key="other"), call),
            (alert, call._replace(account="other")),
            (alert, call._replace(id="other")),
            (replace(alert, rule="a", key="b"), call),
            (replace(alert, rule="ab", key=""), call),
        )
    }
    assert len(uids) == 7
    assert alert_uid(alert, call) == alert_uid(replace(alert, id=99, version=7), call._replace(name="other"))
