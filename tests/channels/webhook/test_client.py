"""The shared client: what the environment says, and what no answer may do to the next request."""

import os
import subprocess
import sys
from pathlib import Path

import httpx
import pytest

from notifier.channels.webhook.client import webhook_client
from notifier.errors import NotifierError
from tests.support.hook import PATH, FakeHook


async def test_no_cookie_and_no_redirect_is_followed() -> None:
    seen: list[httpx.Request] = []

    def answer(request: httpx.Request) -> httpx.Response:
        seen.append(request)
        elsewhere = {"Location": "https://elsewhere.example", "Set-Cookie": "session=1; Path=/"}
        return httpx.Response(302, headers=elsewhere)

    async with webhook_client(5.0, transport=httpx.MockTransport(answer)) as client:
        for _ in range(2):
            assert (await client.post("https://hook.example/")).status_code == 302
        assert client.timeout == httpx.Timeout(5.0)
    assert [request.url.host for request in seen] == ["hook.example"] * 2
    assert all("cookie" not in request.headers for request in seen)
    assert all(request.headers["Accept-Encoding"] == "identity" for request in seen)


async def test_to_connect_it_takes_ten_seconds_at_most() -> None:
    async with webhook_client(60.0) as client:
        assert client.timeout == httpx.Timeout(60.0, connect=10.0)


async def test_the_proxy_of_the_environment_is_used(hook: FakeHook, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTP_PROXY", hook.url.removesuffix(PATH))
    monkeypatch.setenv("NO_PROXY", "near.example")
    async with webhook_client(5.0) as client:
        assert (await client.post(f"http://far.example{PATH}")).status_code == 204
        with pytest.raises(httpx.ConnectError):
            await client.post(f"http://near.example{PATH}")
    (request,) = hook.accepted
    assert request.headers["Host"] == "far.example"


def test_a_proxy_that_is_none_is_said_with_where_to_look(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTPS_PROXY", "nonsense://proxy.example")
    with pytest.raises(NotifierError, match="HTTPS_PROXY") as caught:
        webhook_client(5.0)
    assert "proxy.example" not in str(caught.value)
    assert caught.value.__cause__ is None


def test_certificates_that_are_not_there_are_said_with_where_to_look(tmp_path: Path) -> None:
    program = "from notifier.channels.webhook.client import webhook_client; webhook_client(1.0)"
    environ = {**os.environ, "SSL_CERT_FILE": str(tmp_path / "gone.pem")}
    result = subprocess.run(
        [sys.executable, "-c", program], env=environ, capture_output=True, text=True, check=False
    )
    assert "NotifierError: the environment's proxy or certificates can't be used" in result.stderr
    assert "SSL_CERT_FILE" in result.stderr
