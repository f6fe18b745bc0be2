"""The few pages that say whether the daemon is well."""

from notifier.web.server import WebServer

__all__ = ["WebServer"]
