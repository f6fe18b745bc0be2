"""The form that asks why nobody needs to call a customer: how it looks, and what came back. Pure."""

import json
from dataclasses import dataclass, field
from typing import Any

from notifier.model import Button

MOST_METADATA = 3_000
"""Characters that a form may carry unseen, says Slack."""

_LONGEST_NOTE = 300
_REASON, _NOTE = "reason", "note"

REASONS = {
    "called-back": "They called us",
    "wrong-number": "Wrong number",
    "elsewhere": "Dealt with elsewhere",
    "unwanted": "They do not want a call",
    "other": "Another reason",
}
"""Why, by what is sent for it."""


@dataclass(frozen=True, slots=True)
class Filled:
    """What came back; any of it may be empty."""

    value: str = ""  # of the button that was pressed
    channel: str = ""  # of the message, to answer there
    thread: str = ""
    url: str = field(default="", repr=False)  # likewise
    reason: str = ""  # one of those that there are, in words
    note: str = ""  # as they wrote it

    @property
    def why(self) -> str:
        """Reason and note in one."""
        note = self.note.strip()
        if self.reason == REASONS["other"] and note:
            return note
        return ": ".join(filter(None, (self.reason or "Not needed", note)))


def form(carried: Filled) -> dict[str, Any]:
    """Draw it.

    Args:
        carried: what it is about, and where to answer; reason and note do not count.
    """
    return {
        "type": "modal",
        "callback_id": Button.NOT_NEEDED.value,
        "private_metadata": _carried(carried),
        "title": _plain("No call needed"),
        "submit": _plain("Not needed"),
        "close": _plain("Cancel"),
        "blocks": [
            {
                "type": "input",
                "block_id": _REASON,
                "label": _plain("Why does nobody need to call?"),
                "element": {
                    "type": "radio_buttons",
                    "action_id": _REASON,
                    "options": [_option(key) for key in REASONS],
                },
            },
            {
                "type": "input",
                "block_id": _NOTE,
                "optional": True,
                "label": _plain("Note, for whoever reads the message"),
                "element": {
                    "type": "plain_text_input",
                    "action_id": _NOTE,
                    "max_length": _LONGEST_NOTE,
                },
            },
        ],
    }


def read_form(view: dict[str, object]) -> Filled:
    """What is in a form that was sent.

    Args:
        view: as JSON has it; anything may be missing or of another kind.
    """
    carried = _read(view.get("private_metadata"))
    state = view.get("state")
    values = state.get("values") if isinstance(state, dict) else None
    reason = note = ""
    match values:
        case {"reason": {"reason": {"selected_option": {"value": str(key)}}}}:
            reason = REASONS.get(key, "")
    match values:
        case {"note": {"note": {"value": str(written)}}}:
            note = written[:_LONGEST_NOTE]
    texts = {key: carried.get(key) for key in ("value", "channel", "thread", "url")}
    return Filled(
        **{key: text for key, text in texts.items() if isinstance(text, str)}, reason=reason, note=note
    )


def _carried(carried: Filled) -> str:
    told = {"value": carried.value, "channel": carried.channel, "thread": carried.thread, "url": carried.url}
    text = json.dumps(told)
    # An answer finds its way without the URL, too; without the rest nobody knows what the form is about.
    return text if len(text) <= MOST_METADATA else json.dumps(told | {"url": ""})


def _read(metadata: object) -> dict[str, object]:
    if not isinstance(metadata, str) or len(metadata) > MOST_METADATA:
        return {}
    try:
        found = json.loads(metadata)
    except (ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}


def _plain(text: str) -> dict[str, object]:
    return {"type": "plain_text", "text": text}


def _option(key: str) -> dict[str, object]:
    return {"text": _plain(REASONS[key]), "value": key}
