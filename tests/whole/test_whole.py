"""Whatever happens, in whatever order: nothing is lost or doubled, and nobody is told for nothing."""

import os

from hypothesis import HealthCheck, settings

from tests.whole.machine import Whole

LIVES = int(os.environ.get("WHOLE_LIVES", "0"))
"""How many random ones are lived; where it is not set, a few that are always the same."""

TestWhole = Whole.TestCase
TestWhole.settings = settings(
    deadline=None,
    max_examples=LIVES or 8,
    stateful_step_count=30 if LIVES else 20,
    derandomize=not LIVES,
    report_multiple_bugs=False,
    suppress_health_check=[HealthCheck.too_slow],
)
