"""What a configuration would have sent for calls of the past: simulated, by the same deciding code.

Rules, windows, gate, calendars, audience and gathering are those of the daemon; what its loops keep in the
store is kept here in memory, which is a hundred times as fast. A test compares both, message by message.
"""

from notifier.backtest.given import Given, GivenReject, read_given
from notifier.backtest.results import Fate, Results
from notifier.backtest.simulate import reach_back, simulate, source_of
from notifier.backtest.tally import RuleTally, Tally, TargetTally, tally

__all__ = [
    "Fate",
    "Given",
    "GivenReject",
    "Results",
    "RuleTally",
    "Tally",
    "TargetTally",
    "reach_back",
    "read_given",
    "simulate",
    "source_of",
    "tally",
]
