"""Loop 4: what is in trouble is written down, and told to ops; and when it works again, that."""

from notifier.notices.lookout import Lookout
from notifier.notices.notices import NAME, PACE, Notices
from notifier.notices.teller import Teller

__all__ = ["NAME", "PACE", "Lookout", "Notices", "Teller"]
