"""Loop 3: claim what is due, send it, record what became of it."""

from notifier.dispatch.dispatch import Dispatch

__all__ = ["Dispatch"]
