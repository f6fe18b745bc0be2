"""The few pages that say whether the daemon is well, and what it counts for monitoring.

``server`` is not handed on here: it brings a web server's libraries, and is loaded where pages are wanted.
"""

from notifier.web.counters import Counters
from notifier.web.scrape import Scrape

__all__ = ["Counters", "Scrape"]
