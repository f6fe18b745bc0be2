"""A program that takes our webhook, and the channel that talks to it."""

from collections.abc import AsyncIterator

import pytest

from notifier.channels.webhook import Webhook
from notifier.channels.webhook.client import webhook_client
from notifier.config.receivers import WebhookReceiver
from notifier.config.values import Secret
from tests.support.clock import FakeClock
from tests.support.hook import SECRET, FakeHook


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture
async def hook() -> AsyncIterator[FakeHook]:
    hook = FakeHook()
    await hook.start()
    yield hook
    await hook.stop()


@pytest.fixture
async def webhook(hook: FakeHook, clock: FakeClock) -> AsyncIterator[Webhook]:
    settings = WebhookReceiver(url=Secret(hook.url), secret=Secret(SECRET))
    channel = Webhook("hook", settings, webhook_client(5.0), clock, timeout=5.0)
    yield channel
    await channel.aclose()
