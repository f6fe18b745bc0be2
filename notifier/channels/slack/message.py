"""What is posted: Slack's form of a message, and what it is found by later. Pure."""

import re
from collections.abc import Iterable, Mapping

from notifier.channels.render import blocks, text
from notifier.model import Message, Summary

EVENT = "missed_call_alert"

_RECEIPT = re.compile(r"([A-Z][A-Z0-9]+):(\d+\.\d+)")


def content(message: Message, *, plain: bool) -> dict[str, object]:
    """The text, which screen readers and pop-ups use, and the blocks, which a plain message has not."""
    said: dict[str, object] = {"text": text(message)}
    return said if plain else said | {"blocks": blocks(message)}


def posted(message: Message, *, plain: bool) -> dict[str, object]:
    """The content of a new message. Neither `parse` nor `link_names`: outside text must not become a ping."""
    return content(message, plain=plain) | {"unfurl_links": False, "unfurl_media": False}


def metadata(message: Message) -> dict[str, object]:
    """What the message is found by later; everyone in the channel can read it.

    A summary has the ids of its notifications, too: whether it arrived decides for each of them.
    """
    payload: dict[str, object] = {"delivery_id": message.delivery_id}
    if isinstance(message, Summary):
        payload["delivery_ids"] = [each.delivery_id for each in message.notifications]
    return {"event_type": EVENT, "event_payload": payload}


def receipts_in(channel: str, messages: object) -> dict[str, str]:
    """What a page of a channel's history holds of ours: a receipt by delivery id.

    Args:
        channel: its id.
        messages: what Slack's answer says they are.

    Returns:
        "" for a notification that is named by a summary only: that can't be edited for it.
    """
    found: dict[str, str] = {}
    for payload, ts in _ours(messages):
        for delivery_id in _texts(payload.get("delivery_ids")):
            found.setdefault(delivery_id, "")
        for delivery_id in _texts([payload.get("delivery_id")]):
            found[delivery_id] = receipt(channel, ts)
    return found


def _ours(messages: object) -> Iterable[tuple[Mapping[str, object], object]]:
    for message in messages if isinstance(messages, list) else ():
        match message:
            case {"metadata": {"event_type": str(event), "event_payload": dict(payload)}} if event == EVENT:
                yield payload, message.get("ts")


def _texts(found: object) -> list[str]:
    return [each for each in found if isinstance(each, str)] if isinstance(found, list) else []


def receipt(channel: object, ts: object) -> str:
    """Make "C123:1700000000.000100"; "" where Slack's answer does not name the message: no edit then."""
    made = f"{channel}:{ts}"
    return made if _RECEIPT.fullmatch(made) else ""


def place(made: str) -> dict[str, object] | None:
    """The channel and ts that a receipt names; None where it names none."""
    match = _RECEIPT.fullmatch(made)
    return {"channel": match[1], "ts": match[2]} if match else None
