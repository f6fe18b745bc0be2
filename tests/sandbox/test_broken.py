"""Each fault, as a client sees it over a socket."""

import asyncio
import json
from collections.abc import AsyncIterator

import aiohttp
import pytest
from multidict import CIMultiDictProxy

from notifier.sandbox import Sandbox, parse_faults
from tests.support.clock import START, FakeClock
from tests.support.sandbox import APP_ID, SECRET, running_sandbox

QUERY = {"appid": APP_ID, "token": SECRET}


@pytest.fixture
async def sandbox() -> AsyncIterator[Sandbox]:
    async with running_sandbox(FakeClock().now) as running:
        for ago in range(3):
            running.book.add(extension="209", customer="9812000123", placed_at=START - ago)
        yield running


async def ask(sandbox: Sandbox, patience: float = 10) -> tuple[int, str, CIMultiDictProxy[str]]:
    async with (
        aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=patience)) as session,
        session.post(sandbox.base_url("india") + "/outmissed", json=QUERY) as response,
    ):
        return response.status, await response.text(), response.headers


@pytest.mark.parametrize(
    ("fault", "status", "body"),
    [
        ("http-500", 500, "Internal Server Error"),
        ("http-429", 429, "Too Many Requests"),
        ("html", 200, "<!doctype html><title>Maintenance</title>"),
        ("body-502", 200, '{"code": 502, "msg": "Internal Server Error"}'),
        ("body-404", 200, '{"code": 404, "msg": {"reason": "Not found"}}'),
        ("refuse", 404, '{"code": 404, "msg": "Invalid app id or secret, authentication failed"}'),
    ],
)
async def test_something_else_comes_instead_of_calls(
    sandbox: Sandbox, fault: str, status: int, body: str
) -> None:
    sandbox.faults = parse_faults(fault)
    assert (await ask(sandbox))[:2] == (status, body)


async def test_too_many_requests_says_when_to_come_back(sandbox: Sandbox) -> None:
    sandbox.faults = parse_faults("http-429")
    assert (await ask(sandbox))[2]["Retry-After"] == "1"


async def test_html_says_that_it_is_html(sandbox: Sandbox) -> None:
    sandbox.faults = parse_faults("html")
    assert (await ask(sandbox))[2]["Content-Type"].startswith("text/html")


async def test_false_answers_are_served(sandbox: Sandbox) -> None:
    sandbox.faults = parse_faults("lying-count,duplicate-ids")
    answered = json.loads((await ask(sandbox))[1])
    assert answered["total"] == 4
    assert len(answered["cdr"]) == 5


async def test_a_truncated_answer_is_complete_as_http_and_broken_as_json(sandbox: Sandbox) -> None:
    whole = (await ask(sandbox))[1]
    sandbox.faults = parse_faults("truncated")
    status, text, headers = await ask(sandbox)
    assert (status, text) == (200, whole[: len(whole) // 2])
    assert headers["Content-Type"].startswith("application/json")
    with pytest.raises(ValueError, match=r"delimiter|Expecting|Unterminated"):
        json.loads(text)


async def test_a_slow_answer_arrives_whole(sandbox: Sandbox) -> None:
    whole = (await ask(sandbox))[1]
    sandbox.faults = parse_faults("slow")
    assert (await ask(sandbox))[1] == whole


async def test_a_slow_answer_outlasts_a_client_that_sees_every_byte_in_time() -> None:
    async with running_sandbox(FakeClock().now, faults="slow", drip=30) as sandbox:
        sandbox.book.add(extension="209", customer="98", placed_at=START)
        with pytest.raises(TimeoutError):
            await ask(sandbox, patience=0.1)


async def test_a_dropped_answer_ends_in_the_middle(sandbox: Sandbox) -> None:
    sandbox.faults = parse_faults("drop")
    with pytest.raises(aiohttp.ClientPayloadError):
        await ask(sandbox)


async def test_a_hanging_request_is_not_answered_until_the_client_goes(sandbox: Sandbox) -> None:
    sandbox.faults = parse_faults("hang")
    with pytest.raises(TimeoutError):
        await ask(sandbox, patience=0.1)
    assert sandbox.requests["/v1/outmissed"] == 1
    sandbox.faults = ()
    assert (await ask(sandbox))[0] == 200


async def test_nothing_goes_on_for_a_client_that_went(sandbox: Sandbox) -> None:
    sandbox.faults = parse_faults("hang")
    before = asyncio.all_tasks()
    with pytest.raises(TimeoutError):
        await ask(sandbox, patience=0.1)
    async with asyncio.timeout(5):
        while asyncio.all_tasks() - before:  # noqa: ASYNC110 - it has no event for a request that ended
            await asyncio.sleep(0)  # noqa: TID251 - gives way, waits for nothing


async def test_after_a_restart_it_hangs_again(sandbox: Sandbox) -> None:
    await sandbox.stop()
    await sandbox.start()
    sandbox.faults = parse_faults("hang")
    with pytest.raises(TimeoutError):
        await ask(sandbox, patience=0.1)


@pytest.mark.parametrize("fault", ["hang", "slow"])
async def test_stopping_does_not_wait_for_what_hangs_or_drips(fault: str) -> None:
    async with running_sandbox(FakeClock().now, faults=fault, drip=30) as sandbox:
        sandbox.book.add(extension="209", customer="98", placed_at=START)
        asking = asyncio.create_task(ask(sandbox))
        while not sandbox.requests:  # noqa: ASYNC110 - it has no event for a request that arrived
            await asyncio.sleep(0)  # noqa: TID251 - gives way, waits for nothing
        async with asyncio.timeout(5):
            await sandbox.stop()
        status, _, _ = await asking
        assert status == (503 if fault == "hang" else 200)


async def test_every_nth_request_is_counted_from_when_the_faults_were_set(sandbox: Sandbox) -> None:
    await ask(sandbox)
    sandbox.faults = parse_faults("http-500:3")
    assert [(await ask(sandbox))[0] for _ in range(6)] == [200, 200, 500, 200, 200, 500]


async def test_faults_are_switched_off_again(sandbox: Sandbox) -> None:
    sandbox.faults = parse_faults("http-500")
    assert (await ask(sandbox))[0] == 500
    sandbox.faults = ()
    assert (await ask(sandbox))[0] == 200
    assert sandbox.faults == ()
