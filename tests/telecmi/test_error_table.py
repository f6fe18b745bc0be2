"""Every way in which TeleCMI fails: the class of the error, the next poll, what ops see, and how it heals."""

from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from typing import Any

import httpx
import pytest

from notifier.errors import SourceError, SourceRefused, SourceTransient
from notifier.model import Endpoint, NoticeKind
from notifier.telecmi import Interval
from notifier.telecmi.wire import LARGEST
from tests.support.clock import START
from tests.support.exchange import SECRET
from tests.support.world import MINUTE, World
from tests.support.worlds import MakeWorld

NAME = "main/out_missed"
NUMBER = "919812345678"
FAILED = "TeleCMI failed"
REFUSED = "TeleCMI refused"
NO_CONNECTION = "no connection to TeleCMI"

Failure = httpx.Response | BaseException


@dataclass(frozen=True)
class Row:
    """One failure, which lasts until it is mended."""

    name: str
    kind: type[SourceError]
    words: str  # that ops read
    fail: Callable[[], Failure]
    asked: float | None = None  # seconds, of `Retry-After`

    @property
    def wait(self) -> float:
        """Seconds until the next poll: the usual, or what was asked for."""
        return max(30.0, self.asked or 0.0)

    def __str__(self) -> str:
        return self.name


class Cut(httpx.AsyncByteStream):
    """A body whose connection breaks in its midst."""

    async def __aiter__(self) -> AsyncIterator[bytes]:
        yield b'{"total": 1, "cdr": ['
        raise httpx.ReadError("connection reset by peer")


def _status(code: int, **more: Any) -> Callable[[], Failure]:
    return lambda: httpx.Response(code, **more)


def _body(**body: object) -> Callable[[], Failure]:
    return lambda: httpx.Response(200, json=body)


def _text(text: str | bytes) -> Callable[[], Failure]:
    return lambda: httpx.Response(200, content=text)


def _raised(error: Exception) -> Callable[[], Failure]:
    return lambda: error


def _passes(name: str, words: str, fail: Callable[[], Failure], asked: float | None = None) -> Row:
    return Row(name, SourceTransient, words, fail, asked)


def _stays(name: str, words: str, fail: Callable[[], Failure]) -> Row:
    return Row(name, SourceRefused, words, fail)


def _asks(seconds: str) -> dict[str, str]:
    return {"Retry-After": seconds, "Date": "Mon, 21 Sep 2026 14:13:20 GMT"}


WRONG = {"code": 404, "msg": "Invalid app id or secret, authentication failed"}

TABLE = (
    # By the HTTP status.
    *(
        _passes(f"{code}", f"HTTP {code}", _status(code))
        for code in (408, 425, 429, 500, 501, 502, 503, 504, 599)
    ),
    *(
        _passes(
            f"{code} to elsewhere",
            f"redirects (HTTP {code})",
            _status(code, headers={"Location": "http://x/"}),
        )
        for code in (301, 302, 303, 307, 308)
    ),
    _passes("429 for a while", "HTTP 429", _status(429, headers=_asks("240")), 240),
    _passes("503 for a short while", "HTTP 503", _status(503, headers=_asks("9")), 9),
    _passes("503 for a day", "HTTP 503", _status(503, headers=_asks("86400")), 3600),
    _passes("503 until", "HTTP 503", _status(503, headers=_asks("Mon, 21 Sep 2026 14:18:20 GMT")), 300),
    _passes("429 for nonsense", "HTTP 429", _status(429, headers=_asks("soon"))),
    _passes("502 in HTML", "HTTP 502", _status(502, html="<html>Bad Gateway</html>")),
    *(
        _stays(f"{code}", f"HTTP {code}", _status(code))
        for code in (400, 401, 402, 403, 404, 405, 407, 410, 422)
    ),
    _stays("404 with words", "authentication failed", _status(404, json=WRONG)),
    _stays("403 in HTML", "IP allow-list", _status(403, html="<html>Forbidden</html>")),
    _stays(
        "400 of the schema", "appid is required", _status(400, json={"msg": {"details": "appid is required"}})
    ),
    _stays("401 with all it was told", "HTTP 401", _status(401, json={"msg": f"{SECRET} {NUMBER}"})),
    # Inside an answer with status 200.
    _stays("code 404", "code 404 in the answer", _body(**WRONG)),
    _stays("code 407", "code 407 in the answer", _body(code=407, error=True, msg="Authentication Failed")),
    _stays("code as text", "code 401 in the answer", _body(code="401", msg="no")),
    _stays("code as a word", "code 403 in the answer", _body(code="cmi-4030")),
    _stays("code beside a list", "code 404 in the answer", _body(code=404, total=0, cdr=[])),
    _stays("Error", "Invalid token", _body(Error=f"Invalid token {SECRET} of {NUMBER}")),
    _stays(
        "msg as an object",
        "app id is not allowed",
        _body(error=True, msg={"x": {"y": "app id is not allowed"}}),
    ),
    _stays("a refusal in words alone", "secret is wrong", _body(message="secret is wrong")),
    _passes("code 502", "code 502 in the answer", _body(code=502, msg="Internal Server Error")),
    _passes("code 429", "code 429 in the answer", _body(code=429, msg="slowly")),
    _passes("error without words", "an error in the answer", _body(error=True)),
    _passes("words that say nothing", "'try later'", _body(Error="try later")),
    _passes("no list", "no list of calls", _body(code="200")),
    _passes("a list that is none", "no list of calls", _body(code="200", total=1, cdr={"a": 1})),
    _passes("a list that is null", "no list of calls", _body(code="200", total=1, cdr=None)),
    # No answer of TeleCMI's at all.
    _passes("HTML", "answer is HTML", _text("<html>maintenance</html>")),
    _passes("JSON that is cut", "not JSON", _text('{"total": 5, "cdr": [{"_id"')),
    _passes("nothing", "not JSON", _status(204)),
    _passes("bytes", "not JSON", _text(b"\xff\xfe\x00")),
    _passes("a JSON list", "not a JSON object", _text("[]")),
    _passes("a JSON null", "not a JSON object", _text("null")),
    _passes("JSON without an end to its depth", "nested too deep", _text("[" * 200_000)),
    _passes("too large", "larger than 16 MB", _text(b" " * (LARGEST + 1))),
    _passes("cut in the midst", NO_CONNECTION, lambda: httpx.Response(200, stream=Cut())),
    _passes("nobody listens", NO_CONNECTION, _raised(httpx.ConnectError("Connection refused"))),
    _passes("no such host", NO_CONNECTION, _raised(httpx.ConnectError("Name or service not known"))),
    _passes(
        "a certificate that is wrong", "certificate", _raised(httpx.ConnectError("certificate has expired"))
    ),
    _passes("hangs up", NO_CONNECTION, _raised(httpx.RemoteProtocolError("peer closed connection"))),
    _passes("the proxy's no", "407", _raised(httpx.ProxyError("407 Proxy Authentication Required"))),
    _passes("wrongly packed", NO_CONNECTION, _raised(httpx.DecodingError("bad gzip"))),
    *(
        _passes(f"{error.__name__}", "no answer from TeleCMI within 15 s", _raised(error("")))
        for error in (httpx.ConnectTimeout, httpx.ReadTimeout, httpx.WriteTimeout, httpx.PoolTimeout)
    ),
    _stays("no address", "base_url is not", _raised(httpx.UnsupportedProtocol("no protocol"))),
    _stays("no URL", "base_url is not", _raised(httpx.InvalidURL("Invalid port"))),
)


def fail(world: World, row: Row) -> None:
    """From now on every request fails like this."""
    world.exchange.on_request = lambda: world.exchange.failures.append(row.fail())


def heal(world: World) -> None:
    """It works again."""
    world.exchange.on_request = None


def assert_told(world: World, row: Row, kind: NoticeKind) -> None:
    """Ops see what is the matter: as a notice, on the page, and in the store."""
    (trouble,) = world.health.troubles.active()
    ready = world.health.ready()
    (problem,) = ready.problems
    error = world.source().last_error
    assert error is not None
    assert (trouble.kind, trouble.subject) == (kind, NAME)
    assert problem.startswith(f"{NAME}: no good read for ")
    for text in (trouble.reason, problem, ready.sources[NAME].problem, error):
        assert row.words in text
        assert SECRET not in text
        assert NUMBER not in text


async def assert_heals(world: World) -> None:
    """The next poll reads all that was missed, and every sign of trouble goes."""
    heal(world)
    assert 29 < await world.poll() <= 30
    await world.send()
    assert world.told() == ["meanwhile"]
    assert world.health.troubles.active() == ()
    assert world.health.ready().ok
    assert world.source().last_error is None


@pytest.mark.parametrize("row", TABLE, ids=str)
async def test_each_failure_of_telecmi_is_one_class_of_error(a_world: MakeWorld, row: Row) -> None:
    world = a_world()
    fail(world, row)
    with pytest.raises(SourceError) as caught:
        await world.intake.client.page(Endpoint.OUT_MISSED, Interval(START, START + MINUTE), 1)
    assert type(caught.value) is row.kind
    assert row.words in str(caught.value)
    assert getattr(caught.value, "retry_after", None) == row.asked
    assert caught.value.__suppress_context__ or caught.value.__context__ is None, "others may hold the secret"


@pytest.mark.parametrize("row", [row for row in TABLE if row.kind is SourceTransient], ids=str)
async def test_what_passes_is_tried_again_and_told_when_it_lasts(a_world: MakeWorld, row: Row) -> None:
    world = a_world()
    await world.watch()
    world.exchange.requests()
    world.call("meanwhile")
    fail(world, row)
    assert await world.poll() == row.wait
    requests = world.exchange.requests()
    if row.wait > 30:
        assert requests == 1
    else:
        assert 2 <= requests <= 12
    assert world.health.troubles.active() == ()
    ready = world.health.ready()
    assert ready.ok, "one failure is no reason to wake anybody"
    assert row.words in ready.sources[NAME].problem
    assert row.words in str(world.source().last_error)
    world.clock.advance(10 * MINUTE)
    assert await world.poll() == row.wait
    assert_told(world, row, NoticeKind.SOURCE_FAILING)
    await assert_heals(world)


@pytest.mark.parametrize("row", [row for row in TABLE if row.kind is SourceRefused], ids=str)
async def test_what_needs_a_person_is_told_at_once_and_not_hammered(a_world: MakeWorld, row: Row) -> None:
    world = a_world()
    await world.watch()
    world.exchange.requests()
    world.call("meanwhile")
    fail(world, row)
    waits = [await world.poll() for _ in range(4)]
    assert waits == [60, 120, 240, 300]
    assert world.exchange.requests() == 4
    assert_told(world, row, NoticeKind.SOURCE_REFUSED)
    assert "check" in world.health.troubles.active()[0].reason or "base_url" in row.words
    await assert_heals(world)


GOOD: dict[str, dict[str, object]] = {
    "code as text": {"code": "200", "total": 1},
    "code as a number": {"code": 200, "count": 1},
    "code as a word": {"code": "cmi-2000", "status": "success", "count": 1},
    "a code that nobody knows": {"code": "fine", "count": 1},
    "no code": {"total": 1},
    "a count as text": {"total": "1"},
    "no count": {},
    "no error": {"total": 1, "error": False, "Error": None},
}


@pytest.mark.parametrize("name", GOOD)
async def test_an_answer_that_is_only_dressed_otherwise_is_no_error(a_world: MakeWorld, name: str) -> None:
    world = a_world()
    await world.watch()
    (record,) = [world.call("Suresh")]
    answer = {**GOOD[name], "cdr": [record]}
    world.exchange.on_request = lambda: world.exchange.failures.append(httpx.Response(200, json=answer))
    await world.poll()
    await world.send()
    assert world.told() == ["Suresh"]
    assert world.source().last_error is None
    assert world.health.ready().ok
