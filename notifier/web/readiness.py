"""What `/readyz` says, as JSON. No secrets, no phone numbers.

    {"ready": false,
     "problems": ["main/out_missed: no good read for 5 min (HTTP 503)"],
     "notices": [{"kind": "source_failing", "subject": "main/out_missed", "reason": "HTTP 503",
                  "since": "2026-09-21T14:13:20Z"}],
     "sources": {"main/out_missed": {"ok": false, "last_good_read_seconds_ago": 300.0,
                                     "problem": "HTTP 503", "needed": true}},
     "outbox": {"oldest_due_seconds": null, "dead_letters": 0},
     "store": {"ok": true, "problem": ""}}

`problems` is for people: each reason why the job is not being done, once, the most severe first. `notices`
is for programs: every trouble that was raised and not cleared, as ops are told of it, in the same order; some
of them leave the daemon ready. So does a source that is not needed for missed calls to be told. Keys may be
added; those that are there keep their meaning.
"""

import json
from datetime import UTC, datetime

from notifier.host.masking import clean
from notifier.host.readiness import Readiness

_REASON_LIMIT = 600  # characters


def as_json(state: Readiness, probed: str) -> tuple[bool, str]:
    """Render the page.

    Args:
        state: what the loops reported.
        probed: what is wrong with the store, as it was asked just now; "" where it works.

    Returns:
        Is the daemon ready, and the text of the page.
    """
    probed = clean(probed, limit=_REASON_LIMIT)
    problems = list(state.problems)
    if probed and not state.store_problem:
        problems.append(f"store: {probed}")
    store_problem = state.store_problem or probed
    page = {
        "ready": not problems,
        "problems": problems,
        "notices": [
            {"kind": one.kind, "subject": one.subject, "reason": one.reason, "since": _instant(one.since)}
            for one in state.notices
        ],
        "sources": {
            name: {
                "ok": source.ok,
                "last_good_read_seconds_ago": _rounded(source.last_good_read),
                "problem": source.problem,
                "needed": source.is_needed,
            }
            for name, source in state.sources.items()
        },
        "outbox": {"oldest_due_seconds": _rounded(state.oldest_due), "dead_letters": state.dead},
        "store": {"ok": not store_problem, "problem": store_problem},
    }
    return not problems, json.dumps(page, indent=2) + "\n"


def _rounded(seconds: float | None) -> float | None:
    return None if seconds is None else round(seconds, 1)


def _instant(ms: int) -> str:
    return datetime.fromtimestamp(ms // 1000, UTC).isoformat().replace("+00:00", "Z")
