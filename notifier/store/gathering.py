"""Which notifications to one target are told together. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from notifier.model import Gathered
from notifier.store.outbox import OutboxRow


@dataclass(frozen=True, slots=True)
class Limits:
    """How much one target gets at once."""

    burst: int  # more than so many that are due are told in summaries
    size: int  # alerts that one message may name


@dataclass(frozen=True, slots=True)
class Part:
    """One message of a summary."""

    rows: tuple[OutboxRow, ...]
    part: int  # of so many messages, from 1
    parts: int


def summaries(due: Sequence[OutboxRow], limits: Limits) -> list[Part]:
    """Put what is due for one target together.

    Args:
        due: rows about an alert each, in their order.
        limits: of the target's channel, and of the configuration.

    Returns:
        The messages, in order; none where each row is told by itself.
    """
    # What was refused in a summary, or in its full form, is told by itself: it must not harm the others.
    fit = [row for row in due if not row.plain]
    if len(fit) > limits.burst:
        return _parts(fit, limits.size)
    by_reason = ([row for row in fit if row.gathered_as is reason] for reason in Gathered)
    return [part for rows in by_reason if len(rows) > 1 for part in _parts(rows, limits.size)]


def _parts(rows: Sequence[OutboxRow], size: int) -> list[Part]:
    """As few as can be, and about as long as each other: none names just one alert."""
    count = -(-len(rows) // size)
    ends = [part * len(rows) // count for part in range(count + 1)]
    return [Part(tuple(rows[begin:end]), part, count) for part, (begin, end) in enumerate(pairwise(ends), 1)]
