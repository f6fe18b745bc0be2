"""The account as text: one small table under each heading, with its sums."""

from collections.abc import Iterator, Mapping, Sequence

from bench.month.account import Account

WIDTH = 110
HEADINGS: Mapping[str, str] = {
    "calls": "calls that TeleCMI listed, by list",
    "misses": "missed calls",
    "decisions": "what every rule made of every missed call that it is about",
    "alerts": "alerts, and what became of them",
    "repeats": "what time made due for open alerts",
    "notifications": "notifications, by rule",
    "kinds": "the same, by kind",
    "held": "of these: held for a time, because an office was closed, somebody silenced or snoozed it",
    "messages": "what Slack and the mail server took",
    "claimed": "what these messages told, by where",
    "digests": "digests",
    "notices": "notices to ops",
    "digests compared": "digests whose figures were counted anew from the facts",
    "by the facts alone": "counted from the facts alone, of alerts that nobody touched by hand",
    "what people did": "what people did",
}


def text(account: Account) -> str:
    """All tables, and what does not fit."""
    blocks = [_block(title, account.counts[name]) for name, title in HEADINGS.items() if account.counts[name]]
    lines = [*blocks, *account.complaints(), f"unaccounted: {account.unaccounted}"]
    return "\n\n".join(lines)


def _block(title: str, counts: Mapping[tuple[str, str], int]) -> str:
    columns = sorted({column for _, column in counts if any(counts[at] for at in counts if at[1] == column)})
    rows = sorted({row for row, _ in counts})
    head = ["", *columns, "sum"] if len(columns) > 1 else ["", *columns]
    cells = [head]
    for row in [*rows, "sum"] if len(rows) > 1 else rows:
        own = [_sum(counts, row, [column]) for column in columns]
        cells.append([row, *own, *([_sum(counts, row, columns)] if len(columns) > 1 else [])])
    return "\n".join([title, *_aligned(cells)])


def _sum(counts: Mapping[tuple[str, str], int], row: str, columns: Sequence[str]) -> str:
    number = sum(n for at, n in counts.items() if at[1] in columns and row in {at[0], "sum"})
    return f"{number:,}" if number else "."


def _aligned(cells: Sequence[Sequence[str]]) -> Iterator[str]:
    """Rows with their columns below each other; where they are many, it is turned around."""
    widths = [max(map(len, column)) for column in zip(*cells, strict=True)]
    if sum(widths) + 3 * len(widths) > WIDTH and len(cells) < len(widths):
        yield from _aligned([*map(list, zip(*cells, strict=True))])
        return
    for row in cells:
        first, *rest = [cell.rjust(width) for cell, width in zip(row, widths, strict=True)]
        yield f"  {row[0].ljust(len(first))}   {'   '.join(rest)}".rstrip()
