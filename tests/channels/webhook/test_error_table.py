"""Every way in which a webhook's receiver fails, over a socket: class of the error, uncertain, pause."""

import pytest

from notifier.channels.webhook import Webhook
from notifier.channels.webhook.client import webhook_client
from notifier.config.receivers import WebhookReceiver
from notifier.config.values import Secret
from notifier.errors import DeliveryError, DeliveryTransient, RateLimited
from tests.support.clock import FakeClock
from tests.support.error_classes import UNREACHABLE, WEBHOOK, Row
from tests.support.hook import SECRET, FakeHook
from tests.support.sample import a_notification

PATIENCE = 0.3  # seconds, where no answer will come


@pytest.mark.parametrize("row", WEBHOOK, ids=str)
async def test_each_failure_of_a_receiver_is_one_class_of_error(hook: FakeHook, row: Row) -> None:
    settings = WebhookReceiver(url=Secret(hook.url), secret=Secret(SECRET))
    timeout = PATIENCE if str(row.fault).startswith("hang") else 5.0
    webhook = Webhook("hook", settings, webhook_client(5.0), FakeClock(), timeout=timeout)
    if row.fault == UNREACHABLE:
        await hook.stop()
    else:
        assert row.fault is not None
        hook.fail_next(row.fault)
    with pytest.raises(DeliveryError) as caught:
        await webhook.send("webhook", a_notification())
    await webhook.aclose()
    error = caught.value
    assert type(error) is row.kind
    assert isinstance(error, DeliveryTransient) or not row.uncertain
    assert getattr(error, "uncertain", False) is row.uncertain
    assert getattr(error, "retry_after", None) == row.pause
    assert isinstance(error, RateLimited) is (row.pause is not None)
    assert error.__context__ is None, "it may hold the URL"
    assert len(hook.requests) == (row.fault != UNREACHABLE), "it is tried once, and no redirect is followed"
