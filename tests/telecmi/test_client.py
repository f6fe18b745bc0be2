"""One account's way to TeleCMI: what is asked, how often, and with which secret."""

import asyncio
from collections.abc import Iterator

import httpx
import pytest

from notifier.config.schema import Poll
from notifier.config.values import Secret
from notifier.model import Call
from notifier.telecmi import Client, http_client
from tests.support.clock import FakeClock
from tests.support.telecmi import GOOD, SECRET, Telecmi, account, client, page


async def test_a_page_is_asked_for_and_read() -> None:
    server = Telecmi(httpx.Response(200, headers={"Date": "Mon, 21 Sep 2026 14:13:20 GMT"}, json=GOOD.json()))
    found = await page(client(server))
    assert found.server_date == 1_790_000_000_000
    assert found.answer.count == 1
    (call,) = found.answer.records
    assert isinstance(call, Call)
    assert (call.account, call.id, call.customer) == ("main", "a", "+919812345678")


async def test_india_is_asked_in_its_own_words_with_numbers_as_numbers() -> None:
    server = Telecmi(GOOD)
    await page(client(server), 3)
    (request,) = server.requests
    assert str(request.url) == "https://piopiy.telecmi.com/v1/outmissed"
    assert request.method == "POST"
    assert request.headers["Content-Type"] == "application/json"
    assert server.bodies() == [
        {
            "appid": 1111113,
            "token": SECRET,
            "start_date": 1_789_999_000_000,
            "end_date": 1_790_000_300_000,
            "page": 3,
            "limit": 10,
        }
    ]


async def test_the_other_region_is_asked_in_its_words_and_for_no_more_than_it_gives() -> None:
    server = Telecmi(GOOD)
    await page(client(server, region="global", poll=Poll(page_size=500)))
    assert str(server.requests[0].url) == "https://rest.telecmi.com/v2/out_missed"
    assert server.bodies()[0]["secret"] == SECRET
    assert server.bodies()[0]["limit"] == 20
    assert "token" not in server.bodies()[0]


async def test_the_secret_travels_in_the_body_only() -> None:
    server = Telecmi(GOOD)
    await page(client(server))
    (request,) = server.requests
    assert SECRET not in str(request.url)
    assert SECRET not in str(request.headers.raw)


async def test_a_configured_base_url_and_country_are_used() -> None:
    server = Telecmi(GOOD)
    found = await page(client(server, base_url="http://127.0.0.1:9/v1/", country="US"))
    assert str(server.requests[0].url) == "http://127.0.0.1:9/v1/outmissed"
    assert [record.customer for record in found.answer.records if isinstance(record, Call)] != [
        "+919812345678"
    ]


async def test_a_secret_that_was_read_again_is_used_at_the_next_request() -> None:
    secrets: Iterator[str] = iter(["second"])
    secret = Secret("first", lambda: next(secrets))
    server = Telecmi(GOOD)
    asking = client(server, secret=secret)
    await page(asking)
    assert secret.reread()
    await page(asking)
    assert [body["token"] for body in server.bodies()] == ["first", "second"]


async def test_a_secret_that_is_no_unicode_is_sent_all_the_same() -> None:
    server = Telecmi(GOOD)
    await page(client(server, secret="a\udcffb"))
    assert server.bodies()[0]["token"] == "a\udcffb"


async def test_requests_of_one_account_keep_their_distance() -> None:
    clock = FakeClock()
    server = Telecmi(GOOD)
    asking = client(server, clock)
    await page(asking)
    assert clock.slept == []
    await page(asking, 2)
    await page(asking, 3)
    assert clock.slept == pytest.approx([0.2, 0.2])


async def test_the_distance_counts_from_the_end_of_a_slow_answer() -> None:
    clock = FakeClock()

    def slow(request: httpx.Request) -> httpx.Response:
        clock.advance(500)
        return GOOD

    transport = httpx.MockTransport(slow)
    asking = Client(
        account(), Poll(), http_client(1.0, transport=transport), clock, country="", deadline_s=30.0
    )
    await page(asking)
    await page(asking)
    assert clock.slept == pytest.approx([0.2])


async def test_requests_that_come_together_queue_up() -> None:
    clock = FakeClock()
    server = Telecmi(GOOD)
    asking = client(server, clock)
    await asyncio.gather(*(page(asking, number) for number in (1, 2, 3)))
    assert len(server.requests) == 3
    assert clock.elapsed >= 0.4


async def test_who_comes_late_enough_does_not_wait() -> None:
    clock = FakeClock()
    asking = client(Telecmi(GOOD), clock)
    await page(asking)
    clock.advance(200)
    await page(asking)
    assert clock.slept == []


def test_making_one_sends_nothing_and_shows_no_secret() -> None:
    server = Telecmi(GOOD)
    assert SECRET not in repr(vars(client(server)))
    assert server.requests == []
