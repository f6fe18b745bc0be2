import asyncio
import signal
import socket
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
import yaml

from notifier.sandbox import Fault
from tests.support.commands import complaint, notifier, unboxed
from tests.support.config_files import SOUND


@asynccontextmanager
async def running(*arguments: str) -> AsyncIterator[tuple[asyncio.subprocess.Process, str]]:
    """The command as a process, and what it printed until it was ready."""
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "notifier",
        "sandbox",
        *arguments,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    assert process.stdout is not None
    try:
        printed = await asyncio.wait_for(process.stdout.readuntil(b"Ctrl-C ends it.\n"), 30)
        yield process, printed.decode()
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()


async def test_what_it_prints_is_a_configuration_that_works_when_pasted(tmp_path: Path) -> None:
    """As it stands for India; for the other region by moving the #. A closed terminal ends it."""
    path = tmp_path / "config.yaml"
    async with running("--port", "0", "--rate", "12") as (process, printed):
        pasted = printed[printed.index("telecmi:") : printed.rindex("\n\n")]
        other = pasted.replace("    - {", "    #- {").replace("    # - {", "    - {")
        for snippet, region in ((pasted, "india"), (other, "global")):
            path.write_text(
                f"{snippet}\n  poll: {{start_from: 5m, page_size: 20}}\ndry_run: true\n"
                f"receivers: {SOUND['receivers']}\nrules: {SOUND['rules']}\n"
            )
            (account,) = yaml.safe_load(snippet)["telecmi"]["accounts"]
            assert (account["name"], account["region"]) == (region, region)
            result = await asyncio.to_thread(notifier, "once", "-c", path)
            assert (result.exit_code, result.stdout.startswith("done: ")) == (0, True), result.stderr
            assert not result.stdout.startswith("done: 0 ")
        process.send_signal(signal.SIGHUP)
        assert await asyncio.wait_for(process.wait(), 10) == 0


async def test_a_port_in_use_is_wrong_usage_with_what_to_do() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = str(taken.getsockname()[1])
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "notifier", "sandbox", "--port", port, stderr=asyncio.subprocess.PIPE
        )
        _, error = await asyncio.wait_for(process.communicate(), 30)
    assert process.returncode == 2
    assert "try --port 0" in unboxed(error.decode())


def test_an_unknown_fault_lists_the_known_ones() -> None:
    result = notifier("sandbox", "--fail", "nonsense")
    assert (result.exit_code, result.stdout) == (2, "")
    told = complaint(result)
    assert "--fail" in told
    assert all(fault in told for fault in Fault)


@pytest.mark.parametrize(
    ("option", "value"),
    [
        ("--extensions", "sales"),
        ("--extensions", ""),
        ("--extensions", ",,"),
        ("--extensions", "201,²"),
        ("--rate", "nan"),
        ("--rate", "-1"),
        ("--rate", "1e9"),
        ("--port", "70000"),
    ],
)
def test_options_that_can_not_be_used_are_wrong_usage(option: str, value: str) -> None:
    result = notifier("sandbox", option, value)
    assert (result.exit_code, result.stdout) == (2, "")
    assert option in result.stderr
