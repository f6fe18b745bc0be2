import asyncio
import io
import json
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import typer
from typer.testing import Result

from notifier.app.once import Round
from notifier.cli.daemon import _report, guarded
from notifier.host import logs
from notifier.store.lock import store_lock
from tests.support.clock import FakeClock
from tests.support.commands import notifier
from tests.support.stage import ROOM, Stage, a_stage


@pytest.fixture
async def stage(tmp_path: Path) -> AsyncIterator[Stage]:
    async with a_stage(tmp_path) as stage:
        yield stage


async def run_once(stage: Stage) -> Result:
    return await asyncio.to_thread(notifier, "once", "-c", stage.path, env=stage.environ)


async def test_new_calls_are_told_and_counted(stage: Stage) -> None:
    names = [stage.call(), stage.call()]
    result = await run_once(stage)
    assert (result.exit_code, result.stdout) == (0, "done: 2 new calls, nothing waits to be sent\n")
    assert stage.told() == {(name, ROOM): 1 for name in names}
    again = await run_once(stage)
    assert (again.exit_code, again.stdout) == (0, "done: 0 new calls, nothing waits to be sent\n")


async def test_what_could_not_be_done_is_told_and_ends_with_1(stage: Stage) -> None:
    stage.call()
    stage.slack.fail_next("chat.postMessage", 503, times=9)
    assert (await run_once(stage)).exit_code == 1
    stage.sandbox.secret = "another"
    result = await run_once(stage)
    assert (result.exit_code, result.stdout) == (1, "")
    assert "\nnotifier: main/out_missed: TeleCMI refused" in result.stderr
    assert "notifier: 1 notification waits to be sent; `notifier outbox --state waiting`" in result.stderr


async def test_what_was_given_up_is_told_once(stage: Stage) -> None:
    stage.configure(receivers={"room": {"slack": {"to": "C0GONE"}}})
    stage.call()
    result = await run_once(stage)
    assert result.exit_code == 1
    assert "notifier: 1 given up; `notifier outbox --state dead` says why" in result.stderr
    assert (await run_once(stage)).exit_code == 0


def test_digests_that_could_not_be_sent_are_told(capsys: pytest.CaptureFixture[str]) -> None:
    for waiting, dead, said in ((1, 0, "1 digest not sent yet"), (0, 2, "2 digests given up")):
        with pytest.raises(typer.Exit):
            _report(Round(0, (), 0, 0, waiting, dead))
        assert capsys.readouterr().err == f"notifier: {said}; the log says why\n"


async def broken() -> None:
    secret = "in-a-local-variable"
    assert secret
    raise ZeroDivisionError


def test_a_fault_of_ours_is_logged_without_local_variables() -> None:
    stream = io.StringIO()
    logs.configure("info", "auto", stream, is_terminal=False, clock=FakeClock())
    with pytest.raises(typer.Exit) as ended:
        guarded(broken())
    assert ended.value.exit_code == 1
    line = json.loads(stream.getvalue())
    assert line["event"] == "notifier has failed of a fault of its own"
    assert line["exception"].endswith("ZeroDivisionError")
    assert "in-a-local-variable" not in line["exception"].replace('secret = "in-a-local-variable"', "")


@pytest.mark.parametrize("command", ["once", "run"])
def test_a_store_in_use_is_refused_with_who_holds_it(command: str, tmp_path: Path) -> None:
    path = tmp_path / "config.yaml"
    path.write_text(
        "telecmi: {accounts: [{name: main, region: india, app_id: 1, secret: x}]}\n"
        'receivers: {room: {slack: {webhook_url: "https://hooks.example.com/x"}}}\n'
        "rules: [{name: every, notify: room}]\n"
    )
    with store_lock(tmp_path / "notifier.db", "run"):
        result = notifier(command, "-c", path)
    assert result.exit_code == 1, result.output
    assert "is in use by `notifier run` (process " in result.stderr
    assert not (tmp_path / "notifier.db").exists()
