"""The facts that everything else talks about: call ← alert ← notification, all frozen."""

from notifier.model.alert import Alert, AlertState, EndReason, Event, EventKind, Severity
from notifier.model.call import Call, Contact, Endpoint, Reject, Standing, StoredCall, is_agent_leg, masked
from notifier.model.digest import (
    AgentTally,
    DigestFigures,
    DigestReport,
    HourTally,
    OpenCustomer,
    Tally,
)
from notifier.model.notification import (
    Attempts,
    Gathered,
    Kind,
    Message,
    Notice,
    NoticeKind,
    Notification,
    Summary,
    Target,
    ToldLine,
)
from notifier.model.silence import Silence

__all__ = [
    "AgentTally",
    "Alert",
    "AlertState",
    "Attempts",
    "Call",
    "Contact",
    "DigestFigures",
    "DigestReport",
    "EndReason",
    "Endpoint",
    "Event",
    "EventKind",
    "Gathered",
    "HourTally",
    "Kind",
    "Message",
    "Notice",
    "NoticeKind",
    "Notification",
    "OpenCustomer",
    "Reject",
    "Severity",
    "Silence",
    "Standing",
    "StoredCall",
    "Summary",
    "Tally",
    "Target",
    "ToldLine",
    "is_agent_leg",
    "masked",
]
