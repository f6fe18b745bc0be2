"""Which configuration file is meant."""

from pathlib import Path

import pytest

from notifier.config import find
from notifier.config.store import SYSTEM_FILE, url_fault, with_store_url
from notifier.errors import ConfigError
from tests.support.config_files import config_text, load_text


def test_the_file_that_is_named_wins(tmp_path: Path) -> None:
    environ = {"NOTIFIER_CONFIG": "/srv/other.yaml"}
    (tmp_path / "config.yaml").touch()
    assert find(tmp_path / "mine.yaml", environ, tmp_path) == tmp_path / "mine.yaml"
    assert find(tmp_path.joinpath("mine.yaml").relative_to(tmp_path), {}, tmp_path) == tmp_path / "mine.yaml"


def test_the_variable_comes_before_the_places(tmp_path: Path) -> None:
    (tmp_path / "config.yaml").touch()
    assert str(find(None, {"NOTIFIER_CONFIG": "/srv/other.yaml"}, tmp_path)) == "/srv/other.yaml"
    assert find(None, {"NOTIFIER_CONFIG": "other.yaml"}, tmp_path) == tmp_path / "other.yaml"
    assert find(None, {"NOTIFIER_CONFIG": ""}, tmp_path, system=tmp_path / "no") == tmp_path / "config.yaml"


def test_the_systems_file_comes_before_the_one_of_the_folder(tmp_path: Path) -> None:
    system = tmp_path / "etc" / "config.yaml"
    (tmp_path / "config.yaml").touch()
    assert find(None, {}, tmp_path, system=system) == tmp_path / "config.yaml"
    system.parent.mkdir()
    system.touch()
    assert find(None, {}, tmp_path, system=system) == system


def test_a_file_that_may_not_even_be_looked_at_is_not_passed_over(tmp_path: Path) -> None:
    loop = tmp_path / "loop"
    loop.symlink_to(loop)
    (tmp_path / "config.yaml").touch()
    assert find(None, {}, tmp_path, system=loop / "config.yaml") == loop / "config.yaml"


def test_a_file_where_a_folder_is_needed_is_passed_over(tmp_path: Path) -> None:
    (tmp_path / "config.yaml").touch()
    found = find(None, {}, tmp_path, system=tmp_path / "config.yaml" / "config.yaml")
    assert found == tmp_path / "config.yaml"


def test_without_any_file_it_says_where_it_looked_and_how_to_begin(tmp_path: Path) -> None:
    system = tmp_path / "etc" / "config.yaml"
    with pytest.raises(ConfigError) as raised:
        find(None, {}, tmp_path, system=system)
    assert str(raised.value) == (
        f"configuration: none found: looked for $NOTIFIER_CONFIG, {system} and {tmp_path / 'config.yaml'};"
        " copy config.example.yaml to one of them, or name one with --config"
    )


def test_the_store_of_the_systems_file_lies_in_var_lib(tmp_path: Path) -> None:
    config = load_text(tmp_path, config_text())
    bare = config.model_copy(update={"store": config.store.model_copy(update={"url": ""})})
    assert with_store_url(bare, SYSTEM_FILE, {}).store.url == "sqlite:////var/lib/notifier/notifier.db"


def test_only_the_path_of_a_file_is_a_store() -> None:
    assert url_fault("sqlite:///a.db") is None
    assert url_fault("sqlite:////srv/with blank.db") is None
    for url in (
        "",
        "sqlite://",
        "sqlite:///",
        "a.db",
        "SQLITE:///a",
        "sqlite+pysqlite:///a",
        "sqlite:///file:a",
    ):
        assert url_fault(url) is not None
    assert url_fault("sqlite:///a\nb") is not None
