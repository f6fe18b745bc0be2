"""The unit file: what it starts, and what it takes away from it."""

import re
import shutil
import subprocess
from collections import defaultdict
from pathlib import Path

import pytest

SYSTEMD = Path(__file__).parents[2] / "systemd"
UNIT = SYSTEMD / "notifier.service"
EXPOSURE = "12"  # tenths: 1.2

ANALYZE = shutil.which("systemd-analyze")
with_systemd = pytest.mark.skipif(ANALYZE is None, reason="systemd-analyze is not on this machine")


@pytest.fixture(scope="module")
def unit() -> dict[str, list[str]]:
    """Key → its values in order; no key of ours stands in two sections."""
    values = defaultdict(list)
    for line in UNIT.read_text().splitlines():
        if line and not line.startswith(("#", "[")):
            key, _, value = line.partition("=")
            values[key].append(value)
    return dict(values)


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """The unit with a program that exists here, as `verify` wants it."""
    path = tmp_path / "notifier.service"
    path.write_text(UNIT.read_text().replace("/opt/notifier/bin/notifier", "/bin/true"))
    return path


def test_it_has_the_sections_of_a_service() -> None:
    sections = [line for line in UNIT.read_text().splitlines() if line.startswith("[")]
    assert sections == ["[Unit]", "[Service]", "[Install]"]


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("Type", "notify"),
        ("NotifyAccess", "main"),
        ("ExecStart", "/opt/notifier/bin/notifier run --config /etc/notifier/config.yaml"),
        ("Restart", "on-failure"),
        ("RestartPreventExitStatus", "2"),
        ("StartLimitIntervalSec", "0"),
        ("TimeoutStopSec", "10"),
        ("Wants", "network-online.target"),
        ("After", "network-online.target"),
        ("WantedBy", "multi-user.target"),
        ("User", "notifier"),
        ("Group", "notifier"),
        ("StateDirectory", "notifier"),
        ("StateDirectoryMode", "0700"),
        ("UMask", "0077"),
        ("LimitCORE", "0"),
        ("EnvironmentFile", "-/etc/notifier/secrets.env"),
        ("Environment", "PYTHONDONTWRITEBYTECODE=1"),
    ],
)
def test_it_is_run_as_designed(unit: dict[str, list[str]], key: str, value: str) -> None:
    assert unit[key] == [value]


def test_it_is_restarted_after_a_pause_and_watched(unit: dict[str, list[str]]) -> None:
    assert unit["RestartSec"] == ["15"]
    assert unit["WatchdogSec"] == ["3min"]


def test_a_bad_file_reaches_the_daemon_and_fails_the_reload_as_well(unit: dict[str, list[str]]) -> None:
    assert unit["ExecReload"] == [
        "/bin/kill -HUP $MAINPID",
        "/opt/notifier/bin/notifier check --no-secrets --config /etc/notifier/config.yaml",
    ]


@pytest.mark.parametrize(
    "key",
    [
        "LockPersonality",
        "MemoryDenyWriteExecute",
        "NoNewPrivileges",
        "PrivateDevices",
        "PrivateIPC",
        "PrivateMounts",
        "PrivateTmp",
        "PrivateUsers",
        "ProtectClock",
        "ProtectControlGroups",
        "ProtectHome",
        "ProtectHostname",
        "ProtectKernelLogs",
        "ProtectKernelModules",
        "ProtectKernelTunables",
        "RemoveIPC",
        "RestrictNamespaces",
        "RestrictRealtime",
        "RestrictSUIDSGID",
    ],
)
def test_what_it_does_not_need_is_taken_away(unit: dict[str, list[str]], key: str) -> None:
    assert unit[key] == ["yes"]


@pytest.mark.parametrize(
    ("key", "values"),
    [
        ("AmbientCapabilities", [""]),
        ("CapabilityBoundingSet", [""]),
        ("KeyringMode", ["private"]),
        ("ProcSubset", ["pid"]),
        ("ProtectProc", ["invisible"]),
        ("ProtectSystem", ["strict"]),
        ("RestrictAddressFamilies", ["AF_UNIX AF_INET AF_INET6"]),
        ("SystemCallArchitectures", ["native"]),
        ("SystemCallErrorNumber", ["EPERM"]),
        ("SystemCallFilter", ["@system-service", "~@privileged @resources"]),
    ],
)
def test_what_it_needs_a_part_of_is_narrowed(unit: dict[str, list[str]], key: str, values: list[str]) -> None:
    assert unit[key] == values


def test_no_secret_has_a_place_in_the_unit_itself(unit: dict[str, list[str]]) -> None:
    """Everybody may read a unit."""
    assert not re.search(r"(?i)token|password|xoxb", UNIT.read_text())
    assert "LoadCredential" not in unit
    assert "\n#LoadCredential=" in UNIT.read_text()


def test_the_user_of_the_unit_is_made_by_sysusers(unit: dict[str, list[str]]) -> None:
    entries = [
        line for line in (SYSTEMD / "notifier.sysusers").read_text().splitlines() if not line.startswith("#")
    ]
    assert entries == ['u notifier - "notifier, missed calls" /var/lib/notifier']
    assert unit["User"] == [entries[0].split()[1]]


def systemd_analyze(*arguments: str) -> subprocess.CompletedProcess[str]:
    assert ANALYZE is not None
    return subprocess.run(
        [ANALYZE, *arguments], capture_output=True, text=True, timeout=60, check=False, env={"LC_ALL": "C"}
    )


@with_systemd
def test_systemd_finds_no_fault_in_it(copy: Path) -> None:
    done = systemd_analyze("verify", "--man=no", str(copy))
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


@with_systemd
def test_systemd_finds_a_fault_where_there_is_one(copy: Path) -> None:
    copy.write_text(copy.read_text().replace("ProtectHome=yes", "ProtectHom=yes"))
    assert "ProtectHom" in systemd_analyze("verify", "--man=no", str(copy)).stderr


@with_systemd
def test_it_is_exposed_by_no_more_than_one_point_two(copy: Path) -> None:
    security = ("security", "--offline=true", "--no-pager")
    done = systemd_analyze(*security, f"--threshold={EXPOSURE}", str(copy))
    if "unrecognized option" in done.stderr:
        pytest.skip("this systemd-analyze is too old to judge a file that is not installed")
    assert done.returncode == 0, done.stdout[-200:] + done.stderr
    copy.write_text(copy.read_text().replace("CapabilityBoundingSet=\n", ""))
    assert systemd_analyze(*security, f"--threshold={EXPOSURE}", str(copy)).returncode != 0
