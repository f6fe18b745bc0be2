"""Everything that the daemon talks to, in the test's own loop, and a configuration that leads there."""

import json
import re
from collections import Counter
from collections.abc import AsyncIterator, Mapping
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from notifier.clock import SystemClock
from notifier.sandbox import Sandbox
from tests.support.daemon import Daemon, running
from tests.support.sandbox import APP_ID, SECRET, running_sandbox
from tests.support.slack import TOKEN, FakeSlack

ENVIRON = {"TELECMI_SECRET": SECRET, "SLACK_BOT_TOKEN": TOKEN}
ROOM = "C0ROOM"

_NAME = re.compile(r"Customer \d{5}")


class Stage:
    """A folder, a TeleCMI, a Slack.

    Args:
        folder: for the configuration and the store.
        sandbox: running.
        slack: running.
    """

    def __init__(self, folder: Path, sandbox: Sandbox, slack: FakeSlack) -> None:
        self.folder = folder
        self.sandbox = sandbox
        self.slack = slack
        self.path = folder / "config.yaml"
        self.environ = dict(ENVIRON)
        self.clock = SystemClock()
        # From now on, not from the first read on: so a call that comes during the first start counts.
        self.began = datetime.fromtimestamp(self.clock.now() // 1000, UTC).isoformat()
        self._calls = 0

    @property
    def store(self) -> Path:
        return self.folder / "notifier.db"

    def configure(self, **sections: Any) -> None:
        """Write the configuration: every call is told to ROOM at once, but for the given sections."""
        merged = {**self.sections(), **sections}
        # JSON is YAML; one line per section, so that the place of an error is known.
        self.path.write_text("".join(f"{name}: {json.dumps(value)}\n" for name, value in merged.items()))

    def sections(self) -> dict[str, Any]:
        """The configuration's sections, to be changed."""
        return {
            "timezone": "Asia/Kolkata",
            "country": "IN",
            "telecmi": {
                "accounts": [
                    {
                        "name": "main",
                        "region": "india",
                        "app_id": APP_ID,
                        "secret": "${TELECMI_SECRET}",
                        "base_url": self.sandbox.base_url("india"),
                    }
                ],
                "poll": {"every": "1s", "start_from": self.began},
            },
            "slack": {"bot_token": "${SLACK_BOT_TOKEN}", "base_url": self.slack.api_url},
            "receivers": {"room": {"slack": {"to": ROOM}}},
            "rules": [{"name": "every-call", "notify": "room"}],
            "delivery": {"retry": {"first": "1s", "max": "2s"}},
            "ops": {"notify": "room"},
            "web": {"listen": "127.0.0.1:0"},
            "log": {"level": "debug", "format": "json"},
        }

    @property
    def slack_port(self) -> int:
        """Where Slack listens, or did before it was stopped."""
        port = urlsplit(self.slack.api_url).port
        assert port is not None
        return port

    def daemon(
        self, *command: str, environ: Mapping[str, str] | None = None
    ) -> AbstractAsyncContextManager[Daemon]:
        """The daemon for the configuration as it is now; or another command, like "once"."""
        arguments = (*(command or ("run",)), "--config", str(self.path))
        return running(*arguments, environ={**self.environ, **(environ or {})})

    def call(self, extension: str = "201") -> str:
        """A call that nobody took, reported now; returns the customer's name, which only this call has."""
        self._calls += 1
        name = f"Customer {self._calls:05}"
        self.sandbox.book.add(
            extension=extension, customer=self.number(name)[3:], placed_at=self.clock.now(), name=name
        )
        return name

    @staticmethod
    def number(name: str) -> str:
        """The number of a customer that `call` made up, E.164."""
        return f"+9198120{name[-5:]}"

    def told(self) -> Counter[tuple[str, str]]:
        """How often each customer was named in each channel, in messages of their own."""
        return Counter(
            (name, message.channel)
            for message in self.slack.posted
            for name in {*_NAME.findall(message.text)}
        )


@asynccontextmanager
async def a_stage(folder: Path, slack: FakeSlack | None = None) -> AsyncIterator[Stage]:
    """Start what the daemon talks to, and configure it; Slack knows ROOM, #named, and three people."""
    slack = slack or FakeSlack()
    slack.add_channel("room", ROOM)
    slack.add_channel("named", "C0NAMED")
    slack.add_user("U0ANITA", "anita@example.com")
    slack.add_user("U0RAHUL", "rahul@example.com")
    clock = SystemClock()
    async with running_sandbox(clock.now) as sandbox:
        await slack.start()
        try:
            stage = Stage(folder, sandbox, slack)
            stage.configure()
            yield stage
        finally:
            await slack.stop()
