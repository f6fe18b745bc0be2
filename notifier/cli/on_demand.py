"""Commands that are loaded when used: a daemon would keep the code of all the others as long as it lives."""

from collections import UserDict
from collections.abc import Iterator, Mapping
from importlib import import_module
from typing import Any

import typer
from typer.main import get_group

from notifier.cli.once_each import OnceEach


class OnDemand(UserDict[str, Any]):  # Any: typer's class of commands has no public name
    """The commands of an app, by the name that typer asks for.

    Args:
        places: in which file of this package each command's function, or app of commands, is: "silence:app".
        settings: of the app, which its commands take over.
    """

    def __init__(self, places: Mapping[str, str], **settings: Any) -> None:
        super().__init__()
        self._places = places
        self._settings = settings

    def __missing__(self, name: str) -> Any:
        module, _, place = self._places[name].partition(":")
        found = getattr(import_module(f"{__package__}.{module}"), place)
        around = typer.Typer(**self._settings)
        if isinstance(found, typer.Typer):
            around.add_typer(found, name=name)
        else:
            around.command(name, cls=OnceEach)(found)
        self.data[name] = get_group(around).commands[name]
        return self.data[name]

    def __contains__(self, name: object) -> bool:
        return name in self._places

    def __iter__(self) -> Iterator[str]:
        return iter(self._places)

    def __len__(self) -> int:
        return len(self._places)
