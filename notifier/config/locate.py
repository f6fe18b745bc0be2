"""Which configuration file is meant."""

from collections.abc import Mapping
from pathlib import Path

from notifier.config.store import SYSTEM_FILE
from notifier.errors import ConfigError, Problem


def find(explicit: Path | None, environ: Mapping[str, str], cwd: Path, *, system: Path = SYSTEM_FILE) -> Path:
    """The file that was named, else $NOTIFIER_CONFIG, else the system's, else ./config.yaml.

    Args:
        explicit: what `--config` says.
        environ: the environment.
        cwd: the folder we were started in.
        system: where an installed service has it.

    Raises:
        ConfigError: none was named and none is there.
    """
    named = explicit or environ.get("NOTIFIER_CONFIG")
    if named:
        return cwd / named
    places = (system, cwd / "config.yaml")
    for place in places:
        if _is_there(place):
            return place
    problem = Problem(
        "configuration",
        "",
        f"none found: looked for $NOTIFIER_CONFIG, {places[0]} and {places[1]}",
        "copy config.example.yaml to one of them, or name one with --config",
    )
    raise ConfigError([problem])


def _is_there(path: Path) -> bool:
    try:
        path.stat()
    except (FileNotFoundError, NotADirectoryError):
        return False
    except OSError:
        return True  # whoever reads it will say why it can't be read
    return True
