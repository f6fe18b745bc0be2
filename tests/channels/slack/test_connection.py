"""Which way a request goes."""

import pytest

from notifier.channels.slack.api import SdkApi
from notifier.channels.slack.connection import Connection, proxy_for
from notifier.config.values import Secret
from notifier.errors import DeliveryTransient
from tests.support.slack import TOKEN, FakeSlack

NOWHERE = "http://127.0.0.1:9"  # the discard service, which nobody runs


@pytest.fixture(autouse=True)
def _no_proxy_of_this_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("http_proxy", "https_proxy", "no_proxy", "all_proxy"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.upper(), raising=False)


def test_without_a_proxy_in_the_environment_there_is_none() -> None:
    assert proxy_for("https://slack.com/api/") is None


def test_the_proxy_is_that_of_the_urls_scheme(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTPS_PROXY", "http://proxy.example:3128")
    assert proxy_for("https://slack.com/api/") == "http://proxy.example:3128"
    assert proxy_for("http://slack.com/api/") is None


def test_no_proxy_is_obeyed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTPS_PROXY", "http://proxy.example:3128")
    monkeypatch.setenv("NO_PROXY", "slack.com,127.0.0.1")
    assert proxy_for("https://slack.com/api/") is None
    assert proxy_for("https://hooks.slack.com/services/") is None
    assert proxy_for("https://example.com/") == "http://proxy.example:3128"


def test_what_is_no_url_has_no_proxy() -> None:
    assert proxy_for("nonsense") is None


async def test_calls_go_through_the_proxy(slack: FakeSlack, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTP_PROXY", slack.api_url.removesuffix("/api/"))
    api = SdkApi(Secret(TOKEN), "http://slack.invalid/api/")
    answer = await api.call("auth.test", {})
    await api.aclose()
    assert answer["ok"] is True


async def test_calls_to_an_exempt_host_do_not_go_through_the_proxy(
    slack: FakeSlack, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HTTP_PROXY", NOWHERE)
    monkeypatch.setenv("HTTPS_PROXY", NOWHERE)
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    api = SdkApi(Secret(TOKEN), slack.api_url)
    answer = await api.call("auth.test", {})
    await api.aclose()
    assert answer["ok"] is True


async def test_a_proxy_that_is_down_has_posted_nothing(
    slack: FakeSlack, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HTTP_PROXY", NOWHERE)
    api = SdkApi(Secret(TOKEN), slack.api_url)
    with pytest.raises(DeliveryTransient) as caught:
        await api.call("chat.postMessage", {"channel": "C1", "text": "x"})
    await api.aclose()
    assert not caught.value.uncertain
    assert slack.calls == []


async def test_an_answer_can_be_read_twice(slack: FakeSlack) -> None:
    connection = Connection()
    async with connection.session(slack.api_url).get(slack.api_url + "auth.test") as response:
        assert await response.read() == await response.read() == b'{"ok": false, "error": "not_authed"}'
    await connection.aclose()


async def test_a_proxy_that_refuses_to_connect_us_has_posted_nothing(
    slack: FakeSlack, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HTTPS_PROXY", slack.api_url.removesuffix("/api/"))
    api = SdkApi(Secret(TOKEN), "https://slack.invalid/api/")
    with pytest.raises(DeliveryTransient, match="ClientHttpProxyError") as caught:
        await api.call("chat.postMessage", {"channel": "C1", "text": "x"})
    await api.aclose()
    assert not caught.value.uncertain
    assert slack.calls == []
