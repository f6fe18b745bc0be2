"""`check --live`: does everything answer that the configuration names? Nothing is posted."""

from notifier.cli.live.attempt import Tried
from notifier.cli.live.live import try_all

__all__ = ["Tried", "try_all"]
