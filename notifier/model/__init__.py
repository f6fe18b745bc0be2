"""The facts that everything else talks about: call ← alert ← notification, all frozen."""

from notifier.model.alert import Alert, AlertState, EndReason, Severity
from notifier.model.call import Call, Endpoint, Reject, StoredCall, masked
from notifier.model.notification import Kind, Notification, Target

__all__ = [
    "Alert",
    "AlertState",
    "Call",
    "EndReason",
    "Endpoint",
    "Kind",
    "Notification",
    "Reject",
    "Severity",
    "StoredCall",
    "Target",
    "masked",
]
