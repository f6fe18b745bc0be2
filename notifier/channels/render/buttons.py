"""The buttons beneath a message: what may be done to its alert without leaving Slack. Pure.

What a press brings back names the alert and nothing else: no number, no name, no version (`button_value`).
"""

from notifier.channels.render.escape import mrkdwn
from notifier.channels.render.phrases import words
from notifier.channels.render.speech import UNKNOWN
from notifier.model import Alert, AlertState, Button, EndReason, Nap, Notification, button_value

Block = dict[str, object]

NAPS = {
    Nap.HALF_AN_HOUR: "For 30 minutes",
    Nap.TWO_HOURS: "For 2 hours",
    Nap.TOMORROW: "Until tomorrow morning",
}
"""What the menu for snoozing says."""


def offered(notification: Notification) -> tuple[Button, ...]:
    """The buttons that do something to an alert as it stands, in the order in which they are shown."""
    alert = notification.alert
    about_one = bool(alert.customer) and not notification.is_agent_leg
    silence = (Button.DO_NOT_CALL,) if about_one else ()
    if notification.test:
        return ()
    if _is_only_told(alert):
        return silence
    if alert.state is AlertState.ENDED:
        return ()
    take = () if alert.state is AlertState.ACKNOWLEDGED else (Button.ACK,)
    reached = (Button.REACHED,) if about_one else ()
    return (*take, *reached, Button.SNOOZE, Button.NOT_NEEDED, *silence)


def buttons(notification: Notification) -> list[Block]:
    """The block of an alert's buttons; none where nothing is to be done."""
    drawn = [_draw(button, notification) for button in offered(notification)]
    alert = notification.alert
    # Slack wants another one whenever a message is updated, or clients keep what was chosen in a menu.
    block_id = f"notifier.{alert.id}.{alert.version}"
    return [{"type": "actions", "block_id": block_id, "elements": drawn}] if drawn else []


def _is_only_told(alert: Alert) -> bool:
    """Is it one call with nothing to follow, which has ended with the telling, or will?"""
    if alert.state is AlertState.ENDED:
        return alert.ended_as is EndReason.TOLD
    return alert.per == ("call",) and alert.due_at is None and not alert.follows_up


def _draw(button: Button, notification: Notification) -> Block:
    alert = notification.alert
    match button:
        case Button.ACK:
            return _button(button, "I'm on it", "I am on it", alert) | {"style": "primary"}
        case Button.REACHED:
            return _button(button, "Reached", "The customer was reached", alert)
        case Button.SNOOZE:
            return _naps(alert)
        case Button.NOT_NEEDED:
            return _button(button, "Not needed", "Nobody needs to call back; asks for the reason", alert)
        case Button.DO_NOT_CALL:
            drawn = _button(
                button, "Do not call", "Do not call this customer; asks whether you are sure", alert
            )
            return drawn | {"confirm": _confirm(notification)}


def _button(button: Button, text: str, label: str, alert: Alert) -> Block:
    return {
        "type": "button",
        "action_id": button.value,
        "text": _plain(text),
        "value": button_value(alert),
        "accessibility_label": f"{label} (A{alert.id})",
    }


def _naps(alert: Alert) -> Block:
    return {
        "type": "static_select",
        "action_id": Button.SNOOZE.value,
        "placeholder": _plain("Snooze"),
        "options": [{"text": _plain(said), "value": button_value(alert, nap)} for nap, said in NAPS.items()],
    }


def _confirm(notification: Notification) -> Block:
    told = words(notification, mrkdwn)
    whom = ", ".join(filter(None, (told.name, told.number if told.number != UNKNOWN else "")))
    said = "Nobody is told of missed calls to this customer any more, and this alert is resolved."
    return {
        "title": _plain("Do not call this customer?"),
        "text": _plain(f"{whom}. {said}" if whom else said),
        "confirm": _plain("Do not call"),
        "deny": _plain("Cancel"),
        "style": "danger",
    }


def _plain(text: str) -> Block:
    return {"type": "plain_text", "text": text, "emoji": False}
