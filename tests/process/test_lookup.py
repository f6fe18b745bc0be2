"""A name server that does not answer."""

import subprocess
import sys

PROGRAM = """
import asyncio, threading
from notifier.cli.daemon import guarded, leave_lookups

async def main():
    asyncio.get_running_loop().run_in_executor(None, threading.Event().wait)
    await asyncio.sleep(0)

guarded(main())
leave_lookups()
"""


def test_a_look_up_that_hangs_does_not_keep_the_process() -> None:
    result = subprocess.run([sys.executable, "-c", PROGRAM], check=False, timeout=30)
    assert result.returncode == 0
