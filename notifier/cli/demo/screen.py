"""What the demo shows: calls, decisions and presses as lines, Slack's messages as boxes."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from rich.console import Console, Group
from rich.padding import Padding
from rich.panel import Panel
from rich.text import Text

from notifier.cli.demo.drawing import drawn

WIDTH = 76
INDENT = 4  # of what is said in a thread


class Screen:
    """Writes to a terminal, or plainly where there is none.

    Args:
        console: of the terminal.
        now: UTC ms, of the demo's clock.
        names: of people in Slack, by their ids.
    """

    def __init__(
        self, console: Console, now: Callable[[], int], names: Mapping[str, str] | None = None
    ) -> None:
        self._console = console
        self._now = now
        self._names = names or {}

    def say(self, text: str, style: str = "") -> None:
        """A line of our own."""
        self._console.print(Text(text, style=style))

    def call(
        self, when: str, who: str, customer: str, decisions: Iterable[str], *, answered: bool = False
    ) -> None:
        """A call, and what the rules made of it."""
        what = ("  answered call  ", "green") if answered else "  missed call  "
        line = Text.assemble((when, "dim"), what, (who, "bold"), f" → {customer}")
        for decision in decisions:
            line.append(f"\n          {decision}", style="dim")
        self._console.print(line)

    def together(self, people: Sequence[str], button: str, customer: str) -> None:
        """Several people are about to press the same button."""
        who = Text(" and ").join(Text(person, "bold") for person in people)
        pressed = (" press ", (f"[{button}]", "bold"), f" on {customer} at the same moment:")
        self._console.print(Text.assemble("\n👆 ", who, *pressed))

    def press(self, who: str, button: str) -> None:
        """Somebody presses a button."""
        self._console.print(Text.assemble(("👆 ", ""), (who, "bold"), " presses ", (f"[{button}]", "bold")))

    def message(
        self,
        room: str,
        payload: Mapping[str, Any],
        *,
        what: str = "",
        style: str = "green",
        inside: bool = False,
    ) -> None:
        """A message in Slack.

        Args:
            room: where it stands.
            payload: as it was posted.
            what: is said of it, beside the room.
            style: of the box around it.
            inside: a thread.
        """
        title = " · ".join(filter(None, ("↳ in the thread" if inside else "Slack", room, what)))
        body = Group(*drawn(payload, self._names, self._now()))
        box = Panel(body, title=Text(title), title_align="left", border_style=style, width=WIDTH)
        self._console.print(Padding(box, (0, 0, 0, INDENT if inside else 0), expand=False))
