"""What happened to an alert, as the thread below its message tells it: quiet, and nobody is mentioned.

Slack's limits: 4,000 characters of `text`, which holds all of it, too; so every line is cut.
"""

from collections.abc import Iterator

from notifier.channels.render.escape import literal
from notifier.channels.render.events import Manner, happened
from notifier.channels.render.outside import Outside
from notifier.channels.render.speech import Speech
from notifier.channels.render.times import in_turn, moment
from notifier.model import Call, EndReason, History, Kind, Notification, Raised

Block = dict[str, object]

_EVENTS = 8  # that are told
_CALLS = 10  # that are listed
_NAME = 40  # characters
_NOTE = 100

_ENDS = {
    EndReason.TOLD: "everybody was told",
    EndReason.REACHED: "the customer was reached",
    EndReason.RESOLVED: "somebody said that it is done",
    EndReason.QUIET: "no further call came",
    EndReason.EXPIRED: "nobody followed up in time",
    EndReason.RULE_REMOVED: "its rule was removed from the configuration",
    EndReason.OUTSIDE_HOURS: "outside the hours of its rule",
}


def history_text(history: History) -> str:
    """All of it in plain words, at most 4,000 characters, escaped."""
    return "\n".join(_lines(history))


def history_blocks(history: History) -> list[Block]:
    """The same as blocks: what happened, then the calls."""
    parts = ["\n".join(lines) for lines in (_told(history), _listed(history)) if lines]
    return [{"type": "section", "text": {"type": "mrkdwn", "text": part, "verbatim": True}} for part in parts]


def _lines(history: History) -> list[str]:
    return [*_told(history), *_listed(history)]


def _told(history: History) -> list[str]:
    """What people did and what became of it, oldest first; the last of it where that is too much."""
    said = list(_said(history))
    earlier, last = len(said) - _EVENTS, said[-_EVENTS:]
    more = [f"{earlier} earlier {'change' if earlier == 1 else 'changes'}"] if earlier > 0 else []
    times = in_turn((at for at, _ in last), history.zone, history.now)
    return [*more, *(f"{when}: {line}" for when, (_, line) in zip(times, last, strict=True))]


def _said(history: History) -> Iterator[tuple[int, str]]:
    raised, manner = history.raised, _manner(history)
    for event in history.events:
        if raised is not None and raised.at <= event.at:
            yield raised.at, _raised(raised)
            raised = None
        said = happened(event, manner)
        yield event.at, said[:1].upper() + said[1:]
    if raised is not None:
        yield raised.at, _raised(raised)


def _raised(raised: Raised) -> str:
    return f"Rose to level {raised.level} ({raised.severity})"


def _manner(history: History) -> Manner:
    fit = Outside(literal, history.mask_numbers).fit
    return Manner(
        who=_speech(history).who,
        when=lambda ms: moment(ms, history.zone, history.now),
        fit=lambda text: fit(text, _NOTE),
        ends=_ENDS,
    )


def _listed(history: History) -> list[str]:
    """Calls that the message has no room for, with when, by whom and to whom."""
    listed = history.calls[-_CALLS:]
    more = history.call_count - len(listed)
    if not listed:
        return []
    speech = _speech(history)
    times = in_turn((call.placed_at for call in listed), history.zone, history.now)
    return [
        "Missed calls:" if history.call_count > 1 else "Missed call:",
        *(f"• {when}: {_call(call, speech)}" for when, call in zip(times, listed, strict=True)),
        *([f"and {more} more"] if more > 0 else []),
    ]


def _call(call: Call, speech: Speech) -> str:
    return f"{speech.agent(call.agent)} to {speech.contact(call)}"


def _speech(history: History) -> Speech:
    """Speech is of notifications: this one is never sent."""
    of = Notification(
        delivery_id=history.delivery_id,
        kind=Kind.UPDATE,
        alert=history.alert,
        calls=history.calls,
        agent_names=history.agent_names,
        zone=history.zone,
        now=history.now,
        country=history.country,
        mask_numbers=history.mask_numbers,
    )
    return Speech(of, literal, name=_NAME)
