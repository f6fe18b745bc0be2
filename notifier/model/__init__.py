"""The facts that everything else talks about: call ← alert ← notification, all frozen."""

from notifier.model.alert import Alert, AlertState, EndReason, Event, EventKind, Severity
from notifier.model.button import (
    SAID_REACHED,
    Button,
    ButtonValue,
    Nap,
    button_value,
    read_button_value,
)
from notifier.model.call import Call, Contact, Endpoint, Reject, Standing, StoredCall, is_agent_leg, masked
from notifier.model.digest import (
    AgentTally,
    DigestFigures,
    DigestReport,
    HourTally,
    OpenCustomer,
    Tally,
)
from notifier.model.history import History, Raised
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
    "SAID_REACHED",
    "AgentTally",
    "Alert",
    "AlertState",
    "Attempts",
    "Button",
    "ButtonValue",
    "Call",
    "Contact",
    "DigestFigures",
    "DigestReport",
    "EndReason",
    "Endpoint",
    "Event",
    "EventKind",
    "Gathered",
    "History",
    "HourTally",
    "Kind",
    "Message",
    "Nap",
    "Notice",
    "NoticeKind",
    "Notification",
    "OpenCustomer",
    "Raised",
    "Reject",
    "Severity",
    "Silence",
    "Standing",
    "StoredCall",
    "Summary",
    "Tally",
    "Target",
    "ToldLine",
    "button_value",
    "is_agent_leg",
    "masked",
    "read_button_value",
]
