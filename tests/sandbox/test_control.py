from collections.abc import AsyncIterator

import aiohttp
import pytest

from notifier.sandbox import Sandbox, parse_faults
from tests.support.clock import START, FakeClock
from tests.support.sandbox import APP_ID, SECRET, running_sandbox


@pytest.fixture
async def sandbox() -> AsyncIterator[Sandbox]:
    async with running_sandbox(FakeClock().now, control=True) as running:
        yield running


async def control(sandbox: Sandbox, path: str, payload: object = None) -> tuple[int, object]:
    url = sandbox.base_url("india").removesuffix("/v1") + path
    method = "GET" if payload is None else "POST"
    async with (
        aiohttp.ClientSession() as session,
        session.request(method, url, json=payload) as response,
    ):
        body = await response.json() if response.content_type == "application/json" else None
        return response.status, body


async def test_calls_are_added_from_outside(sandbox: Sandbox) -> None:
    entries = [
        {"extension": 209, "to": 9812000123, "time": START, "name": "suresh", "visible_at": START + 5},
        {"extension": "", "to": "919812000124", "time": START + 1},
    ]
    status, body = await control(sandbox, "/sandbox/calls", entries)
    first, second = sandbox.book
    assert status == 200
    assert body == [{"_id": call.id, "cmiuid": call.cmiuid} for call in (first, second)]
    assert (first.extension, first.customer, first.name) == ("209", "9812000123", "suresh")
    assert (first.placed_at, first.visible_at) == (START, START + 5)
    assert (second.extension, second.name, second.visible_at) == ("", "unknown", START + 1)


@pytest.mark.parametrize(
    "payload",
    [
        {"extension": "209", "to": "98", "time": 1},
        5,
        ["x"],
        [None],
        [{"extension": "209", "to": "98"}],
        [{"extension": "209", "to": "+98", "time": 1}],
        [{"extension": "209", "to": "98", "time": "noon"}],
        [{"extension": "209", "to": "98", "time": float("inf")}],
        [{"extension": "209", "to": "98", "time": 1, "visible_at": None}],
    ],
)
async def test_of_calls_that_can_not_all_be_read_none_is_added(sandbox: Sandbox, payload: object) -> None:
    wanted = [{"extension": "209", "to": "98", "time": 1}, *payload] if isinstance(payload, list) else payload
    status, body = await control(sandbox, "/sandbox/calls", wanted)
    assert status == 400
    assert isinstance(body, dict)
    assert "is needed" in body["error"]
    assert len(sandbox.book) == 0


async def test_faults_are_switched_from_outside(sandbox: Sandbox) -> None:
    assert await control(sandbox, "/sandbox/faults", {"fail": "http-500:0.2,html"}) == (200, {})
    assert sandbox.faults == parse_faults("http-500:0.2,html")
    assert await control(sandbox, "/sandbox/faults", {"fail": ""}) == (200, {})
    assert sandbox.faults == ()


@pytest.mark.parametrize("payload", [{"fail": "oops"}, {"fail": 5}, {}, [], "html"])
async def test_unknown_faults_are_refused_and_change_nothing(sandbox: Sandbox, payload: object) -> None:
    sandbox.faults = parse_faults("html")
    status, body = await control(sandbox, "/sandbox/faults", payload)
    assert status == 400
    assert isinstance(body, dict)
    assert "is needed" in body["error"]
    assert sandbox.faults == parse_faults("html")


async def test_stats_say_what_was_requested_and_how_many_calls_there_are(sandbox: Sandbox) -> None:
    sandbox.book.add(extension="209", customer="98", placed_at=START)
    await control(sandbox, "/v1/outmissed", {"appid": APP_ID, "token": SECRET})
    assert await control(sandbox, "/sandbox/stats") == (200, {"requests": {"/v1/outmissed": 1}, "calls": 1})


async def test_without_being_enabled_there_is_no_control() -> None:
    async with running_sandbox(FakeClock().now) as sandbox:
        assert (await control(sandbox, "/sandbox/stats"))[0] == 404
        assert (await control(sandbox, "/sandbox/faults", {"fail": ""}))[0] == 404
        assert (await control(sandbox, "/sandbox/calls", []))[0] == 404
