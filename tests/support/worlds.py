"""Worlds for tests: opened in a folder of their own, and closed after the test."""

from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import pytest

from tests.support.world import World

MakeWorld = Callable[..., World]


@pytest.fixture
async def a_world(tmp_path: Path) -> AsyncIterator[MakeWorld]:
    """Make a world: rules and sections as for `World`."""
    opened: list[World] = []

    def make(*rules: dict[str, Any], **sections: Any) -> World:
        folder = tmp_path / str(len(opened))
        folder.mkdir()
        opened.append(World(folder, rules, **sections) if rules else World(folder, **sections))
        return opened[-1]

    yield make
    for world in opened:
        await world.close()
