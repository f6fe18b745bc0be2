"""Our rules on the data set, in a process of its own like the peer's; prints JSON."""

import json
from collections.abc import Sequence
from dataclasses import replace
from time import process_time

from bench.events import CALLS, FIRST, STEP, WITHIN, batches, customer, extension, ident, settle
from bench.settings import FIVE_IN_THIRTY
from notifier.config import Rule
from notifier.model import Alert, Call, Endpoint, StoredCall
from notifier.rules import CompiledRule, Windows, compile_rules, decide, match_all

KEPT = WITHIN + 2 * 3_600_000
"""ms that windows reach back: as far as the daemon keeps them for calls that come late."""


def _seconds(rules: Sequence[CompiledRule]) -> tuple[float, int]:
    windows = Windows(FIRST - KEPT)
    active: dict[tuple[str, str], Alert] = {}
    decisions, seconds = 0, 0.0
    for numbers in batches():
        batch = [_stored(n) for n in numbers]
        now = batch[-1].call.placed_at
        began = process_time()
        outcome = decide(match_all(batch, rules), active, windows, now)
        outcome.windows.apply()
        windows.prune(now - KEPT)
        seconds += process_time() - began
        decisions += sum(len(one.rows) for one in outcome.decisions)
        # What the store would do: what was opened is active from now on.
        for change in outcome.changes:
            alert = change.alert
            active[alert.rule, alert.key] = alert if alert.id else replace(alert, id=len(active) + 1)
    return seconds, decisions


def _stored(n: int) -> StoredCall:
    call = Call(
        account="main",
        endpoint=Endpoint.OUT_MISSED,
        id=ident(n),
        alias=None,
        extension=extension(n),
        customer="+91" + customer(n),
        placed_at=FIRST + n * STEP,
        name="",
    )
    return StoredCall(n + 1, call, baseline=False)


if __name__ == "__main__":
    compiled = compile_rules([Rule.model_validate(FIVE_IN_THIRTY)], {})
    settle()
    spent, made = _seconds(compiled)
    print(json.dumps({"per_second": CALLS / spent, "decisions": made}))
