"""Loop 5: scheduled reports of what was missed, reached afterwards, and is still open."""

from notifier.digests.build import digests_of
from notifier.digests.digests import NAME, PACE, Digests
from notifier.digests.reports import Reports, for_delivery

__all__ = ["NAME", "PACE", "Digests", "Reports", "digests_of", "for_delivery"]
