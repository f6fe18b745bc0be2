"""Where the store lies: SQLite in a file."""

from collections.abc import Mapping
from pathlib import Path

from notifier.config.schema import Config

SYSTEM_FILE = Path("/etc/notifier/config.yaml")
SYSTEM_STORE = Path("/var/lib/notifier/notifier.db")
_PREFIX = "sqlite:///"
_NAME = "notifier.db"


def url_fault(url: str) -> tuple[str, str] | None:
    """What is wrong with `store.url`, and how to mend it; None where it is fine."""
    path = url.removeprefix(_PREFIX)
    if not url.startswith(_PREFIX) or not path:
        return (
            "not a store this version knows",
            "write sqlite:///notifier.db, or sqlite:////var/lib/notifier/notifier.db",
        )
    if path.startswith((":memory:", "file:")):
        return "a store in memory forgets everything", "write sqlite:/// and the path of a file"
    if "?" in path or not path.isprintable():
        return "a path with ? or a control character", "write sqlite:/// and the path, nothing else"
    return None


def with_store_url(config: Config, file: Path, environ: Mapping[str, str]) -> Config:
    """Fill in the default of `store.url`, and make a relative path absolute.

    Args:
        config: its `store.url` is empty or was checked.
        file: the configuration file, absolute; relative paths begin in its folder.
        environ: the environment; systemd names a folder for the store in it.
    """
    written = config.store.url.removeprefix(_PREFIX)
    path = file.parent / written if written else _default(file, environ)
    return config.model_copy(update={"store": config.store.model_copy(update={"url": f"{_PREFIX}{path}"})})


def store_path(config: Config) -> Path:
    """The store's file, absolute in a configuration that was loaded."""
    return Path(config.store.url.removeprefix(_PREFIX))


def _default(file: Path, environ: Mapping[str, str]) -> Path:
    folder = environ.get("STATE_DIRECTORY", "").partition(":")[0]
    if folder:
        return file.parent / folder / _NAME
    return SYSTEM_STORE if file == SYSTEM_FILE else file.parent / _NAME
