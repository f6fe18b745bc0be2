"""Records that could not be read are read again where a person asks for it, and become new calls."""

import hashlib

import pytest
from structlog.testing import capture_logs

from notifier.errors import StoreUnavailable
from notifier.store.rejects import BATCH
from tests.support.clock import START
from tests.support.rejects import all_kept, ask_for_retry, keep, left_by_an_older_version, readable
from tests.support.world import HOUR, MINUTE
from tests.support.worlds import MakeWorld


async def test_what_can_be_read_now_is_a_new_call_and_the_reject_is_gone(a_world: MakeWorld) -> None:
    world = a_world()
    await world.watch()
    ids = keep(world, left_by_an_older_version(readable("Suresh")))
    ask_for_retry(world, ids)
    await world.round()
    assert world.told() == ["Suresh"]
    assert all_kept(world) == []
    await world.round()
    assert (world.stored(), world.reasons()) == (1, ["opened"])


async def test_nothing_is_read_again_that_nobody_asked_for(a_world: MakeWorld) -> None:
    world = a_world()
    await world.watch()
    keep(world, left_by_an_older_version(readable("Suresh")))
    await world.round()
    assert (world.stored(), len(all_kept(world))) == (0, 1)


async def test_a_call_that_telecmi_still_lists_is_not_stored_twice(a_world: MakeWorld) -> None:
    world = a_world()
    await world.watch()
    world.exchange.records.append(readable("Suresh"))
    await world.round()
    ask_for_retry(world, keep(world, left_by_an_older_version(readable("Suresh"))))
    await world.round()
    world.clock.advance(HOUR)
    await world.round()
    assert (world.stored(), world.told(), all_kept(world)) == (1, ["Suresh"], [])
    assert world.source().agreed_at == world.source().compared_at


async def test_what_still_can_not_be_read_stays_with_the_reason_of_today(a_world: MakeWorld) -> None:
    world = a_world()
    await world.watch()
    ask_for_retry(world, keep(world, left_by_an_older_version({"to": "nobody", "time": START})))
    await world.round()
    (kept,) = all_kept(world)
    assert kept.reason.startswith("`to` ")
    assert kept.retry_at is None


async def test_a_record_that_was_cut_stays(a_world: MakeWorld) -> None:
    world = a_world()
    await world.watch()
    ids = keep(world, left_by_an_older_version(readable("x" * 50), kept=40))
    assert ask_for_retry(world, ids).cut == tuple(ids)
    with world.database._writer.begin() as connection:
        connection.exec_driver_sql("UPDATE rejects SET retry_at = 1")
    await world.round()
    (kept,) = all_kept(world)
    assert kept.reason == "too long: only its beginning is kept"
    assert kept.retry_at is None


async def test_a_record_that_is_no_json_stays(a_world: MakeWorld) -> None:
    world = a_world()
    await world.watch()
    kept = left_by_an_older_version("x")
    broken = kept._replace(raw="[" * 3_000)
    ids = keep(world, broken)
    with world.database._writer.begin() as connection:
        digest = hashlib.sha256(broken.raw.encode()).hexdigest()
        connection.exec_driver_sql("UPDATE rejects SET digest = ?", (digest,))
    ask_for_retry(world, ids)
    await world.round()
    (stays,) = all_kept(world)
    assert "JSON" in stays.reason or "nested" in stays.reason


async def test_a_store_that_fails_in_between_loses_nothing(a_world: MakeWorld) -> None:
    world = a_world()
    await world.watch()
    kept = [left_by_an_older_version(readable(f"{n}", _id=f"{n}" * 60)) for n in range(10, 90)]
    ask_for_retry(world, keep(world, *kept))
    world.fill_disk()
    with pytest.raises(StoreUnavailable):
        await world.poll()
    assert (world.stored(), world.outbox()) == (0, [])
    assert {one.retry_at for one in all_kept(world)} == {START}
    world.mend_store()
    await world.restart()
    await world.poll()
    assert (world.stored(), all_kept(world)) == (80, [])


async def test_thousands_are_read_in_transactions_of_their_own(a_world: MakeWorld) -> None:
    world = a_world()
    await world.watch()
    count = 2 * BATCH + 50
    good = [left_by_an_older_version(readable(str(n))) for n in range(count - 10)]
    bad = [left_by_an_older_version({"time": START, "n": n}) for n in range(10)]
    ask_for_retry(world, keep(world, *good, *bad))
    with capture_logs() as logs:
        await world.poll()
    assert (world.stored(), len(all_kept(world))) == (count - 10, 10)
    tried = [one for one in logs if one["event"] == "rejects were read again"]
    assert [one["calls"] + one["still"] for one in tried] == [BATCH, BATCH, 50]


async def test_it_needs_no_telecmi(a_world: MakeWorld) -> None:
    world = a_world()
    await world.watch()
    world.exchange.secret = "another"
    ask_for_retry(world, keep(world, left_by_an_older_version(readable("Suresh"))))
    await world.round()
    assert world.told() == ["Suresh"]


async def test_a_call_of_before_the_account_was_watched_is_baseline(a_world: MakeWorld) -> None:
    world = a_world()
    await world.watch()
    ask_for_retry(world, keep(world, left_by_an_older_version(readable("old", at=START - MINUTE))))
    await world.round()
    assert world.reasons() == ["baseline"]


async def test_no_whole_number_is_logged(a_world: MakeWorld) -> None:
    world = a_world()
    await world.watch()
    ask_for_retry(world, keep(world, left_by_an_older_version({"to": "x919812345678", "time": START})))
    with capture_logs() as logs:
        await world.poll()
    assert "919812345678" not in str(logs)
