"""What people do: to alerts, to silences, to what waits to be sent."""

from notifier.actions.calling_off import call_off
from notifier.actions.carry_out import Actions, Forbidden
from notifier.actions.said import LONGEST_NAME, LONGEST_NOTE, a_name
from notifier.actions.silencing import Silenced, end_silence, silence

__all__ = [
    "LONGEST_NAME",
    "LONGEST_NOTE",
    "Actions",
    "Forbidden",
    "Silenced",
    "a_name",
    "call_off",
    "end_silence",
    "silence",
]
