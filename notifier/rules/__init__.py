"""What calls mean: matching, keys, windows, decisions, who is told. Pure: no clock, no I/O, no logging."""

from notifier.rules.audience import Audience, Directory, Via, audience, instead
from notifier.rules.compiled import CompiledRule, Matched, compile_rules, match_all
from notifier.rules.decide import decide
from notifier.rules.life import Wake, due, ends_when_told, wakes_at
from notifier.rules.match import mismatch
from notifier.rules.outcome import AlertChange, Decision, Outcome, Reason, Telling
from notifier.rules.window import Overlay, Window, Windows

__all__ = [
    "AlertChange",
    "Audience",
    "CompiledRule",
    "Decision",
    "Directory",
    "Matched",
    "Outcome",
    "Overlay",
    "Reason",
    "Telling",
    "Via",
    "Wake",
    "Window",
    "Windows",
    "audience",
    "compile_rules",
    "decide",
    "due",
    "ends_when_told",
    "instead",
    "match_all",
    "mismatch",
    "wakes_at",
]
