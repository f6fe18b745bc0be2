"""What became of a call or an alert, for programs: what is stored, and the same sentences."""

from notifier.cli.alerts import alert_json
from notifier.cli.calls import call_json
from notifier.cli.show import iso
from notifier.cli.story import MOST, Story
from notifier.model import Alert, StoredCall
from notifier.store.alerts import alert as alert_with
from notifier.store.events import events_of
from notifier.store.outbox_views import of_alert
from notifier.store.views import alerts_reached_by, calls_of_alert, decisions_of, stored_at


def story_json(story: Story, found: Alert | list[StoredCall]) -> dict[str, object]:
    """An alert with the newest of its calls, or calls with the alerts that they opened, joined or ended."""
    if isinstance(found, Alert):
        return {"alert": _alert(story, found) | {"story": _plain(list(story.of_alert(found)))}}
    return {"calls": [_call(story, stored) for stored in found]}


def _alert(story: Story, alert: Alert) -> dict[str, object]:
    connection = story.connection
    joined = calls_of_alert(connection, alert.id, MOST)
    return {
        **alert_json(alert, of_alert(connection, alert.id)),
        "events": [
            {"at": iso(one.at), "kind": one.kind, "who": one.who, "note": one.note, "until": iso(one.until)}
            for one in events_of(connection, alert.id)
        ],
        "newest_calls": [call_json(stored, decisions_of(connection, stored.row)) for stored in joined],
    }


def _call(story: Story, stored: StoredCall) -> dict[str, object]:
    connection = story.connection
    decisions = decisions_of(connection, stored.row)
    if stored.call.endpoint.is_answered:
        alerts = alerts_reached_by(connection, stored.call)
    else:
        ids = dict.fromkeys(one.alert_id for one in decisions if one.alert_id is not None)
        alerts = [alert for one in ids if (alert := alert_with(connection, one)) is not None]
    return {
        **call_json(stored, decisions),
        "stored_at": iso(stored_at(connection, stored.row)),
        "alerts": [alert_json(alert, of_alert(connection, alert.id)) for alert in alerts],
        "story": _plain(list(story.of_call(stored))),
    }


def _plain(lines: list[str]) -> list[str]:
    return [line.strip() for line in lines]
