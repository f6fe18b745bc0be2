"""What somebody pressed, read from what Slack hands on; any part of it may be missing or forged. Pure."""

from dataclasses import dataclass, field
from typing import TypeAlias

from notifier.buttons.form import Filled, read_form
from notifier.model import Button, ButtonValue, Nap, read_button_value

_LONGEST = 2_000  # characters of a button's value, says Slack
_LONGEST_URL = 1_000  # characters
_LONGEST_ID = 255  # likewise of an id, and of anything else that we keep
_OURS = "notifier."

PressId: TypeAlias = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Place:
    """Where somebody pressed, to answer them there."""

    channel: str = ""  # C…, D…; "" where that is not known
    thread: str = ""  # the ts of the message that began it, where it was pressed within a thread
    url: str = field(default="", repr=False)  # takes an answer for a while; whoever knows it may do so


@dataclass(frozen=True, slots=True)
class Press:
    """One press of a button, or a form that was sent."""

    id: PressId  # the same where Slack hands it on twice
    user: str  # U…, W…
    team: str  # of the user; "" where that is not said
    place: Place
    button: Button | None  # None: one that this version does not know
    value: ButtonValue | None  # None: what it says is none of ours
    trigger: str = field(default="", repr=False)  # lets us show them a form, for 3 s
    form: Filled | None = None  # the form that was sent; None where a button was pressed

    @property
    def opens_form(self) -> bool:
        """Is a form to be shown?"""
        return self.button is Button.NOT_NEEDED and self.form is None

    @property
    def nap(self) -> Nap | None:
        """For how long they want to hear nothing of it."""
        return self.value.nap if self.value else None


def press_of(payload: object) -> Press | None:
    """Read it.

    Args:
        payload: of an envelope of the type "interactive", as JSON has it.

    Returns:
        None where it is nothing of ours, or nobody's, so that there is nobody to answer.
    """
    if not isinstance(payload, dict):
        return None
    match payload:
        case {"type": "block_actions", "user": {"id": str(user)}, "actions": [dict(action), *_]}:
            return _pressed(payload, user, action) if _is_id(user) else None
        case {"type": "view_submission", "user": {"id": str(user)}, "view": dict(view)}:
            return _sent(payload, user, view) if _is_id(user) else None
        case _:
            return None


def _pressed(payload: dict[str, object], user: str, action: dict[str, object]) -> Press | None:
    name = _text(action.get("action_id"))
    if not name.startswith(_OURS):
        return None
    container = payload.get("container")
    inside = container if isinstance(container, dict) else {}
    message, thread = (_text(inside.get(key)) for key in ("message_ts", "thread_ts"))
    return Press(
        id=(user, message, name, _text(action.get("action_ts"))),
        user=user,
        team=_team(payload),
        place=Place(
            _text(inside.get("channel_id")),
            thread if thread != message else "",
            _text(payload.get("response_url"), _LONGEST_URL),
        ),
        button=_button(name),
        value=read_button_value(_said(action)),
        trigger=_text(payload.get("trigger_id")),
    )


def _sent(payload: dict[str, object], user: str, view: dict[str, object]) -> Press | None:
    name = _text(view.get("callback_id"))
    if not name.startswith(_OURS):
        return None
    filled = read_form(view)
    return Press(
        id=(user, "form", _text(view.get("id"))),
        user=user,
        team=_team(payload),
        place=Place(filled.channel, filled.thread, _text(filled.url, _LONGEST_URL)),
        button=_button(name),
        value=read_button_value(filled.value),
        form=filled,
    )


def _said(action: dict[str, object]) -> str:
    """The value of a button, or of what was chosen from a menu."""
    match action:
        case {"selected_option": {"value": str(value)}} | {"value": str(value)}:
            return value if len(value) <= _LONGEST else ""
        case _:
            return ""


def _team(payload: dict[str, object]) -> str:
    """Of the person: in a channel that is shared they may be of another workspace than the message."""
    match payload:
        case {"user": {"team_id": str(team)}} | {"team": {"id": str(team)}}:
            return _text(team)
        case _:
            return ""


def _button(name: str) -> Button | None:
    return next((button for button in Button if button == name), None)


def _text(found: object, most: int = _LONGEST_ID) -> str:
    return found if isinstance(found, str) and len(found) <= most else ""


def _is_id(user: str) -> bool:
    return user.isascii() and user.isalnum() and user[:1] in {"U", "W"} and len(user) <= _LONGEST_ID
