"""The composition root: builds everything for a configuration, runs it, and takes it down again."""

from notifier.app.once import Round, once
from notifier.app.secrets import secrets_of
from notifier.app.serve import Host, serve

__all__ = ["Host", "Round", "once", "secrets_of", "serve"]
