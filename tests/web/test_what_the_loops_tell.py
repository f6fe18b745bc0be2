"""What stands on `/metrics` after the real loops did something."""

import asyncio
import re
import threading
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import httpx
import pytest

from notifier.errors import DeliveryTransient, EditRefused, RateLimited, TargetBroken
from notifier.store.figures import figures
from notifier.web.scrape import Scrape
from tests.support.scraped import Ask, Scraped, asking
from tests.support.store import locked_by_another
from tests.support.world import HOUR, MINUTE, World
from tests.support.worlds import MakeWorld

AT = {"account": "main", "endpoint": "out_missed"}
BOTH = {
    "room": {"slack": {"to": "#room"}},
    "mail": {"email": {"to": ["lead@example.com"]}},
    "hook": {"slack": {"webhook_url": "https://hooks.example.com/a"}},
}
EMAIL = {"host": "localhost", "security": "none", "sender": "a@example.com"}


@asynccontextmanager
async def pages(world: World, limit: float = 2.0) -> AsyncIterator[Ask]:
    database = world.database
    scrape = Scrape(
        world.counters,
        world.health,
        world.clock,
        lambda: database.read(lambda connection: figures(connection, world.path)),
        limit=limit,
    )
    async with asking(scrape, world.health) as ask:
        yield ask


async def page(world: World) -> Scraped:
    async with pages(world) as ask:
        return await ask()


def outcomes(page: Scraped) -> dict[str, float]:
    return page.above_zero("notifier_reads_total", "outcome")


def sends(page: Scraped) -> dict[tuple[str, str, str], float]:
    """Channel, kind and outcome → how often."""
    found = page.all("notifier_sends_total")
    return {
        (one.labels["channel"], one.labels["kind"], one.labels["outcome"]): one.value
        for one in found
        if one.value
    }


async def test_calls_are_counted_once_and_apart_from_baseline(a_world: MakeWorld) -> None:
    world = a_world()
    world.call("before", ago=MINUTE)
    await world.watch()
    world.call("one")
    world.call("two")
    for _ in range(3):
        await world.round()
    found = await page(world)
    assert found.value("notifier_calls_total", **AT, kind="watched") == 2
    assert found.value("notifier_calls_total", **AT, kind="baseline") == 1
    assert found.value("notifier_decisions_total", rule="every", reason="opened") == 2
    assert found.value("notifier_decisions_total", rule="every", reason="baseline") == 1
    assert found.value("notifier_rejects_total", **AT) == 0
    assert outcomes(found) == {"complete": 4}
    assert found.value("notifier_requests_total", **AT) == len(world.exchange.asked)
    assert found.value("notifier_read_duration_seconds_count", **AT) == 4


async def test_rejects_are_counted_once(a_world: MakeWorld) -> None:
    world = a_world()
    world.call(extension="", to="")
    for _ in range(2):
        await world.poll()
    found = await page(world)
    assert found.value("notifier_rejects_total", **AT) == 1
    assert found.value("notifier_calls_total", **AT, kind="watched") == 0
    assert found.value("notifier_troubles", kind="rejects") == 1


async def test_reads_that_fail_are_counted_by_why(a_world: MakeWorld) -> None:
    world = a_world()
    await world.poll()
    world.exchange.failures.extend([httpx.Response(503)] * 20)
    await world.poll()
    world.exchange.failures.clear()
    world.exchange.secret = "another"
    await world.poll()
    assert outcomes(await page(world)) == {"complete": 1, "failed": 1, "refused": 1}
    assert (await page(world)).value("notifier_troubles", kind="source_refused") == 1


async def test_a_count_that_lies_and_pages_that_do_not_end_are_outcomes(a_world: MakeWorld) -> None:
    world = a_world()
    world.call("one")
    await world.poll()
    world.exchange.lie = 1
    for _ in range(3):
        world.clock.advance(30_000)
        await world.poll()
    world.exchange.is_endless = True
    await world.poll()
    found = outcomes(await page(world))
    assert found["known_gap"] == 2
    assert found["endless"] == 1


async def test_how_far_each_source_was_read_is_told_in_seconds(a_world: MakeWorld) -> None:
    world = a_world(accounts=("main", "south"))
    found = await page(world)
    assert not found.all("notifier_watermark_age_seconds")
    assert not found.all("notifier_last_good_read_age_seconds")
    await world.poll()
    world.clock.advance(90_000)
    await world.intakes["south"].step()
    found = await page(world)
    assert found.value("notifier_watermark_age_seconds", account="main") == 90.0
    assert found.value("notifier_watermark_age_seconds", account="south") == pytest.approx(0.0, abs=1.0)
    assert found.value("notifier_last_good_read_age_seconds", account="main") == pytest.approx(90.0, abs=1.0)


async def test_the_difference_to_telecmis_count_shows_after_a_comparison(a_world: MakeWorld) -> None:
    world = a_world()
    world.exchange.lie = 2
    for _ in range(4):
        await world.poll()
        world.clock.advance(2 * HOUR)
    found = await page(world)
    assert found.value("notifier_reconcile_difference_calls", **AT) == 2
    assert not found.all("notifier_reconcile_agreed_age_seconds")
    world.exchange.lie = 0
    await world.poll()
    world.clock.advance(5_000)
    found = await page(world)
    assert found.value("notifier_reconcile_difference_calls", **AT) == 0
    assert found.value("notifier_reconcile_agreed_age_seconds", **AT) == pytest.approx(5.0, abs=1.0)


async def test_from_stored_and_from_placed_to_told_are_two_times(a_world: MakeWorld) -> None:
    world = a_world({"name": "patient", "wait": "10m", "notify": "room"})
    await world.watch()
    world.call("one")
    world.clock.advance(20_000)
    await world.poll()
    assert (await page(world)).above_zero("notifier_alerts", "state") == {"pending": 1}
    world.clock.advance(10 * MINUTE)
    await world.tick()
    world.clock.advance(4_000)
    assert (await page(world)).value("notifier_outbox_oldest_age_seconds") == 4.0
    await world.send()
    found = await page(world)
    assert found.value("notifier_told_latency_seconds_sum") == 4.0
    assert found.value("notifier_told_since_call_seconds_sum") == 624.0
    assert found.value("notifier_told_since_call_seconds_count") == 1
    assert sends(found) == {("slack", "notification", "sent"): 1}
    assert found.value("notifier_send_duration_seconds_count", channel="slack") == 1
    assert found.value("notifier_outbox_oldest_age_seconds") == 0


async def test_what_becomes_of_messages_is_counted_by_the_kind_of_channel(a_world: MakeWorld) -> None:
    world = a_world(
        {"name": "every", "notify": ["room", "mail", "hook"], "fallback": ["mail"]},
        receivers=BOTH,
        email=EMAIL,
    )
    await world.watch()
    world.channels["hook"].always = TargetBroken("gone")
    world.channels["mail"].sends.append(DeliveryTransient("busy"))
    world.room.sends.append(RateLimited("slowly", 1.0))
    world.call("one")
    await world.poll()
    await world.send()
    found = sends(await page(world))
    assert found["slack", "notification", "retried"] == 1
    assert found["email", "notification", "retried"] == 1
    assert sum(found[key] for key in found if key[0] == "slack_webhook") == 1
    assert ("slack", "notification", "sent") not in found
    await world.send_until(world.clock.now() + 5 * MINUTE)
    found = sends(await page(world))
    assert found["slack", "notification", "sent"] == 1
    assert found["email", "notification", "sent"] == 1


async def test_a_summary_is_one_message_and_tells_of_each(a_world: MakeWorld) -> None:
    world = a_world(delivery={"burst": 3})
    await world.watch()
    for number in range(7):
        world.call(f"c{number}", to=f"91981234567{number}")
    await world.poll()
    await world.send()
    found = await page(world)
    assert sends(found) == {("slack", "summary", "sent"): 1}
    assert found.value("notifier_told_latency_seconds_count") == 7


async def test_edits_are_counted(a_world: MakeWorld) -> None:
    world = a_world({"name": "customer", "per": "customer", "notify": "room"})
    await world.watch()
    world.call("one")
    await world.round()
    world.call("two")
    world.room.edits.append(DeliveryTransient("busy"))
    await world.poll()
    await world.send_until(world.clock.now() + 10 * MINUTE)
    world.call("three")
    world.room.edits.extend([EditRefused("too old")])
    await world.poll()
    await world.send_until(world.clock.now() + 10 * MINUTE)
    found = await page(world)
    assert found.above_zero("notifier_edits_total", "outcome") == {"edited": 1, "retried": 1, "given_up": 1}
    assert found.above_zero("notifier_edits_total", "channel") == {"slack": 1}


async def test_what_waits_and_what_was_given_up_shows(a_world: MakeWorld) -> None:
    world = a_world()
    await world.watch()
    world.room.always = DeliveryTransient("down")
    world.call("one")
    await world.poll()
    await world.send()
    world.clock.advance(60_000)
    found = await page(world)
    assert found.above_zero("notifier_outbox_notifications", "state") == {"waiting": 1}
    assert found.value("notifier_outbox_oldest_age_seconds") == 60.0
    await world.send_until(world.clock.now() + 30 * HOUR)
    found = await page(world)
    assert found.above_zero("notifier_outbox_notifications", "state") == {"dead": 1}
    assert sends(found)["slack", "notification", "dead"] == 1


async def test_counters_survive_a_reload_and_what_a_reload_removed_is_not_read_any_more(
    a_world: MakeWorld,
) -> None:
    world = a_world(receivers=BOTH, email=EMAIL)
    await world.watch()
    world.call("one")
    await world.round()
    await world.restart(
        receivers={"mail": BOTH["mail"]}, rules=[{"name": "other", "notify": "mail"}], email=EMAIL
    )
    found = await page(world)
    assert found.value("notifier_calls_total", **AT, kind="watched") == 1
    assert found.value("notifier_decisions_total", rule="every", reason="opened") == 1
    assert sends(found) == {("slack", "notification", "sent"): 1}


async def test_no_number_name_or_address_of_anybody_is_on_the_page(a_world: MakeWorld) -> None:
    world = a_world(
        {"name": "vip +919812345678", "notify": "room", "per": "customer"},
        {"name": "every", "notify": ["room", "mail"]},
        receivers=BOTH,
        email=EMAIL,
    )
    await world.watch()
    world.call("Customer Kumar", to="919876543210")
    await world.round()
    found = await page(world)
    assert found.value("notifier_decisions_total", rule="vip +91…5678") == 1
    # Not the values: bytes and seconds may have any digits.
    said = "\n".join(f"{sample.name} {sample.labels}" for sample in found.samples)
    for shown in ("9876543210", "9812345678", "Kumar", "209", "example.com", "#room", "exchange-secret"):
        assert shown not in said, shown
    for sample in found.samples:
        assert not any(re.search(r"\d{7}", value) for value in sample.labels.values()), sample


async def test_a_scrape_does_not_wait_for_somebody_who_writes(a_world: MakeWorld) -> None:
    world = a_world()
    await world.poll()
    with locked_by_another(world.path):
        found = await page(world)
    assert found.value("notifier_store_up") == 1
    assert found.value("notifier_watermark_age_seconds") == 0


async def test_a_store_that_is_busy_for_too_long_costs_its_figures_and_no_others(a_world: MakeWorld) -> None:
    world = a_world()
    await world.poll()
    free = threading.Event()
    async with pages(world, limit=0.05) as ask:
        busy = asyncio.create_task(world.database.read(lambda _: free.wait(10)))
        found = await ask()
        assert found.value("notifier_store_up") == 0
        assert not found.all("notifier_store_size_bytes")
        assert found.value("notifier_reads_total", outcome="complete") == 1
        free.set()
        await busy
        assert [(await ask()).value("notifier_store_up") for _ in range(3)][-1] == 1
