"""What is posted: Slack's form of a notification. Pure."""

import re

from notifier.channels.render import blocks, text
from notifier.model import Notification

EVENT = "missed_call_alert"

_RECEIPT = re.compile(r"([A-Z][A-Z0-9]+):(\d+\.\d+)")


def content(notification: Notification, *, plain: bool) -> dict[str, object]:
    """The text, which screen readers and pop-ups use, and the blocks, which a plain message has not."""
    said: dict[str, object] = {"text": text(notification)}
    return said if plain else said | {"blocks": blocks(notification)}


def posted(notification: Notification, *, plain: bool) -> dict[str, object]:
    """The content of a new message. Neither `parse` nor `link_names`: outside text must not become a ping."""
    return content(notification, plain=plain) | {"unfurl_links": False, "unfurl_media": False}


def metadata(delivery_id: str) -> dict[str, object]:
    """What the message is found by later; everyone in the channel can read it."""
    return {"event_type": EVENT, "event_payload": {"delivery_id": delivery_id}}


def has_delivery_id(message: object, delivery_id: str) -> bool:
    """Is this message of a channel's history that notification?"""
    match message:
        case {"metadata": {"event_type": str(event), "event_payload": {"delivery_id": str(found)}}}:
            return event == EVENT and found == delivery_id
        case _:
            return False


def receipt(channel: object, ts: object) -> str:
    """Make "C123:1700000000.000100"; "" where Slack's answer does not name the message: no edit then."""
    made = f"{channel}:{ts}"
    return made if _RECEIPT.fullmatch(made) else ""


def place(made: str) -> dict[str, object] | None:
    """The channel and ts that a receipt names; None where it names none."""
    match = _RECEIPT.fullmatch(made)
    return {"channel": match[1], "ts": match[2]} if match else None
