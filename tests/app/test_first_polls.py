"""When each source is read for the first time."""

from pathlib import Path
from typing import Any

import pytest

from notifier.app.crew import build
from notifier.app.loops import Crew, first_polls
from notifier.config import Config
from notifier.host.health import Health
from notifier.model import Endpoint
from notifier.store.database import Database
from tests.support.clock import FakeClock


def a_crew(folder: Path, *accounts: str, **telecmi: Any) -> tuple[Crew, Database]:
    database = Database.open(folder / "notifier.db")
    clock = FakeClock()
    listed = [
        {"name": name, "region": "india", "app_id": at, "secret": "s"}
        for at, name in enumerate(accounts, start=1)
    ]
    config = Config.model_validate(
        {
            "telecmi": {"accounts": listed, **telecmi},
            "receivers": {"room": {"webhook": {"url": "https://example.com", "secret": "0123456789abcdef"}}},
            "rules": [{"name": "every", "notify": "room"}],
        }
    )
    return build(config, database, clock, Health(clock)), database


async def firsts(folder: Path, *accounts: str, **telecmi: Any) -> dict[str, float]:
    crew, database = a_crew(folder, *accounts, **telecmi)
    found = {intake.name: first for intake, first in first_polls(crew.intakes)}
    await crew.stop()
    database.close()
    return found


async def test_accounts_are_spread_over_the_time_between_two_polls(tmp_path: Path) -> None:
    assert await firsts(tmp_path, "a", "b", "c") == {
        "a/out_missed": 0,
        "b/out_missed": 10,
        "c/out_missed": 20,
    }


async def test_an_accounts_lists_are_apart_and_missed_calls_come_last(tmp_path: Path) -> None:
    assert await firsts(tmp_path, "a", "b", follow_up=True) == {
        "a/out_answered": 0,
        "a/in_answered": 1,
        "a/out_missed": 2,
        "b/out_answered": 15,
        "b/in_answered": 16,
        "b/out_missed": 17,
    }


async def test_however_often_they_are_polled_no_two_sources_begin_together(tmp_path: Path) -> None:
    found = await firsts(tmp_path, "a", "b", follow_up=True, poll={"every": "1s"})
    assert len(set(found.values())) == 6
    assert max(found.values()) < 1


@pytest.mark.parametrize("follow_up", [False, True])
async def test_sources_are_those_that_the_configuration_says(tmp_path: Path, *, follow_up: bool) -> None:
    crew, database = a_crew(tmp_path, "a", "b", follow_up=follow_up)
    assert tuple(intake.name for intake in crew.intakes) == crew.config.telecmi.sources
    assert crew.intakes[0].endpoint is Endpoint.OUT_MISSED
    clients = {id(intake.client) for intake in crew.intakes}
    assert len(clients) == 2, "one for each account"
    crew.announce()
    needed = {name for name, source in crew.health.ready().sources.items() if source.is_needed}
    assert needed == {"a/out_missed", "b/out_missed"}
    assert crew.intakes[0].book.follow_up is follow_up
    await crew.stop()
    database.close()
