"""What every test may ask for, and what each leaves as it was."""

from collections.abc import Iterator

import pytest

from notifier.host import masking
from tests.support.worlds import a_world

__all__ = ["a_world"]


@pytest.fixture(autouse=True)
def secrets_are_forgotten() -> Iterator[None]:
    """The masking is the process's, and forgets nothing: another test's secret may be a word of this one."""
    process = masking._process
    secrets, pattern = set(process._secrets), process._pattern
    yield
    process._secrets, process._pattern = secrets, pattern
