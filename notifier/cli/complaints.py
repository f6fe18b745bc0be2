"""What is wrong with a command line, all of it told at once."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

import typer


@dataclass(frozen=True)
class Complaints:
    """Collects what would else be told one by one, and mended one by one."""

    found: list[tuple[str, str]] = field(default_factory=list)  # the option, what is wrong with it

    def add(self, what: str, where: str) -> None:
        """Keep that an option is wrong."""
        self.found.append((where, what))

    @contextmanager
    def kept(self) -> Iterator[None]:
        """What is refused within is kept for later."""
        try:
            yield
        except typer.BadParameter as error:
            self.add(error.message, str(error.param_hint or ""))

    def raise_(self) -> None:
        """Refuse the command line where anything is wrong.

        Raises:
            typer.BadParameter: with all that is.
        """
        if len(self.found) == 1:
            ((where, what),) = self.found
            raise typer.BadParameter(what, param_hint=where)
        if self.found:
            raise typer.BadParameter("; and ".join(f"{where}: {what}" for where, what in self.found))
