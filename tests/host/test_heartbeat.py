"""The heartbeat: asked for by progress, withheld in trouble, and never a danger itself."""

import asyncio
from collections.abc import Callable

import httpx
import pytest
from structlog.testing import capture_logs

from notifier.config.values import Secret
from notifier.host.health import Health
from notifier.host.heartbeat import EVERY, LOOK_AGAIN, Heartbeat
from notifier.model import NoticeKind
from tests.support.clock import FakeClock

URL = "https://beats.example.com/ping/t0p-s3cret-token"


class Monitor:
    """The monitor elsewhere, and the daemon's loops; a minute passes with each beat."""

    def __init__(self, answer: Callable[[httpx.Request], httpx.Response] | None = None) -> None:
        self.clock = FakeClock()
        self.health = Health(self.clock)
        self.health.expect_loops(["dispatch", "lifecycle"])
        self.asked: list[str] = []
        self.answer = answer or (lambda _: httpx.Response(200))
        transport = httpx.MockTransport(self._asked)
        self.heartbeat = Heartbeat(Secret(URL), self.clock, self.health, transport)

    def _asked(self, request: httpx.Request) -> httpx.Response:
        self.asked.append(str(request.url))
        return self.answer(request)

    async def beat(self, *loops: str) -> float:
        """A minute passes, these loops finish a pass (all, where none is named), and the heartbeat looks."""
        self.clock.advance(60_000)
        for loop in loops or ("dispatch", "lifecycle"):
            self.health.pass_finished(loop)
        seconds = await self.heartbeat.step()
        await self.heartbeat.aclose()
        self.heartbeat._client = None
        return seconds


async def test_it_beats_while_every_loop_makes_progress() -> None:
    monitor = Monitor()
    assert [await monitor.beat() for _ in range(3)] == [EVERY] * 3
    assert monitor.asked == [URL] * 3


async def test_it_is_withheld_while_a_loop_hangs_and_comes_back() -> None:
    monitor = Monitor()
    await monitor.beat()
    assert await monitor.beat("dispatch") == LOOK_AGAIN
    assert await monitor.beat("dispatch") == LOOK_AGAIN
    assert len(monitor.asked) == 1
    assert await monitor.beat() == EVERY
    assert len(monitor.asked) == 2


@pytest.mark.parametrize("kind", [NoticeKind.SOURCE_REFUSED, NoticeKind.CREDENTIALS_BROKEN, NoticeKind.DISK])
async def test_it_is_withheld_in_trouble(kind: NoticeKind) -> None:
    monitor = Monitor()
    monitor.health.outbox(monitor.clock.now(), 0)  # somebody is to be told
    monitor.health.troubles.raise_(kind, "main", "for a reason")
    assert await monitor.beat() == LOOK_AGAIN
    assert monitor.asked == []
    monitor.health.troubles.clear(kind, "main")
    assert await monitor.beat() == EVERY
    assert monitor.asked == [URL]


async def test_what_keeps_nobody_from_hearing_does_not_withhold_it() -> None:
    monitor = Monitor()
    monitor.health.troubles.raise_(NoticeKind.REJECTS, "main/out_missed", "1 record could not be read")
    await monitor.beat()
    assert monitor.asked == [URL]


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        (httpx.Response(500), "HTTP 500"),
        (httpx.Response(404), "HTTP 404"),
        (httpx.ConnectError("no route to t0p-s3cret-token"), "ConnectError"),
        (httpx.ReadTimeout(URL), "ReadTimeout"),
        (httpx.Response(302, headers={"Location": "http://beats.example.com/x"}), "nothing is encrypted"),
        (httpx.Response(302, headers={"Location": "/again"}), "again and again"),
    ],
)
async def test_one_that_fails_is_said_once_without_its_url(
    answer: httpx.Response | Exception, reason: str
) -> None:
    def failing(_: httpx.Request) -> httpx.Response:
        if isinstance(answer, Exception):
            raise answer
        return answer

    monitor = Monitor(failing)
    with capture_logs() as logs:
        assert [await monitor.beat() for _ in range(3)] == [EVERY] * 3
        monitor.answer = lambda _: httpx.Response(204)
        await monitor.beat()
        await monitor.beat()
    assert [one["event"] for one in logs] == [
        "the heartbeat does not arrive; trying again",
        "the heartbeat arrives again",
    ]
    assert reason in logs[0]["reason"]
    assert "s3cret" not in str(logs)
    assert monitor.health.ready().ok


async def test_a_redirect_that_stays_encrypted_is_followed() -> None:
    monitor = Monitor(
        lambda request: (
            httpx.Response(200)
            if request.url.path == "/new"
            else httpx.Response(301, headers={"Location": "https://beats.example.com/new"})
        )
    )
    with capture_logs() as logs:
        await monitor.beat()
    assert logs == []
    assert monitor.asked == [URL, "https://beats.example.com/new"]


async def test_one_without_an_answer_is_given_up() -> None:
    monitor = Monitor()

    class Silent(httpx.AsyncBaseTransport):
        async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
            await asyncio.Event().wait()
            raise AssertionError

    monitor.heartbeat = Heartbeat(Secret(URL), monitor.clock, monitor.health, Silent(), limit=0.01)
    with capture_logs() as logs:
        assert await monitor.beat() == EVERY
    assert logs[0]["reason"] == "no answer within 0.01 s"


async def test_it_can_be_closed_before_it_ever_beat() -> None:
    monitor = Monitor()
    await monitor.heartbeat.aclose()
    assert monitor.asked == []
