"""What is posted: Slack's form of a message, and what it is found by later. Pure."""

import re
from collections.abc import Iterable, Mapping

from notifier.channels.render import NOBODY, Mentions, blocks, text
from notifier.model import History, Message, Notification, Summary

EVENT = "missed_call_alert"

_QUIET: Mapping[str, object] = {"unfurl_links": False, "unfurl_media": False}
_RECEIPT = re.compile(r"([A-Z][A-Z0-9]+):(\d+\.\d+)")


def reply(message: Notification, *, plain: bool, mentions: Mentions = NOBODY) -> dict[str, object]:
    """The content of a new message that stands below another one about the same alert, and is shorter.

    Args:
        message: what to tell.
        plain: without blocks.
        mentions: whom it mentions, and what it pings; names that are read aloud stay names.
    """
    from notifier.channels.render.replies import reply_blocks, reply_text  # noqa: PLC0415 - not every daemon

    if plain:
        return {"text": reply_text(message, mentions), **_QUIET}
    return {"text": reply_text(message), "blocks": reply_blocks(message, mentions), **_QUIET}


def history(what: History, *, plain: bool) -> dict[str, object]:
    """The content of what is said below a message about what happened since: it mentions nobody."""
    from notifier.channels.render.history import history_blocks, history_text  # noqa: PLC0415 - likewise

    said = {"text": history_text(what), **_QUIET}
    return said if plain else {**said, "blocks": history_blocks(what)}


def content(
    message: Message, *, plain: bool, mentions: Mentions = NOBODY, has_buttons: bool = False
) -> dict[str, object]:
    """The text, which screen readers and pop-ups use, and the blocks, which a plain message has not.

    Args:
        message: what to tell.
        plain: without blocks, and so without buttons.
        mentions: whom it mentions, and what it pings; names that are read aloud stay names.
        has_buttons: presses of buttons are heard.
    """
    if plain:
        return {"text": text(message, mentions)}
    return {"text": text(message), "blocks": blocks(message, mentions, has_buttons=has_buttons)}


def posted(
    message: Message, *, plain: bool, mentions: Mentions = NOBODY, has_buttons: bool = False
) -> dict[str, object]:
    """The content of a new message. Neither `parse` nor `link_names`: outside text must not become a ping."""
    said = content(message, plain=plain, mentions=mentions, has_buttons=has_buttons)
    return {**said, **_QUIET}


def metadata(message: Message | History) -> dict[str, object]:
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
        Of a reply, that of the message to which it is one. "" for a notification that is named by a summary
        only: that can't be edited for it.
    """
    found: dict[str, str] = {}
    for payload, ts in _ours(messages):
        for delivery_id in _texts(payload.get("delivery_ids")):
            found.setdefault(delivery_id, "")
        for delivery_id in _texts([payload.get("delivery_id")]):
            found[delivery_id] = receipt(channel, ts)
    return found


def is_unthreaded(answer: Mapping[str, object]) -> bool:
    """Did Slack post a reply as a message of its own, since what it replies to was deleted?

    It says so only by leaving out the thread from the message that its answer repeats, see
    https://github.com/slack-go/slack/issues/1571; where it repeats none, nobody knows.
    """
    message = answer.get("message")
    return isinstance(message, dict) and "thread_ts" not in message


def _ours(messages: object) -> Iterable[tuple[Mapping[str, object], object]]:
    for message in messages if isinstance(messages, list) else ():
        match message:
            case {"metadata": {"event_type": str(event), "event_payload": dict(payload)}} if event == EVENT:
                yield payload, message.get("thread_ts", message.get("ts"))


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
