"""What is new to somebody who was told of an alert in a message that can't be changed. Pure.

People hear what changes what they do: that somebody is on it, that it is done, that it is not done after all.
A program hears of every change, since it may keep a ticket.
"""

from notifier.model import Alert, AlertState, EndReason

_HEARD = frozenset({AlertState.OPEN, AlertState.ACKNOWLEDGED})
_DONE = frozenset({EndReason.REACHED, EndReason.RESOLVED})


def standing(alert: Alert) -> str:
    """How an alert stands, in words that are equal where nobody has to hear of it again."""
    match alert.state:
        case AlertState.ENDED if alert.ended_as is EndReason.TOLD:
            return AlertState.OPEN  # its only message has said all there is
        case AlertState.ENDED:
            return f"{alert.ended_as} {alert.handled_by}" if alert.ended_as in _DONE else f"{alert.ended_as}"
        case AlertState.ACKNOWLEDGED:
            return f"{alert.state} {alert.handled_by}"
        case AlertState.SNOOZED:
            return f"{alert.state} {alert.snoozed_until}"
        case _:
            return alert.state


def stands_anew(known: str, alert: Alert) -> bool:
    """Does an alert stand otherwise than somebody was told, in the words of ``standing``?"""
    return standing(alert) != (known or AlertState.OPEN)


def is_news(known: str, alert: Alert, *, for_program: bool) -> bool:
    """Is somebody to hear how an alert stands now?

    Args:
        known: how it stood when they were told last, in the words of ``standing``; "" for how it opened.
        alert: as it is now.
        for_program: they are a program.
    """
    is_heard = for_program or alert.state in _HEARD or alert.ended_as in _DONE
    return is_heard and stands_anew(known, alert)
