"""Loop 2: what time alone makes due."""

from notifier.lifecycle.lifecycle import BATCH, Lifecycle

__all__ = ["BATCH", "Lifecycle"]
