"""The configuration that is measured."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from bench.events import APP_ID, COUNT, WITHIN
from notifier.clock import SystemClock

SECRET = "sandbox-secret"

FIVE_IN_THIRTY: Mapping[str, Any] = {
    "name": "too-many-misses",
    "per": "extension",
    "count": COUNT,
    "within": f"{WITHIN // 60_000}m",
    "notify": ["room"],
}

EVERY_CALL: Mapping[str, Any] = {"name": "every-call", "notify": ["agent"]}


def settings(
    store: Path,
    *,
    rule: Mapping[str, Any] = FIVE_IN_THIRTY,
    agents: Mapping[str, Any] | None = None,
    telecmi: str = "http://127.0.0.1:9/v1",
    slack: str = "http://127.0.0.1:9/api/",
    start_from: str = "now",
    every: str = "30s",
) -> dict[str, Any]:
    """A configuration as it would stand in YAML.

    Args:
        store: the store's file.
        rule: the only one.
        agents: by extension.
        telecmi: base URL of TeleCMI; nobody answers at the default.
        slack: base URL of Slack; likewise.
        start_from: as in the configuration.
        every: between two polls, as in the configuration.
    """
    account = {"name": "main", "region": "india", "app_id": APP_ID, "secret": SECRET, "base_url": telecmi}
    return {
        "country": "IN",
        "telecmi": {"accounts": [account], "poll": {"every": every, "start_from": start_from}},
        "store": {"url": f"sqlite:///{store}"},
        "slack": {"bot_token": "xoxb-test", "base_url": slack},
        "agents": dict(agents or {}),
        "receivers": {"room": {"slack": {"to": "#room"}}, "agent": {"slack": {"to": "agent"}}},
        "rules": [dict(rule)],
        "log": {"level": "error"},
    }


class Unpaced(SystemClock):
    """Nobody waits between two requests to TeleCMI, which are far apart in life; all else is as it is."""

    async def sleep(self, seconds: float) -> None:
        del seconds
