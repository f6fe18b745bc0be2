"""The lists of answered calls: at their own paths, in both regions' shapes, with faults of their own."""

import random
from itertools import islice, pairwise
from typing import Any, get_args

import aiohttp
import pytest

from notifier.model import Call, Endpoint
from notifier.sandbox import Region, Sandbox, Shape, parse_faults, traffic
from notifier.sandbox.shapes import PATH
from notifier.telecmi.parse import read_answer
from tests.support.clock import START, FakeClock
from tests.support.sandbox import APP_ID, SECRET, running_sandbox

REGIONS: tuple[Region, ...] = get_args(Region)
SHAPES: tuple[Shape, ...] = get_args(Shape)
ANSWERED = [Endpoint.OUT_ANSWERED, Endpoint.IN_ANSWERED]
SECRETS: dict[Region, str] = {"india": "token", "global": "secret"}
MINUTE = 60_000  # ms


async def ask(
    sandbox: Sandbox, endpoint: Endpoint, region: Region = "india", **fields: object
) -> tuple[int, Any]:
    """Status and JSON of one request; None where it is no JSON."""
    query = {"appid": APP_ID, SECRETS[region]: SECRET} | fields
    url = sandbox.base_url(region).rpartition("/")[0] + PATH[region][endpoint]
    async with aiohttp.ClientSession() as session, session.post(url, json=query) as response:
        is_json = response.content_type == "application/json"
        return response.status, await response.json() if is_json else None


async def read(sandbox: Sandbox, endpoint: Endpoint, region: Region = "india") -> list[Call]:
    """The calls that notifier makes of it."""
    _, body = await ask(sandbox, endpoint, region)
    records = read_answer(body, "main", endpoint, "IN").records
    calls = [one for one in records if isinstance(one, Call)]
    assert len(calls) == len(records)
    return calls


@pytest.mark.parametrize("region", REGIONS)
@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("endpoint", Endpoint)
async def test_each_list_holds_its_own_calls_in_every_shape(
    region: Region, shape: Shape, endpoint: Endpoint
) -> None:
    async with running_sandbox(FakeClock().now, shape=shape) as sandbox:
        for each in Endpoint:
            for number in range(4):  # the ids decide on the shape, and they are random
                customer = f"98120001{number}{list(Endpoint).index(each)}"
                sandbox.book.add(
                    extension=f"20{number}",
                    customer=customer,
                    placed_at=START - 5 - number,
                    endpoint=each,
                    visible_at=START,
                )
        found = await read(sandbox, endpoint, region)
        index = list(Endpoint).index(endpoint)
        assert [(one.customer, one.extension, one.placed_at) for one in found] == [
            (f"+9198120001{number}{index}", f"20{number}", START - 5 - number) for number in range(4)
        ]


@pytest.mark.parametrize("region", REGIONS)
async def test_an_answered_record_has_what_is_documented(region: Region) -> None:
    async with running_sandbox(FakeClock().now) as sandbox:
        for endpoint in ANSWERED:
            sandbox.book.add(
                extension="209",
                customer="9812000123",
                placed_at=START - MINUTE,
                endpoint=endpoint,
                seconds=17,
            )
            _, body = await ask(sandbox, endpoint, region)
            (record,) = body["cdr"]
            assert (record["billedsec"], record["record"]) == (17, "true")
            assert record["filename"].endswith("_1111113.mp3")
            assert record.get("duration") == (17 if region == "global" else None)
            if endpoint is Endpoint.IN_ANSWERED:
                assert (record["from"], record["to"]) == (9812000123, 918000000000)
                assert record["agent"] == "209_1111113"
            else:
                assert record["to"] == 9812000123


@pytest.mark.parametrize("endpoint", ANSWERED)
async def test_a_record_appears_when_the_call_is_over(endpoint: Endpoint) -> None:
    clock = FakeClock()
    async with running_sandbox(clock.now) as sandbox:
        sandbox.book.add(
            extension="209", customer="9812000123", placed_at=START, endpoint=endpoint, seconds=90
        )
        clock.advance(89_000)
        assert await read(sandbox, endpoint) == []
        clock.advance(1_000)
        (call,) = await read(sandbox, endpoint)
        assert call.placed_at == START


async def test_pages_and_counts_are_of_one_list() -> None:
    async with running_sandbox(FakeClock().now) as sandbox:
        for number in range(12):
            sandbox.book.add(
                extension="209",
                customer="98",
                placed_at=START - number,
                endpoint=Endpoint.OUT_ANSWERED,
                visible_at=START,
            )
        sandbox.book.add(extension="209", customer="98", placed_at=START - 1)
        _, first = await ask(sandbox, Endpoint.OUT_ANSWERED, page=1, limit=10)
        _, second = await ask(sandbox, Endpoint.OUT_ANSWERED, page=2, limit=10)
        assert (first["total"], len(first["cdr"]), len(second["cdr"])) == (12, 10, 2)
        _, missed = await ask(sandbox, Endpoint.OUT_MISSED)
        assert missed["total"] == 1
        assert sandbox.requests["/v1/outanswered"] == 2


@pytest.mark.parametrize("endpoint", ANSWERED)
async def test_wrong_credentials_are_refused(endpoint: Endpoint) -> None:
    async with running_sandbox(FakeClock().now) as sandbox:
        status, body = await ask(sandbox, endpoint, token="wrong")
        assert (status, body["code"]) == (404, 404)


async def test_a_fault_may_be_one_lists_alone() -> None:
    async with running_sandbox(FakeClock().now, faults="in_answered/http-500,out_answered/absent") as sandbox:
        statuses = [(await ask(sandbox, endpoint))[0] for endpoint in Endpoint]
        assert statuses == [200, 404, 500]
        assert (await ask(sandbox, Endpoint.OUT_ANSWERED))[1] is None


async def test_every_nth_request_is_counted_for_each_list() -> None:
    async with running_sandbox(FakeClock().now, faults="http-500:2") as sandbox:
        asked = [Endpoint.OUT_MISSED, Endpoint.OUT_ANSWERED, Endpoint.OUT_MISSED, Endpoint.OUT_ANSWERED]
        assert [(await ask(sandbox, endpoint))[0] for endpoint in asked] == [200, 200, 500, 500]


@pytest.mark.parametrize("endpoint", ANSWERED)
async def test_garbage_beside_an_answered_call_is_a_reject(endpoint: Endpoint) -> None:
    async with running_sandbox(FakeClock().now, faults="garbage-record") as sandbox:
        sandbox.book.add(extension="209", customer="98", placed_at=START, endpoint=endpoint)
        _, body = await ask(sandbox, endpoint)
        records = read_answer(body, "main", endpoint, "IN").records
        assert [isinstance(one, Call) for one in records] == [True, False]


@pytest.mark.parametrize("text", ["missed/html", "in_answered/oops", "/html", "a/b/c"])
def test_what_is_no_fault_of_a_list_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="known faults"):
        parse_faults(text)


async def test_answered_calls_can_be_added_from_another_process() -> None:
    async with running_sandbox(FakeClock().now, control=True) as sandbox, aiohttp.ClientSession() as session:
        url = sandbox.base_url("india").rpartition("/")[0] + "/sandbox/calls"
        calls = [
            {"extension": "209", "to": "9812000123", "time": START - 9_000, "endpoint": "out_answered"},
            {
                "extension": "209",
                "to": "9812000124",
                "time": START - 9_000,
                "endpoint": "in_answered",
                "seconds": 9,
            },
        ]
        async with session.post(url, json=calls) as response:
            assert response.status == 200
        assert [one.customer[-3:] for one in await read(sandbox, Endpoint.OUT_ANSWERED)] == ["123"]
        assert [one.customer[-3:] for one in await read(sandbox, Endpoint.IN_ANSWERED)] == ["124"]
        async with session.post(url, json=[{**calls[0], "endpoint": "missed"}]) as response:
            assert response.status == 400


def some(reached: float, count: int = 2_000) -> list[Any]:
    rng = random.Random(3)
    calls = traffic(rng, ("209", "210"), per_minute=3, start=START, reached=reached)
    return list(islice(calls, count))


def test_traffic_reaches_the_share_of_customers_that_is_asked_for_later_on() -> None:
    calls = some(0.5)
    missed = [call for call in calls if call.endpoint is Endpoint.OUT_MISSED]
    answered = [call for call in calls if call.endpoint is not Endpoint.OUT_MISSED]
    assert len(answered) / len(missed) == pytest.approx(0.45, abs=0.1)  # the last ones are still to come
    assert {call.endpoint for call in answered} == {Endpoint.OUT_ANSWERED, Endpoint.IN_ANSWERED}
    for call in answered:
        earlier = [one for one in missed if one.customer == call.customer and one.placed_at < call.placed_at]
        assert earlier
        assert call.visible_at > call.placed_at + call.seconds * 1000


def test_traffic_comes_in_the_order_in_which_it_was_placed() -> None:
    assert all(earlier.placed_at <= later.placed_at for earlier, later in pairwise(some(0.5)))


def test_traffic_that_reaches_nobody_is_missed_calls_alone() -> None:
    assert {call.endpoint for call in some(0.0)} == {Endpoint.OUT_MISSED}
