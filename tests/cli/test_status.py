from dataclasses import replace

from notifier.clock import SystemClock
from notifier.errors import DeliveryTransient, TargetBroken
from notifier.model import NoticeKind, Target
from notifier.store import digests
from notifier.store.database import Connection
from notifier.store.lock import store_lock
from notifier.store.notices import StoredNotice, insert_notice, update_notice
from notifier.store.outbox import RowState
from tests.cli.conftest import Scene
from tests.support.clock import START
from tests.support.commands import as_json, configured, notifier, shown
from tests.support.exchange import SECRET
from tests.support.store import a_reject
from tests.support.world import HOUR, MINUTE
from tests.support.worlds import MakeWorld


def test_an_empty_store_says_that_nothing_was_read(empty: Scene) -> None:
    assert shown("status", "-c", empty.config) == [
        "daemon   not running: nothing is read and nobody is told until `notifier run` is started",
        "main/out_missed",
        "  last good read  never",
        "alerts   0 active",
        "outbox   0 waiting; nothing given up",
        f"store    0 calls, in {empty.world.path}",
    ]


def test_a_full_one_says_how_reading_goes_and_what_is_stored(full: Scene) -> None:
    lines = shown("status", "-c", full.config)
    assert lines[2].startswith("  last good read  ")
    assert lines[2].endswith(" ago")
    assert lines[3].startswith("  watched since   ")
    assert lines[3].endswith("; calls from before count, and open nothing")
    assert lines[4].startswith("  count           TeleCMI 1, here 1 since ")
    assert "; agreed " in lines[4]
    assert lines[4].endswith(" ago")
    assert lines[5:] == [
        "alerts   4 active",
        "outbox   0 waiting; nothing given up",
        f"store    6 calls, in {full.world.path}",
    ]


def test_who_holds_the_store_is_the_daemon(empty: Scene) -> None:
    with store_lock(empty.world.path, "run"):
        assert shown("status", "-c", empty.config)[0].startswith("daemon   running: `notifier run` (process ")
        assert as_json("status", "-c", empty.config)["running"].startswith("`notifier run` (process ")


async def test_a_daemon_that_runs_and_reads_nothing_is_overdue(empty: Scene) -> None:
    await empty.world.poll()  # when the world's clock began, months from now or ago
    with store_lock(empty.world.path, "run"):
        late = SystemClock().now() - empty.world.clock.now() > 2 * MINUTE
        assert shown("status", "-c", empty.config)[2].endswith(", overdue") is late
    empty.world.clock.ms = SystemClock().now()
    await empty.world.poll()
    with store_lock(empty.world.path, "run"):
        assert shown("status", "-c", empty.config)[2].endswith(" ago")


async def test_trouble_is_told_until_a_good_read(empty: Scene) -> None:
    world = empty.world
    world.exchange.secret = "another"
    await world.poll()
    lines = shown("status", "-c", empty.config)
    assert lines[2] == "  last good read  never"
    assert lines[4].startswith("  trouble         TeleCMI refused")
    assert "; last tried " in lines[4]
    world.exchange.secret = SECRET
    await world.poll()
    assert not any(line.startswith("  trouble") for line in shown("status", "-c", empty.config))


def count_line(scene: Scene) -> str:
    """What is said of TeleCMI's count and ours; the command has the machine's clock, the world another."""
    (line,) = (one for one in shown("status", "-c", scene.config) if one.startswith("  count "))
    return line.removeprefix("  count           ")


async def test_counts_that_do_not_fit_are_told(empty: Scene) -> None:
    empty.world.exchange.lie = 2
    empty.world.call("Suresh")
    await empty.world.poll()
    line = count_line(empty)
    assert line.startswith("TeleCMI 3, here 1 since ")
    assert "; TeleCMI counts 2 more than it lists; never agreed yet, compared " in line
    assert line.endswith(" ago; a support case for TeleCMI")
    empty.world.exchange.lie = -1
    empty.world.clock.advance(2 * 60 * MINUTE)
    empty.world.call("Priya")
    await empty.world.poll()
    line = count_line(empty)
    assert line.startswith("TeleCMI 1, here 2 since ")
    assert "; TeleCMI lists 1 fewer than stored: normal, it forgets; never agreed yet, compared " in line
    empty.world.exchange.lie = 0
    empty.world.clock.advance(2 * 60 * MINUTE)
    await empty.world.poll()
    assert count_line(empty).startswith("TeleCMI 2, here 2 since ")
    assert "; agreed " in count_line(empty)
    empty.world.exchange.lie = 1
    empty.world.clock.advance(2 * 60 * MINUTE)
    await empty.world.poll()
    assert "; last agreed " in count_line(empty)
    empty.world.exchange.counts = False
    empty.world.clock.advance(2 * 60 * MINUTE)
    await empty.world.poll()
    assert count_line(empty).startswith("TeleCMI gives no count, here 2 since ")


async def test_what_ops_were_told_of_is_shown_until_it_is_over(empty: Scene) -> None:
    def raise_two(connection: Connection) -> StoredNotice:
        insert_notice(connection, NoticeKind.REJECTS, "main/out_missed", "1 record", START)
        reason = "gone\x1b[2J for 919812345678\nstatus ok"
        return insert_notice(connection, NoticeKind.TARGET_BROKEN, "room:#room", reason, START)

    broken = await empty.world.database.write(raise_two)
    notices = [one for one in shown("status", "-c", empty.config) if one.startswith("notice   ")]
    assert len(notices) == 2
    assert notices[0].startswith("notice   rejects (main/out_missed), since 21 Sep ")
    assert notices[0].endswith(": 1 record")
    assert notices[1].startswith("notice   target broken (room:#room), since 21 Sep ")
    assert notices[1].endswith("status ok"), "on one line"
    assert "\x1b" not in notices[1]
    assert as_json("status", "-c", empty.config)["notices"][0] == {
        "kind": "rejects",
        "subject": "main/out_missed",
        "reason": "1 record",
        "raised_at": "2026-09-21T14:13:20.000Z",
    }
    over = replace(broken, cleared_at=START + MINUTE)
    await empty.world.database.write(lambda connection: update_notice(connection, over))
    assert sum(one.startswith("notice   ") for one in shown("status", "-c", empty.config)) == 1


async def test_what_waits_what_was_given_up_and_what_could_not_be_read(a_world: MakeWorld) -> None:
    world = a_world()
    await world.watch()
    world.call("Suresh")
    await world.poll()
    config = configured(world, dry_run=True)
    assert any(
        line.startswith("outbox   1 waiting, the oldest for ") for line in shown("status", "-c", config)
    )
    world.room.always = TargetBroken("gone")
    await world.send()
    lines = shown("status", "-c", config)
    assert "outbox   0 waiting; 1 given up (`notifier outbox --state dead` shows them)" in lines
    assert lines[1] == "dry_run  on: everything is decided and stored, nothing is sent"
    world.exchange.records.append({"_id": "x", "to": None, "time": a_reject().placed_at})
    await world.poll()
    assert any("record that could not be read" in line for line in shown("status", "-c", config))


async def test_accounts_come_and_go(empty: Scene) -> None:
    await empty.world.poll()
    sections = empty.world.sections["telecmi"]
    account = {**sections["accounts"][0], "name": "dubai"}
    configured(empty.world, telecmi={**sections, "accounts": [account]})
    lines = shown("status", "-c", empty.config)
    assert lines[1:3] == ["dubai/out_missed", "  last good read  never"]
    assert lines[3] == "main/out_missed (no longer in the configuration)"
    listed = as_json("status", "-c", empty.config)["sources"]
    assert [(one["source"], one["configured"]) for one in listed] == [
        ("dubai/out_missed", True),
        ("main/out_missed", False),
    ]
    with store_lock(empty.world.path, "run"):
        assert not any("overdue" in line for line in shown("status", "-c", empty.config))


def test_json_has_stable_keys(full: Scene) -> None:
    status = as_json("status", "-c", full.config)
    assert status | {"sources": []} == {
        "running": None,
        "dry_run": False,
        "sources": [],
        "store": str(full.world.path),
        "calls": 6,
        "answered": 0,
        "rejects": 0,
        "active_alerts": 4,
        "notices": [],
        "outbox": {"waiting": 0, "held": 0, "oldest_at": None, "dead": 0},
        "digests": {"waiting": 0, "oldest_at": None, "dead": 0},
    }
    (source,) = status["sources"]
    assert list(source) == [
        "source",
        "configured",
        "started_at",
        "watermark",
        "last_read_at",
        "last_error",
        "last_error_at",
        "known_gap",
        "compared_at",
        "compared_since",
        "counted",
        "held",
        "agreed_at",
    ]
    assert source["counted"] == source["held"] == 1
    assert source["agreed_at"] == source["compared_at"]
    assert source["last_read_at"].endswith("Z")


def test_without_a_store_it_says_so(empty: Scene) -> None:
    config = configured(empty.world, store={"url": "sqlite:///elsewhere.db"})
    result = notifier("status", "-c", config)
    assert (result.exit_code, result.stdout) == (1, "")
    assert "there is no store at " in result.stderr


async def test_what_could_not_be_sent_says_why(empty: Scene) -> None:
    world = empty.world
    await world.watch()
    world.channels["agent"].always = DeliveryTransient("Slack does not answer")
    world.call("Suresh")
    await world.poll()
    world.clock.advance(10 * MINUTE)
    await world.round()
    lines = shown("status", "-c", empty.config)
    assert any(line.startswith("outbox   1 waiting") for line in lines)
    assert "  trouble         agent main/209: Slack does not answer" in lines


async def test_lists_of_answered_calls_are_sources_and_counted_apart(a_world: MakeWorld) -> None:
    world = a_world(follow_up=True)
    await world.watch()
    world.call("Suresh")
    world.answer(ago=5 * MINUTE)
    await world.round()
    lines = shown("status", "-c", configured(world))
    names = [line for line in lines if "/" in line and not line.startswith((" ", "store"))]
    assert names == ["main/out_missed", "main/out_answered", "main/in_answered"]
    assert lines[-1].startswith("store    1 call, 1 answered, in ")
    told = as_json("status", "-c", configured(world))
    assert (told["calls"], told["answered"]) == (1, 1)


async def test_lists_that_are_no_longer_read_are_said_to_be_gone(a_world: MakeWorld) -> None:
    world = a_world(follow_up=True)
    await world.watch()
    world.sections["telecmi"]["follow_up"] = False
    lines = shown("status", "-c", configured(world))
    assert "main/out_answered (no longer in the configuration)" in lines


async def test_digests_that_wait_or_were_given_up_lately_are_counted(a_world: MakeWorld) -> None:
    world = a_world(digests=[{"name": "evening", "at": "20:00", "notify": "room"}])
    config = configured(world)
    assert "digests  0 waiting; nothing given up" in shown("status", "-c", config)
    now = SystemClock().now()
    targets = [Target("room", f"#room-{number}") for number in range(4)]

    def written(connection: Connection) -> None:
        digests.enqueue(connection, "evening", now, targets, now - MINUTE)
        rows = digests.unfinished(connection)
        digests.finish(connection, [rows[0].id], RowState.DEAD, "gone", now)
        digests.finish(connection, [rows[1].id], RowState.DEAD, "gone", now - 25 * HOUR)

    await world.database.write(written)
    assert "digests  2 waiting, the oldest for 1 min; 1 given up (within a day; the log says why)" in shown(
        "status", "-c", config
    )
    told = as_json("status", "-c", config)["digests"]
    assert (told["waiting"], told["dead"]) == (2, 1)
    assert told["oldest_at"].endswith("Z")
