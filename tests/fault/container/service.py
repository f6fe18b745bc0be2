"""notifier as a service of a machine in a container, installed by the README's lines."""

import asyncio
import re
import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from tempfile import mkdtemp

from tests.fault.container.machine import Machine, booted
from tests.fault.container.tree import NoContainer, base_tree, wheels
from tests.fault.world import World

ROOT = Path(__file__).parents[3]
CHECKOUT = ("notifier", "systemd", "pyproject.toml", "README.md", "requirements.lock", "config.example.yaml")
"""What an installation needs of it."""

WATCHDOG = 6.0
"""Seconds; the unit's own three minutes are too long to wait for."""

DROP_IN = f"""[Service]
WatchdogSec={WATCHDOG:g}
TimeoutAbortSec=3
RestartSec=1
LoadCredential=telecmi:/etc/notifier/telecmi.secret
"""
UNIT = "notifier.service"
PATIENCE = 60.0
"""Seconds, for whatever the service is to do."""

LOOK_EVERY = 0.2  # seconds

# They share a control group, in which there is room for one systemd.
_ONE_AT_A_TIME = asyncio.Lock()

# The packages were fetched by the machine outside.
ENVIRON = {"PIP_NO_INDEX": "1", "PIP_FIND_LINKS": "/wheels"}


@asynccontextmanager
async def installed(world: World, port: int = 0) -> AsyncIterator[Machine]:
    """Boot a machine, install and start it there; its journal is kept, and it is thrown away.

    Args:
        world: that the service is to live in.
        port: of its pages, on this machine's loopback, which it shares; any free one where it is 0.
    """
    if world.quick:
        world.skip("an installation takes longer than a quick run")
    folder = Path(mkdtemp(prefix="notifier-container-"))
    try:
        async with _ONE_AT_A_TIME, _installed(world, folder, port) as machine:
            yield machine
    except NoContainer as error:
        world.skip(str(error))
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    world.is_over = True


@asynccontextmanager
async def _installed(world: World, folder: Path, port: int) -> AsyncIterator[Machine]:
    tree, packages = await base_tree(), await wheels(ROOT / "requirements.lock")
    async with booted(tree, folder / "machine", f"{packages}:/wheels") as machine:
        try:
            await _install(world, machine, port)
            yield machine
        finally:
            journal = await machine.run("journalctl --no-pager")
            (world.watch.folder / "container.log").write_text(journal.output)


def lines_of(document: str, heading: str) -> list[str]:
    """The shell lines that a document of ours gives under a heading."""
    pattern = rf"^## {heading}[^\n]*\n(?:(?!^## ).)*?^```sh\n(.*?)^```"
    found = re.search(pattern, (ROOT / document).read_text(), re.DOTALL | re.MULTILINE)
    assert found, f"{document} has no lines under {heading}"
    return found[1].strip().splitlines()


async def _install(world: World, machine: Machine, port: int) -> None:
    for name in CHECKOUT:
        source, target = ROOT / name, machine.root / "src" / name
        if source.is_dir():
            shutil.copytree(source, target, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            target.parent.mkdir(exist_ok=True)
            shutil.copy(source, target)
    *steps, last = lines_of("README.md", "Install it as a service")
    for step in steps:
        await machine.must(f"cd /src\n{step}", environ=ENVIRON)
    _configure(world, machine, port)
    assert last.endswith(f"systemctl enable --now {UNIT.removesuffix('.service')}"), last
    await machine.must(last)
    assert (await machine.must(f"systemctl is-active {UNIT}")).strip() == "active"


def _configure(world: World, machine: Machine, port: int) -> None:
    """What ops write: the configuration, the secrets, and what they change of the unit."""
    telecmi = world.sections()["telecmi"]
    telecmi["accounts"][0]["secret"] = "${credential:telecmi}"
    world.configure(telecmi=telecmi, store={}, web={"listen": f"127.0.0.1:{port}"})
    secrets = dict(world.sides.secrets)
    machine.write("/etc/notifier/telecmi.secret", secrets.pop("TELECMI_SECRET"), 0o600)
    lines = "".join(f"{name}={value}\n" for name, value in secrets.items())
    (machine.root / "etc/notifier/config.yaml").write_text(world.config.read_text())
    (machine.root / "etc/notifier/secrets.env").write_text(lines)
    machine.write(f"/etc/systemd/system/{UNIT}.d/test.conf", DROP_IN)


async def active(world: World, machine: Machine) -> None:
    """A reload is over only once the process has said so, which is after `systemctl reload` has ended."""
    await until_said(world, machine, f"systemctl is-active --quiet {UNIT} && echo it is", "it is")


async def logs(world: World, machine: Machine, what: str) -> None:
    await until_said(world, machine, f"journalctl --no-pager -u {UNIT}", what)


async def until_said(world: World, machine: Machine, script: str, what: str) -> None:
    ends = world.clock.monotonic() + PATIENCE
    while what not in (said := (await machine.run(script)).output):
        assert world.clock.monotonic() < ends, f"never said: {what}\n{said[-2000:]}"
        await world.clock.sleep(LOOK_EVERY)
