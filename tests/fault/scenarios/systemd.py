"""Under systemd as PID 1: installed by the README's lines, watched, reloaded, confined, stopped."""

import re
import shutil
from collections.abc import Iterator

from tests.fault.container.machine import Machine
from tests.fault.container.service import (
    LOOK_EVERY,
    PATIENCE,
    ROOT,
    UNIT,
    active,
    installed,
    logs,
    until_said,
)
from tests.fault.scenario import Scenario, about
from tests.fault.setting import CANT_BE_ASKED
from tests.fault.world import World
from tests.support.daemon import STOP_WITHIN

PORT = 29464
_POSSIBLE = 12  # tries that succeed where nothing forbids them


async def under_systemd(world: World) -> None:
    """Installed by the README's lines; killed by the watchdog, reloaded well and badly, confined, stopped."""
    async with installed(world, PORT) as machine:
        async with world.load():
            await world.some_told(5)
            await _says_so(world, machine)
            await _hangs(world, machine)
            await _reloads(world, machine)
            await _is_killed(world, machine)
            await _is_confined(world, machine)
            await world.some_told(5)
        await world.drain()
        await _stops(world, machine)


async def _says_so(world: World, machine: Machine) -> None:
    await until_said(world, machine, f"systemctl status --no-pager {UNIT}", "ready; every source was read")
    told = await machine.must("sudo -u notifier notifier status")
    assert "main" in told, told


async def _hangs(world: World, machine: Machine) -> None:
    """It stops, the watchdog kills it, and it is started again."""
    before = int(await machine.shows(UNIT, "NRestarts"))
    first = await machine.shows(UNIT, "MainPID")
    await machine.must(f"kill -STOP {first}")
    world.tries += 1
    await _restarted(world, machine, before)
    journal = await machine.must(f"journalctl --no-pager -u {UNIT}")
    assert "Watchdog timeout" in journal, journal[-2000:]
    await world.some_told(3)


async def _is_killed(world: World, machine: Machine) -> None:
    before = int(await machine.shows(UNIT, "NRestarts"))
    await machine.must(f"systemctl kill -s KILL {UNIT}")
    world.tries += 1
    await _restarted(world, machine, before)
    await world.some_told(3)


async def _restarted(world: World, machine: Machine, before: int) -> None:
    # What was under way then may have arrived.
    for target in CANT_BE_ASKED:
        world.may_double[target] = lambda: world.tries
    ends = world.clock.monotonic() + PATIENCE
    while int(await machine.shows(UNIT, "NRestarts")) == before:
        assert world.clock.monotonic() < ends, await machine.run(f"systemctl status --no-pager {UNIT}")
        await world.clock.sleep(LOOK_EVERY)
    await active(world, machine)


async def _reloads(world: World, machine: Machine) -> None:
    """A good file is taken; a bad one fails where ops see it, and the old one goes on."""
    config = machine.root / "etc/notifier/config.yaml"
    good, process = config.read_text(), await machine.shows(UNIT, "MainPID")
    config.write_text(good.replace('"update_every": "2s"', '"update_every": "3s"'))
    await machine.must(f"systemctl reload {UNIT}")
    world.tries += 1
    await logs(world, machine, '"reloaded"')
    config.write_text(good + "rulez: []\n")
    refused = await machine.run(f"systemctl reload {UNIT}")
    world.tries += 1
    assert refused.code != 0, refused
    await logs(world, machine, "rulez")
    await logs(world, machine, "reload refused; the old configuration goes on")
    await until_said(world, machine, f"systemctl show -P StatusText {UNIT}", "reload refused")
    await world.some_told(3)
    config.write_text(good)
    await machine.must(f"systemctl reload {UNIT}")
    await active(world, machine)
    assert await machine.shows(UNIT, "MainPID") == process


async def _is_confined(world: World, machine: Machine) -> None:
    """The limits of the unit hold, of the process that runs and of one that tries everything in its place."""
    process = await machine.shows(UNIT, "MainPID")
    status = await machine.must(f"cat /proc/{process}/status")
    for line in ("NoNewPrivs:\t1", "Seccomp:\t2", "CapEff:\t0000000000000000", "CapBnd:\t0000000000000000"):
        assert line in status, status
    assert not re.search(r"^Uid:\t0\t", status, re.MULTILINE), "it runs as root"
    unit = (machine.root / f"etc/systemd/system/{UNIT}").read_text()
    unit = re.sub(r"^(ExecStart|ExecReload|Type|WatchdogSec|Restart)=.*\n", "", unit, flags=re.MULTILINE)
    probe = "Type=oneshot\nExecStart=/opt/notifier/bin/python /usr/local/lib/probe.py\n[Install]"
    machine.write("/etc/systemd/system/probe.service", unit.replace("[Install]", probe))
    machine.write("/usr/local/lib/probe.py", (ROOT / "tests/fault/container/probe.py").read_text())
    machine.write("/home/somebody/private", "private")
    free = await machine.must("STATE_DIRECTORY=/tmp python3 /usr/local/lib/probe.py")
    assert free.count("could ") > _POSSIBLE, f"the tries are no tries: {free}"
    await machine.must("systemctl daemon-reload; systemctl start probe.service")
    said = await machine.must("journalctl --no-pager -o cat -u probe.service")
    tried = re.search(r"^done after (\d+)$", said, re.MULTILINE)
    could = re.findall(r"^could (.*)$", said, re.MULTILINE)
    assert tried, said
    assert not could, f"a hardened service could {could}"
    world.notes.append(f"the unit's limits held against {tried[1]} tries")
    world.tries += int(tried[1])


async def _stops(world: World, machine: Machine) -> None:
    """Stopped in time and in good order; what it left behind is looked through."""
    await _keep_what_is_seen(world, machine)
    began = world.clock.monotonic()
    await machine.must(f"systemctl stop {UNIT}")
    took = world.clock.monotonic() - began
    assert took < STOP_WITHIN, f"it took {took:.1f} s to stop"
    assert await machine.shows(UNIT, "Result") == "success"
    assert await machine.shows(UNIT, "ExecMainStatus") == "0"
    world.notes.append(f"stopped within {took:.1f} s")
    state = machine.root / "var/lib/notifier"
    assert state.stat().st_mode & 0o777 == 0o700
    for name in ("notifier.db", "notifier.db-wal"):
        if (state / name).exists():
            shutil.copy(state / name, world.folder)
    world.check_books(world.folder / "notifier.db")


async def _keep_what_is_seen(world: World, machine: Machine) -> None:
    """The journal, the status, everybody's arguments, and the pages: for the leak scan."""
    seen = {
        "journal": f"journalctl --no-pager -o export -u {UNIT}",
        "status": f"systemctl status --no-pager --full {UNIT}; systemctl show {UNIT}",
        "arguments": "for one in /proc/[0-9]*; do tr '\\0' ' ' < $one/cmdline || true; echo; done",
        "pages": f"{_FETCH} readyz healthz metrics",
    }
    for name, script in seen.items():
        (world.watch.folder / f"container.{name}").write_text(await machine.must(script))


_FETCH = f"""python3 -c '
import sys, urllib.request
for page in sys.argv[1:]:
    print(urllib.request.urlopen("http://127.0.0.1:{PORT}/" + page).read().decode())
'"""


def scenarios() -> Iterator[Scenario]:
    """All about systemd."""
    yield Scenario("under-systemd", under_systemd, about(under_systemd), mail_is_open=True)
