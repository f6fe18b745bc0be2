from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.support.log_state import logging_is_put_back
from tests.support.served import Served, on_stage
from tests.support.stage import Stage, a_stage

__all__ = ["logging_is_put_back"]


@pytest.fixture
async def stage(tmp_path: Path) -> AsyncIterator[Stage]:
    async with a_stage(tmp_path) as stage:
        yield stage


@pytest.fixture
async def served(stage: Stage) -> AsyncIterator[Served]:
    """Not running yet."""
    async with on_stage(stage) as served:
        yield served
