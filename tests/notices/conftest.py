"""Rooms of ops: opened in a folder of their own, and closed after the test."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from tests.support.ops import RECEIVERS, OpenRoom, OpsRoom


@pytest.fixture
async def an_ops_room(tmp_path: Path) -> AsyncIterator[OpenRoom]:
    """Open one; ops are `room` where nobody else is named."""
    opened: list[OpsRoom] = []

    async def open_room(*ops: str, **more: Any) -> OpsRoom:
        folder = tmp_path / str(len(opened))
        folder.mkdir()
        opened.append(OpsRoom(folder, RECEIVERS, ops or ("room",), **more))
        await opened[-1].notices.adopt()
        return opened[-1]

    yield open_room
    for room in opened:
        await room.close()


@pytest.fixture
async def ops(an_ops_room: OpenRoom) -> OpsRoom:
    """One with a room in Slack."""
    return await an_ops_room()
