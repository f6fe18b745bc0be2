"""What `/readyz` says, as JSON. No secrets, no phone numbers."""

import json

from notifier.host.health import Readiness
from notifier.host.masking import clean

_REASON_LIMIT = 200  # characters


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
        "notices": list(state.notices),
        "sources": {
            name: {
                "ok": source.ok,
                "last_good_read_seconds_ago": _rounded(source.last_good_read),
                "problem": source.problem,
            }
            for name, source in state.sources.items()
        },
        "outbox": {"oldest_due_seconds": _rounded(state.oldest_due), "dead_letters": state.dead},
        "store": {"ok": not store_problem, "problem": store_problem},
    }
    return not problems, json.dumps(page, indent=2) + "\n"


def _rounded(seconds: float | None) -> float | None:
    return None if seconds is None else round(seconds, 1)
