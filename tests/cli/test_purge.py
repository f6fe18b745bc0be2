"""`purge`: says what goes and what stays, and then does just that."""

import asyncio
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import pytest
from sqlalchemy import Connection
from typer.testing import CliRunner, Result

from notifier.cli.main import app
from notifier.cli.purge_plan import MOST_NUMBERS, Step, told
from notifier.cli.purge_steps import FIRST, SMALLEST, Progress, carry_out, next_batch
from notifier.clock import SystemClock
from notifier.config import load
from notifier.store import alerts, calls, sources
from notifier.store.purge import BATCH, Amount
from tests.cli.conftest import Scene
from tests.support.clock import FakeClock
from tests.support.commands import complaint, notifier
from tests.support.sample import a_call
from tests.support.store import (
    a_reject,
    end_alert,
    locked_by_another,
    main_source,
    rows_in,
    store_alert,
    store_calls,
)

DAY = 86_400_000  # ms
SURESH, OTHER = "+919812343210", "+447700903210"


@pytest.fixture
async def old(empty: Scene) -> Scene:
    """Read up to now: five calls of 40 days ago, one of them of an active alert, and two of 20 hours ago."""
    now = SystemClock().now()

    def fill(connection: Connection) -> None:
        sources.advance(connection, main_source(connection).id, now, now)
        before = [a_call(id=f"old{n}", customer=SURESH, placed_at=now - 40 * DAY + n) for n in range(5)]
        lately = [a_call(id=f"new{n}", customer=SURESH, placed_at=now - 20 * DAY // 24 + n) for n in range(2)]
        first, *_ = store_calls(connection, *before, *lately)
        active = store_alert(connection, "active", per=("extension",), opened_at=now, last_joined_at=now)
        alerts.join_calls(connection, [(active.id, first.row)])
        about = store_alert(connection, f"customer={SURESH}", per=("customer",))
        end_alert(connection, about, now - 35 * DAY)
        calls.insert_rejects(
            connection,
            main_source(connection),
            [a_reject()._replace(raw=f'{{"to": "{SURESH}"}}')],
            now - 40 * DAY,
        )

    await empty.world.database.write(fill)
    return empty


async def purge(scene: Scene, *arguments: object, typed: str | None = None) -> Result:
    """In a thread of its own, since it has an event loop of its own."""
    everything = [str(one) for one in ("purge", *arguments, "-c", scene.config)]
    runner = CliRunner(env={"COLUMNS": "80"})
    return await asyncio.to_thread(runner.invoke, app, everything, input=typed, prog_name="notifier")


def left(scene: Scene) -> dict[str, int]:
    return scene.world.database.look(
        lambda connection: {name: rows_in(connection, name) for name in ("calls", "rejects", "alerts")}
    )


async def test_what_is_old_goes_and_what_is_needed_stays(old: Scene) -> None:
    result = await purge(old, "--older-than", "30d", "--yes")
    assert (result.exit_code, result.stderr) == (0, "")
    assert result.stdout.splitlines() == [
        "to be forgotten: 4 calls, 1 reject, 1 alert",
        "1 call of active alerts: kept until these have ended",
        "forgotten: 4 calls, 1 reject, 1 alert",
    ]
    assert left(old) == {"calls": 3, "rejects": 0, "alerts": 1}
    again = await purge(old, "--older-than", "30d")
    assert (again.exit_code, again.stdout.splitlines()[0]) == (0, "to be forgotten: nothing")


async def test_what_the_next_read_may_bring_again_stays_however_short_the_span(old: Scene) -> None:
    result = await purge(old, "--older-than", "1m", "--yes")
    assert "2 calls: kept, since TeleCMI's next read may bring them again" in result.stdout
    assert "they can go once TeleCMI was read up to " in result.stdout
    assert left(old)["calls"] == 3


async def test_an_alert_that_still_counts_stays(old: Scene) -> None:
    now = SystemClock().now()
    await old.world.database.write(
        lambda connection: end_alert(connection, store_alert(connection, "k"), now - 120_000)
    )
    result = await purge(old, "--older-than", "1m", "--yes")
    assert "1 ended alert: kept, since their calls still count" in result.stdout


async def test_one_customer_is_forgotten(old: Scene) -> None:
    result = await purge(old, "--number", "43210", "--yes")
    assert result.exit_code == 1
    assert complaint(result) == "notifier: not all of it could go yet; run it again after that"
    lines = result.stdout.splitlines()
    assert lines[0] == "1 number with this ending: +91…3210 (7 stored calls)"
    assert lines[1] == "to be forgotten: 4 calls, 1 reject, 1 alert"
    assert lines[2].startswith("1 call and 0 alerts: kept until the alerts have ended")
    assert lines[3].startswith(
        "2 records (calls, rejects, ended alerts and silences together): kept, since TeleCMI's next read may "
        "bring them again"
    )
    assert lines[4] == "forgotten: 4 calls, 1 reject, 1 alert"
    assert SURESH not in result.output
    assert left(old) == {"calls": 3, "rejects": 0, "alerts": 1}


async def test_customers_with_the_same_ending_are_noticed(old: Scene) -> None:
    placed = SystemClock().now() - 40 * DAY
    others = [OTHER, *(f"+1555000{n}3210" for n in range(10, 10 + MOST_NUMBERS))]
    found = [a_call(id=number, customer=number, placed_at=placed) for number in others]
    await old.world.database.write(lambda connection: store_calls(connection, *found))
    result = await purge(old, "--number", "3210")
    lines = result.stdout.splitlines()
    assert lines[0].startswith(
        f"{len(others) + 1} numbers with this ending: +91…3210 (7 stored calls), +44…3210 (1 stored call)"
    )
    assert lines[0].endswith(", …")
    assert lines[1].startswith("if they are not one customer's, give more digits")
    assert result.exit_code == 2
    assert "say --yes" in complaint(result)


async def test_a_number_nobody_has_changes_nothing(old: Scene) -> None:
    result = await purge(old, "--number", "999999")
    assert (result.exit_code, result.stdout) == (0, "0 numbers with this ending\nto be forgotten: nothing\n")


async def test_a_whole_number_is_read_from_standard_input(old: Scene) -> None:
    result = await purge(old, "--number", "-", "--yes", "--json", typed="+91 98123 43210\n")
    assert result.exit_code == 1
    page = json.loads(result.stdout)
    assert page == {
        "numbers": [{"number": "+91…3210", "calls": 7}],
        "goes": {"calls": 4, "rejects": 1, "alerts": 1, "notices": 0, "silences": 0, "digests": 0},
        "stays": {
            "calls_of_active_alerts": 1,
            "active_alerts": 0,
            "active_silences": 0,
            "still_needed": 2,
        },
        "gone": {"calls": 4, "rejects": 1, "alerts": 1, "notices": 0, "silences": 0, "digests": 0},
        "interrupted": False,
    }
    wrong = await purge(old, "--number", "-", typed="321\n")
    assert wrong.exit_code == 2
    assert "write the last 4 to 15 digits of the number" in complaint(wrong)


async def test_json_by_age(old: Scene) -> None:
    result = await purge(old, "--older-than", "30d", "--yes", "--json")
    page = json.loads(result.stdout)
    assert (
        page["goes"]
        == page["gone"]
        == {"calls": 4, "rejects": 1, "alerts": 1, "notices": 0, "silences": 0, "digests": 0}
    )
    assert page["stays"] == {
        "calls_of_active_alerts": 1,
        "calls_still_needed": 0,
        "alerts_still_needed": 0,
    }


async def test_off_a_terminal_it_shows_and_asks_for_yes(old: Scene) -> None:
    before = left(old)
    result = await purge(old, "--older-than", "30d")
    assert result.exit_code == 2
    assert result.stdout.startswith("to be forgotten: 4 calls")
    assert "There is nobody to ask here; say --yes" in complaint(result)
    assert left(old) == before


@pytest.mark.parametrize("arguments", [(), ("--older-than", "30d", "--number", "3210")])
def test_one_of_the_two_is_to_be_said(arguments: tuple[str, ...]) -> None:
    result = notifier("purge", *arguments)
    assert result.exit_code == 2
    assert "say one of --older-than and --number" in complaint(result)


async def test_a_store_that_is_locked_says_try_again(old: Scene) -> None:
    with locked_by_another(old.world.path):
        result = await purge(old, "--older-than", "30d", "--yes")
    assert result.exit_code == 1
    assert "try again" in result.stderr


@dataclass
class Steps:
    """A plan that notes how it is carried out, on a clock that each of its steps moves on."""

    clock: FakeClock
    seconds: float  # that each step takes
    wanted: int
    stops_at: int | None = None
    batches: list[int] = field(default_factory=list)

    @property
    def amount(self) -> Amount:
        return Amount(calls=self.wanted)

    @property
    def is_for_good(self) -> bool:
        return False

    @property
    def stays(self) -> int:
        return 0

    def lines(self, config: object) -> Any:
        raise NotImplementedError

    def as_json(self) -> dict[str, object]:
        raise NotImplementedError

    def step(self, connection: Connection, start: int, batch: int) -> Step:
        assert start == sum(self.batches)
        if len(self.batches) == self.stops_at:
            raise KeyboardInterrupt
        self.batches.append(batch)
        self.clock.elapsed += self.seconds
        return Step(Amount(calls=batch), start + batch >= self.wanted)


async def carried_out(scene: Scene, steps: Steps) -> Progress:
    progress = Progress()
    environ: Mapping[str, str] = {"TELECMI_SECRET": "s", "SLACK_BOT_TOKEN": "t"}
    config = load(scene.config, environ)
    await asyncio.to_thread(carry_out, config, steps, progress, steps.clock)
    return progress


async def test_long_steps_become_shorter_and_others_may_write_between_them(empty: Scene) -> None:
    slow = Steps(FakeClock(), seconds=0.3, wanted=200)
    progress = await carried_out(empty, slow)
    assert slow.batches[:4] == [FIRST, FIRST // 2, FIRST // 4, FIRST // 8]
    assert min(slow.batches) >= SMALLEST
    assert slow.clock.slept == [0.2] * len(slow.batches)
    assert progress.gone.calls == sum(slow.batches)
    quick = Steps(FakeClock(), seconds=0.01, wanted=2_000)
    await carried_out(empty, quick)
    assert quick.batches == [100, 200, 400, 500, 500, 500]
    assert quick.clock.slept == pytest.approx([0.01] * 6)


async def test_ctrl_c_ends_it_between_two_steps_and_says_how_far_it_came(empty: Scene) -> None:
    steps = Steps(FakeClock(), seconds=0.03, wanted=1_000, stops_at=2)
    progress = await carried_out(empty, steps)
    assert progress.was_interrupted
    assert progress.gone == Amount(calls=2 * FIRST)
    assert progress.said() == "forgotten: 200 calls"
    assert progress.as_json()["interrupted"] is True


@pytest.mark.parametrize(
    ("batch", "seconds", "expected"),
    [(100, 0.06, 50), (15, 9.0, SMALLEST), (100, 0.03, 100), (100, 0.001, 200), (400, 0.0, BATCH)],
)
def test_the_next_step_is_as_large_as_the_last_one_was_quick(
    batch: int, seconds: float, expected: int
) -> None:
    assert next_batch(batch, seconds) == expected


def test_an_amount_in_words_leaves_out_what_there_is_none_of() -> None:
    assert told(Amount(1, 0, 2, 3, 1)) == "1 call, 2 alerts, 3 notices, 1 silence"
    assert told(Amount()) == "nothing"
