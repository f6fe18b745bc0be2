"""The environment that ElastAlert 2 is measured in: made when it is first needed, apart from our own."""

import json
import shutil
import subprocess
import venv
from pathlib import Path

ROOT = Path(__file__).parents[1]
WANTED = Path(__file__).with_name("requirements-peer.txt")
PLACE = ROOT / ".venv-peer"
PATIENCE = 300
"""Seconds that installing may take."""


class NoPeer(Exception):
    """It can't be measured here; the text says why."""


def told(python: str, module: str) -> dict[str, object]:
    """What a script prints as JSON.

    Args:
        python: that runs it.
        module: its name.

    Raises:
        NoPeer: it fails.
    """
    answer: dict[str, object] = json.loads(_run([python, "-W", "ignore", "-m", module]))
    return answer


def environment() -> str:
    """The Python that has ElastAlert 2; installed where it is not there yet.

    Raises:
        NoPeer: it can't be installed.
    """
    python = PLACE / "bin" / "python"
    stamp = PLACE / "stamp"
    wanted = WANTED.read_text("utf-8")
    if stamp.is_file() and stamp.read_text("utf-8") == wanted:
        return str(python)
    if PLACE.exists():
        shutil.rmtree(PLACE)
    venv.create(PLACE, with_pip=True)
    options = ["--quiet", "--disable-pip-version-check", "--no-deps", "--only-binary", ":all:"]
    _run([str(python), "-m", "pip", "install", *options, "--requirement", str(WANTED)])
    # Last: an environment that is half made is made again.
    stamp.write_text(wanted, "utf-8")
    return str(python)


def _run(command: list[str]) -> str:
    try:
        done = subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True, timeout=PATIENCE)
    except subprocess.CalledProcessError as error:
        said = error.stderr.strip().splitlines()
        raise NoPeer(said[-1] if said else f"ended with {error.returncode}") from None
    except (OSError, subprocess.TimeoutExpired) as error:
        raise NoPeer(str(error)) from None
    return done.stdout
