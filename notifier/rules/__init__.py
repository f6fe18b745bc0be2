"""What calls mean: matching, keys, windows, decisions, who is told. Pure: no clock, no I/O, no logging."""

from notifier.rules.audience import Audience, Directory, Via, and_passed, audience, audience_of, instead
from notifier.rules.calendar import ALWAYS, Hours, compile_calendars
from notifier.rules.compiled import CompiledRule, Matched, compile_rules, match_all
from notifier.rules.decide import decide
from notifier.rules.gate import REPEATS, REPLIES, Drop, Dropped, Gate, Hold, Pass, gate, is_settled
from notifier.rules.life import (
    Due,
    Escalate,
    Remind,
    Wake,
    brought_back,
    due,
    ends_when_told,
    heard,
    opened,
    quiet_from,
    set_right,
    steps_taken,
    wakes_at,
)
from notifier.rules.match import agent_phones, mismatch
from notifier.rules.news import is_news, standing, stands_anew
from notifier.rules.outcome import AlertChange, Decision, Outcome, Reason, Telling
from notifier.rules.takeover import taken_over
from notifier.rules.window import Overlay, Window, Windows

__all__ = [
    "ALWAYS",
    "REPEATS",
    "REPLIES",
    "AlertChange",
    "Audience",
    "CompiledRule",
    "Decision",
    "Directory",
    "Drop",
    "Dropped",
    "Due",
    "Escalate",
    "Gate",
    "Hold",
    "Hours",
    "Matched",
    "Outcome",
    "Overlay",
    "Pass",
    "Reason",
    "Remind",
    "Telling",
    "Via",
    "Wake",
    "Window",
    "Windows",
    "agent_phones",
    "and_passed",
    "audience",
    "audience_of",
    "brought_back",
    "compile_calendars",
    "compile_rules",
    "decide",
    "due",
    "ends_when_told",
    "gate",
    "heard",
    "instead",
    "is_news",
    "is_settled",
    "match_all",
    "mismatch",
    "opened",
    "quiet_from",
    "set_right",
    "standing",
    "stands_anew",
    "steps_taken",
    "taken_over",
    "wakes_at",
]
