from notifier.clock import SystemClock
from notifier.errors import DeliveryTransient, TargetBroken
from notifier.store.lock import store_lock
from tests.cli.conftest import Scene
from tests.support.commands import as_json, configured, notifier, shown
from tests.support.exchange import SECRET
from tests.support.store import a_reject
from tests.support.world import MINUTE
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
    assert lines[4:] == [
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


async def test_counts_that_do_not_fit_are_told(empty: Scene) -> None:
    empty.world.exchange.lie = 2
    empty.world.call("Suresh")
    await empty.world.poll()
    lines = shown("status", "-c", empty.config)
    assert "  count           TeleCMI lists 2 calls fewer than it counts" in lines
    empty.world.exchange.lie = -1
    empty.world.clock.advance(2 * 60 * MINUTE)
    empty.world.call("Priya")
    await empty.world.poll()
    lines = shown("status", "-c", empty.config)
    assert "  count           TeleCMI lists 1 call more than it counts" in lines


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
        "rejects": 0,
        "active_alerts": 4,
        "outbox": {"waiting": 0, "oldest_at": None, "dead": 0},
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
    ]
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
