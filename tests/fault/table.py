"""The table at the end. Pure."""

from collections.abc import Sequence

from tests.fault.scenario import Outcome

_LONGEST = 300  # characters of a remark

_HEADS = ("scenario", "tries", "told", "lost", "doubled (allowed)", "worst delay", "leaks", "took", "verdict")


def table(outcomes: Sequence[Outcome]) -> str:
    """All outcomes, one a line, and below it what is to be said of some."""
    rows = [_HEADS, *map(_row, outcomes), _total(outcomes)]
    widths = [max(len(row[column]) for row in rows) for column in range(len(_HEADS))]
    lines = [
        "| " + " | ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)) + " |"
        for row in rows
    ]
    lines.insert(1, "|" + "|".join("-" * (width + 2) for width in widths) + "|")
    return "\n".join([*lines, "", *_remarks(outcomes)])


def _row(outcome: Outcome) -> tuple[str, ...]:
    if outcome.skipped:
        return (outcome.scenario, *[""] * (len(_HEADS) - 2), outcome.verdict)
    return (
        outcome.scenario,
        str(outcome.tries),
        str(outcome.due - outcome.lost),
        str(outcome.lost),
        f"{outcome.doubled} ({outcome.allowed})",
        f"{outcome.worst / 1000:.1f} s",
        str(outcome.leaks),
        f"{outcome.seconds:.0f} s",
        outcome.verdict,
    )


def _total(outcomes: Sequence[Outcome]) -> tuple[str, ...]:
    bad = sum(one.verdict == "FAILED" for one in outcomes)
    return (
        "all",
        str(sum(one.tries for one in outcomes)),
        str(sum(one.due - one.lost for one in outcomes)),
        str(sum(one.lost for one in outcomes)),
        f"{sum(one.doubled for one in outcomes)} ({sum(one.allowed for one in outcomes)})",
        f"{max((one.worst for one in outcomes), default=0) / 1000:.1f} s",
        str(sum(one.leaks for one in outcomes)),
        "",
        f"{bad} FAILED" if bad else "ok",
    )


def _remarks(outcomes: Sequence[Outcome]) -> list[str]:
    return [
        f"{one.scenario}: {remark.splitlines()[0][:_LONGEST]}"
        for one in outcomes
        for remark in (*([f"skipped: {one.skipped}"] if one.skipped else ()), *one.complaints, *one.notes)
    ]
