"""Logging is the process's: whoever runs a command or the daemon within a test puts it back."""

import logging
from collections.abc import Iterator

import pytest
import structlog


@pytest.fixture(autouse=True)
def logging_is_put_back() -> Iterator[None]:
    """As it was before the test."""
    root = logging.getLogger()
    level = root.level
    levels = {name: one.level for name in list(root.manager.loggerDict) if (one := logging.getLogger(name))}
    yield
    root.handlers[:] = [one for one in root.handlers if not type(one).__module__.startswith("notifier")]
    root.setLevel(level)
    for name in list(root.manager.loggerDict):
        logging.getLogger(name).setLevel(levels.get(name, logging.NOTSET))
    structlog.reset_defaults()
    structlog.contextvars.clear_contextvars()
