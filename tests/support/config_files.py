"""Configuration files for tests: a sound one in which single sections can be replaced."""

from collections.abc import Mapping
from pathlib import Path

from notifier.config import Config, load
from notifier.errors import ConfigError

SOUND = {
    "telecmi": "{accounts: [{name: main, region: india, app_id: 1, secret: s3cret}]}",
    "receivers": '{room: {slack: {webhook_url: "https://hooks.example.com/x"}}}',
    "rules": "[{name: every, notify: room}]",
}


def config_text(**sections: str) -> str:
    """One line per section: telecmi, receivers, rules, and then the others; "-" leaves one out."""
    merged = {**SOUND, **sections}
    return "".join(f"{name}: {value}\n" for name, value in merged.items() if value != "-")


def load_text(
    folder: Path, text: str | bytes, environ: Mapping[str, str] | None = None, *, resolve: bool = True
) -> Config:
    """Load a file that holds this text."""
    path = folder / "config.yaml"
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    return load(path, environ or {}, resolve=resolve)


def problems_in(
    folder: Path, text: str | bytes, environ: Mapping[str, str] | None = None, *, resolve: bool = True
) -> list[str]:
    """The problems of a file that holds this text, without its folder; none where it is sound."""
    try:
        load_text(folder, text, environ, resolve=resolve)
    except ConfigError as error:
        return [str(problem).replace(f"{folder}/", "") for problem in error.problems]
    return []
