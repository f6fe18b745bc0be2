"""`alerts`: what rules have opened."""

from collections import Counter
from typing import Annotated

import typer

from notifier.cli.common import ConfigOption, JsonOption, LimitOption, look, read_config
from notifier.cli.show import about, counted, doer, iso, person, print_json, print_table, when, whom
from notifier.config import Config
from notifier.config.receivers import agent_at, agent_of
from notifier.model import Alert, AlertState, Kind, Target
from notifier.rules import is_settled
from notifier.store.database import Connection
from notifier.store.outbox import OutboxRow, RowState
from notifier.store.outbox_views import of_alert
from notifier.store.views import list_alerts


def alerts(
    config: ConfigOption = None,
    all_: Annotated[bool, typer.Option("--all", help="Those that have ended, too.")] = False,
    limit: LimitOption = 20,
    json: JsonOption = False,
) -> None:
    """Show alerts, newest first, and who was told of them.

    Off a terminal there is one line per alert, without a head, its columns divided by tabs: alert, rule,
    what it is about, state and who handled it, number of calls, last call, who is told.
    """
    loaded = read_config(config)

    def view(connection: Connection) -> list[tuple[Alert, list[OutboxRow]]]:
        found = list_alerts(connection, ended=all_, limit=limit)
        return [(alert, of_alert(connection, alert.id)) for alert in found]

    found = look(loaded, view)
    if json:
        print_json([alert_json(alert, rows) for alert, rows in found])
        return
    print_table(
        ("alert", "rule", "about", "state", "calls", "last call", "told"),
        [
            (
                f"A{alert.id}",
                alert.rule,
                _about(loaded, alert),
                state(loaded, alert),
                str(alert.call_count),
                when(loaded, alert.last_call_at),
                told(loaded, rows) or "nobody yet",
            )
            for alert, rows in found
        ],
        "no alerts" if all_ else "no active alerts; --all shows those that have ended, too",
    )


_MESSAGES = {
    Kind.OPEN: "first message",
    Kind.LEVEL: "higher level",
    Kind.UPDATE: "update",
    Kind.ESCALATION: "escalation",
    Kind.REMINDER: "reminder",
}


def told(config: Config, rows: list[OutboxRow]) -> str:
    """Who was or is to be told, each once: "agent Asha: told, 2 reminders; room #room: waiting"."""
    found: dict[str, Counter[tuple[Kind, RowState]]] = {}
    for row in rows:
        found.setdefault(_reader(config, row.target), Counter())[row.kind, row.state] += 1
    return "; ".join(
        f"{who}: {', '.join(_messages(kind, state, n) for (kind, state), n in counts.items())}"
        for who, counts in found.items()
    )


def _messages(kind: Kind, state: RowState, number: int) -> str:
    if kind is Kind.OPEN:
        return "told" if state is RowState.SENT else str(state)
    said = counted(number, _MESSAGES[kind])
    said = said.removeprefix("1 ")
    return said if state is RowState.SENT else f"{said} {state}"


def _reader(config: Config, target: Target) -> str:
    agent = agent_at(agent_of(target.recipient), config.agents)
    return f"{target.receiver} {agent.name}" if agent and agent.name else whom(config, target)


def _about(config: Config, alert: Alert) -> str:
    """What it is about; of one about a single call, whom it was to and by whom instead of its id."""
    if alert.per != ("call",) or not alert.customer:
        return about(alert)
    return f"customer {alert.customer} by {person(config, alert.agent)}"


def state(config: Config, alert: Alert) -> str:
    """Where an alert stands: "acknowledged by Asha", "ended (quiet)", "pending, dry run"."""
    text = f"{alert.state} ({alert.ended_as})" if alert.ended_as else str(alert.state)
    if is_handled(alert):
        text += f" by {doer(config, alert.handled_by)}"
    if alert.ended_as is None and alert.snoozed_until is not None:
        text += f" until {when(config, alert.snoozed_until)}"
    return f"{text}, dry run" if alert.dry_run else text


def is_handled(alert: Alert) -> bool:
    """Is it as it is because somebody did something?"""
    by_hand = alert.state in {AlertState.ACKNOWLEDGED, AlertState.SNOOZED}
    return bool(alert.handled_by) and (by_hand or is_settled(alert))


def alert_json(alert: Alert, rows: list[OutboxRow]) -> dict[str, object]:
    """An alert and what was to be sent about it, for programs."""
    return {
        "alert": alert.id,
        "tag": f"A{alert.id}",
        "rule": alert.rule,
        "key": alert.key,
        "state": alert.state,
        "ended_as": alert.ended_as,
        "severity": alert.severity,
        "level": alert.level,
        "calls": alert.call_count,
        "agent": alert.agent,
        "first_call_at": iso(alert.first_call_at),
        "last_call_at": iso(alert.last_call_at),
        "opened_at": iso(alert.opened_at),
        "due_at": iso(alert.due_at),
        "ended_at": iso(alert.ended_at),
        "handled_by": alert.handled_by,
        "handled_at": iso(alert.handled_at),
        "snoozed_until": iso(alert.snoozed_until),
        "dry_run": alert.dry_run,
        "notifications": [
            {
                "receiver": row.target.receiver,
                "recipient": row.target.recipient,
                "kind": row.kind,
                "via": row.via,
                "state": row.state,
                "reason": row.reason,
            }
            for row in rows
        ],
    }
