"""What the client does when TeleCMI fails or refuses."""

import asyncio

import httpx
import pytest

from notifier.config.schema import Poll
from notifier.errors import SourceRefused, SourceTransient
from tests.support.clock import FakeClock
from tests.support.telecmi import GOOD, SECRET, Reply, Telecmi, client, page

FAULTS: dict[str, Reply] = {
    "connection": httpx.ConnectError("[Errno 111] Connection refused"),
    "timeout": httpx.ReadTimeout(""),
    "broken off": httpx.RemoteProtocolError("peer closed connection"),
    "proxy": httpx.ProxyError("407 Proxy Authentication Required"),
    "500": httpx.Response(500),
    "503": httpx.Response(503, text="<html>busy</html>"),
    "429": httpx.Response(429),
    "302": httpx.Response(302, headers={"Location": "https://elsewhere.example"}),
    "HTML": httpx.Response(200, text="<html>Bad Gateway</html>"),
    "cut JSON": httpx.Response(200, text='{"count": 5, "cdr": [{"_id"'),
    "empty": httpx.Response(204),
    "502 in the body": httpx.Response(200, json={"code": 502, "msg": "Internal Server Error"}),
    "no list": httpx.Response(200, json={"code": 200}),
}


def slept(clock: FakeClock) -> float:
    return sum(clock.slept)


@pytest.mark.parametrize("fault", FAULTS)
async def test_a_fault_that_passes_is_tried_again_and_healed(fault: str) -> None:
    server = Telecmi(FAULTS[fault], FAULTS[fault], GOOD)
    clock = FakeClock()
    found = await page(client(server, clock))
    assert found.answer.count == 1
    assert len(server.requests) == 3
    assert 1.0 < slept(clock) < 4.0


@pytest.mark.parametrize("fault", FAULTS)
async def test_a_fault_that_stays_is_given_up_before_the_next_poll(fault: str) -> None:
    server = Telecmi(FAULTS[fault])
    clock = FakeClock()
    with pytest.raises(SourceTransient) as caught:
        await page(client(server, clock))
    assert 3 < len(server.requests) < 12
    assert slept(clock) < 30
    assert SECRET not in str(caught.value)


REFUSALS: dict[str, Reply] = {
    "wrong secret": httpx.Response(
        404, json={"code": 404, "msg": "Invalid app id or secret, authentication failed"}
    ),
    "schema": httpx.Response(400, json={"msg": {"details": "appid is required"}}),
    "401": httpx.Response(401),
    "403": httpx.Response(403, text="<html>Forbidden</html>"),
    "407": httpx.Response(407, json={"code": 407, "error": True, "msg": "Authentication Failed"}),
    "405": httpx.Response(405, text=""),
    "in the body": httpx.Response(200, json={"code": 404, "msg": "Invalid app id or secret"}),
    "Error in the body": httpx.Response(200, json={"Error": f"Invalid token {SECRET} of 919812345678"}),
    "no address": httpx.UnsupportedProtocol("Request URL has an unsupported protocol"),
}


@pytest.mark.parametrize("refusal", REFUSALS)
async def test_a_refusal_is_not_hammered_and_says_what_to_do(refusal: str) -> None:
    server = Telecmi(REFUSALS[refusal])
    clock = FakeClock()
    with pytest.raises(SourceRefused) as caught:
        await page(client(server, clock))
    assert len(server.requests) == 1
    assert clock.slept == []
    text = str(caught.value)
    assert "base_url" in text or "app_id" in text or "settings" in text
    assert SECRET not in text
    assert "919812345678" not in text


async def test_a_base_url_that_is_none_is_refused() -> None:
    with pytest.raises(SourceRefused, match="base_url"):
        await page(client(Telecmi(GOOD), base_url="http://[::1"))


async def test_how_long_to_wait_is_obeyed() -> None:
    server = Telecmi(httpx.Response(429, headers={"Retry-After": "9"}), GOOD)
    clock = FakeClock()
    await page(client(server, clock))
    assert 9.0 <= slept(clock) < 10.0


async def test_a_wait_beyond_the_deadline_is_handed_on() -> None:
    server = Telecmi(httpx.Response(503, headers={"Retry-After": "600"}))
    with pytest.raises(SourceTransient) as caught:
        await page(client(server))
    assert caught.value.retry_after == 600.0
    assert len(server.requests) == 1


async def test_what_the_connection_said_is_shown_without_the_secret() -> None:
    server = Telecmi(httpx.ConnectError(f"no route for {SECRET}"))
    with pytest.raises(SourceTransient, match=r"no connection to TeleCMI: no route for"):
        await page(client(server))


async def test_a_connection_that_says_nothing_is_called_by_its_kind() -> None:
    with pytest.raises(SourceTransient, match="ReadError"):
        await page(client(Telecmi(httpx.ReadError(""))))


async def test_a_fault_of_our_own_is_not_taken_for_one_of_theirs() -> None:
    server = Telecmi(RuntimeError("a bug"))
    with pytest.raises(RuntimeError, match="a bug"):
        await page(client(server))
    assert len(server.requests) == 1


class StuckClock(FakeClock):
    """Its waits never end."""

    async def sleep(self, seconds: float) -> None:
        await asyncio.Event().wait()


async def test_a_page_ends_though_a_wait_does_not() -> None:
    asking = client(
        Telecmi(GOOD), StuckClock(), poll=Poll.model_construct(page_size=10, timeout=10), deadline_s=0.0
    )
    await page(asking)
    with pytest.raises(SourceTransient, match="before the next poll is due"):
        await page(asking, 2)
