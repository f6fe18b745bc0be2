"""ElastAlert 2's FrequencyRule on the data set. Runs in an environment of its own; prints JSON.

It is used as ElastAlert uses it: `add_data` with what one query brought, then `garbage_collect`, then the
matches are taken away. The query itself, and everything that follows a match, is left out.
"""

import json
from datetime import UTC, datetime, timedelta
from importlib.metadata import version
from time import process_time

from elastalert.ruletypes import FrequencyRule  # type: ignore[import-not-found]  # only where this runs

from bench.events import CALLS, COUNT, FIRST, STEP, WITHIN, batches, extension, settle


def _seconds() -> tuple[float, int]:
    rule = FrequencyRule(
        {
            "timeframe": timedelta(milliseconds=WITHIN),
            "num_events": COUNT,
            "query_key": "extension",
            "timestamp_field": "@timestamp",
        }
    )
    matches, seconds = 0, 0.0
    for numbers in batches():
        # Its own ones: a match changes its event.
        events = [{"@timestamp": _time(n), "extension": extension(n)} for n in numbers]
        end = _time(numbers[-1])
        began = process_time()
        rule.add_data(events)
        rule.garbage_collect(end)
        matches += len(rule.matches)
        rule.matches.clear()
        seconds += process_time() - began
    return seconds, matches


def _time(n: int) -> datetime:
    return datetime.fromtimestamp((FIRST + n * STEP) / 1000, UTC)


if __name__ == "__main__":
    settle()  # so that it has what our rules have
    spent, found = _seconds()
    print(json.dumps({"per_second": CALLS / spent, "matches": found, "version": version("elastalert2")}))
