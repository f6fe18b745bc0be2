"""A daemon keeps what it loads for as long as it lives: what it may not need is not loaded with it."""

import subprocess
import sys

import pytest

# As with `requirements.lock` alone: click comes with tools for development, and httpx loads more with it.
LOADED = """
import sys
sys.modules["click"] = None
import notifier.cli, notifier.app
print(*sys.modules, sep="\\n")
"""


@pytest.fixture(scope="module")
def loaded() -> set[str]:
    done = subprocess.run([sys.executable, "-c", LOADED], check=True, capture_output=True, text=True)
    return set(done.stdout.split())


@pytest.mark.parametrize(
    "module",
    [
        "aiohttp",  # Slack, and pages
        "aiosmtplib",
        "alembic",
        "holidays",  # calendars that keep some
        "jinja2",  # mail
        "notifier.backtest",
        "rich",  # tables
        "slack_sdk",
        "sqlalchemy.dialects.postgresql",
        "sqlalchemy.orm",
    ],
)
def test_a_daemon_begins_without_what_it_may_not_need(loaded: set[str], module: str) -> None:
    assert "notifier.app.serve" in loaded
    assert module not in loaded


def test_rich_is_there_for_whoever_asks_for_it() -> None:
    program = (
        "import notifier, sys, structlog, rich.console;print(sys.modules['rich'] is rich, structlog.dev.rich)"
    )
    done = subprocess.run([sys.executable, "-c", program], check=True, capture_output=True, text=True)
    assert done.stdout.split() == ["True", "None"]


def test_a_rich_that_was_loaded_before_stays_the_same_one() -> None:
    program = "import rich, sys; import notifier; print(sys.modules['rich'] is rich)"
    done = subprocess.run([sys.executable, "-c", program], check=True, capture_output=True, text=True)
    assert done.stdout.split() == ["True"]
