"""What fits a person's terminal: tables that break no words where that can be, and lines that hang."""

import re
import shutil
import textwrap
from collections.abc import Sequence

_ZONE = re.compile(r".* ([^ ]+ \([+-][0-9]{2}:[0-9]{2}\))")
_BETWEEN = 2  # characters that part two columns
_HANGING = 4  # columns that the rest of a line stands further to the right


def show_table(head: Sequence[str], lines: Sequence[Sequence[str]]) -> None:
    """Print a table as wide as it needs to be.

    Args:
        head: names of the columns.
        lines: what stands in them, harmless already; at least one.
    """
    from rich.cells import cell_len
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    columns = [_zone_once(name, cells) for name, cells in zip(head, zip(*lines, strict=True), strict=True)]
    words = [max(cell_len(word) for cell in column for word in cell.split() or [""]) for column in columns]
    whole = [max(map(cell_len, column)) for column in columns]
    console = Console()
    widths = fitting(words, whole, console.width - _BETWEEN * (len(columns) - 1))
    # What stands between columns is columns, too: those of the library take some of a column's own width.
    table = Table.grid()
    for at, width in enumerate(widths):
        if at:
            table.add_column(width=_BETWEEN)
        table.add_column(width=width)
    for number, cells in enumerate(zip(*columns, strict=True)):
        # Folded, not cut: an id is there to be copied.
        texts = [Text(cell, style="" if number else "bold", overflow="fold") for cell in cells]
        table.add_row(*[part for text in texts for part in ("", text)][1:])
    console.print(table)


def fitting(words: Sequence[int], whole: Sequence[int], room: int) -> list[int]:
    """How wide columns are to be, so that the longest words alone are broken, and only where they must be.

    Args:
        words: the longest word of each column.
        whole: the longest cell of each column.
        room: for all of them together.
    """
    longest = max(words)
    while longest > 1 and sum(min(word, longest) for word in words) > room:
        longest -= 1
    widths = [min(word, longest) for word in words]
    spare = max(0, room - sum(widths))
    wanting = sorted(range(len(widths)), key=lambda at: whole[at] - widths[at])
    for left, at in enumerate(wanting):
        more = min(whole[at] - widths[at], spare // (len(wanting) - left))
        widths[at] += more
        spare -= more
    return widths


def _zone_once(name: str, cells: Sequence[str]) -> list[str]:
    """A column with its name; where all of its times are of the same zone and offset, that says which."""
    matches = [_ZONE.fullmatch(cell) for cell in cells if cell]
    zones = {match[1] if match else "" for match in matches}
    zone = zones.pop() if len(zones) == 1 else ""
    if not zone:
        return [name, *cells]
    return [f"{name}, {zone}", *(cell.removesuffix(f" {zone}") for cell in cells)]


def hung(line: str) -> str:
    """A line, broken at the terminal's width, with what follows further to the right than it begins."""
    begins = len(line) - len(line.lstrip())
    rest = " " * (begins + _HANGING)
    width = max(shutil.get_terminal_size().columns, 2 * len(rest))
    return textwrap.fill(line, width, subsequent_indent=rest, break_long_words=False, break_on_hyphens=False)
