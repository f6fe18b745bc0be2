import random
from collections.abc import Callable
from itertools import chain, islice
from typing import Any

import aiohttp
import pytest

from notifier.sandbox import Region, Sandbox, SandboxCall, traffic
from notifier.sandbox.calls import new_call
from tests.support.clock import START, FakeClock
from tests.support.sandbox import APP_ID, SECRET, running_sandbox

PATHS: dict[Region, str] = {"india": "/outmissed", "global": "/out_missed"}
SECRETS: dict[Region, str] = {"india": "token", "global": "secret"}
IDS: dict[Region, str] = {"india": "_id", "global": "cmiuid"}

REGIONS = pytest.mark.parametrize("region", ["india", "global"])


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


async def ask(sandbox: Sandbox, region: Region, **fields: object) -> tuple[int, dict[str, Any], str]:
    """Status, body and `Date` of one request."""
    query = {"appid": APP_ID, SECRETS[region]: SECRET} | fields
    async with (
        aiohttp.ClientSession() as session,
        session.post(sandbox.base_url(region) + PATHS[region], json=query) as response,
    ):
        return response.status, await response.json(), response.headers["Date"]


async def ids(sandbox: Sandbox, region: Region, **fields: object) -> list[str]:
    _, body, _ = await ask(sandbox, region, **fields)
    return [record[IDS[region]] for record in body["cdr"]]


def own_id(region: Region) -> Callable[[SandboxCall], str]:
    return lambda call: call.id if region == "india" else call.cmiuid


@REGIONS
async def test_a_call_is_told_in_both_regions(region: Region, clock: FakeClock) -> None:
    async with running_sandbox(clock.now) as sandbox:
        call = sandbox.book.add(extension="209", customer="9812000123", placed_at=START - 5)
        status, body, _ = await ask(sandbox, region)
        assert status == 200
        (record,) = body["cdr"]
        assert record[IDS[region]] == own_id(region)(call)
        assert (record["to"], record["time"]) == (9812000123, START - 5)
        assert "209_1111113" in (record["from"], record.get("agent"))


@REGIONS
async def test_only_what_was_placed_in_the_interval_is_told(region: Region, clock: FakeClock) -> None:
    async with running_sandbox(clock.now) as sandbox:
        calls = [
            sandbox.book.add(extension="209", customer="98", placed_at=START - ago) for ago in (30, 20, 10)
        ]
        interval = {"start_date": START - 20, "end_date": START - 20}
        assert await ids(sandbox, region, **interval) == [own_id(region)(calls[1])]


@REGIONS
async def test_without_dates_the_last_24_hours_are_told(region: Region, clock: FakeClock) -> None:
    day = 86_400_000
    async with running_sandbox(clock.now) as sandbox:
        sandbox.book.add(extension="209", customer="98", placed_at=START - day - 1)
        sandbox.book.add(extension="209", customer="98", placed_at=START + 1, visible_at=0)
        edge = sandbox.book.add(extension="209", customer="98", placed_at=START - day)
        assert await ids(sandbox, region) == [own_id(region)(edge)]


@REGIONS
async def test_a_record_appears_after_hang_up(region: Region, clock: FakeClock) -> None:
    async with running_sandbox(clock.now) as sandbox:
        sandbox.book.add(extension="209", customer="98", placed_at=START - 5, visible_at=START + 1000)
        assert await ids(sandbox, region) == []
        clock.advance(1000)
        assert len(await ids(sandbox, region)) == 1


@REGIONS
async def test_pages_bring_everything_once_newest_first(region: Region, clock: FakeClock) -> None:
    async with running_sandbox(clock.now) as sandbox:
        for ago in range(25):
            sandbox.book.add(extension="209", customer="98", placed_at=START - ago)
        seen = [await ids(sandbox, region, page=page) for page in (1, 2, 3, 4)]
        assert [len(page) for page in seen] == [10, 10, 5, 0]
        assert list(chain.from_iterable(seen)) == [
            own_id(region)(call) for call in reversed(list(sandbox.book))
        ]


async def test_the_global_region_gives_at_most_twenty(clock: FakeClock) -> None:
    async with running_sandbox(clock.now) as sandbox:
        for ago in range(25):
            sandbox.book.add(extension="209", customer="98", placed_at=START - ago)
        assert len(await ids(sandbox, "global", limit=25)) == 20
        assert len(await ids(sandbox, "india", limit=25)) == 25


@REGIONS
async def test_the_shape_can_be_changed_while_it_runs(region: Region, clock: FakeClock) -> None:
    async with running_sandbox(clock.now, shape="seen") as sandbox:
        sandbox.book.add(extension="209", customer="98", placed_at=START)
        _, seen, _ = await ask(sandbox, region)
        assert "cmiuid" in seen["cdr"][0]
        assert seen["count"] == 1
        sandbox.shape = "documented"
        _, documented, _ = await ask(sandbox, region)
        assert documented["code"] != seen["code"]


@REGIONS
@pytest.mark.parametrize("wrong", [{"appid": 5}, {"token": "x", "secret": "x"}])
async def test_wrong_credentials_are_refused(
    region: Region, wrong: dict[str, object], clock: FakeClock
) -> None:
    async with running_sandbox(clock.now) as sandbox:
        status, body, _ = await ask(sandbox, region, **wrong)
        assert status == 404
        assert body == {"code": 404, "msg": "Invalid app id or secret, authentication failed"}


async def test_wrong_types_are_refused_before_the_secret_is_looked_at_in_the_global_region(
    clock: FakeClock,
) -> None:
    async with running_sandbox(clock.now) as sandbox:
        status, body, _ = await ask(sandbox, "global", appid="x", secret="wrong")
        assert (status, body["msg"]) == (400, {"appid": "must be a number"})


async def test_the_secret_can_be_changed_while_it_runs(clock: FakeClock) -> None:
    async with running_sandbox(clock.now) as sandbox:
        sandbox.secret = "rotated"
        assert (await ask(sandbox, "india"))[0] == 404
        assert (await ask(sandbox, "india", token="rotated"))[0] == 200


async def test_the_date_header_follows_the_clock_and_its_skew(clock: FakeClock) -> None:
    clock.ms = 1_570_633_130_937
    async with running_sandbox(clock.now, date_skew=-140_000) as sandbox:
        assert (await ask(sandbox, "india"))[2] == "Wed, 09 Oct 2019 14:56:30 GMT"
        sandbox.date_skew = 0
        assert (await ask(sandbox, "india", token="wrong"))[2] == "Wed, 09 Oct 2019 14:58:50 GMT"


async def test_requests_are_counted_by_path(clock: FakeClock) -> None:
    async with running_sandbox(clock.now) as sandbox:
        assert sandbox.requests == {}
        await ask(sandbox, "india")
        await ask(sandbox, "india", token="wrong")
        await ask(sandbox, "global")
        assert sandbox.requests == {"/v1/outmissed": 2, "/v2/out_missed": 1}


async def test_traffic_is_told_as_time_passes(clock: FakeClock) -> None:
    coming, same = (
        traffic(random.Random(2), ["209"], per_minute=60, start=START, lateness=(0, 0)) for _ in range(2)
    )
    expected = list(islice(same, 5))
    async with running_sandbox(clock.now, traffic=coming) as sandbox:
        assert await ids(sandbox, "india") == []
        clock.ms = expected[-1].placed_at
        assert await ids(sandbox, "india") == [call.id for call in reversed(expected)]


async def test_any_name_survives_the_way(clock: FakeClock) -> None:
    name = 'half \ud83d "quoted" \x00 <!channel>'
    async with running_sandbox(clock.now) as sandbox:
        sandbox.book.keep(
            new_call(random.Random(1), extension="209", customer="98", placed_at=START, name=name)
        )
        _, body, _ = await ask(sandbox, "india")
        assert body["cdr"][0]["name"] == name


async def test_it_can_go_and_come_back_on_the_same_port_with_the_same_calls(clock: FakeClock) -> None:
    async with running_sandbox(clock.now) as sandbox:
        sandbox.book.add(extension="209", customer="98", placed_at=START)
        before = await ids(sandbox, "india")
        address = sandbox.base_url("india")
        await sandbox.stop()
        with pytest.raises(aiohttp.ClientConnectorError):
            await ask(sandbox, "india")
        await sandbox.start(port=int(address.split(":")[2].split("/")[0]))
        assert sandbox.base_url("india") == address
        assert await ids(sandbox, "india") == before


async def test_a_port_that_is_taken_is_an_error_and_leaves_nothing_open(clock: FakeClock) -> None:
    async with running_sandbox(clock.now) as first, running_sandbox(clock.now) as second:
        await second.stop()
        port = int(first.base_url("india").split(":")[2].split("/")[0])
        with pytest.raises(OSError, match="address already in use"):
            await second.start(port=port)
        await second.stop()
        assert (await ask(first, "india"))[0] == 200
