"""Writing down who is to be told: the audience that the rules name becomes rows of the outbox."""

from notifier.tell.tell import Tell

__all__ = ["Tell"]
