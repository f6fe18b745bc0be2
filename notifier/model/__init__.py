"""The facts that everything else talks about: call ← alert ← notification, all frozen."""

from notifier.model.alert import Alert, AlertState, EndReason, Severity
from notifier.model.call import Call, Endpoint, Reject, StoredCall, masked
from notifier.model.notification import (
    Gathered,
    Kind,
    Message,
    Notice,
    NoticeKind,
    Notification,
    Summary,
    Target,
)

__all__ = [
    "Alert",
    "AlertState",
    "Call",
    "EndReason",
    "Endpoint",
    "Gathered",
    "Kind",
    "Message",
    "Notice",
    "NoticeKind",
    "Notification",
    "Reject",
    "Severity",
    "StoredCall",
    "Summary",
    "Target",
    "masked",
]
