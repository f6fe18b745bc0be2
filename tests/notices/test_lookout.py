"""A silent TeleCMI, a disk that fills up, and a store's file that is gone."""

from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from notifier.config.calendars import Calendar
from notifier.host.disk import LEAST, Space, StoreFile
from notifier.model import NoticeKind
from notifier.rules.calendar import compile_hours
from notifier.store import calls, sources
from notifier.store.database import Connection
from tests.support.clock import START
from tests.support.ops import MINUTE, SOURCE, OpenRoom, OpsRoom
from tests.support.sample import a_call
from tests.support.store import a_reject, main_source, store_calls

HOUR = 60 * MINUTE
INDIA = ZoneInfo("Asia/Kolkata")
SILENT = NoticeKind.SOURCE_SILENT
DISK = NoticeKind.DISK


async def read_to(ops: OpsRoom, instant: int, *, placed_at: int | None = None) -> None:
    """TeleCMI was read up to then, and has listed this call."""

    def write(connection: Connection) -> None:
        if placed_at is not None:
            store_calls(connection, a_call(id=f"c{placed_at}", placed_at=placed_at))
        source = main_source(connection)
        sources.start(connection, source.id, START)
        sources.advance(connection, source.id, instant, instant)

    await ops.database.write(write)


@pytest.fixture
async def quiet(an_ops_room: OpenRoom) -> OpsRoom:
    """Silence for four hours is a trouble; the first read was at START."""
    ops = await an_ops_room()
    ops.quiet_after = 4 * HOUR
    await read_to(ops, START)
    await ops.reload()
    return ops


async def test_a_source_that_lists_nothing_for_so_long_is_told_once_and_its_next_call_ends_it(
    quiet: OpsRoom,
) -> None:
    for minute in range(0, 300, 10):
        await read_to(quiet, quiet.clock.now())
        await quiet.go()
        quiet.clock.advance(10 * MINUTE)
        assert quiet.told() == ([] if minute < 240 else ["raised"])
    (raised,) = quiet.heard
    assert (raised.kind, raised.subject, raised.at) == (SILENT, SOURCE, START + 4 * HOUR)
    assert raised.reason == (
        "TeleCMI answers, and has listed no call for 4h; "
        "is `app_id` the right one, and do people call at all?"
    )
    assert not quiet.health.ready().ok
    await read_to(quiet, quiet.clock.now(), placed_at=quiet.clock.now() - MINUTE)
    await quiet.go()
    assert quiet.told() == ["raised", "cleared"]
    assert quiet.health.ready().ok


async def test_only_the_open_hours_of_a_calendar_count_as_silence(quiet: OpsRoom) -> None:
    quiet.hours = compile_hours(Calendar.model_validate({"hours": ["09:30-13:30", "14:00-18:30"]}), INDIA)
    await quiet.reload()
    since = datetime.fromtimestamp(START / 1000, INDIA)
    assert since.strftime("%H:%M") == "19:43"  # closed until the next morning
    for _ in range(2 * 14):
        quiet.clock.advance(30 * MINUTE)
        await read_to(quiet, quiet.clock.now())
        await quiet.go()
    assert quiet.told() == []
    for _ in range(2 * 4):
        quiet.clock.advance(30 * MINUTE)
        await read_to(quiet, quiet.clock.now())
        await quiet.go()
    (raised,) = quiet.heard
    assert datetime.fromtimestamp(raised.at / 1000, INDIA).strftime("%H:%M") == "13:43"
    assert raised.reason.startswith("TeleCMI answers, and has listed no call for 4h of open hours; ")
    quiet.clock.advance(20 * HOUR)
    await read_to(quiet, quiet.clock.now(), placed_at=quiet.clock.now() - 14 * HOUR)  # at 19:43
    await quiet.go()
    assert quiet.told() == ["raised", "cleared"]


async def test_a_calendar_that_does_not_open_for_long_makes_no_silence(quiet: OpsRoom) -> None:
    quiet.hours = compile_hours(Calendar.model_validate({"closed": "2026-01-01..2060-01-01"}), INDIA)
    await quiet.reload()
    await read_to(quiet, START + 5 * HOUR)
    await quiet.pass_time(5 * HOUR)
    assert quiet.told() == []


async def test_a_source_that_can_not_be_read_is_not_silent(quiet: OpsRoom) -> None:
    await quiet.pass_time(5 * HOUR)
    assert quiet.told() == []


async def test_a_record_that_can_not_be_read_is_no_silence(quiet: OpsRoom) -> None:
    quiet.clock.advance(5 * HOUR)
    await read_to(quiet, quiet.clock.now())
    now = quiet.clock.now()

    def reject(connection: Connection) -> None:
        calls.insert_rejects(connection, main_source(connection), [a_reject(placed_at=now - MINUTE)], now)

    await quiet.database.write(reject)
    await quiet.go()
    assert quiet.told() == []


async def test_a_call_from_the_future_hides_no_silence(quiet: OpsRoom) -> None:
    quiet.clock.advance(5 * HOUR)
    await read_to(quiet, quiet.clock.now(), placed_at=quiet.clock.now() + 100 * HOUR)
    await quiet.go()
    assert quiet.told() == ["raised"]


@pytest.mark.parametrize("change", [{"quiet_after": None}, {"sources": ["other/out_missed"]}])
async def test_a_reload_that_asks_no_more_for_it_ends_it(quiet: OpsRoom, change: dict[str, object]) -> None:
    quiet.clock.advance(5 * HOUR)
    await read_to(quiet, quiet.clock.now())
    await quiet.go()
    assert quiet.told() == ["raised"]
    vars(quiet).update(change)
    await quiet.reload()
    await quiet.pass_time(HOUR)
    assert quiet.told() == ["raised", "cleared"]


async def test_troubles_of_sources_that_are_gone_end_with_a_reload(ops: OpsRoom) -> None:
    ops.sources = ["main/out_missed", "other/out_missed"]
    await ops.reload()
    ops.raise_(NoticeKind.SOURCE_REFUSED, "other/out_missed")
    ops.raise_(NoticeKind.CLOCK_SKEW, "other")
    ops.raise_(NoticeKind.SOURCE_REFUSED, SOURCE)
    ops.raise_(NoticeKind.CLOCK_SKEW, "main")
    ops.raise_(NoticeKind.TARGET_BROKEN, "gone:#gone")
    ops.sources = ["main/out_missed"]
    await ops.reload()
    assert {(one.kind, one.subject) for one in ops.health.troubles.active()} == {
        (NoticeKind.SOURCE_REFUSED, SOURCE),
        (NoticeKind.CLOCK_SKEW, "main"),
        (NoticeKind.TARGET_BROKEN, "gone:#gone"),  # dispatch knows better
    }


class Filling(StoreFile):
    """On a file system that is as full as a test wants."""

    found: Space | None = Space(10 * LEAST, 20 * LEAST)

    def space(self) -> Space | None:
        return self.found


async def test_a_disk_that_fills_up_is_told_while_there_is_still_room(ops: OpsRoom) -> None:
    file = Filling(ops.path)
    ops.file = file
    await ops.reload()
    await ops.go()
    assert ops.told() == []
    file.found = Space(LEAST - 1, 20 * LEAST)
    await ops.pass_time(MINUTE)
    (raised,) = ops.heard
    assert (raised.kind, raised.subject) == (DISK, "free space")
    assert raised.reason.startswith("200 MB of 4000 MB are free where ")
    assert not ops.health.ready().ok
    file.found = Space(LEAST, 20 * LEAST)
    await ops.pass_time(MINUTE)
    assert ops.told() == ["raised"]  # not enough to be rid of it
    file.found = None  # nobody can tell just now
    await ops.pass_time(MINUTE)
    assert ops.told() == ["raised"]
    file.found = Space(2 * LEAST, 20 * LEAST)
    await ops.pass_time(MINUTE)
    assert ops.told() == ["raised", "cleared"]


@pytest.mark.parametrize(
    ("space", "was", "short"),
    [
        (Space(LEAST, 2 * LEAST), False, False),
        (Space(LEAST - 1, 2 * LEAST), False, True),
        (Space(LEAST, 2 * LEAST), True, True),
        (Space(LEAST * 12 // 10, 2 * LEAST), True, False),
        (Space(2 * LEAST, 201 * LEAST), False, True),  # less than one in a hundred
        (Space(2 * LEAST, 200 * LEAST), False, False),
    ],
)
def test_what_is_too_little(space: Space, was: bool, short: bool) -> None:  # noqa: FBT001 - parameters of the table
    assert space.is_short(was=was) is short


async def test_a_store_that_was_moved_away_is_told_and_works_again_when_it_is_back(
    ops: OpsRoom, tmp_path: Path
) -> None:
    moved = tmp_path / "moved.db"
    await ops.go()
    ops.path.rename(moved)
    await ops.pass_time(MINUTE)
    (raised,) = ops.heard
    assert (raised.kind, raised.subject) == (DISK, "file")
    assert "was deleted, moved or replaced" in raised.reason
    assert not ops.health.ready().ok
    ops.path.write_bytes(b"another")
    await ops.pass_time(MINUTE)
    assert ops.told() == ["raised"]
    moved.replace(ops.path)
    await ops.pass_time(MINUTE)
    assert ops.told() == ["raised", "cleared"]
