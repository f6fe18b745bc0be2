"""A daemon keeps what it loads for as long as it lives: what it does not need is not loaded with it."""

import subprocess
import sys
from collections.abc import Callable
from functools import cache
from pathlib import Path

import pytest

from notifier.store.database import Database
from tests.support.config_files import config_text

# As with `requirements.lock` alone: click comes with tools for development, and httpx loads more with it. The
# daemon is built whole, and told to stop before its first round.
RUN = """
import asyncio, os, sys
sys.modules["click"] = None
from functools import partial
from pathlib import Path
from typer.main import get_command
from notifier.cli.main import app
get_command(app).commands["run"]
from notifier.app import Host, serve
from notifier.clock import SystemClock
from notifier.config import load
host = Host(SystemClock(), {}, sys.stderr)
host.stop.set()
asyncio.run(serve(partial(load, Path(sys.argv[1]), {}), host))
print(*sys.modules, sep="\\n")
"""

LEAN = {
    "timezone": "Asia/Kolkata",
    "receivers": '{room: {webhook: {url: "https://example.com/in", secret: "0123456789abcdef"}}}',
}
FULL = {
    "bot": {"slack": "{bot_token: xoxb-1}", "receivers": '{room: {slack: {to: "#room"}}}'},
    "buttons": {
        "slack": "{bot_token: xoxb-1, app_token: xapp-1}",
        "receivers": '{room: {slack: {to: "#room"}}}',
    },
    "slack": {"receivers": '{room: {slack: {webhook_url: "https://hooks.example.com/x"}}}'},
    "mail": {
        "email": "{host: smtp.example.com, sender: a@example.com}",
        "receivers": "{room: {email: {to: [b@example.com]}}}",
    },
    "pages": {"web": "{listen: 127.0.0.1:0}"},
    "holidays": {"calendars": "{office: {days: mon-fri, hours: [09:00-18:00], holidays: IN}}"},
}

NEEDED_BY = {
    "aiohttp": "slack",
    "aiosmtplib": "mail",
    "holidays": "holidays",
    "notifier.actions": "buttons",
    "notifier.buttons": "buttons",
    "notifier.channels.mail": "mail",
    "notifier.channels.slack": "slack",
    "notifier.web.counters": "pages",
    "notifier.web.scrape": "pages",
    "notifier.store.by_hand": "buttons",
    "notifier.web.server": "pages",
    "prometheus_client": "pages",
    "slack_sdk": "bot",
    "slack_sdk.socket_mode": "buttons",
}
"""What some daemons need, and a part of the configuration that asks for it."""

NEVER = [
    "aiohttp.web",  # whole applications
    "alembic",  # the store has this version's schema
    "jinja2",  # only the first mail
    "notifier.backtest",
    "notifier.cli.act",
    "notifier.cli.alerts",
    "notifier.cli.backtest",
    "notifier.cli.check",
    "notifier.cli.demo",
    "notifier.cli.digest",
    "notifier.cli.explain",
    "notifier.cli.purge",
    "notifier.cli.silence",
    "notifier.cli.status",
    "notifier.sandbox",
    "notifier.store.forget",
    "rich",  # tables
    "sqlalchemy.dialects.postgresql",
    "sqlalchemy.orm",
]
"""What commands need, or what comes later, or nobody."""


@pytest.fixture(scope="module")
def loaded(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], set[str]]:
    """The modules of a daemon whose configuration has the lean one's sections, and these of the full one."""
    folder = tmp_path_factory.mktemp("loaded")
    store = folder / "notifier.db"
    Database.open(store).close()

    @cache
    def modules(part: str) -> set[str]:
        path = folder / f"{part}.yaml"
        sections = {**LEAN, **FULL.get(part, {}), "store": f'{{url: "sqlite:///{store}"}}'}
        path.write_text(config_text(**sections))
        return set(_printed(RUN, path))

    return modules


def _printed(program: str, *arguments: Path) -> list[str]:
    done = subprocess.run([sys.executable, "-c", program, *arguments], capture_output=True, text=True)  # noqa: PLW1510 - what it said is shown where it failed
    assert done.returncode == 0, done.stderr
    return done.stdout.split()


@pytest.mark.parametrize("module", [*NEEDED_BY, *NEVER])
def test_a_daemon_begins_without_what_it_does_not_need(
    loaded: Callable[[str], set[str]], module: str
) -> None:
    assert "notifier.app.serve" in loaded("lean")
    assert module not in loaded("lean")


@pytest.mark.parametrize(("module", "part"), NEEDED_BY.items())
def test_what_a_configuration_asks_for_is_loaded(
    loaded: Callable[[str], set[str]], module: str, part: str
) -> None:
    assert module in loaded(part)


@pytest.mark.parametrize("part", FULL)
def test_what_no_daemon_needs_is_never_loaded(loaded: Callable[[str], set[str]], part: str) -> None:
    assert loaded(part).isdisjoint(NEVER)


def test_of_slacks_library_only_what_calls_any_method_is_loaded(loaded: Callable[[str], set[str]]) -> None:
    assert "slack_sdk.web.async_base_client" in loaded("bot")
    assert loaded("bot").isdisjoint(
        {"slack_sdk.web.async_client", "slack_sdk.socket_mode", "notifier.actions"}
    )


def test_rich_is_there_for_whoever_asks_for_it() -> None:
    program = (
        "import notifier, sys, structlog, rich.console;print(sys.modules['rich'] is rich, structlog.dev.rich)"
    )
    assert _printed(program) == ["True", "None"]


def test_a_rich_that_was_loaded_before_stays_the_same_one() -> None:
    program = "import rich, sys; import notifier; print(sys.modules['rich'] is rich)"
    assert _printed(program) == ["True"]
