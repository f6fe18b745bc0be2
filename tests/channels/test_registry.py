from collections.abc import Mapping
from typing import Any

import pytest

from notifier.channels.mail import Mail
from notifier.channels.registry import channels
from notifier.channels.slack import SlackBot, SlackWebhook
from notifier.channels.webhook import Webhook
from notifier.config.schema import Config
from notifier.errors import ConfigError
from tests.support.clock import FakeClock
from tests.support.sample import a_notification
from tests.support.smtp import MailServer

LEAD = "lead@example.com"
RECEIVERS = {
    "room": {"slack": {"to": "#sales"}},
    "hook": {"slack": {"webhook_url": "https://hooks.slack.com/services/T/B/x"}},
    "leads": {"email": {"to": [LEAD]}},
    "program": {"webhook": {"url": "https://example.com/in", "secret": "0123456789abcdef"}},
}


class RecordingApi:
    """Slack's Web API, so far as it is asked to close."""

    def __init__(self) -> None:
        self.closed = 0

    async def call(self, method: str, payload: Mapping[str, object]) -> Mapping[str, object]:
        raise AssertionError(f"{method} was called with {payload}")

    async def aclose(self) -> None:
        self.closed += 1


def config(**over: Any) -> Config:
    account = {"name": "main", "region": "india", "app_id": 1, "secret": "s"}
    base = {
        "telecmi": {"accounts": [account]},
        "slack": {"bot_token": "xoxb-1"},
        "email": {"host": "127.0.0.1", "sender": "calls@example.com"},
        "receivers": RECEIVERS,
    }
    return Config.model_validate(base | over)


async def test_each_receiver_has_the_channel_of_its_kind() -> None:
    made = channels(config(), FakeClock(), RecordingApi())
    assert {name: type(made[name]) for name in made} == {
        "room": SlackBot,
        "hook": SlackWebhook,
        "leads": Mail,
        "program": Webhook,
    }
    assert len(made) == 4
    assert {name: made[name].can_edit for name in made} == {
        name: receiver.can_edit for name, receiver in config().receivers.items()
    }
    await made.aclose()


async def test_a_service_is_what_shares_its_credentials() -> None:
    given = config(receivers={**RECEIVERS, "hall": {"slack": {"to": "#hall"}}})
    made = channels(given, FakeClock(), RecordingApi())
    assert {name: made[name].service for name in made} == {
        "room": "slack",
        "hall": "slack",
        "hook": "slack webhook hook",
        "leads": "email",
        "program": "webhook program",
    }
    await made.aclose()


async def test_closing_lets_go_of_the_api_that_was_given() -> None:
    api = RecordingApi()
    await channels(config(), FakeClock(), api).aclose()
    assert api.closed >= 1


async def test_mail_of_two_receivers_goes_over_one_connection() -> None:
    async with MailServer() as server:
        given = config(
            receivers={name: {"email": {"to": [LEAD]}} for name in ("a", "b")},
            email=server.settings().model_dump(),
        )
        made = channels(given, FakeClock())
        for name in made:
            await made[name].send(LEAD, a_notification())
        await made.aclose()
        assert server.sessions == 1
    assert len(server.received) == 2


async def test_nothing_is_needed_where_there_are_no_receivers() -> None:
    made = channels(config(receivers={}, slack=None, email=None), FakeClock())
    assert dict(made) == {}
    await made.aclose()


@pytest.mark.parametrize(("missing", "key"), [("slack", "receivers.room"), ("email", "receivers.leads")])
def test_a_receiver_whose_settings_are_missing_is_a_configuration_error(missing: str, key: str) -> None:
    with pytest.raises(ConfigError, match=key):
        channels(config(**{missing: None}), FakeClock())
