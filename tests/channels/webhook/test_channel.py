"""The webhook over a real socket; its URL and its secret are secrets."""

import asyncio
import contextlib
import json
import logging
import traceback
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from importlib.metadata import version

import pytest

from notifier.channels.base import Channel
from notifier.channels.webhook import Webhook, webhook_channels
from notifier.channels.webhook.client import webhook_client
from notifier.channels.webhook.signature import signature
from notifier.config.receivers import WebhookReceiver
from notifier.config.values import Secret
from notifier.errors import (
    CredentialsBroken,
    DeliveryError,
    DeliveryTransient,
    EditRefused,
    NotifierError,
    TargetBroken,
)
from tests.support.clock import START, FakeClock
from tests.support.hook import SECRET, FakeHook
from tests.support.sample import a_notice, a_notification, a_summary
from tests.support.slack_faults import Raw


def a_webhook(url: str, secret: Secret | None = None, *, timeout: float = 5.0) -> Webhook:
    settings = WebhookReceiver(url=Secret(url), secret=secret or Secret(SECRET))
    return Webhook("hook", settings, webhook_client(timeout), FakeClock(), timeout=timeout)


async def failure_of(webhook: Webhook) -> DeliveryError:
    with pytest.raises(DeliveryError) as caught:
        await webhook.send("webhook", a_notification())
    return caught.value


def test_it_is_a_channel_that_can_not_edit_and_has_no_pace(webhook: Webhook) -> None:
    channel: Channel = webhook
    assert (channel.can_edit, channel.pace, channel.summary_size) == (False, 0.0, 100)
    assert channel.service == "webhook hook"


def test_a_lane_belongs_to_a_url_and_does_not_show_it(webhook: Webhook, hook: FakeHook) -> None:
    assert webhook.lane("webhook") == a_webhook(hook.url).lane("webhook")
    assert webhook.lane("webhook") != a_webhook(hook.url + "Y").lane("webhook")
    assert "secret" not in webhook.lane("webhook")


async def test_a_document_is_posted_signed_and_named(
    webhook: Webhook, hook: FakeHook, clock: FakeClock
) -> None:
    clock.advance(1_999)
    assert await webhook.send("webhook", a_notification()) == ""
    (request,) = hook.accepted
    headers = request.headers
    assert json.loads(request.body)["alert"]["id"] == "A12"
    assert headers["Content-Type"] == "application/json"
    assert headers["User-Agent"] == f"notifier/{version('notifier')}"
    assert headers["Notifier-Timestamp"] == str(START // 1000 + 1)
    assert headers["Notifier-Delivery"] == a_notification().delivery_id
    assert headers["Notifier-Signature"] == signature(SECRET, START // 1000 + 1, request.body)


async def test_every_kind_of_message_is_posted(webhook: Webhook, hook: FakeHook) -> None:
    for message in (a_notification(), a_summary(), a_notice()):
        await webhook.send("webhook", message)
    assert [json.loads(each.body)["type"] for each in hook.accepted] == ["alert", "summary", "notice"]
    assert len(hook.connections) == 1


async def test_a_second_try_has_the_same_delivery_id_and_a_new_time(
    webhook: Webhook, hook: FakeHook, clock: FakeClock
) -> None:
    hook.fail_next("drop-after-accept")
    assert isinstance(await failure_of(webhook), DeliveryTransient)
    clock.advance(60_000)
    await webhook.send("webhook", a_notification())
    first, second = hook.accepted
    assert first.body == second.body
    assert first.headers["Notifier-Delivery"] == second.headers["Notifier-Delivery"]
    assert int(second.headers["Notifier-Timestamp"]) == int(first.headers["Notifier-Timestamp"]) + 60


async def test_a_plain_one_is_the_same(webhook: Webhook, hook: FakeHook) -> None:
    await webhook.send("webhook", a_notification())
    await webhook.send("webhook", a_notification(), plain=True)
    first, second = hook.accepted
    assert first.body == second.body


async def test_what_was_posted_can_not_be_edited_or_looked_for(webhook: Webhook, hook: FakeHook) -> None:
    with pytest.raises(EditRefused):
        await webhook.edit("", a_notification())
    assert await webhook.confirm("webhook", ["d"], START) == {}
    assert hook.requests == []


@pytest.mark.parametrize("status", [401, 403])
async def test_a_secret_replaced_in_its_file_signs_the_next_try(hook: FakeHook, status: int) -> None:
    new = "another-secret-that-both-know"
    webhook = a_webhook(hook.url, Secret(SECRET, lambda: new))
    hook.fail_next(status)
    assert isinstance(await failure_of(webhook), CredentialsBroken)
    await webhook.send("webhook", a_notification())
    await webhook.aclose()
    (request,) = hook.accepted
    assert request.headers["Notifier-Signature"] == signature(new, START // 1000, request.body)


async def test_a_url_replaced_in_its_file_is_used_by_the_next_try_and_the_lane_stays(hook: FakeHook) -> None:
    right = hook.url
    settings = WebhookReceiver(url=Secret(right + "/gone", lambda: right), secret=Secret(SECRET))
    webhook = Webhook("hook", settings, webhook_client(5.0), FakeClock())
    lane = webhook.lane("webhook")
    assert isinstance(await failure_of(webhook), TargetBroken)
    await webhook.send("webhook", a_notification())
    await webhook.aclose()
    assert len(hook.accepted) == 1
    assert webhook.lane("webhook") == lane


@pytest.mark.parametrize("trouble", [FileNotFoundError("gone"), ValueError("empty"), NotifierError("unset")])
async def test_a_secret_file_that_is_gone_leaves_the_old_secret(hook: FakeHook, trouble: Exception) -> None:
    def gone() -> str:
        raise trouble

    webhook = a_webhook(hook.url, Secret(SECRET, gone))
    hook.fail_next(401)
    assert isinstance(await failure_of(webhook), CredentialsBroken)
    await webhook.send("webhook", a_notification())
    await webhook.aclose()
    (request,) = hook.accepted
    assert request.headers["Notifier-Signature"] == signature(SECRET, START // 1000, request.body)


async def test_other_failures_leave_the_secret_alone(hook: FakeHook) -> None:
    def never() -> str:
        raise AssertionError("it was read again")

    webhook = a_webhook(hook.url, Secret(SECRET, never))
    hook.fail_next(500)
    assert isinstance(await failure_of(webhook), DeliveryTransient)
    await webhook.aclose()


async def test_what_an_answer_says_beyond_its_status_is_not_waited_for_or_kept(
    webhook: Webhook, hook: FakeHook
) -> None:
    hook.fail_next(Raw(200, b"x" * (1024 * 1024), "text/plain"))
    await webhook.send("webhook", a_notification())
    await webhook.send("webhook", a_notification())
    assert len(hook.requests) == 2


@asynccontextmanager
async def breaking_off(*, hangs: bool) -> AsyncIterator[str]:
    """A receiver at this URL that accepts one document, and never ends or breaks off its answer."""
    done = asyncio.Event()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"HTTP/1.1 202 Accepted\r\nContent-Length: 100\r\n\r\nx")
        if hangs:
            while await reader.read(1024):
                pass
        writer.close()
        with contextlib.suppress(OSError):
            await writer.wait_closed()
        done.set()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/in"
    async with asyncio.timeout(5):
        await done.wait()
    server.close()
    await server.wait_closed()


@pytest.mark.parametrize(("hangs", "limit"), [(False, 5.0), (True, 5.0), (True, 0.3)])
async def test_an_accepted_document_is_accepted_however_the_answer_ends(*, hangs: bool, limit: float) -> None:
    async with breaking_off(hangs=hangs) as url:
        webhook = a_webhook(url, timeout=limit)
        async with asyncio.timeout(3):
            assert await webhook.send("webhook", a_notification()) == ""
        await webhook.aclose()


async def test_a_receiver_without_a_certificate_that_is_trusted_is_for_ops_to_mend() -> None:
    hook = FakeHook(tls=True)
    await hook.start()
    webhook = a_webhook(hook.url)
    failure = await failure_of(webhook)
    await webhook.aclose()
    await hook.stop()
    assert isinstance(failure, CredentialsBroken)
    assert "SSL_CERT_FILE" in str(failure)
    assert hook.requests == []


async def test_a_receiver_that_speaks_no_tls_was_told_nothing(hook: FakeHook) -> None:
    webhook = a_webhook(hook.url.replace("http:", "https:"))
    failure = await failure_of(webhook)
    await webhook.aclose()
    assert isinstance(failure, DeliveryTransient)
    assert not failure.uncertain


@pytest.mark.parametrize(
    "url", ["nonsense-secret", "https://", "ftp://secret.example/", "http://secret\u0000/"]
)
async def test_a_url_that_is_none_is_for_ops_to_mend(url: str) -> None:
    webhook = a_webhook(url)
    failure = await failure_of(webhook)
    await webhook.aclose()
    assert isinstance(failure, CredentialsBroken)
    assert "secret" not in str(failure)


@pytest.mark.parametrize(
    "fault", [401, 404, 500, 413, "drop-before-accept", Raw(302, headers={"Location": "/x"}), 429]
)
async def test_promise_no_secret_leaves_through_errors_or_logs(
    webhook: Webhook, hook: FakeHook, fault: str | int | Raw, caplog: pytest.LogCaptureFixture
) -> None:
    for name in ("notifier", "asyncio"):
        caplog.set_level(logging.DEBUG, name)
    caplog.set_level(logging.WARNING, "httpx")  # as the host sets it: at INFO it writes URLs
    hook.fail_next(fault)
    failure = await failure_of(webhook)
    shown = "".join(traceback.format_exception(failure)) + repr(failure) + repr(vars(webhook)) + caplog.text
    assert "secret-part" not in shown
    assert SECRET not in shown
    assert "+9198" not in shown
    assert failure.__context__ is None
    assert failure.__cause__ is None


async def test_receivers_share_a_client_but_not_their_troubles(hook: FakeHook) -> None:
    def settings(path: str) -> WebhookReceiver:
        return WebhookReceiver(url=Secret(hook.url + path), secret=Secret(SECRET))

    made = webhook_channels({"good": settings(""), "bad": settings("/gone")}, FakeClock())
    with pytest.raises(TargetBroken):
        await made["bad"].send("webhook", a_notification())
    await made["good"].send("webhook", a_notification())
    assert {made[name].service for name in made} == {"webhook good", "webhook bad"}
    assert made["good"].lane("webhook") != made["bad"].lane("webhook")
    for channel in made.values():
        await channel.aclose()


def test_without_receivers_there_is_nothing() -> None:
    assert webhook_channels({}, FakeClock()) == {}
