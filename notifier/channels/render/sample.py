"""A notification that nobody's call is behind: to try a receiver, or to look at a message."""

from collections.abc import Mapping
from zoneinfo import ZoneInfo

from notifier.model import Alert, AlertState, Call, Endpoint, Kind, Notification, Severity

_MINUTE = 60_000  # ms


def sample_notification(
    zone: ZoneInfo,
    now: int,
    delivery_id: str,
    *,
    agent: str = "main/209",
    agent_names: Mapping[str, str] | None = None,
    country: str | None = None,
) -> Notification:
    """Build a notification about one invented call, marked as a test.

    Args:
        zone: where the readers are.
        now: UTC ms.
        delivery_id: random hex, new for each message.
        agent: whose call it pretends to be, account/extension.
        agent_names: the names of agents.
        country: ISO 3166; its numbers are shown in national form.
    """
    account, _, extension = agent.partition("/")
    placed_at = now - _MINUTE
    call = Call(account, Endpoint.OUT_MISSED, "sample", None, extension, "+919812345678", placed_at, "Suresh")
    alert = Alert(
        id=0,
        uid=delivery_id,
        rule="send-test",
        key="sample",
        per=("call",),
        state=AlertState.OPEN,
        ended_as=None,
        severity=Severity.INFO,
        level=0,
        needed=1,
        within=None,
        call_count=1,
        agent=agent,
        first_call_at=placed_at,
        last_call_at=placed_at,
        opened_at=now,
        due_at=None,
        last_joined_at=now,
        ended_at=None,
        version=1,
        dry_run=False,
    )
    names = agent_names or {}
    return Notification(delivery_id, Kind.OPEN, alert, (call,), names, zone, now, test=True, country=country)
