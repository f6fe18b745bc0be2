"""Rule decisions alone: no parsing, no store. Beside them ElastAlert 2's FrequencyRule on the same events.

Each runs in a process of its own, in turn with the other, and is measured in processor time: neither
waits for anything.
"""

import sys

from bench.peer import NoPeer, environment, told
from bench.report import Row, per_second, row, times

REPEATS = 3


def figures() -> list[Row]:
    """Decisions a second, the peer's, and how many times as fast we are."""
    try:
        python = environment()
        pairs = [
            (told(sys.executable, "bench.decide_alone"), told(python, "bench.peer_elastalert"))
            for _ in range(REPEATS)
        ]
    except NoPeer as reason:
        ours = [_speed(told(sys.executable, "bench.decide_alone")) for _ in range(REPEATS)]
        missing = Row("  ours / ElastAlert 2's FrequencyRule", f"not measured: {reason}", "", "5 x", "10 x")
        return [row("rule decisions alone", ours, per_second), missing]
    ours, theirs = [_speed(one) for one, _ in pairs], [_speed(other) for _, other in pairs]
    name = f"  ElastAlert 2 ({pairs[0][1]['version']}) FrequencyRule, same events"
    ratios = [one / other for one, other in zip(ours, theirs, strict=True)]
    return [
        row("rule decisions alone", ours, per_second),
        row(name, theirs, per_second),
        row("  ours / theirs", ratios, times, budget="5 x", aim="10 x"),
    ]


def _speed(answer: dict[str, object]) -> float:
    speed = answer["per_second"]
    assert isinstance(speed, float), "as the scripts print it"
    return speed
