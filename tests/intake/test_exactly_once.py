"""Every call that TeleCMI reports is stored exactly once, and decided on exactly once."""

from tests.support.world import HOUR, MINUTE
from tests.support.worlds import MakeWorld


async def test_a_new_call_is_stored_decided_on_and_told(a_world: MakeWorld) -> None:
    world = a_world()
    await world.watch()
    world.call("Suresh")
    await world.round()
    assert world.stored() == 1
    assert world.reasons() == ["opened"]
    assert world.told() == ["Suresh"]


async def test_a_call_that_is_reported_at_every_poll_is_stored_decided_on_and_told_once(
    a_world: MakeWorld,
) -> None:
    world = a_world()
    await world.watch()
    world.call("Suresh")
    for _ in range(4):
        await world.round()
        world.clock.advance(MINUTE)
    assert world.stored() == 1
    assert world.reasons() == ["opened"]
    assert world.told() == ["Suresh"]


async def test_what_comes_between_and_overlaps_is_told_in_the_order_of_the_calls(a_world: MakeWorld) -> None:
    world = a_world()
    await world.watch()
    world.call("second", ago=10_000)
    world.call("first", ago=20_000)
    await world.round()
    world.clock.advance(MINUTE)
    world.call("third")
    await world.round()
    assert world.told() == ["first", "second", "third"]


async def test_calls_of_one_instant_are_decided_on_in_the_order_of_their_ids(a_world: MakeWorld) -> None:
    world = a_world()
    await world.watch()
    world.call("b", _id="b")
    world.call("a", _id="a")
    await world.round()
    assert world.told() == ["a", "b"]


async def test_a_call_that_appears_late_within_the_overlap_is_told(a_world: MakeWorld) -> None:
    world = a_world()
    await world.watch()
    world.clock.advance(HOUR)
    await world.poll()
    world.call("Suresh", ago=14 * MINUTE)
    await world.round()
    assert world.told() == ["Suresh"]


async def test_a_call_that_comes_again_under_another_of_its_ids_is_the_same_call(a_world: MakeWorld) -> None:
    world = a_world()
    await world.watch()
    record = world.call("Suresh", _id="a", cmiuid="b")
    await world.round()
    del record["_id"]  # from now on TeleCMI gives only the second id
    await world.round()
    record |= {"_id": "a"}
    del record["cmiuid"]
    await world.round()
    assert world.stored() == 1
    assert world.told() == ["Suresh"]


async def test_a_changed_name_makes_no_new_call_even_where_there_is_no_id(a_world: MakeWorld) -> None:
    world = a_world()
    await world.watch()
    record = world.call("Suresh", _id=None)
    await world.round()
    record["name"] = "Suresh Kumar"
    await world.round()
    assert world.stored() == 1
    assert world.told() == ["Suresh"]


async def test_ids_repeated_within_a_page_are_one_call_and_cost_no_neighbour_theirs(
    a_world: MakeWorld,
) -> None:
    world = a_world()
    await world.watch()
    world.exchange.records.append(world.call("twice", ago=2))
    world.call("once", ago=1)
    await world.round()
    assert world.stored() == 2
    assert world.told() == ["twice", "once"]


async def test_the_same_id_at_two_accounts_is_two_calls(a_world: MakeWorld) -> None:
    world = a_world(accounts=("main", "second"))
    await world.watch()
    now = world.clock.now()
    world.exchanges["main"].call(now, name="one", _id="a")
    world.exchanges["second"].call(now, name="other", _id="a")
    await world.round()
    assert sorted(world.told()) == ["one", "other"]


async def test_every_rule_about_a_call_decides_on_it_once(a_world: MakeWorld) -> None:
    world = a_world(
        {"name": "every", "notify": "room"},
        {"name": "many", "per": "extension", "count": 2, "within": "1h", "notify": "room"},
        {"name": "others", "match": {"extension": "300"}, "notify": "room"},
    )
    await world.watch()
    world.call("Suresh")
    await world.round()
    await world.round()
    assert world.reasons() == ["opened", "below_threshold"]


async def test_a_record_that_cannot_be_read_is_kept_once_and_costs_no_neighbour_theirs(
    a_world: MakeWorld,
) -> None:
    world = a_world()
    await world.watch()
    world.call("unreadable")["time"] = "yesterday"
    world.call("Suresh")
    await world.round()
    await world.round()
    assert world.told() == ["Suresh"]
    world.exchange.requests()
    await world.poll()
    assert world.exchange.requests() == 1  # it is counted with what is held


async def test_an_id_that_came_second_is_known_when_it_comes_alone(a_world: MakeWorld) -> None:
    world = a_world()
    await world.watch()
    record = world.exchange.call(world.clock.now())
    first = record.pop("_id")
    record["cmiuid"] = "9a1d"
    await world.round()
    record["_id"] = first
    await world.round()
    del record["cmiuid"]
    await world.round()
    assert world.stored() == 1
    assert len(world.told()) == 1
